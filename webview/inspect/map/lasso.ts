/** Indices of the points inside a closed polygon, by the even-odd rule. @param polygon x and y of each corner, on the same plane */
export function insidePolygon(
  xs: readonly number[],
  ys: readonly number[],
  polygon: readonly (readonly [number, number])[],
): number[] {
  const found: number[] = [];
  if (polygon.length < 3) return found;
  const left = Math.min(...polygon.map(([x]) => x));
  const right = Math.max(...polygon.map(([x]) => x));
  const bottom = Math.min(...polygon.map(([, y]) => y));
  const top = Math.max(...polygon.map(([, y]) => y));
  for (let at = 0; at < xs.length; at++) {
    const [x, y] = [xs[at]!, ys[at]!];
    if (x >= left && x <= right && y >= bottom && y <= top && isInside(x, y, polygon)) found.push(at);
  }
  return found;
}

function isInside(x: number, y: number, polygon: readonly (readonly [number, number])[]): boolean {
  let inside = false;
  let [px, py] = polygon.at(-1)!;
  for (const [qx, qy] of polygon) {
    if (qy > y !== py > y && x < ((px - qx) * (y - qy)) / (py - qy) + qx) inside = !inside;
    [px, py] = [qx, qy];
  }
  return inside;
}
