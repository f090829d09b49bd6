import type { ImageMeasures } from '../images/measures/measures.ts';
import type { UnmeasuredImage } from './measure-record.ts';

/** To a measuring thread: some images of one data set. */
export interface MeasureTask {
  root: string;
  images: UnmeasuredImage[];
}

/** Back from it, in the order of the images; null: it can't be decoded any more. */
export type MeasureResult = { measures: (ImageMeasures | null)[] } | { error: string };
