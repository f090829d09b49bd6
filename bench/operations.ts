interface TopologyLayer {
  class_name: string;
  config: {
    name: string;
    filters?: number;
    kernel_size?: number[];
    strides?: number[];
    padding?: string;
    units?: number;
  };
  inbound_nodes: [string][][];
}

/**
 * Multiplications and additions of the convolutions and dense layers for one image; a training step does them three times: forwards, and
 * backwards by inputs and by weights.
 */
export function operations(topology: unknown, { mode, side }: { mode: string; side: number }): number {
  const { layers } = (topology as { config: { layers: TopologyLayer[] } }).config;
  const shapes = new Map<string, { side: number; channels: number }>();
  let total = 0;
  for (const { class_name, config, inbound_nodes } of layers) {
    const before = shapes.get(inbound_nodes[0]?.[0]?.[0] ?? '') ?? { side, channels: 3 };
    const after = { ...before };
    const [window = 1] = config.kernel_size ?? [];
    const [stride = 1] = config.strides ?? [];
    if (/Conv2D|MaxPooling2D/.test(class_name)) after.side = Math.ceil(before.side / stride);
    if (class_name === 'Conv2D') {
      after.channels = config.filters ?? 0;
      total += 2 * after.side ** 2 * window ** 2 * before.channels * after.channels;
    }
    if (class_name === 'DepthwiseConv2D') total += 2 * after.side ** 2 * window ** 2 * after.channels;
    if (class_name === 'Dense') total += 2 * before.channels * (config.units ?? 0);
    // A margin before a window that has none of its own is what `same` would add.
    shapes.set(config.name, class_name === 'ZeroPadding2D' ? before : after);
  }
  return mode === 'train' ? 3 * total : total;
}
