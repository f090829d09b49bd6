import type { Graph } from './graph.ts';
import { type Margins, marginsTensor } from './reshaping.ts';
import { knownSize } from './shapes.ts';
import type { Tensor } from './types.ts';
import { dataType } from './types.ts';
import type { Pair } from './windows.ts';

/**
 * Every `block`-th pixel of `x` [batch, height, width, channel] becomes a picture of its own: [batch · blocks, …]. The margins
 * (of height and width), zeros, make the sizes multiples of the block.
 */
export function spaceToBatch(graph: Graph, x: Tensor, block: Pair, margins: Margins): Tensor {
  const [height, width] = [0, 1].map((i) => {
    const [before, after] = margins[i] ?? [0, 0];
    return (knownSize(x.shape, i + 1) + before + after) / (block[i] ?? 1);
  }) as [number, number];
  const shape = [null, height, width, knownSize(x.shape, 3)];
  const inputs = [x, graph.integers(block), marginsTensor(graph, margins)];
  const attributes = {
    T: { type: x.type },
    Tblock_shape: { type: dataType.int32 },
    Tpaddings: { type: dataType.int32 },
  };
  return graph.tensor(
    'SpaceToBatchND',
    inputs,
    attributes,
    { type: x.type, shape },
    { gradient: ([dy]) => [dy ? batchToSpace(graph, dy, block, margins) : null, null, null] },
  );
}

/** Undoes `spaceToBatch`; here the margins are taken away. */
export function batchToSpace(graph: Graph, x: Tensor, block: Pair, margins: Margins): Tensor {
  const [height, width] = [0, 1].map((i) => {
    const [before, after] = margins[i] ?? [0, 0];
    return knownSize(x.shape, i + 1) * (block[i] ?? 1) - before - after;
  }) as [number, number];
  const shape = [null, height, width, knownSize(x.shape, 3)];
  const inputs = [x, graph.integers(block), marginsTensor(graph, margins)];
  const attributes = { T: { type: x.type }, Tblock_shape: { type: dataType.int32 }, Tcrops: { type: dataType.int32 } };
  return graph.tensor(
    'BatchToSpaceND',
    inputs,
    attributes,
    { type: x.type, shape },
    { gradient: ([dy]) => [dy ? spaceToBatch(graph, dy, block, margins) : null, null, null] },
  );
}

/** `x` [batch, height, width, channel] at another size, corners not aligned (the first pixel's corner is the picture's). */
export function resize(graph: Graph, x: Tensor, kind: 'NearestNeighbor' | 'Bilinear', size: Pair): Tensor {
  const attributes = { T: { type: x.type }, align_corners: { boolean: false }, half_pixel_centers: { boolean: false } };
  const shape = [x.shape[0] ?? null, ...size, knownSize(x.shape, 3)];
  const operation = `Resize${kind}`;
  return graph.tensor(
    operation,
    [x, graph.integers(size)],
    attributes,
    { type: x.type, shape },
    {
      gradient: ([dy]) => {
        if (!dy) return [null, null];
        // The one gradient asks for the input itself, the other for its size.
        const back = kind === 'Bilinear' ? x : graph.integers([knownSize(x.shape, 1), knownSize(x.shape, 2)]);
        return [graph.tensor(`${operation}Grad`, [dy, back], attributes, x), null];
      },
    },
  );
}
