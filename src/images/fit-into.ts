import type { RawImage } from './bmp.ts';
import type { DecodeSettings } from './preprocess.ts';
import { resample } from './resample.ts';

/**
 * Brings pixels to the settings' width × height: `stretch` as they are, `crop` the largest part of the target's aspect from
 * the centre, `pad` whole and centred on black.
 * @returns [height, width, channel] with the channels of `image`.
 */
export function fitInto(image: RawImage, { width, height, resize }: DecodeSettings): Uint8Array {
  if (resize === 'stretch') return resample(image, width, height, wholeOf(image));
  if (resize === 'crop') {
    const scale = Math.min(image.width / width, image.height / height);
    const box = { width: width * scale, height: height * scale };
    const left = (image.width - box.width) / 2;
    return resample(image, width, height, { ...box, left, top: (image.height - box.height) / 2 });
  }
  const scale = Math.min(width / image.width, height / image.height);
  const innerWidth = Math.min(width, Math.max(1, Math.round(image.width * scale)));
  const innerHeight = Math.min(height, Math.max(1, Math.round(image.height * scale)));
  const inner = resample(image, innerWidth, innerHeight, wholeOf(image));
  return centred(inner, innerWidth, innerHeight, image.channels, width, height);
}

function wholeOf({ width, height }: RawImage) {
  return { left: 0, top: 0, width, height };
}

function centred(
  inner: Uint8Array,
  innerWidth: number,
  innerHeight: number,
  channels: number,
  width: number,
  height: number,
): Uint8Array {
  if (innerWidth === width && innerHeight === height) return inner;
  const out = new Uint8Array(width * height * channels);
  const left = Math.floor((width - innerWidth) / 2);
  const top = Math.floor((height - innerHeight) / 2);
  const stride = innerWidth * channels;
  for (let y = 0; y < innerHeight; y++) {
    out.set(inner.subarray(y * stride, (y + 1) * stride), ((top + y) * width + left) * channels);
  }
  return out;
}
