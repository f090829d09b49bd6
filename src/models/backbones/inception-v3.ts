import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { activation, type BackboneContext, concat, conv, maxPool, norm } from './layers.ts';

type Size = number | readonly [number, number];

/** Inception-v3 (Szegedy et al. 2016) with torchvision's names: [batch, height, width, 3] → [batch, ≈ height/32, ≈ width/32, 2048]. From 75 px. */
export function inceptionV3(image: SymbolicTensor, context: BackboneContext): SymbolicTensor {
  const net = new Inception(context);
  let x = net.conv(image, 'Conv2d_1a_3x3', 32, 3, { stride: 2, padding: 0 });
  x = net.conv(x, 'Conv2d_2a_3x3', 32, 3, { padding: 0 });
  x = net.conv(x, 'Conv2d_2b_3x3', 64, 3);
  x = maxPool(x, { name: 'maxpool1', kernel: 3, stride: 2 });
  x = net.conv(x, 'Conv2d_3b_1x1', 80, 1);
  x = net.conv(x, 'Conv2d_4a_3x3', 192, 3, { padding: 0 });
  x = maxPool(x, { name: 'maxpool2', kernel: 3, stride: 2 });
  for (const [name, pooled] of [
    ['Mixed_5b', 32],
    ['Mixed_5c', 64],
    ['Mixed_5d', 64],
  ] as const)
    x = net.a(x, name, pooled);
  x = net.b(x, 'Mixed_6a');
  for (const [name, inner] of [
    ['Mixed_6b', 128],
    ['Mixed_6c', 160],
    ['Mixed_6d', 160],
    ['Mixed_6e', 192],
  ] as const)
    x = net.c(x, name, inner);
  x = net.d(x, 'Mixed_7a');
  for (const name of ['Mixed_7b', 'Mixed_7c']) x = net.e(x, name);
  return x;
}

/** The five kinds of blocks, by torchvision's letters. */
class Inception {
  readonly #context: BackboneContext;

  constructor(context: BackboneContext) {
    this.#context = context;
  }

  conv(
    x: SymbolicTensor,
    name: string,
    filters: number,
    kernel: Size,
    options: { stride?: number; padding?: Size } = {},
  ): SymbolicTensor {
    const convolved = conv(x, this.#context, { name: `${name}.conv`, filters, kernel, ...options });
    return activation(norm(convolved, this.#context, `${name}.bn`), 'relu', `${name}.relu`);
  }

  a(x: SymbolicTensor, name: string, pooled: number): SymbolicTensor {
    const one = this.conv(x, `${name}.branch1x1`, 64, 1);
    const five = this.conv(this.conv(x, `${name}.branch5x5_1`, 48, 1), `${name}.branch5x5_2`, 64, 5);
    let double = this.conv(x, `${name}.branch3x3dbl_1`, 64, 1);
    double = this.conv(double, `${name}.branch3x3dbl_2`, 96, 3);
    double = this.conv(double, `${name}.branch3x3dbl_3`, 96, 3);
    return concat([one, five, double, this.#pooled(x, name, pooled)], `${name}.concat`);
  }

  b(x: SymbolicTensor, name: string): SymbolicTensor {
    const three = this.conv(x, `${name}.branch3x3`, 384, 3, { stride: 2, padding: 0 });
    let double = this.conv(x, `${name}.branch3x3dbl_1`, 64, 1);
    double = this.conv(double, `${name}.branch3x3dbl_2`, 96, 3);
    double = this.conv(double, `${name}.branch3x3dbl_3`, 96, 3, { stride: 2, padding: 0 });
    return concat([three, double, maxPool(x, { name: `${name}.pool`, kernel: 3, stride: 2 })], `${name}.concat`);
  }

  c(x: SymbolicTensor, name: string, inner: number): SymbolicTensor {
    const one = this.conv(x, `${name}.branch1x1`, 192, 1);
    let seven = this.conv(x, `${name}.branch7x7_1`, inner, 1);
    seven = this.conv(seven, `${name}.branch7x7_2`, inner, [1, 7]);
    seven = this.conv(seven, `${name}.branch7x7_3`, 192, [7, 1]);
    let double = this.conv(x, `${name}.branch7x7dbl_1`, inner, 1);
    double = this.conv(double, `${name}.branch7x7dbl_2`, inner, [7, 1]);
    double = this.conv(double, `${name}.branch7x7dbl_3`, inner, [1, 7]);
    double = this.conv(double, `${name}.branch7x7dbl_4`, inner, [7, 1]);
    double = this.conv(double, `${name}.branch7x7dbl_5`, 192, [1, 7]);
    return concat([one, seven, double, this.#pooled(x, name, 192)], `${name}.concat`);
  }

  d(x: SymbolicTensor, name: string): SymbolicTensor {
    let three = this.conv(x, `${name}.branch3x3_1`, 192, 1);
    three = this.conv(three, `${name}.branch3x3_2`, 320, 3, { stride: 2, padding: 0 });
    let seven = this.conv(x, `${name}.branch7x7x3_1`, 192, 1);
    seven = this.conv(seven, `${name}.branch7x7x3_2`, 192, [1, 7]);
    seven = this.conv(seven, `${name}.branch7x7x3_3`, 192, [7, 1]);
    seven = this.conv(seven, `${name}.branch7x7x3_4`, 192, 3, { stride: 2, padding: 0 });
    return concat([three, seven, maxPool(x, { name: `${name}.pool`, kernel: 3, stride: 2 })], `${name}.concat`);
  }

  e(x: SymbolicTensor, name: string): SymbolicTensor {
    const one = this.conv(x, `${name}.branch1x1`, 320, 1);
    const three = this.conv(x, `${name}.branch3x3_1`, 384, 1);
    let double = this.conv(x, `${name}.branch3x3dbl_1`, 448, 1);
    double = this.conv(double, `${name}.branch3x3dbl_2`, 384, 3);
    const parts = [
      this.conv(three, `${name}.branch3x3_2a`, 384, [1, 3]),
      this.conv(three, `${name}.branch3x3_2b`, 384, [3, 1]),
      this.conv(double, `${name}.branch3x3dbl_3a`, 384, [1, 3]),
      this.conv(double, `${name}.branch3x3dbl_3b`, 384, [3, 1]),
    ];
    return concat([one, ...parts, this.#pooled(x, name, 192)], `${name}.concat`);
  }

  /**
   * 3 × 3 averages, then 1 × 1. PyTorch averages the zeros around the picture too, TensorFlow does not.
   */
  #pooled(x: SymbolicTensor, name: string, filters: number): SymbolicTensor {
    const torch = this.#context.flavor === 'torch';
    const padding: [[number, number], [number, number]] = [
      [1, 1],
      [1, 1],
    ];
    const around = torch ? (layers.zeroPadding2d({ name: `${name}.pool.pad`, padding }).apply(x) as SymbolicTensor) : x;
    const mode = torch ? 'valid' : 'same';
    const pool = layers.averagePooling2d({ name: `${name}.pool`, poolSize: 3, strides: 1, padding: mode });
    return this.conv(pool.apply(around) as SymbolicTensor, `${name}.branch_pool`, filters, 1);
  }
}
