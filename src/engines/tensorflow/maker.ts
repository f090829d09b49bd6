import { Problem } from '../../problem.ts';
import type { Engine, EngineMaker } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import { providePlainBackend } from '../plain-backend.ts';
import { selfTest } from '../self-test.ts';
import { attachTensorFlow } from './attach.ts';
import { TensorFlowEngine } from './engine.ts';
import { findTensorFlow, type TensorFlowSearch } from './find.ts';
import { proveOnce } from './proof.ts';

let started: Promise<Engine> | null = null;

/** TensorFlow's native libraries, where they are installed, with the training step compiled into one graph. */
export const tensorflowMaker: EngineMaker = {
  name: 'tensorflow',
  async start({ threads = 0 }): Promise<Engine> {
    // The libraries stay loaded until the process ends, and with them the number of threads.
    started ??= startFirst(findTensorFlow(), threads);
    try {
      return await started;
    } catch (error) {
      started = null;
      throw error;
    }
  },
};

/** An installation that can't be attached must not hide a later one that can; but no second is loaded beside a first. */
async function startFirst(search: TensorFlowSearch, threads: number): Promise<Engine> {
  const problems: Problem[] = [];
  for (const install of search.found) {
    try {
      await proveOnce(install);
      await providePlainBackend();
      return await attachTensorFlow(install, threads, async (binding) => {
        const engine = new TensorFlowEngine(binding, threads);
        await selfTest(engine);
        return engine;
      });
    } catch (error) {
      if (!(error instanceof Problem) || failedWhileRunning(error)) throw error;
      problems.push(error);
    }
  }
  throw problems[0] ?? notFound(search);
}

function failedWhileRunning(error: Problem): boolean {
  return error instanceof EngineError || error.code === 'engine-self-test';
}

function notFound(search: TensorFlowSearch): Problem {
  const seen = search.refused.map(({ place, reason }) => `${place}: ${reason}`).join(' ');
  return new Problem(
    'tensorflow-not-found',
    seen ? `No usable TensorFlow is installed. ${seen}` : 'TensorFlow is not installed.',
    'Run “Loupe: Set Up GPU Engine” (or loupe setup), install it with “pip install tensorflow” (or tensorflow-cpu), or name its folder in LOUPE_TENSORFLOW.',
  );
}
