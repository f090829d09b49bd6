/** A step between neighbours counts as part of an edge from so many levels on. */
const EDGE_STEP = 4;
/** With a smaller share of such steps there is nothing to judge by. */
const LEAST_EDGES = 0.002;

/**
 * How sharp edges are, 0–1: the share of the steps between neighbouring pixels that a box filter of three pixels takes away, in the
 * worse of the two directions (motion blurs one only). A blurred edge is hardly changed by more blur. Follows Crété-Roffet et al.,
 * "The blur effect" (2007), with steps that noise and gradients make left out. Contrast does not matter, and an image without edges
 * counts as sharp: it may be uniform, but nothing says that it is blurred.
 * @param grey [height, width], at most 256 pixels a side: blur that is lost at that size is lost for a network too
 */
export function measureSharpness(grey: Uint8Array, width: number, height: number): number {
  return Math.min(sharpnessAcross(grey, width, height), sharpnessDown(grey, width, height));
}

function sharpnessAcross(grey: Uint8Array, width: number, height: number): number {
  if (width < 4) return 1;
  let steps = 0;
  let lost = 0;
  let edges = 0;
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let before = grey[row] as number;
    let here = before;
    let next = grey[row + 1] as number;
    for (let x = 0; x + 1 < width; x++) {
      const after = x + 2 < width ? (grey[row + x + 2] as number) : next;
      const change = next > here ? next - here : here - next;
      if (change >= EDGE_STEP) {
        // Three times the difference of two filtered neighbours is that of the values one before and one after them.
        const filtered = after > before ? after - before : before - after;
        edges++;
        steps += change;
        if (filtered < 3 * change) lost += 3 * change - filtered;
      }
      before = here;
      here = next;
      next = after;
    }
  }
  return shareLost(lost, steps, edges, height * (width - 1));
}

/** The same along columns, in the order in which pixels lie in memory. */
function sharpnessDown(grey: Uint8Array, width: number, height: number): number {
  if (height < 4) return 1;
  let steps = 0;
  let lost = 0;
  let edges = 0;
  for (let y = 0; y + 1 < height; y++) {
    const row = y * width;
    const above = y > 0 ? row - width : row;
    const below = row + width;
    const last = y + 2 < height ? below + width : below;
    for (let x = 0; x < width; x++) {
      const step = (grey[below + x] as number) - (grey[row + x] as number);
      const change = step < 0 ? -step : step;
      if (change < EDGE_STEP) continue;
      const difference = (grey[last + x] as number) - (grey[above + x] as number);
      const filtered = difference < 0 ? -difference : difference;
      edges++;
      steps += change;
      if (filtered < 3 * change) lost += 3 * change - filtered;
    }
  }
  return shareLost(lost, steps, edges, width * (height - 1));
}

/** @param lost three times what the filter takes away. @param all neighbours, edges or not */
function shareLost(lost: number, steps: number, edges: number, all: number): number {
  return edges === 0 || edges < LEAST_EDGES * all ? 1 : lost / (3 * steps);
}
