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
  const sums: Steps = { steps: 0, lost: 0, edges: 0 };
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const last = row + width - 1;
    // Beyond the ends of a row its end pixels are repeated.
    addSteps(grey, sums, 1, row, row, 1, 2);
    addSteps(grey, sums, width - 3, row + 1, row, 2, 3);
    addSteps(grey, sums, 1, last - 1, last - 2, 2, 2);
  }
  return shareLost(sums, height * (width - 1));
}

/** The same along columns, in the order in which pixels lie in memory. */
function sharpnessDown(grey: Uint8Array, width: number, height: number): number {
  if (height < 4) return 1;
  const sums: Steps = { steps: 0, lost: 0, edges: 0 };
  for (let y = 0; y + 1 < height; y++) {
    const row = y * width;
    const above = y > 0 ? row - width : row;
    const below = row + width;
    const last = y + 2 < height ? below + width : below;
    addSteps(grey, sums, width, row, above, below - above, last - above);
  }
  return shareLost(sums, width * (height - 1));
}

interface Steps {
  steps: number;
  /** Three times what the filter takes away. */
  lost: number;
  edges: number;
}

/**
 * Adds `count` neighbouring steps: from `here` on, with the pixel before each in `before`, the next one `toNext` and the one after that
 * `toAfter` behind it. Three times the difference of two filtered neighbours is that of the values one before and one after them.
 * Without branches: whether a step is an edge is as good as random, and a wrong guess costs more than the arithmetic.
 */
function addSteps(
  grey: Uint8Array,
  sums: Steps,
  count: number,
  here: number,
  before: number,
  toNext: number,
  toAfter: number,
): void {
  let steps = 0;
  let lost = 0;
  let edges = 0;
  for (let i = 0; i < count; i++) {
    const step = (grey[before + toNext + i] as number) - (grey[here + i] as number);
    const stepSign = step >> 31;
    const change = (step ^ stepSign) - stepSign;
    const wide = (grey[before + toAfter + i] as number) - (grey[before + i] as number);
    const wideSign = wide >> 31;
    const taken = 3 * change - ((wide ^ wideSign) - wideSign);
    const isEdge = (EDGE_STEP - 1 - change) >> 31;
    steps += change & isEdge;
    lost += taken & ~(taken >> 31) & isEdge;
    edges -= isEdge;
  }
  sums.steps += steps;
  sums.lost += lost;
  sums.edges += edges;
}

/** @param all neighbours, edges or not */
function shareLost({ steps, lost, edges }: Steps, all: number): number {
  return edges === 0 || edges < LEAST_EDGES * all ? 1 : lost / (3 * steps);
}
