import type { DataSet } from '../dataset/types.ts';
import type { EngineInfo } from '../engines/engine.ts';
import type { FirstRunFacts } from './plan.ts';

/** What a first run on a data set is planned for. */
export function factsOf(
  { images, classes }: Pick<DataSet, 'images' | 'classes'>,
  engine: Pick<EngineInfo, 'name' | 'label' | 'gpu'>,
  weights: Pick<FirstRunFacts, 'atHand' | 'named'>,
): FirstRunFacts {
  const counts = new Uint32Array(classes.length);
  for (const { label } of images) counts[label] = (counts[label] ?? 0) + 1;
  const sides = Uint32Array.from(images, ({ width, height }) => Math.min(width, height)).sort();
  return {
    images: images.length,
    perClass: classes.map((label, i) => ({ label, images: counts[i] as number })),
    side: sides[sides.length >> 1] ?? 0,
    engine,
    ...weights,
  };
}
