/** A map over an image: how much each place counts. */
export interface HeatMap {
  width: number;
  height: number;
  /** [height, width] */
  values: Float32Array;
}

/** To 0–1: what counts against is 0, the largest value 1. A map without any positive value is 0 everywhere. */
export function normalizeHeat({ width, height, values }: HeatMap): HeatMap {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  return { width, height, values: values.map((value) => (most > 0 ? Math.max(0, value) / most : 0)) };
}

/** Bilinear, pixel centres at half; beyond the outer centres the edge's value. */
export function resizeHeat(heat: HeatMap, width: number, height: number): HeatMap {
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const fromY = clamp(((y + 0.5) * heat.height) / height - 0.5, heat.height - 1);
    for (let x = 0; x < width; x++) {
      const fromX = clamp(((x + 0.5) * heat.width) / width - 0.5, heat.width - 1);
      values[y * width + x] = sample(heat, fromX, fromY);
    }
  }
  return { width, height, values };
}

/** Mean of maps of one size. */
export function averageHeat(maps: readonly HeatMap[]): HeatMap {
  const [first] = maps;
  if (!first) throw new RangeError('No maps to average.');
  const values = first.values.map(
    (_, i) => maps.reduce((sum, map) => sum + (map.values[i] as number), 0) / maps.length,
  );
  return { ...first, values };
}

function sample({ width, height, values }: HeatMap, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = Math.min(width - 1, left + 1);
  const bottom = Math.min(height - 1, top + 1);
  const at = (row: number, column: number) => values[row * width + column] as number;
  const upper = at(top, left) + (x - left) * (at(top, right) - at(top, left));
  const lower = at(bottom, left) + (x - left) * (at(bottom, right) - at(bottom, left));
  return upper + (y - top) * (lower - upper);
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
