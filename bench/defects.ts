import sharp from 'sharp';
import type { FindingKind } from '../src/protocol/findings.ts';

/** Makes an image of the set faulty in one way. */
export interface Defect {
  kind: FindingKind;
  name: string;
  /** @param image [height, width, 3]. @returns a file */
  make(image: Pixels): Promise<Buffer>;
}

export interface Pixels {
  width: number;
  height: number;
  data: Uint8Array;
}

/** What each finder is tried on: the fault as a camera, a scanner or a script makes it, saved as a JPEG again. */
export const defects: readonly Defect[] = [
  { kind: 'dark', name: 'exposed a fifth', make: (image) => jpeg(eachValue(image, (value) => value * 0.2)) },
  { kind: 'light', name: 'overexposed', make: (image) => jpeg(eachValue(image, (value) => 245 + value * 0.04)) },
  {
    kind: 'low-contrast',
    name: 'a tenth of the contrast',
    make: (image) => jpeg(eachValue(image, (value) => 110 + value * 0.1)),
  },
  { kind: 'blurry', name: 'out of focus, σ = 1.5 % of the width', make: (image) => blurred(image, 0.015) },
  { kind: 'blurry', name: 'out of focus, σ = 3 % of the width', make: (image) => blurred(image, 0.03) },
  { kind: 'blurry', name: 'moved by 8 % of the width', make: (image) => jpeg(moved(image, 0.08)) },
  { kind: 'low-information', name: 'one colour and grain', make: (image) => jpeg(flat(image)) },
  { kind: 'greyscale', name: 'grey, saved as RGB', make: (image) => jpeg(grey(image)) },
  { kind: 'uniform-border', name: 'black bars of a fifth above and below', make: (image) => jpeg(bars(image, 0.2)) },
  { kind: 'odd-aspect', name: 'a strip', make: (image) => strip(image) },
  { kind: 'odd-size', name: 'five times the size', make: (image) => resized(image, 5) },
];

function raw({ data, width, height }: Pixels) {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function jpeg(image: Pixels): Promise<Buffer> {
  return raw(image).jpeg({ quality: 90 }).toBuffer();
}

function eachValue(image: Pixels, change: (value: number) => number): Pixels {
  return { ...image, data: image.data.map((value) => Math.max(0, Math.min(255, Math.round(change(value))))) };
}

function blurred(image: Pixels, share: number): Promise<Buffer> {
  return raw(image)
    .blur(share * image.width)
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** The mean of every run of pixels along the rows. */
function moved({ data, width, height }: Pixels, share: number): Pixels {
  const reach = Math.max(1, Math.round((share * width) / 2));
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let k = -reach; k <= reach; k++) {
          const from = Math.min(width - 1, Math.max(0, x + k));
          sum += data[(y * width + from) * 3 + c] as number;
        }
        out[(y * width + x) * 3 + c] = Math.round(sum / (2 * reach + 1));
      }
    }
  }
  return { data: out, width, height };
}

function flat({ data, width, height }: Pixels): Pixels {
  const out = new Uint8Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = (data[i % 3] as number) + ((i * 7919) % 3);
  return { data: out, width, height };
}

function grey({ data, width, height }: Pixels): Pixels {
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    out.fill(Math.round(((data[i] as number) + (data[i + 1] as number) + (data[i + 2] as number)) / 3), i, i + 3);
  }
  return { data: out, width, height };
}

function bars(image: Pixels, share: number): Pixels {
  const data = new Uint8Array(image.data);
  const bytes = Math.round(share * image.height) * image.width * 3;
  data.fill(0, 0, bytes);
  data.fill(0, data.length - bytes);
  return { ...image, data };
}

function strip(image: Pixels): Promise<Buffer> {
  const height = Math.max(1, Math.round(image.height * 0.3));
  return raw(image).extract({ left: 0, top: 0, width: image.width, height }).jpeg({ quality: 90 }).toBuffer();
}

function resized(image: Pixels, factor: number): Promise<Buffer> {
  return raw(image)
    .resize(image.width * factor, image.height * factor)
    .jpeg({ quality: 90 })
    .toBuffer();
}
