import { io, serialization } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { TfjsModel } from '../weights/tfjs-file.ts';
import { WeightFileError } from '../weights/weight-file.ts';
import { assertWiring } from './wiring.ts';

export type Layer = layers.Layer;

/** Layers make room for their weights before they are read: a size that no layer has is refused. */
const MOST_UNITS = 100_000;
const MOST_DEPTH = 64;

/**
 * A layers model of TensorFlow.js with its weights, as `tf.loadLayersModel` gives it, at once. Needs a TensorFlow.js backend.
 * @throws WeightFileError
 */
export function readLayersModel(description: TfjsModel): LayersModel {
  const { json, weights, readWeights } = description;
  assertSizes(json.modelTopology, 0);
  try {
    const model = deserialize(json.modelTopology);
    const values = io.decodeWeights(readWeights().buffer, weights as io.WeightsManifestEntry[]);
    // Those of an optimizer may be there too.
    const optimizer = new Set(weights.filter(({ group }) => group === 'optimizer').map(({ name }) => name));
    model.loadWeights(Object.fromEntries(Object.entries(values).filter(([name]) => !optimizer.has(name))), true);
    for (const value of Object.values(values)) value.dispose();
    return model;
  } catch (error) {
    throw asWeightFileError(error);
  }
}

/** What TensorFlow.js says of a model that it can't make, in one line. */
export function asWeightFileError(error: unknown): WeightFileError {
  if (error instanceof WeightFileError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const [line = ''] = message.split('\n');
  return new WeightFileError(`TensorFlow.js says: ${line.slice(0, 300).replace(/\.$/, '')}`, { cause: error });
}

function deserialize(topology: unknown): LayersModel {
  const inner = fieldOf(topology, 'model_config') ?? topology;
  const className = fieldOf(inner, 'class_name');
  const known = serialization.SerializationMap.getMap().classNameMap;
  const found = typeof className === 'string' && Object.hasOwn(known, className) ? known[className] : undefined;
  if (!found) throw new WeightFileError(`it is no model of layers (${String(className)})`);
  const [Kind, fromConfig] = found;
  const config = toCamelCase(fieldOf(inner, 'config'), '') as serialization.ConfigDict;
  assertWiring(className, config);
  // Without first weights, which take their time and are not needed; the type of `fromConfig` does not say that models take two more arguments.
  const make: (kind: typeof Kind, config: serialization.ConfigDict, custom: object, fast: boolean) => object =
    fromConfig;
  const model = make(Kind, config, {}, true);
  if (!isModel(model)) throw new WeightFileError(`it is no model of layers (${String(className)})`);
  return model;
}

export function isModel(layer: object): layer is LayersModel {
  return 'layers' in layer && 'outputs' in layer && 'inputs' in layer;
}

/** As TensorFlow.js turns Python's names into its own; names of layers stay as they are. */
function toCamelCase(value: unknown, key: string): unknown {
  if (typeof value === 'string') return camel(value);
  if (Array.isArray(value)) {
    const hasNames = key === 'inboundNodes' || key === 'outputLayers' || key === 'inputLayers';
    return value.map((one, i) => (hasNames && i === 0 && typeof one === 'string' ? one : toCamelCase(one, key)));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) =>
    name === 'name' && typeof part === 'string' ? [name, part] : [camel(name), toCamelCase(part, camel(name))],
  );
  return Object.fromEntries(entries);
}

function camel(text: string): string {
  return text.length <= 1 ? text : text.replace(/_+(\w|$)/g, (_, letter: string) => letter.toUpperCase());
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function assertSizes(value: unknown, depth: number): void {
  if (depth > MOST_DEPTH) throw new WeightFileError('its layers are nested deeper than any network’s');
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    const isSize = key === 'units' || key === 'filters' || key === 'output_dim' || key === 'input_dim';
    if (isSize && typeof part === 'number' && !(part > 0 && part <= MOST_UNITS)) {
      throw new WeightFileError(`a layer of it has ${part} ${key}`);
    }
    assertSizes(part, depth + 1);
  }
}
