import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';

/**
 * A name for each of `model.weights`, in that order: `<layer>/<role>`, e.g. `conv1/kernel`. Unlike TensorFlow.js's own names
 * they don't depend on what else the process has built, so a state moves between processes and engines.
 */
export function weightNames(model: LayersModel): string[] {
  const owners = new Map<LayerVariable, string>();
  collectOwners(model, '', owners);
  const used = new Set<string>();
  return model.weights.map((weight) => {
    const role = weight.originalName.split('/').at(-1) ?? weight.originalName;
    const base = `${owners.get(weight) ?? model.name}/${role}`;
    let name = base;
    for (let i = 1; used.has(name); i++) name = `${base}_${i}`;
    used.add(name);
    return name;
  });
}

function collectOwners(model: LayersModel, prefix: string, owners: Map<LayerVariable, string>): void {
  for (const layer of model.layers) {
    const path = `${prefix}${layer.name}`;
    if ('layers' in layer) collectOwners(layer as LayersModel, `${path}/`, owners);
    else for (const weight of layer.weights) owners.set(weight, path);
  }
}

/**
 * What an optimizer keeps for a weight, named `<weight>/<slot>`: SGD `momentum` (only where it has momentum); Adam and AdamW `m` and `v`;
 * RMSprop `v` (mean square) and `momentum` (only where it has momentum); Lion `m`. `accumulated`, only in the middle of an accumulation:
 * the sum of the gradients so far.
 */
export type OptimizerSlot = 'momentum' | 'm' | 'v' | 'accumulated';

export function slotName(weight: string, slot: OptimizerSlot): string {
  return `${weight}/${slot}`;
}

/** A scalar: updates so far (Adam's t). */
export const iterationsName = 'iterations';

/** A scalar, only in the middle of an accumulation: how many gradients `accumulated` holds. */
export const accumulatedStepsName = 'accumulated-steps';
