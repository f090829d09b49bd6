import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { EngineError } from '../engine-error.ts';

export type Layer = layers.Layer;

/** One layer call. Values are numbered in the order they are made; value 0 is the model's input. */
export interface PlanStep {
  layer: Layer;
  /** Numbers of the values it reads. */
  inputs: number[];
  output: number;
  /** A ReLU that only this step feeds and that is done together with it. */
  relu: boolean;
  /** Values that nothing reads after this step. */
  lastUses: number[];
}

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
 * @param fusesRelu class names of layers whose following ReLU the engine computes in the same pass
 * @throws EngineError `unsupported-model` for other models
 */
export function planModel(model: LayersModel, fusesRelu: ReadonlySet<string> = new Set()): Plan {
  const logits = logitsOf(model);
  const input = model.inputs[0] as SymbolicTensor;
  const [, height, width, channels] = input.shape;
  if (model.inputs.length !== 1 || !height || !width || !channels || input.shape.length !== 4) {
    throw unsupported(model, 'its input is not one batch of images [batch, height, width, channel]');
  }
  const steps = fuseRelu(callsBefore(model, logits), logits, fusesRelu);
  const numbers = new Map<number, number>([[input.id, 0]]);
  const planned = steps.map(({ call, relu, output }): PlanStep => {
    const inputs = call.inputTensors.map((tensor) => numbers.get(tensor.id) as number);
    numbers.set(output.id, numbers.size);
    return { layer: call.outboundLayer, inputs, output: numbers.size - 1, relu, lastUses: [] };
  });
  const result = numbers.get(logits.id);
  if (result === undefined) throw unsupported(model, 'its logits do not depend on its input');
  markLastUses(planned, result);
  return { steps: planned, logits: result, inputShape: [height, width, channels], classes: logits.shape.at(-1) ?? 0 };
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
  call: Call;
  output: SymbolicTensor;
  relu: boolean;
}

function fuseRelu(calls: Call[], logits: SymbolicTensor, fusesRelu: ReadonlySet<string>): FusedCall[] {
  const readers = new Map<number, Call[]>();
  for (const call of calls) {
    for (const tensor of call.inputTensors) readers.set(tensor.id, [...(readers.get(tensor.id) ?? []), call]);
  }
  const fusedAway = new Set<Call>();
  const fused: FusedCall[] = [];
  for (const call of calls) {
    if (fusedAway.has(call)) continue;
    const output = call.outputTensors[0] as SymbolicTensor;
    const [reader, ...others] = readers.get(output.id) ?? [];
    const alone = reader !== undefined && others.length === 0 && output.id !== logits.id;
    if (alone && fusesRelu.has(call.outboundLayer.getClassName()) && isRelu(reader.outboundLayer)) {
      fusedAway.add(reader);
      fused.push({ call, output: reader.outputTensors[0] as SymbolicTensor, relu: true });
    } else {
      fused.push({ call, output, relu: false });
    }
  }
  return fused;
}

/** True for `Activation('relu')` and a `ReLU` layer without a ceiling. */
export function isRelu(layer: Layer): boolean {
  const config = layer.getConfig();
  if (layer.getClassName() === 'Activation') return config.activation === 'relu';
  return layer.getClassName() === 'ReLU' && config.maxValue == null;
}

function markLastUses(steps: PlanStep[], logits: number): void {
  const seen = new Set([logits]);
  for (const step of [...steps].reverse()) {
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
