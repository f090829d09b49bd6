import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Engine } from '../../../src/engines/engine.ts';
import type { ExportSource } from '../../../src/export/source.ts';
import type { Preprocess } from '../../../src/images/preprocess.ts';
import { pictures } from './pictures.ts';

export interface Exported {
  source: ExportSource;
  /** [images, height, width, channel] */
  shape: [number, number, number, number];
  pixels: Uint8Array;
  /** What the network was trained on. */
  normalized: Float32Array;
  /** [images, class], by Loupe's own predictor. */
  probabilities: Float32Array;
}

const IMAGES = 6;

/** A model as an export takes it, with real pictures and what Loupe says of them. */
export async function exportSource(engine: Engine, name: string, model: LayersModel): Promise<Exported> {
  const [, height, width, channels] = (model.inputs[0]?.shape ?? []) as [null, number, number, number];
  const preprocess: Preprocess = {
    version: 1,
    width,
    height,
    color: channels === 3 ? 'rgb' : 'grey',
    resize: 'crop',
    normalization: { mean: [0.485, 0.456, 0.406].slice(0, channels), std: [0.229, 0.224, 0.225].slice(0, channels) },
  };
  const classes = model.outputs[0]?.shape.at(-1) as number;
  const labels = Array.from({ length: classes }, (_, i) => `class ${i}`);
  const pixels = await pictures(IMAGES, preprocess);
  const predictor = await engine.createPredictor(model, preprocess.normalization);
  const probabilities = await predictor.predict({ pixels, labels: new Int32Array(IMAGES), size: IMAGES });
  predictor.dispose();
  const { mean, std } = preprocess.normalization;
  return {
    source: { name, version: '1.2.3', model, preprocess, labels },
    shape: [IMAGES, height, width, channels],
    pixels,
    normalized: Float32Array.from(
      pixels,
      (pixel, i) => (pixel / 255 - (mean[i % channels] as number)) / (std[i % channels] as number),
    ),
    probabilities,
  };
}
