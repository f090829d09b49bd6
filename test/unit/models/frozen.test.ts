import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { MessageWriter } from '../../../src/interop/protobuf.ts';
import { averaged } from '../../../src/models/frozen/extractor.ts';
import { parseOnnx, withOutput } from '../../../src/models/frozen/onnx-file.ts';
import { openFrozen } from '../../../src/models/frozen/open.ts';
import { openWeightFile } from '../../../src/models/weights/open.ts';
import type { Problem } from '../../../src/problem.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-frozen-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

interface OnnxParts {
  shape?: (number | string)[];
  type?: number;
  nodes?: [operation: string, inputs: string[], output: string][];
  outputs?: string[];
  metadata?: Record<string, string>;
  inputs?: string[];
}

/** An ONNX file of operations without attributes; `w` and `b` are constants. */
function onnx({
  shape = ['n', 3, 32, 32],
  type = 1,
  nodes,
  outputs = ['y'],
  metadata = {},
  inputs = ['x'],
}: OnnxParts = {}) {
  const graph = new MessageWriter();
  for (const [operation, from, to] of nodes ?? [['Relu', ['x'], 'y']]) {
    const node = new MessageWriter();
    for (const name of from) node.bytes(1, name);
    graph.message(1, node.bytes(2, to).bytes(4, operation));
  }
  for (const name of ['w', 'b']) graph.message(5, new MessageWriter().integer(1, 1).integer(2, 1).bytes(8, name));
  const axes = new MessageWriter();
  for (const length of shape) {
    axes.message(
      1,
      typeof length === 'number' ? new MessageWriter().integer(1, length) : new MessageWriter().bytes(2, length),
    );
  }
  const tensor = new MessageWriter().message(1, new MessageWriter().integer(1, type).message(2, axes));
  for (const name of inputs) graph.message(11, new MessageWriter().bytes(1, name).message(2, tensor));
  for (const name of outputs) graph.message(12, new MessageWriter().bytes(1, name));
  const file = new MessageWriter().integer(1, 8).message(7, graph);
  for (const [key, value] of Object.entries(metadata))
    file.message(14, new MessageWriter().bytes(1, key).bytes(2, value));
  return file.finish();
}

let files = 0;
function written(bytes: Uint8Array | string, name = `${files++}.onnx`): string {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, bytes);
  return file;
}

async function refusal(file: string): Promise<string> {
  let found = '';
  await assert.rejects(openFrozen(file), (error: Problem) => {
    assert.equal(error.code, 'bad-weights-file');
    found = error.message;
    return true;
  });
  return found;
}

