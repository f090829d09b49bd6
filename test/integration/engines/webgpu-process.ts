import type { Engine } from '../../../src/engines/engine.ts';
import { webgpuMaker } from '../../../src/engines/webgpu/maker.ts';
import { Problem } from '../../../src/problem.ts';
import { batchOf, optionsWith, tinyCnn } from '../../unit/engines/models.ts';

/** Does one thing on the webgpu engine and writes what came of it as JSON: a process has its own Vulkan and its own GPU. */
const [what = '', adapter = ''] = process.argv.slice(2);

const actions: Record<string, (engine: Engine) => Promise<unknown>> = {
  async start({ info }) {
    return info;
  },
  /** Asks for more than the largest buffer, then goes on. */
  async oversized(engine) {
    const trainer = await engine.createTrainer(tinyCnn(), optionsWith());
    const images = 400_000;
    const batch = { pixels: new Uint8Array(images * 12 * 12 * 3), labels: new Int32Array(images), size: images };
    const problem = await problemOf(trainer.step(batch, { step: 0, learningRate: 0.01 }));
    const { loss } = await trainer.step(batchOf(4), { step: 1, learningRate: 0.01 });
    return { ...problem, finite: Number.isFinite(loss) };
  },
  /** What a crashed driver looks like from here. */
  async lost(engine) {
    const trainer = await engine.createTrainer(tinyCnn(), optionsWith());
    await trainer.step(batchOf(4), { step: 0, learningRate: 0.01 });
    const { backend } = await import('@tensorflow/tfjs-core');
    (backend() as unknown as { device: GPUDevice }).device.destroy();
    return problemOf(trainer.step(batchOf(4), { step: 1, learningRate: 0.01 }));
  },
};

async function problemOf(work: Promise<unknown>): Promise<object> {
  try {
    return { result: await work };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { code: error.code, message: error.message, advice: error.advice };
  }
}

const started = await problemOf(
  (async () => {
    const engine = await webgpuMaker.start({ adapter });
    const answer = await actions[what]?.(engine);
    await engine.dispose();
    return answer;
  })(),
);
process.stdout.write(JSON.stringify(started));
