import { channelsOf, type DecodeSettings } from '../../images/preprocess.ts';
import { mixSeed, seededRandom } from '../../random.ts';
import { cropOf, type Frame, hashOf, mirror, randomChange, reshape } from './view-ops.ts';

/**
 * Test-time augmentation. `flip`: plain and mirrored. `ten-crop`: four corners and the centre of the image enlarged by 8/7, each
 * plain and mirrored (AlexNet's). `augment`: `count` random changes, .75 · their mean + .25 · plain (fastai's). `augment-mean`:
 * the same changes, all views counting alike.
 */
export type ViewsName = 'none' | 'flip' | 'ten-crop' | 'augment' | 'augment-mean';

export interface ViewsSpec {
  name: ViewsName;
  /** Random changes of `augment` and `augment-mean`, ≥ 1. */
  count: number;
  seed: number;
}

export const viewsNames: readonly ViewsName[] = ['none', 'flip', 'ten-crop', 'augment', 'augment-mean'];

export function isViewsName(value: unknown): value is ViewsName {
  return (viewsNames as readonly unknown[]).includes(value);
}

/** One way to look at an image. */
export interface View {
  /** Its share of the answer; all of them sum to 1. */
  weight: number;
  /** Draws the view of one image, [height, width, channel] as decoded, into `target`, the network's input. */
  draw(source: Uint8Array, target: Uint8Array): void;
}

export interface Views {
  /** How images are decoded for these views. */
  settings: DecodeSettings;
  /** The first one is the plain image, or the nearest thing to it. */
  views: View[];
}

/** How much larger than its crops a ten-crop's image is: 256 to 224. */
const CROP_SCALE = 8 / 7;
const PLAIN_SHARE = 0.25;

/** @param settings the network's own. */
export function makeViews(spec: ViewsSpec, settings: DecodeSettings): Views {
  const { width, height, color } = settings;
  const frame: Frame = { width, height, channels: channelsOf(settings), ...(color === 'rgba' && { lightEnd: 3 }) };
  const copy: View['draw'] = (source, target) => target.set(source);
  const flipped: View['draw'] = (source, target) => mirror(source, target, frame);
  switch (spec.name) {
    case 'none':
      return { settings, views: [{ weight: 1, draw: copy }] };
    case 'flip':
      return { settings, views: [copy, flipped].map((draw) => ({ weight: 1 / 2, draw })) };
    case 'ten-crop':
      return tenCrop(settings, frame);
    case 'augment':
    case 'augment-mean': {
      const plain = spec.name === 'augment' ? PLAIN_SHARE : 1 / (spec.count + 1);
      const changes = Array.from({ length: spec.count }, (_, number): View => {
        const weight = (1 - plain) / spec.count;
        return { weight, draw: (source, target) => changed(source, target, frame, mixSeed(spec.seed, number)) };
      });
      return { settings, views: [{ weight: plain, draw: copy }, ...changes] };
    }
  }
}

/** What is drawn depends on the seed and the image's own pixels only, not on which others it comes with. */
function changed(source: Uint8Array, target: Uint8Array, frame: Frame, seed: number): void {
  reshape(source, target, frame, randomChange(seededRandom(mixSeed(seed, hashOf(source)))));
}

function tenCrop(settings: DecodeSettings, frame: Frame): Views {
  const large = {
    ...settings,
    width: Math.round(settings.width * CROP_SCALE),
    height: Math.round(settings.height * CROP_SCALE),
  };
  const right = large.width - frame.width;
  const bottom = large.height - frame.height;
  const corners = [
    [right >> 1, bottom >> 1],
    [0, 0],
    [right, 0],
    [0, bottom],
    [right, bottom],
  ] as const;
  const views = corners.flatMap(([left, top]): View[] => {
    const crop: View['draw'] = (source, target) => cropOf(source, target, large.width, frame, { left, top });
    const both: View['draw'] = (source, target) => {
      const plain = new Uint8Array(target.length);
      crop(source, plain);
      mirror(plain, target, frame);
    };
    return [crop, both].map((draw) => ({ weight: 1 / 10, draw }));
  });
  return { settings: large, views };
}

/** e.g. `ten crops` for people. */
export function describeViews({ name, count }: ViewsSpec): string {
  switch (name) {
    case 'none':
      return 'the image as it is';
    case 'flip':
      return 'plain and mirrored';
    case 'ten-crop':
      return 'ten crops';
    case 'augment':
      return `${count} augmented views and a quarter of the plain one`;
    case 'augment-mean':
      return `the mean of ${count} augmented views and the plain one`;
  }
}
