import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { EngineError } from '../engine-error.ts';

export type Layer = layers.Layer;

/** One layer call. Values are numbered in the order they are made; value 0 is the model's input. */
export interface PlanStep {
  layer: Layer;
  /** Number of the call in the model, whatever an engine fuses: it seeds dropout. */
  number: number;
  /** Numbers of the values it reads. */
  inputs: number[];
  output: number;
  /** Name of the layer whose output that is: the ReLU's where one is fused. */
  outputLayer: string;
  /** [batch, …] of the output; the batch is null. */
  shape: (number | null)[];
  /** A ReLU that only this step feeds and that is done together with it. */
  relu: boolean;
  /** Zeros that a ZeroPadding2D layer would have put around the input. */
  padding?: Padding;
  /** Values that nothing reads after this step. */
  lastUses: number[];
}

export type Padding = [[top: number, bottom: number], [left: number, right: number]];

/** What an engine does in one pass: by class names of layers. */
export interface Fusions {
  /** Layers that do the ReLU that follows them. */
  relu: ReadonlySet<string>;
  /** Layers that do the zero padding before them. A maximum ignores the padding, which is the same where no value is below 0. */
  padding: ReadonlySet<string>;
}

export const noFusions: Fusions = { relu: new Set(), padding: new Set() };

/** The calls that lead from a model's input to its logits, in an order in which every input is ready. */
export interface Plan {
  steps: PlanStep[];
  /** Number of the value that holds the logits. */
  logits: number;
  inputShape: [height: number, width: number, channels: number];
  classes: number;
}

/**
 * Reads a model's graph up to the input of its last layer, an `Activation('softmax')`.
 * @throws EngineError `unsupported-model` for other models
 */
export function planModel(model: LayersModel, fusions: Fusions = noFusions): Plan {
  const logits = logitsOf(model);
  const input = model.inputs[0] as SymbolicTensor;
  const [, height, width, channels] = input.shape;
  if (model.inputs.length !== 1 || !height || !width || !channels || input.shape.length !== 4) {
    throw unsupported(model, 'its input is not one batch of images [batch, height, width, channel]');
  }
  const steps = fuse(callsBefore(model, logits), logits, fusions);
  const numbers = new Map<number, number>([[input.id, 0]]);
  const planned = steps.map(({ layer, number, inputs, output, relu, padding }): PlanStep => {
    const read = inputs.map((tensor) => numbers.get(tensor.id) as number);
    numbers.set(output.id, numbers.size);
    return {
      ...{ layer, number, inputs: read, output: numbers.size - 1 },
      ...{ outputLayer: output.sourceLayer.name, shape: output.shape },
      ...{ relu, ...(padding && { padding }), lastUses: [] },
    };
  });
  const result = numbers.get(logits.id);
  if (result === undefined) throw unsupported(model, 'its logits do not depend on its input');
  markLastUses(planned, [result]);
  return { steps: planned, logits: result, inputShape: [height, width, channels], classes: logits.shape.at(-1) ?? 0 };
}

/**
 * Cuts a plan in two: what depends on no weight that is trained, so that no gradient is computed there, and the rest. Every
 * input is ready in both orders; `first` leaves the values that `rest` reads.
 */
export function splitPlan(plan: Plan, isTrained: (layer: Layer) => boolean): { first: PlanStep[]; rest: PlanStep[] } {
  const first: PlanStep[] = [];
  const rest: PlanStep[] = [];
  const constant = new Set([0]);
  for (const step of plan.steps) {
    const depends = isTrained(step.layer) || step.inputs.some((value) => !constant.has(value));
    if (!depends) constant.add(step.output);
    (depends ? rest : first).push({ ...step });
  }
  markLastUses(rest, [plan.logits]);
  markLastUses(first, [plan.logits, ...rest.flatMap((step) => step.inputs)]);
  return { first, rest };
}

type Call = LayersModel['nodesByDepth'][string][number];

function logitsOf(model: LayersModel): SymbolicTensor {
  const last = model.outputLayers[0];
  if (
    model.outputs.length !== 1 ||
    last?.getClassName() !== 'Activation' ||
    last.getConfig().activation !== 'softmax'
  ) {
    throw unsupported(model, 'it does not end in one Activation layer with softmax');
  }
  const node = last.inboundNodes[model.outputLayersNodeIndices[0] ?? 0];
  return node?.inputTensors[0] as SymbolicTensor;
}

