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
  const inner = sizeWithin(image, { width, height });
  const data = resample(image, inner.width, inner.height, wholeOf(image));
  return onBlack({ ...inner, channels: image.channels, data }, width, height);
}

interface Size {
  width: number;
  height: number;
}

/** The largest size of the image's aspect within `frame`, whole pixels. */
export function sizeWithin(image: Size, frame: Size): Size {
  const scale = Math.min(frame.width / image.width, frame.height / image.height);
  return {
    width: Math.min(frame.width, Math.max(1, Math.round(image.width * scale))),
    height: Math.min(frame.height, Math.max(1, Math.round(image.height * scale))),
  };
}

function wholeOf({ width, height }: RawImage) {
  return { left: 0, top: 0, width, height };
}

/** Puts an image into the middle of a black one that is as large or larger. */
export function onBlack(image: RawImage, width: number, height: number): Uint8Array {
  if (image.width === width && image.height === height) return image.data;
  const out = new Uint8Array(width * height * image.channels);
  const left = Math.floor((width - image.width) / 2);
  const top = Math.floor((height - image.height) / 2);
  const stride = image.width * image.channels;
  for (let y = 0; y < image.height; y++) {
    out.set(image.data.subarray(y * stride, (y + 1) * stride), ((top + y) * width + left) * image.channels);
  }
  return out;
}
