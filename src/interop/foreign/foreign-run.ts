import { CurveBuckets } from '../../jobs/compare/curve-buckets.ts';
import type { ComparedRun, CurveSeries, ParamValue } from '../../protocol/compare.ts';
import type { RunState } from '../../protocol/runs.ts';
import { curveName } from './curve-names.ts';

/** A run that another tool wrote, as far as it can be compared; Loupe never writes into its folder. */
export interface ForeignRun {
  run: ComparedRun;
  curves: Record<string, CurveSeries>;
}

export interface ScalarPoint {
  /** NaN: not told. */
  step: number;
  epoch: number;
  /** Seconds since 1970; NaN: not told. */
  wallTime: number;
  value: number;
}

export interface Scalars {
  /** Absolute. */
  folder: string;
  /** As its tool calls the run. */
  name: string;
  tool: string;
  /** Scalars by the tool's own names. */
  scalars: ReadonlyMap<string, readonly ScalarPoint[]>;
  params: Record<string, ParamValue>;
  state?: RunState;
  tags?: string[];
  note?: string;
  /** Milliseconds since 1970. */
  createdAt: number;
}

const POINTS = 256;

/**
 * Brings a tool's scalars to curves and figures of ours. Names that mean the same get our name; of several with one name the first
 * stays. Validation figures are those of the best epoch (lowest validation loss, else highest accuracy), all others the last.
 */
export function foreignRun({ folder, name, tool, scalars, params, state, tags, note, createdAt }: Scalars): ForeignRun {
  const named = new Map<string, readonly ScalarPoint[]>();
  for (const [key, points] of scalars) {
    const finite = points.filter(({ value }) => Number.isFinite(value));
    if (finite.length > 0 && !named.has(curveName(key))) named.set(curveName(key), inOrder(finite));
  }
  const start = Math.min(...[...named.values()].flatMap((points) => points[0]?.wallTime ?? []).filter(Number.isFinite));
  const curves = [...named].map(([key, points]) => [key, toSeries(points, start)] as const);
  return {
    run: {
      id: `${folder}#${name}`,
      name,
      state: state ?? 'done',
      note: note ?? '',
      tags: tags ?? [],
      starred: false,
      createdAt,
      foreign: tool,
      params,
      facts: {},
      metrics: figuresOf(named),
    },
    curves: Object.fromEntries(curves),
  };
}

function inOrder(points: readonly ScalarPoint[]): readonly ScalarPoint[] {
  const place = (point: ScalarPoint) => (Number.isNaN(point.step) ? point.epoch : point.step);
  return [...points].sort((a, b) => place(a) - place(b) || a.wallTime - b.wallTime);
}

function toSeries(points: readonly ScalarPoint[], start: number): CurveSeries {
  const buckets = new CurveBuckets(POINTS);
  for (const { step, epoch, wallTime, value } of points) buckets.add(step, epoch, wallTime - start, value);
  return buckets.series() as CurveSeries;
}

function figuresOf(named: ReadonlyMap<string, readonly ScalarPoint[]>): Record<string, number> {
  const loss = named.get('val_loss');
  const accuracy = named.get('val_accuracy');
  const best = loss ? extreme(loss, -1) : accuracy ? extreme(accuracy, 1) : null;
  const values = [...named].map(([name, points]): [string, number] => {
    const last = points.at(-1) as ScalarPoint;
    const atBest = best && name.startsWith('val_') ? points.find((point) => samePlace(point, best)) : undefined;
    return [name, (atBest ?? last).value];
  });
  const epochs = Math.max(0, ...[...named.values()].flat().map(({ epoch }) => epoch || 0));
  return {
    ...Object.fromEntries(values.filter(([name]) => name !== 'learning_rate')),
    ...(epochs > 0 ? { epoch: epochs } : {}),
    ...(best && best.epoch > 0 ? { best_epoch: best.epoch } : {}),
  };
}

function extreme(points: readonly ScalarPoint[], sign: 1 | -1): ScalarPoint | null {
  return points.reduce<ScalarPoint | null>(
    (best, point) => (best === null || sign * point.value > sign * best.value ? point : best),
    null,
  );
}

function samePlace(a: ScalarPoint, b: ScalarPoint): boolean {
  return Number.isNaN(a.step) ? a.epoch === b.epoch : a.step === b.step;
}
