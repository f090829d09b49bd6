import type { PredictionLine } from '../../../src/evaluation/predictions-file.ts';
import type { SeededRun } from '../../../src/evaluation/significance.ts';
import { mixSeed, seededRandom } from '../../../src/random.ts';

export interface MadeRun {
  id?: string;
  seed?: number;
  images?: number;
  /** Share of the images that it has right. */
  accuracy: number;
  classes?: number;
  split?: PredictionLine['split'];
  /** Number of the first image. */
  from?: number;
}

/** A run whose mistakes are drawn from its seed and id; labels are a function of the image's number. */
export function madeRun(options: MadeRun): SeededRun {
  const { id = 'run', seed = 1, images = 200, accuracy, classes = 3, split = 'validation', from = 0 } = options;
  const names = Array.from({ length: classes }, (_, at) => `class ${at}`);
  const random = seededRandom(
    mixSeed(
      seed,
      [...id].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7),
    ),
  );
  const lines = Array.from({ length: images }, (_, i): PredictionLine => {
    const number = i + from;
    const label = mixSeed(number) % classes;
    const sure = 0.4 + 0.6 * random();
    const predicted = random() < accuracy ? label : (label + 1) % classes;
    return {
      path: `${number}.png`,
      hash: number.toString(16).padStart(32, '0'),
      split,
      label: names[label] as string,
      predicted: names[predicted] as string,
      probabilities: names.map((_, at) => (at === predicted ? sure : (1 - sure) / (classes - 1))),
    };
  });
  return { id, seed, classes: names, lines };
}
