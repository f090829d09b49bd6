import * as tf from '@tensorflow/tfjs-core';
import { Problem } from '../../problem.ts';
import type { Engine, EngineMaker } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import { attachTensorFlow } from './attach.ts';
import type { TensorFlowBinding } from './binding.ts';
import { TensorFlowEngine } from './engine.ts';
import { findTensorFlow, type TensorFlowSearch } from './find.ts';
import { selfTest } from './self-test.ts';

let attached: Promise<TensorFlowBinding> | null = null;

/** TensorFlow's native libraries, where they are installed, with the training step compiled into one graph. */
export const tensorflowMaker: EngineMaker = {
  name: 'tensorflow',
  async start({ threads }): Promise<Engine> {
    await provideBackend();
    attached ??= attachFirst(findTensorFlow(), threads);
    try {
      return new TensorFlowEngine(await attached, threads);
    } catch (error) {
      attached = null;
      throw error;
    }
  },
};

/** Models are built and hold their weights in TensorFlow.js itself, which needs a backend for that. */
async function provideBackend(): Promise<void> {
  tf.enableProdMode();
  if (tf.getBackend()) return;
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
}

/** An installation that can't be attached must not hide a later one that can; but no second is loaded beside a first. */
async function attachFirst(search: TensorFlowSearch, threads: number): Promise<TensorFlowBinding> {
  const problems: Problem[] = [];
  for (const install of search.found) {
    try {
      return await attachTensorFlow(install, threads, selfTest);
    } catch (error) {
      const loaded =
        error instanceof EngineError || (error instanceof Problem && error.code === 'tensorflow-self-test');
      if (!(error instanceof Problem) || loaded) throw error;
      problems.push(error);
    }
  }
  throw problems[0] ?? notFound(search);
}

function notFound(search: TensorFlowSearch): Problem {
  const seen = search.refused.map(({ place, reason }) => `${place}: ${reason}`).join(' ');
  return new Problem(
    'tensorflow-not-found',
    seen ? `No usable TensorFlow is installed. ${seen}` : 'TensorFlow is not installed.',
    'Install it with “pip install tensorflow” (or tensorflow-cpu), or name its folder in LOUPE_TENSORFLOW.',
  );
}
