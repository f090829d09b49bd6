import { Unsupported } from '../engines/tensorflow/lower/layer-config.ts';
import { Problem } from '../problem.ts';
import type { LayerCall } from './flat-model.ts';

/**
 * Does something with one layer; what it can't do is told with the layer's name.
 * @param format e.g. `ONNX`
 * @throws Problem `layer-not-exportable`
 */
export function withLayer<Result>(call: LayerCall, format: string, convert: () => Result): Result {
  try {
    return convert();
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    throw new Problem(
      'layer-not-exportable',
      `The layer “${call.name}” (${call.className}) can't be written as ${format}: ${error.message}.`,
      'Choose another format, or replace the layer.',
      { cause: error },
    );
  }
}

/** The one input of a layer that takes one. @throws Unsupported */
export function only<Value>(inputs: readonly Value[]): Value {
  const [value, ...more] = inputs;
  if (value === undefined || more.length > 0) throw new Unsupported(`it has ${inputs.length} inputs`);
  return value;
}
