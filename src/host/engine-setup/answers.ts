/** What the host reads of the answers of `loupe setup` and `loupe engines`; anything else in them is not its business. */
export interface FoundTensorFlow {
  folder: string;
  version: string | null;
  flavor: 'cpu' | 'cuda' | null;
  origin: string;
}

export interface TensorFlowList {
  cards: string[];
  found: FoundTensorFlow[];
  refused: { place: string; reason: string }[];
}

export interface TriedEngine {
  name: string;
  works: boolean;
  label: string;
  device: string;
  /** Why it was chosen, or why it does not work. */
  reason: string;
}

export interface SetUpOutcome {
  label: string;
  device: string;
  noGpu: { reason: string; advice: string } | null;
}

type Fields = Record<string, unknown>;

/** Null where the answer is not one of `loupe setup --list`. */
export function readTensorFlowList(answer: unknown): TensorFlowList | null {
  if (!isFields(answer) || !Array.isArray(answer.found) || !Array.isArray(answer.refused)) return null;
  return {
    cards: Array.isArray(answer.cards) ? answer.cards.map(String) : [],
    found: answer.found.filter(isFields).map((one) => ({
      folder: text(one.folder),
      version: typeof one.version === 'string' ? one.version : null,
      flavor: one.flavor === 'cpu' || one.flavor === 'cuda' ? one.flavor : null,
      origin: text(one.origin),
    })),
    refused: answer.refused.filter(isFields).map((one) => ({ place: text(one.place), reason: text(one.reason) })),
  };
}

/** Null where the answer is not one of `loupe setup`. */
export function readSetUp(answer: unknown): SetUpOutcome | null {
  if (!isFields(answer) || !isFields(answer.probe) || !isFields(answer.probe.info)) return null;
  const noGpu = isFields(answer.noGpu)
    ? { reason: text(answer.noGpu.reason), advice: text(answer.noGpu.advice) }
    : null;
  return { label: text(answer.probe.info.label), device: text(answer.probe.info.device), noGpu };
}

/** Null where the answer is not one of `loupe engines`. */
export function readEngines(answer: unknown): { engines: TriedEngine[]; auto: TriedEngine } | null {
  if (!isFields(answer) || !Array.isArray(answer.engines)) return null;
  const auto = readEngine(answer.auto);
  if (!auto) return null;
  return { engines: answer.engines.map(readEngine).filter((one) => one !== null), auto };
}

function readEngine(value: unknown): TriedEngine | null {
  if (!isFields(value)) return null;
  const info = isFields(value.info) ? value.info : {};
  return {
    name: text(value.works === true ? (info.name ?? value.name) : value.name),
    works: value.works === true,
    label: text(info.label),
    device: text(info.device),
    reason: text(value.reason),
  };
}

/** The line of `--progress json` that says what is being done. */
export function readWork(line: string): string | null {
  try {
    const value: unknown = JSON.parse(line);
    if (!isFields(value)) return null;
    return text(value.text) || text(value.what) || null;
  } catch {
    return null;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
