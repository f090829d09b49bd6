import { WeightFileError } from '../weights/weight-file.ts';

const MODELS_OF_CALLS = new Set(['Model', 'Functional']);

/**
 * Refuses a topology whose layers take what no other layer gives. TensorFlow.js would wait for it without end: it tries the calls of a model
 * again and again until none is left.
 * @param className of the model whose `config` it is, or of anything that may hold models
 * @param config its keys in camel case
 * @throws WeightFileError
 */
export function assertWiring(className: unknown, config: unknown): void {
  if (typeof config !== 'object' || config === null) return;
  const { layers } = config as Record<string, unknown>;
  if (MODELS_OF_CALLS.has(String(className)) && Array.isArray(layers)) assertCalls(layers);
  const inner = 'className' in config ? config.className : undefined;
  for (const [key, part] of Object.entries(config)) assertWiring(key === 'config' ? inner : undefined, part);
}

interface Wired {
  name: string;
  /** The calls that were made already, as TensorFlow.js numbers them. */
  made: number;
  waiting: Source[][];
}

interface Source {
  layer: string;
  call: number;
}

function assertCalls(layers: readonly unknown[]): void {
  const byName = new Map<string, Wired>();
  for (const layer of layers) {
    const wired = wiredOf(layer);
    if (byName.has(wired.name)) throw new WeightFileError(`two layers are called ${wired.name}`);
    byName.set(wired.name, wired);
  }
  const isThere = ({ layer, call }: Source) => call < (byName.get(layer)?.made ?? 0);
  let left = [...byName.values()].filter(({ waiting }) => waiting.length > 0);
  while (left.length > 0) {
    const before = left.reduce((sum, { waiting }) => sum + waiting.length, 0);
    for (const wired of left) {
      const ready = wired.waiting.filter((sources) => sources.every(isThere));
      wired.waiting = wired.waiting.filter((sources) => !ready.includes(sources));
      wired.made += ready.filter((sources) => sources.length > 0).length;
    }
    left = left.filter(({ waiting }) => waiting.length > 0);
    const after = left.reduce((sum, { waiting }) => sum + waiting.length, 0);
    const [stuck] = left;
    if (after === before && stuck) {
      const missing = stuck.waiting.flat().find((source) => !isThere(source));
      throw new WeightFileError(`layer ${stuck.name} takes what ${missing?.layer} never gives`);
    }
  }
}

function wiredOf(layer: unknown): Wired {
  const { name, className, config, inboundNodes } = recordOf(layer);
  const inner = recordOf(config);
  if (typeof name !== 'string') throw new WeightFileError('a layer of it has no name');
  // TensorFlow.js looks for a layer by the one and for its calls by the other.
  if (inner.name !== undefined && inner.name !== name)
    throw new WeightFileError(`layer ${name} is called ${String(inner.name)} in its own settings`);
  const own = inner.layers ?? config;
  if (className === 'Sequential' && Array.isArray(own) && own.length === 0)
    throw new WeightFileError(`${name} has no layers`);
  if (!Array.isArray(inboundNodes)) throw new WeightFileError(`nothing says what layer ${name} takes`);
  // An input, and a model within the model, have been called once when they are made.
  const isModel = className === 'Sequential' || MODELS_OF_CALLS.has(String(className));
  const made = className === 'InputLayer' || isModel ? 1 : 0;
  return { name, made, waiting: inboundNodes.map((call) => sourcesOf(name, call)) };
}

function sourcesOf(name: string, call: unknown): Source[] {
  if (!Array.isArray(call)) throw new WeightFileError(`it is not readable what layer ${name} takes`);
  return call.map((source: unknown) => {
    const [layer, index] = Array.isArray(source) ? (source as unknown[]) : [];
    if (typeof layer !== 'string' || !Number.isInteger(index) || (index as number) < 0)
      throw new WeightFileError(`it is not readable what layer ${name} takes`);
    return { layer, call: index as number };
  });
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
