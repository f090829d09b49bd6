import type { ImageDraw } from './draw.ts';
import type { Frame } from './frame.ts';
import {
  aboutMiddle,
  compose,
  type Homography,
  identity,
  scaling,
  slant,
  throughPoints,
  translation,
  turn,
} from './homography.ts';
import { policyGeometry } from './policy-ops.ts';

/**
 * Every geometric operation of a draw as one map from output pixels to input pixels, so that the image is resampled once. From the
 * input on: tilt, rotation, shift, shear, zoom, the policy's operations, flip, crop. Null: nothing moves.
 */
export function geometryOf(draw: ImageDraw, frame: Frame): Homography | null {
  const { width, height } = frame;
  const maps: Homography[] = [];
  const middle = (map: Homography) => maps.push(aboutMiddle(map, frame));
  if (draw.tilt) middle(tiltMap(draw.tilt, frame));
  if (draw.rotate !== 0) middle(turn(draw.rotate));
  if (draw.shift) maps.push(translation(-draw.shift.x * width, -draw.shift.y * height));
  if (draw.shear) middle(slant(tangent(draw.shear.x), tangent(draw.shear.y)));
  if (draw.zoom) middle(zoomMap(draw.zoom, frame));
  for (const step of draw.policy) {
    const map = policyGeometry(step, frame);
    if (map) maps.push(map);
  }
  const { horizontal, vertical } = draw.flip;
  if (horizontal || vertical) middle(scaling(horizontal ? -1 : 1, vertical ? -1 : 1));
  if (draw.crop) {
    const { left, top } = draw.crop;
    const x = draw.crop.width / width;
    const y = draw.crop.height / height;
    // Pixels are areas here: the part's edges become the image's edges.
    maps.push([x, 0, left + (x - 1) / 2, 0, y, top + (y - 1) / 2, 0, 0, 1]);
  }
  return maps.length === 0 ? null : maps.reduce(compose, identity);
}

function tangent(degrees: number): number {
  return Math.tan((degrees / 180) * Math.PI);
}

/** fastai's: the point that stays in place is drawn over the image. */
function zoomMap({ x, y, atX, atY }: NonNullable<ImageDraw['zoom']>, { width, height }: Frame): Homography {
  const offsetX = ((1 - x) * (2 * atX - 1) * (width - 1)) / 2;
  const offsetY = ((1 - y) * (2 * atY - 1) * (height - 1)) / 2;
  return [x, 0, offsetX, 0, y, offsetY, 0, 0, 1];
}

/** fastai's Warp: the corners (±1, ±1) come from (±(1 + y), ±(1 + x)) on one side and (±(1 − y), ±(1 − x)) on the other. */
function tiltMap({ x, y }: NonNullable<ImageDraw['tilt']>, { width, height }: Frame): Homography {
  const w = Math.max(1, width - 1) / 2;
  const h = Math.max(1, height - 1) / 2;
  const map = throughPoints(
    [
      [-1, -1],
      [-1, 1],
      [1, -1],
      [1, 1],
    ],
    [
      [-1 - y, -1 - x],
      [-1 + y, 1 + x],
      [1 + y, -1 + x],
      [1 - y, 1 - x],
    ],
  );
  return compose(scaling(w, h), compose(map, scaling(1 / w, 1 / h)));
}
