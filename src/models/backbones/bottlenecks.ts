import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Blocks of each stage (He et al. 2016, table 1). */
const stages = { 50: [3, 4, 6, 3], 101: [3, 4, 23, 3] } as const;

export const STAGES = 4;

/** A bottleneck block puts out this many times its inner channels. */
export const EXPANSION = 4;

export interface Bottleneck {
  /** torchvision's: `layer2.0`. */
  name: string;
  /** Inner ones. */
  channels: number;
  stride: number;
  /** The shortcut is a convolution: the first block of a stage. */
  project: boolean;
}

/**
 * The four stages of bottleneck blocks that Keras' ResNets share: [batch, height, width, 64] → [batch, height/8, width/8, 2048].
 * @param strided whether the block, of a stage of so many, halves the picture
 */
export function bottlenecks(
  image: SymbolicTensor,
  depth: keyof typeof stages,
  block: (x: SymbolicTensor, options: Bottleneck) => SymbolicTensor,
  strided: (stage: number, i: number, blocks: number) => boolean,
): SymbolicTensor {
  let x = image;
  stages[depth].forEach((blocks, stage) => {
    for (let i = 0; i < blocks; i++) {
      const stride = strided(stage, i, blocks) ? 2 : 1;
      x = block(x, { name: `layer${stage + 1}.${i}`, channels: 64 * 2 ** stage, stride, project: i === 0 });
    }
  });
  return x;
}
