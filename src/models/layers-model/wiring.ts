import { isRecord } from '../../jobs/record.ts';
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
  /** The calls that are there when it is made, as TensorFlow.js numbers them. */
  made: number;
  calls: Call[];
}

interface Call {
  layer: string;
  takes: { layer: string; call: number }[];
}

function assertCalls(layers: readonly unknown[]): void {
  const made = new Map<string, number>();
  let waiting: Call[] = [];
  for (const layer of layers) {
    const wired = wiredOf(layer);
    if (made.has(wired.name)) throw new WeightFileError(`two layers are called ${wired.name}`);
    made.set(wired.name, wired.made);
    waiting.push(...wired.calls);
  }
  const isThere = ({ layer, call }: Call['takes'][number]) => call < (made.get(layer) ?? 0);
  while (waiting.length > 0) {
    const ready = new Set(waiting.filter(({ takes }) => takes.every(isThere)));
    if (ready.size === 0) {
      const { layer, takes } = waiting[0] as Call;
      throw new WeightFileError(`layer ${layer} takes what ${takes.find((one) => !isThere(one))?.layer} never gives`);
    }
    // One that takes nothing is not made.
    for (const { layer, takes } of ready) if (takes.length > 0) made.set(layer, (made.get(layer) ?? 0) + 1);
    waiting = waiting.filter((call) => !ready.has(call));
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
  return { name, made, calls: inboundNodes.map((call) => callOf(name, call)) };
}

function callOf(name: string, call: unknown): Call {
  if (!Array.isArray(call)) throw new WeightFileError(`it is not readable what layer ${name} takes`);
  const takes = call.map((source: unknown) => {
    const [layer, index] = Array.isArray(source) ? (source as unknown[]) : [];
    if (typeof layer !== 'string' || !Number.isInteger(index) || (index as number) < 0)
      throw new WeightFileError(`it is not readable what layer ${name} takes`);
    return { layer, call: index as number };
  });
  return { layer: name, takes };
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}