describe('an ONNX file', () => {
  it('says what it takes and gives', async () => {
    const network = await openFrozen(written(onnx()));
    assert.deepEqual(network?.input, {
      name: 'x',
      height: 32,
      width: 32,
      channels: 3,
      layout: 'nchw',
      type: 'float32',
      batch: null,
    });
    assert.deepEqual([network?.features, network?.normalize], ['y', 'imagenet']);
  });

  const features: [name: string, parts: OnnxParts, value: string][] = [
    [
      'what goes into Gemm',
      {
        nodes: [
          ['Flatten', ['x'], 'f'],
          ['Gemm', ['f', 'w', 'b'], 'y'],
        ],
      },
      'f',
    ],
    [
      'what goes into MatMul, with bias and softmax',
      {
        nodes: [
          ['MatMul', ['x', 'w'], 'm'],
          ['Add', ['b', 'm'], 'a'],
          ['Softmax', ['a'], 'y'],
        ],
      },
      'x',
    ],
    ['a map, where nothing is linear', { nodes: [['Conv', ['x', 'w'], 'y']] }, 'y'],
    [
      'an output that is called so',
      { nodes: [['Gemm', ['x', 'w', 'b'], 'y']], outputs: ['y', 'pooler_output'] },
      'pooler_output',
    ],
    ['the output of a product of two values', { nodes: [['MatMul', ['w', 'x'], 'y']] }, 'y'],
  ];
  for (const [name, parts, value] of features) {
    it(`is described by ${name}`, async () => assert.equal((await openFrozen(written(onnx(parts))))?.features, value));
  }

  const guesses: [name: string, parts: OnnxParts, normalize: string][] = [
    ['Ultralytics', { metadata: { author: 'Ultralytics', task: 'classify' } }, 'zero-one'],
    ['CLIP', { outputs: ['image_embeds'] }, 'clip'],
    ['TensorFlow’s layout', { shape: [1, 224, 224, 3] }, 'minus-one-one'],
    ['whole numbers', { shape: [1, 224, 224, 3], type: 2 }, 'zero-255'],
    ['a grey picture', { shape: ['n', 1, 28, 28] }, 'imagenet'],
  ];
  for (const [name, parts, normalize] of guesses) {
    it(`of ${name} is guessed to want ${normalize}`, async () => {
      assert.equal((await openFrozen(written(onnx(parts))))?.normalize, normalize);
    });
  }

  const refused: [name: string, parts: OnnxParts, message: RegExp][] = [
    ['loops', { nodes: [['Loop', ['x'], 'y']] }, /operation Loop, whose time has no bound/],
    ['two inputs', { inputs: ['x', 'z'] }, /2 inputs \(x, z\)/],
    ['float16', { type: 10 }, /export it in float32/],
    ['a sequence', { shape: ['n', 77] }, /2 axes/],
    ['five channels', { shape: [1, 5, 32, 32] }, /5 channels/],
    ['no outputs', { outputs: [] }, /no outputs/],
  ];
  for (const [name, parts, message] of refused) {
    it(`with ${name} is refused`, async () => assert.match(await refusal(written(onnx(parts))), message));
  }

  it('with a loop in a branch is refused', async () => {
    const loop = new MessageWriter().message(1, new MessageWriter().bytes(2, 'y').bytes(4, 'Loop'));
    const branch = new MessageWriter().bytes(1, 'then_branch').message(6, loop);
    const node = new MessageWriter().bytes(1, 'x').bytes(2, 'y').bytes(4, 'If').message(5, branch);
    const more = new MessageWriter().message(7, new MessageWriter().message(1, node)).finish();
    assert.match(await refusal(written(Buffer.concat([onnx(), more]))), /operation Loop/);
  });

  it('is refused when it is none, empty or cut off', async () => {
    const whole = onnx();
    for (const bytes of [Buffer.from('hello'), Buffer.alloc(0), whole.subarray(0, whole.length - 5)]) {
      await refusal(written(bytes));
    }
  });

  it('takes one more output behind', () => {
    assert.deepEqual(
      parseOnnx(withOutput(onnx(), 'inside')).outputs.map(({ name }) => name),
      ['y', 'inside'],
    );
  });
});

describe('rows of an output', () => {
  const values = Float32Array.from({ length: 24 }, (_, i) => i);
  const table: [name: string, shape: number[], layout: 'nchw' | 'nhwc', first: number[]][] = [
    ['a row an image', [2, 12], 'nchw', [...values.subarray(0, 12)]],
    ['a map, channels first', [2, 3, 2, 2], 'nchw', [1.5, 5.5, 9.5]],
    ['a map, channels last', [2, 2, 2, 3], 'nhwc', [4.5, 5.5, 6.5]],
    ['a square map in the other layout', [2, 3, 2, 2], 'nhwc', [1.5, 5.5, 9.5]],
    ['a sequence', [2, 4, 3], 'nchw', [4.5, 5.5, 6.5]],
  ];
  for (const [name, shape, layout, first] of table) {
    it(`are averages of ${name}`, () => {
      const rows = averaged({ shape, values }, 2, layout);
      assert.deepEqual([...rows.subarray(0, rows.length / 2)], [...first]);
    });
  }
  it('need an axis of images', () => assert.throws(() => averaged({ shape: [3, 8], values }, 2, 'nchw'), /3 × 8/));
});

