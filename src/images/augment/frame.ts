/** Size of the images of a batch; pixels are [height, width, channel], uint8. */
export interface Frame {
  width: number;
  height: number;
  channels: 1 | 3;
}

/** The same of images with any channels. */
export interface WideFrame {
  width: number;
  height: number;
  channels: number;
}

export function bytesOf({ width, height, channels }: WideFrame): number {
  return width * height * channels;
}
