import { mixSeed } from '../../random.ts';
import type { AugmentConfig } from '../../training/config-augment.ts';
import { channelsOf, type DecodeSettings } from '../preprocess.ts';
import { applyBlur } from './blur.ts';
import { applyHue, applySaturation } from './color.ts';
import { drawImage, type ImageDraw } from './draw.ts';
import { applyErase } from './erase.ts';
import { bytesOf, type Frame, type WideFrame } from './frame.ts';
import { geometryOf } from './geometry.ts';
import { JpegArtifacts } from './jpeg.ts';
import { drawMixtures, type MixDraw, mixPixels, mixTargets } from './mix.ts';
import { applyNoise } from './noise.ts';
import { applyPolicyStep } from './policy-ops.ts';
import { applyTone } from './tone.ts';
import { warp } from './warp.ts';

const IMAGE = 0xa06e;

/** What is to be known of decoded images to change them. */
export type ImageSettings = Pick<DecodeSettings, 'width' | 'height' | 'color' | 'bands'>;

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
 * Augments decoded images in place. What happens to an image depends on the seed, the epoch and the image's position in the data set only;
 * with whom it is mixed also on its batch. One instance keeps scratch space for one thread.
 */
export class Augmenter {
  readonly #config: AugmentConfig;
  readonly #frame: WideFrame;
  readonly #parts: Part[];
  readonly #changes: boolean;
  #batchScratch = new Uint8Array();

  constructor(config: AugmentConfig, settings: ImageSettings) {
    this.#config = config;
    const { width, height } = settings;
    this.#frame = { width, height, channels: channelsOf(settings) };
    this.#parts = partsOf(config, settings);
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
    const [only] = this.#parts;
    if (only && this.#parts.length === 1) only.apply(pixels, draw);
    else for (const part of this.#parts) part.applyTo(pixels, this.#frame.channels, draw);
  }
}

/** Colours together, whatever else there is a channel at a time. */
function partsOf(config: AugmentConfig, settings: ImageSettings): Part[] {
  const { width, height, color } = settings;
  const channels = channelsOf(settings);
  const part = (first: number, own: 1 | 3, isLight: boolean) =>
    new Part(config, { width, height, channels: own }, { first, isLight });
  if (color === 'rgba') return [part(0, 3, true), part(3, 1, false)];
  if (color === 'bands') return Array.from({ length: channels }, (_, band) => part(band, 1, true));
  return [part(0, channels === 1 ? 1 : 3, true)];
}

/** Channels of an image that are changed together. */
class Part {
  readonly #config: AugmentConfig;
  readonly #frame: Frame;
  /** Its first channel; and whether it holds light, which tone, colour, noise and compression change. */
  readonly #place: { first: number; isLight: boolean };
  readonly #own: Uint8Array;
  readonly #scratch: Uint8Array;
  readonly #wide: Uint16Array;
  readonly #jpeg: JpegArtifacts;

  constructor(config: AugmentConfig, frame: Frame, place: { first: number; isLight: boolean }) {
    this.#config = config;
    this.#frame = frame;
    this.#place = place;
    this.#own = new Uint8Array(bytesOf(frame));
    this.#scratch = new Uint8Array(bytesOf(frame));
    this.#wide = new Uint16Array(bytesOf(frame));
    this.#jpeg = new JpegArtifacts(frame);
  }

  /** Changes these of an image's `channels` channels. */
  applyTo(pixels: Uint8Array, channels: number, draw: ImageDraw): void {
    const { first } = this.#place;
    const own = this.#frame.channels;
    for (let i = 0, at = first; i < this.#own.length; i += own, at += channels)
      for (let c = 0; c < own; c++) this.#own[i + c] = pixels[at + c] as number;
    this.apply(this.#own, draw);
    for (let i = 0, at = first; i < this.#own.length; i += own, at += channels)
      for (let c = 0; c < own; c++) pixels[at + c] = this.#own[i + c] as number;
  }

  /** @param pixels of these channels alone */
  apply(pixels: Uint8Array, draw: ImageDraw): void {
    const frame = this.#frame;
    const { first, isLight } = this.#place;
    this.#move(pixels, draw);
    if (isLight) this.#light(pixels, draw);
    if (draw.blur > 0) applyBlur(pixels, this.#wide, frame, draw.blur);
    if (draw.noise && isLight) {
      const { deviation, seed } = draw.noise;
      applyNoise(pixels, deviation, first === 0 ? seed : mixSeed(seed, first));
    }
    if (draw.jpeg > 0 && isLight) this.#jpeg.apply(pixels, draw.jpeg);
    if (draw.erase) {
      for (const hole of draw.erase.rectangles)
        applyErase(pixels, frame, hole, this.#config.erase.fill, draw.erase.seed);
    }
  }

  #light(pixels: Uint8Array, draw: ImageDraw): void {
    const frame = this.#frame;
    const { brightness, contrast } = draw;
    const shift = draw.channelShift?.slice(this.#place.first, this.#place.first + frame.channels) ?? null;
    if (brightness !== null || contrast !== null || shift !== null) {
      applyTone(pixels, frame, { scale: this.#config.lighting, brightness, contrast, shift });
    }
    if (frame.channels === 3) {
      if (draw.saturation !== null) applySaturation(pixels, draw.saturation);
      if (draw.hue !== 0) applyHue(pixels, draw.hue);
    }
    for (const step of draw.policy) applyPolicyStep(pixels, this.#scratch, frame, step);
  }

  #move(pixels: Uint8Array, draw: ImageDraw): void {
    const map = geometryOf(draw, this.#frame);
    if (!map) return;
    this.#scratch.set(pixels);
    warp(this.#scratch, pixels, this.#frame, map, this.#config.fill);
  }
}