describe('a SavedModel', () => {
  function saved(operation: string): string {
    const text = (value: string) => new MessageWriter().bytes(1, value);
    const axes = new MessageWriter();
    for (const length of [-1, 32, 32, 3]) axes.message(2, new MessageWriter().integer(1, length));
    const info = new MessageWriter().bytes(1, 'serving_default_x:0').integer(2, 1).message(3, axes);
    const signature = new MessageWriter()
      .message(1, text('x').message(2, info))
      .message(2, text('y').message(2, new MessageWriter().bytes(1, 'StatefulPartitionedCall:0').integer(2, 1)));
    const inside = new MessageWriter().message(3, text('n').bytes(2, operation));
    const graph = new MessageWriter().message(2, new MessageWriter().message(1, inside));
    const meta = new MessageWriter()
      .message(1, new MessageWriter().bytes(4, 'serve'))
      .message(2, graph)
      .message(5, text('serving_default').message(2, signature));
    const bytes = new MessageWriter().integer(1, 1).message(2, meta).finish();
    return path.dirname(written(bytes, `saved-${operation}/saved_model.pb`));
  }

  it('says what it takes', async () => {
    const network = await openFrozen(saved('Conv2D'));
    assert.deepEqual([network?.format, network?.input.height, network?.features], ['saved-model', 32, 'y']);
  });
  for (const operation of ['PyFunc', 'EagerPyFunc', 'WriteFile', 'ReadFile', 'While', 'TFRecordDatasetV2']) {
    it(`with ${operation} in a function is refused`, async () => {
      assert.match(await refusal(saved(operation)), new RegExp(`operation ${operation}`));
    });
  }
});

describe('a model.json of TensorFlow.js', () => {
  const manifest = (name: string) => [{ paths: [name], weights: [{ name: 'a/kernel', shape: [2], dtype: 'float32' }] }];
  const layers = (name: string) =>
    JSON.stringify({ format: 'layers-model', modelTopology: {}, weightsManifest: manifest(name) });

  for (const name of ['../secret.bin', '/etc/passwd', 'a/../../b', 'C:\\x', 'https://example.org/a.bin']) {
    it(`may not name ${name}`, () => {
      const file = openWeightFile(written(layers(name), `out-${files++}/model.json`));
      assert.throws(() => file.tensors.get('a/kernel')?.read(), /outside its folder/);
    });
  }

  it('lacks a file in words', () => {
    const file = openWeightFile(written(layers('gone.bin'), `lack-${files++}/model.json`));
    assert.throws(() => file.tensors.get('a/kernel')?.read(), /gone\.bin is missing beside it/);
  });

  it('with layers of a size that no layer has is refused before memory is taken', async () => {
    const topology = {
      class_name: 'Sequential',
      config: { layers: [{ class_name: 'Dense', config: { units: 1e9 } }] },
    };
    const json = {
      format: 'layers-model',
      modelTopology: { model_config: topology },
      weightsManifest: manifest('a.bin'),
    };
    assert.match(await refusal(written(JSON.stringify(json), `big-${files++}/model.json`)), /1000000000 units/);
  });

  const faulty: [what: string, change: { from?: string; name?: string; dtype?: string }, message: RegExp][] = [
    ['whose input has a type that is none', { dtype: 'floats2' }, /its input holds floats2, not float32/],
    ['whose layers wait for what is not there', { name: 'imagf' }, /layer imagf is called image in its own settings/],
    ['whose last layer waits for what is not there', { from: 'imagf' }, /layer pool takes what imagf never gives/],
  ];
  for (const [what, { from = 'image', name = 'image', dtype = 'float32' }, message] of faulty) {
    it(`${what} is refused`, async () => {
      const image = { batch_input_shape: [null, 8, 8, 3], dtype, name: 'image' };
      const pool = { name: 'pool', class_name: 'GlobalAveragePooling2D', config: { name: 'pool' } };
      const topology = {
        class_name: 'Model',
        config: {
          name: 'whole',
          layers: [
            { name, class_name: 'InputLayer', config: image, inbound_nodes: [] },
            { ...pool, inbound_nodes: [[[from, 0, 0, {}]]] },
          ],
          input_layers: [['image', 0, 0]],
          output_layers: [['pool', 0, 0]],
        },
      };
      const json = { format: 'layers-model', modelTopology: { model_config: topology }, weightsManifest: [] };
      assert.match(await refusal(written(JSON.stringify(json), `wired-${files++}/model.json`)), message);
    });
  }

  it('with a loop is refused', async () => {
    const json = { format: 'graph-model', modelTopology: { node: [{ name: 'a', op: 'While' }] }, weightsManifest: [] };
    assert.match(await refusal(written(JSON.stringify(json), `loop-${files++}/model.json`)), /operation While/);
  });
});
