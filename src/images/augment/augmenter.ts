import { mixSeed } from '../../random.ts';
import type { AugmentConfig } from '../../training/config-augment.ts';
import { applyBlur } from './blur.ts';
import { applyHue, applySaturation } from './color.ts';
import { drawImage, type ImageDraw } from './draw.ts';
import { applyErase } from './erase.ts';
import { bytesOf, type Frame } from './frame.ts';
import { geometryOf } from './geometry.ts';
import { JpegArtifacts } from './jpeg.ts';
import { drawMixtures, type MixDraw, mixPixels, mixTargets } from './mix.ts';
import { applyNoise } from './noise.ts';
import { applyPolicyStep } from './policy-ops.ts';
import { applyTone } from './tone.ts';
import { warp } from './warp.ts';

const IMAGE = 0xa06e;

/** Whether any image would be changed. */
export function isAugmenting(config: AugmentConfig): boolean {
  return changesImages(config) || isMixing(config);
}

export function isMixing({ mixUp, cutMix }: AugmentConfig): boolean {
  return mixUp.probability > 0 || cutMix.probability > 0;
}

function changesImages(config: AugmentConfig): boolean {
  const { flip, policy } = config;
  const single = Object.entries(config).some(
    ([name, value]) =>
      name !== 'mixUp' &&
      name !== 'cutMix' &&
      typeof value === 'object' &&
      'probability' in value &&
      value.probability > 0,
  );
  return single || flip.horizontal > 0 || flip.vertical > 0 || policy.name !== 'none';
}

/**
 * Augments decoded RGB or grey images in place. What happens to an image depends on the seed, the epoch and the image's position in
 * the data set only; with whom it is mixed also on its batch. One instance keeps scratch space for one thread.
 */
export class Augmenter {
  readonly #config: AugmentConfig;
  readonly #frame: Frame;
  readonly #scratch: Uint8Array;
  readonly #wide: Uint16Array;
  readonly #jpeg: JpegArtifacts;
  readonly #changes: boolean;
  #batchScratch = new Uint8Array();

  constructor(config: AugmentConfig, frame: Frame) {
    this.#config = config;
    this.#frame = frame;
    this.#scratch = new Uint8Array(bytesOf(frame));
    this.#wide = new Uint16Array(bytesOf(frame));
    this.#jpeg = new JpegArtifacts(frame);
    this.#changes = changesImages(config);
  }

  /**
   * @param pixels of one image. @param seed of the run. @param epoch from 0. @param index of the image in the data set.
   * @param repeat times that the image came before in this epoch: oversampled images are drawn anew each time.
   */
  image(pixels: Uint8Array, seed: number, epoch: number, index: number, repeat = 0): void {
    if (!this.#changes) return;
    const own = mixSeed(seed, IMAGE, epoch, index);
    this.apply(pixels, drawImage(this.#config, repeat === 0 ? own : mixSeed(own, repeat), this.#frame));
  }

  /**
   * MixUp and CutMix over a batch whose images are augmented.
   * @param pixels [size, height, width, channel]. @param targets [size, class], written.
   */
  mix(pixels: Uint8Array, targets: Float32Array, labels: ArrayLike<number>, classes: number, draw: MixDraw): void {
    const mixtures = drawMixtures(this.#config, draw, this.#frame);
    if (this.#batchScratch.length < pixels.length) this.#batchScratch = new Uint8Array(pixels.length);
    mixPixels(pixels, this.#batchScratch, this.#frame, mixtures);
    mixTargets(targets, labels, classes, mixtures);
  }

  /** Geometry, tone, colour, policy, blur, noise, JPEG, erasing: in this order. */
  apply(pixels: Uint8Array, draw: ImageDraw): void {
    const frame = this.#frame;
    this.#move(pixels, draw);
    const { brightness, contrast, channelShift } = draw;
    if (brightness !== null || contrast !== null || channelShift !== null) {
      applyTone(pixels, frame, { scale: this.#config.lighting, brightness, contrast, shift: channelShift });
    }
    if (frame.channels === 3) {
      if (draw.saturation !== null) applySaturation(pixels, draw.saturation);
      if (draw.hue !== 0) applyHue(pixels, draw.hue);
    }
    for (const step of draw.policy) applyPolicyStep(pixels, this.#scratch, frame, step);
    if (draw.blur > 0) applyBlur(pixels, this.#wide, frame, draw.blur);
    if (draw.noise) applyNoise(pixels, draw.noise.deviation, draw.noise.seed);
    if (draw.jpeg > 0) this.#jpeg.apply(pixels, draw.jpeg);
    if (draw.erase) {
      for (const hole of draw.erase.rectangles)
        applyErase(pixels, frame, hole, this.#config.erase.fill, draw.erase.seed);
    }
  }

  #move(pixels: Uint8Array, draw: ImageDraw): void {
    const map = geometryOf(draw, this.#frame);
    if (!map) return;
    this.#scratch.set(pixels);
    warp(this.#scratch, pixels, this.#frame, map, this.#config.fill);
  }
}
