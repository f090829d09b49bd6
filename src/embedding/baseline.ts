import type { ImageRecord } from '../dataset/types.ts';
import type { Engine } from '../engines/engine.ts';
import { type BaselineOptions, instantBaseline } from '../evaluation/probes/baseline.ts';
import type { Baseline } from '../protocol/baseline.ts';
import type { DescribedData } from './describe-data.ts';

/** The baseline of described data. The wasm backend multiplies the matrices, whichever engine described the images. */
export async function measureBaseline(
  engine: Engine,
  { data, embeddings }: DescribedData,
  options: BaselineOptions,
): Promise<Baseline> {
  const images = [...embeddings.indices].map((index) => data.images[index] as ImageRecord);
  const { features, size } = embeddings;
  if (engine.info.name !== 'tensorflow') return instantBaseline(features, size, images, data.classes, options);
  // TensorFlow's engine computes in graphs of its own and leaves TensorFlow.js with its plain backend.
  const { wasmMaker } = await import('../engines/wasm/maker.ts');
  const multiplier = await wasmMaker.start({ threads: engine.info.threads });
  try {
    return instantBaseline(features, size, images, data.classes, options);
  } finally {
    await multiplier.dispose();
  }
}
