/** Size of the images of a batch; pixels are [height, width, channel], uint8. */
export interface Frame {
  width: number;
  height: number;
  channels: 1 | 3;
}

export function bytesOf({ width, height, channels }: Frame): number {
  return width * height * channels;
}
