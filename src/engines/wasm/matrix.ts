import { type Device, withMemory } from './tensors.ts';
import type { Argument } from './threads.ts';

/** Columns of one packed panel; `NR` in the kernels. */
const PANEL = 8;
/** Rows of A that stay in the cache together; `MC` in the kernels. */
const BLOCK_ROWS = 96;
/** Fewer tasks than this and columns are shared out too. */
const WANTED_TASKS = 16;
/** Floating-point operations that are worth handing to another thread. */
const PART_WORK = 2e6;

export const sourceKind = { plain: 0, transposed: 1, patches: 2 } as const;

/** Words of the kernels' `Geometry` where there is no image. */
const NO_GEOMETRY: number[] = new Array(13).fill(0);

/** B of a product, as it lies in memory. */
export interface RightSide {
  address: number;
  transposed: boolean;
  /** Distance of rows, or of columns where transposed, in floats. */
  distance: number;
  /** A filter [tap, in, out] that is turned by 180° and transposed: B [(tap, out), in]. */
  turned?: { taps: number; inChannels: number };
}

export interface Product {
  kind: (typeof sourceKind)[keyof typeof sourceKind];
  a: number;
  /** Distance of A's rows in floats; not read for patches. */
  lda: number;
  m: number;
  n: number;
  k: number;
  b: RightSide;
  /** [m, n] */
  c: number;
  bias?: number;
  relu?: boolean;
  /** For patches: the convolution, as words. */
  geometry?: number[];
  /** For patches: floats of one kernel row. */
  patchRow?: number;
}

/** C = A · B, then the bias and a ReLU where asked for. How the work is cut depends on the shapes alone. */
export function multiply(device: Device, product: Product): void {
  const { m, n, k } = product;
  const panels = Math.ceil(n / PANEL);
  withMemory(device, panels * PANEL * k * 4, (packed) => {
    packRight(device, product.b, packed, k, n);
    const { rows, acrossPanels } = cut(m, panels);
    const tasks = Math.ceil(m / rows) * Math.ceil(panels / acrossPanels);
    const taskWork = 2 * rows * acrossPanels * PANEL * k;
    const args: Argument[] = [
      ...[product.kind, product.a, product.lda, m, n, k, packed, product.c, n, rows, acrossPanels],
      ...[product.bias ?? 0, product.relu ? 1 : 0, ...(product.geometry ?? NO_GEOMETRY)],
    ];
    const scratch = device.threads.ask('gemm_scratch', product.patchRow ?? 0);
    device.threads.run('gemm', args, tasks, Math.max(1, Math.round(PART_WORK / taskWork)), scratch);
  });
}

/** Packs B [k, n] into panels of PANEL columns. */
export function packRight(device: Device, b: RightSide, packed: number, k: number, n: number): void {
  const turned = b.turned ? [1, b.turned.taps, b.turned.inChannels] : [0, 0, 0];
  const args = [b.address, b.transposed ? 1 : 0, k, n, b.distance, packed, ...turned];
  device.threads.run('pack_b', args, Math.ceil(n / PANEL), Math.max(1, Math.round(32768 / (k * PANEL))));
}

export function packedFloats(k: number, n: number): number {
  return Math.ceil(n / PANEL) * PANEL * k;
}

/** Rows and panels of one task: blocks of equal height, and columns shared out where there are few rows. */
function cut(m: number, panels: number): { rows: number; acrossPanels: number } {
  const blocks = Math.ceil(m / BLOCK_ROWS);
  const rows = Math.ceil(m / blocks / 12) * 12;
  const across = Math.min(panels, Math.ceil(WANTED_TASKS / blocks));
  return { rows, acrossPanels: Math.ceil(panels / across) };
}
