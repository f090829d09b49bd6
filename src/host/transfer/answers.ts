/** What the host reads of the answers of `loupe baseline`, `which`, `start`, `zoo` and `import`. */
export type Fields = Record<string, unknown>;

export interface Share {
  value: number;
  low: number;
  high: number;
}

export interface BaselineAnswer {
  images: number;
  folds: number;
  neighbours: { k: number; accuracy: Share };
  probe: { strength: number; accuracy: Share };
  perClass: { label: string; images: number; recall: Share }[];
  hard: string[];
  confused: { label: string; predicted: string; images: number }[];
}

export interface AlgorithmAnswer {
  title: string;
  setting: string;
  features: string;
  accuracy: Share;
  fitSeconds: number;
  predictMs: number;
  bytes: number;
  interpretability: string;
}

export interface ZooAnswer {
  name: string;
  architecture: string;
  task: string;
  top1: number;
  side: number;
  mebibytes: number;
  licence: string;
  /** It is on this machine. */
  here: boolean;
}

export interface StartAnswer {
  images: number;
  classes: string[];
  reasons: { what: string; choice: string; why: string }[];
  /** null: there are no weights to measure it with. */
  baseline: BaselineAnswer | null;
  /** Absolute. */
  config: string;
}

export function readBaseline(value: unknown): BaselineAnswer | null {
  if (!isFields(value) || !isFields(value.neighbours) || !isFields(value.probe)) return null;
  const [neighbours, probe] = [readShare(value.neighbours.accuracy), readShare(value.probe.accuracy)];
  if (!neighbours || !probe) return null;
  return {
    images: numberOf(value.images),
    folds: numberOf(value.folds),
    neighbours: { k: numberOf(value.neighbours.k), accuracy: neighbours },
    probe: { strength: numberOf(value.probe.strength), accuracy: probe },
    perClass: listOf(value.perClass).flatMap((one) => {
      const recall = readShare(one.recall);
      return recall ? [{ label: textOf(one.label), images: numberOf(one.images), recall }] : [];
    }),
    hard: Array.isArray(value.hard) ? value.hard.map(String) : [],
    confused: listOf(value.confused).map((one) => ({
      label: textOf(one.label),
      predicted: textOf(one.predicted),
      images: numberOf(one.images),
    })),
  };
}

export function readAlgorithms(value: unknown): AlgorithmAnswer[] | null {
  if (!isFields(value) || !isFields(value.comparison) || !Array.isArray(value.comparison.algorithms)) return null;
  return listOf(value.comparison.algorithms).flatMap((one) => {
    const accuracy = readShare(one.accuracy);
    if (!accuracy) return [];
    return [
      {
        title: textOf(one.title),
        setting: textOf(one.setting),
        features: textOf(one.features),
        accuracy,
        fitSeconds: numberOf(one.fitSeconds),
        predictMs: numberOf(one.predictMs),
        bytes: numberOf(one.bytes),
        interpretability: textOf(one.interpretability),
      },
    ];
  });
}

export function readZoo(value: unknown): ZooAnswer[] | null {
  if (!isFields(value) || !Array.isArray(value.entries)) return null;
  return listOf(value.entries).map((one) => ({
    name: textOf(one.name),
    architecture: textOf(one.architecture),
    task: textOf(one.task),
    top1: numberOf(one.top1),
    side: numberOf(one.side),
    mebibytes: numberOf(one.mebibytes),
    licence: textOf(one.licence),
    here: typeof one.file === 'string',
  }));
}

export function readStart(value: unknown): StartAnswer | null {
  if (!isFields(value) || !isFields(value.plan) || typeof value.config !== 'string') return null;
  return {
    images: numberOf(value.images),
    classes: Array.isArray(value.classes) ? value.classes.map(String) : [],
    reasons: listOf(value.plan.reasons).map((one) => ({
      what: textOf(one.what),
      choice: textOf(one.choice),
      why: textOf(one.why),
    })),
    baseline: readBaseline(value.baseline),
    config: value.config,
  };
}

/** A line of `--progress json`. Null for any other line. */
export function readProgress(line: string): { done: number; total: number | null } | null {
  try {
    const value: unknown = JSON.parse(line);
    if (!isFields(value) || typeof value.done !== 'number') return null;
    return { done: value.done, total: typeof value.total === 'number' ? value.total : null };
  } catch {
    return null;
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function readShare(value: unknown): Share | null {
  if (!isFields(value)) return null;
  const { value: share, low, high } = value;
  return typeof share === 'number' && typeof low === 'number' && typeof high === 'number'
    ? { value: share, low, high }
    : null;
}