/** Every call the logits depend on, sources first. */
function callsBefore(model: LayersModel, logits: SymbolicTensor): Call[] {
  const depths = Object.keys(model.nodesByDepth).sort((a, b) => Number(b) - Number(a));
  const ordered = depths
    .flatMap((depth) => model.nodesByDepth[depth] ?? [])
    .filter((call) => call.inputTensors.length > 0);
  const needed = new Set([logits.id]);
  const kept: Call[] = [];
  for (const call of ordered.reverse()) {
    if (!call.outputTensors.some((tensor) => needed.has(tensor.id))) continue;
    if (call.outputTensors.length !== 1)
      throw unsupported(model, `layer ${call.outboundLayer.name} has several outputs`);
    for (const tensor of call.inputTensors) needed.add(tensor.id);
    kept.push(call);
  }
  // An InputLayer's own call makes the value the plan starts from.
  return kept.reverse().filter((call) => call.outboundLayer.getClassName() !== 'InputLayer');
}

interface FusedCall {
  layer: Layer;
  number: number;
  inputs: SymbolicTensor[];
  output: SymbolicTensor;
  relu: boolean;
  padding?: Padding;
}

function fuse(calls: Call[], logits: SymbolicTensor, fusions: Fusions): FusedCall[] {
  const soleReader = soleReaders(calls, logits);
  const done = new Set<Call>();
  const paddings = new Map<number, { source: SymbolicTensor; padding: Padding }>();
  const notNegative = new Set<number>();
  const fused: FusedCall[] = [];
  for (const [number, call] of calls.entries()) {
    if (done.has(call)) continue;
    const layer = call.outboundLayer;
    const reader = soleReader.get((call.outputTensors[0] as SymbolicTensor).id);
    const input = call.inputTensors[0] as SymbolicTensor;
    if (reader && canPad(layer, reader.outboundLayer, fusions, notNegative.has(input.id))) {
      const padding = layer.getConfig().padding as Padding;
      paddings.set((call.outputTensors[0] as SymbolicTensor).id, { source: input, padding });
      continue;
    }
    const relu = reader !== undefined && fusions.relu.has(layer.getClassName()) && isRelu(reader.outboundLayer);
    if (relu) done.add(reader);
    const output = (relu ? reader : call).outputTensors[0] as SymbolicTensor;
    if (relu || isRelu(layer)) notNegative.add(output.id);
    const padded = paddings.get(input.id);
    const inputs = padded ? [padded.source] : call.inputTensors;
    fused.push({ layer, number, inputs, output, relu, ...(padded && { padding: padded.padding }) });
  }
  return fused;
}

/** For values that one call reads, and that are not the result: that call. */
function soleReaders(calls: Call[], logits: SymbolicTensor): Map<number, Call> {
  const readers = new Map<number, Call[]>();
  for (const call of calls) {
    for (const { id } of call.inputTensors) readers.set(id, [...(readers.get(id) ?? []), call]);
  }
  const sole = [...readers].filter(([id, all]) => all.length === 1 && id !== logits.id);
  return new Map(sole.map(([id, all]) => [id, all[0] as Call]));
}

function canPad(layer: Layer, reader: Layer, fusions: Fusions, notNegative: boolean): boolean {
  if (layer.getClassName() !== 'ZeroPadding2D' || !fusions.padding.has(reader.getClassName())) return false;
  const channelsLast = [layer, reader].every((one) => one.getConfig().dataFormat === 'channelsLast');
  const { padding, dilationRate } = reader.getConfig() as { padding: string; dilationRate?: number[] };
  const plain = padding === 'valid' && channelsLast && (dilationRate ?? []).every((rate) => rate === 1);
  return plain && (reader.getClassName() !== 'MaxPooling2D' || notNegative);
}

/** True for `Activation('relu')` and a `ReLU` layer without a ceiling. */
export function isRelu(layer: Layer): boolean {
  const config = layer.getConfig();
  if (layer.getClassName() === 'Activation') return config.activation === 'relu';
  return layer.getClassName() === 'ReLU' && config.maxValue == null;
}

/** @param needed values that are read after the last of `steps` */
function markLastUses(steps: PlanStep[], needed: Iterable<number>): void {
  const seen = new Set(needed);
  for (const step of [...steps].reverse()) {
    step.lastUses = [];
    for (const value of new Set(step.inputs)) {
      if (seen.has(value)) continue;
      seen.add(value);
      step.lastUses.push(value);
    }
  }
}

function unsupported(model: LayersModel, why: string): EngineError {
  return new EngineError(
    'unsupported-model',
    `The model ${model.name} can't be trained: ${why}.`,
    'Choose one of the architectures that Loupe builds.',
  );
}
