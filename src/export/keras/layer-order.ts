/** One output of one call of a layer: what Keras calls a Keras tensor. */
export interface KerasTensor<Layer = string> {
  layer: Layer;
  inputs: readonly KerasTensor<Layer>[];
}

/**
 * The layers of a functional model in the order of Keras' `model.layers`, on which the names in a weight file depend: by
 * decreasing distance from the output (the longest path counts), equal ones in the order in which a depth-first walk from the
 * output meets them (keras/src/ops/function.py, `map_graph`).
 */
export function layerOrder<Layer>(output: KerasTensor<Layer>): Layer[] {
  const met = new Map<Layer, number>();
  const finished = new Set<KerasTensor<Layer>>();
  const walk = (tensor: KerasTensor<Layer>) => {
    if (finished.has(tensor)) return;
    if (!met.has(tensor.layer)) met.set(tensor.layer, met.size);
    for (const input of tensor.inputs) walk(input);
    finished.add(tensor);
  };
  walk(output);
  const depths = new Map<KerasTensor<Layer>, number>();
  const layerDepths = new Map<Layer, number>();
  for (const tensor of [...finished].reverse()) {
    const depth = Math.max(depths.get(tensor) ?? 0, layerDepths.get(tensor.layer) ?? 0);
    layerDepths.set(tensor.layer, depth);
    for (const input of tensor.inputs) depths.set(input, Math.max(depth + 1, depths.get(input) ?? 0));
  }
  const depthOf = (layer: Layer) => layerDepths.get(layer) ?? 0;
  const place = (layer: Layer) => met.get(layer) ?? 0;
  return [...met.keys()].sort((a, b) => depthOf(b) - depthOf(a) || place(a) - place(b));
}
