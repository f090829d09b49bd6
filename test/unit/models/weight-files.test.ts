import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { ZipFile } from '../../../src/interop/zip-file.ts';
import { bfloatToNumber, halfToNumber, toFloat32 } from '../../../src/models/weights/dtypes.ts';
import { openWeightFile } from '../../../src/models/weights/open.ts';
import { unpickle } from '../../../src/models/weights/pickle.ts';
import { torchReader } from '../../../src/models/weights/torch-state.ts';
import { Problem } from '../../../src/problem.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-weights-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Bytes of opcodes (numbers) and text. */
function bytes(...parts: (number | string)[]): Uint8Array {
  return Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part, 'latin1'))));
}

const text = (value: string) => [0x58, value.length, 0, 0, 0, value];
const STOP = 0x2e;

describe('a pickle', () => {
  const table: [string, Uint8Array, unknown][] = [
    [
      'whole numbers',
      bytes(0x80, 2, 0x28, 0x4b, 7, 0x4d, 1, 1, 0x4a, 0xff, 0xff, 0xff, 0xff, 0x8a, 2, 0, 0xff, 0x74, STOP),
      [7, 257, -1, -256],
    ],
    ['a long of no bytes', bytes(0x8a, 0, STOP), 0],
    ['a float', bytes(0x47, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, STOP), 1.5],
    ['constants', bytes(0x4e, 0x88, 0x89, 0x87, STOP), [null, true, false]],
    [
      'a dictionary',
      bytes(0x7d, 0x28, ...text('a'), 0x4b, 1, ...text('b'), 0x4b, 2, 0x75, STOP),
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    ],
    ['a list that grows', bytes(0x5d, 0x4b, 1, 0x61, 0x28, 0x4b, 2, 0x4b, 3, 0x65, STOP), [1, 2, 3]],
    ['a memo', bytes(...text('x'), 0x71, 0, 0x68, 0, 0x86, STOP), ['x', 'x']],
    [
      'an ordered dictionary',
      bytes('ccollections\nOrderedDict\n', 0x29, 0x52, ...text('k'), 0x4b, 5, 0x73, 0x7d, 0x62, STOP),
      new Map([['k', 5]]),
    ],
    [
      'names on the stack',
      bytes(...text('torch'), ...text('Size'), 0x93, 0x4b, 2, 0x4b, 3, 0x86, 0x85, 0x52, STOP),
      [2, 3],
    ],
  ];
  for (const [name, pickle, value] of table) {
    it(`gives ${name}`, () => assert.deepEqual(unpickle(pickle, torchReader), { value, length: pickle.length }));
  }

  const refusals: [string, Uint8Array, RegExp][] = [
    ['code', bytes('cos\nsystem\n', ...text('rm'), 0x85, 0x52, STOP), /needs the Python class or function os\.system/],
    [
      'a class of a network',
      bytes('ctorchvision.models.resnet\nResNet\n', 0x29, 0x81, STOP),
      /torchvision\.models\.resnet\.ResNet.*state_dict/,
    ],
    ['an unknown opcode', bytes(0x80, 2, 0x69, STOP), /opcode 0x69/],
    ['an empty stack', bytes(STOP), /damaged/],
    ['a mark where a value should be', bytes(0x28, STOP), /damaged/],
    ['a missing memo', bytes(0x68, 9, STOP), /damaged/],
    ['no end', bytes(0x4e), /cut off/],
    ['a text beyond the end', bytes(0x58, 0xff, 0xff, 0xff, 0x7f, 'x'), /cut off/],
    [
      'a storage of objects',
      bytes(
        0x28,
        ...text('storage'),
        'ctorch\nObjectStorage\n',
        ...text('0'),
        ...text('cpu'),
        0x4b,
        1,
        0x74,
        0x51,
        STOP,
      ),
      /type torch\.ObjectStorage/,
    ],
  ];
  for (const [name, pickle, message] of refusals) {
    it(`with ${name} is refused`, () =>
      assert.throws(() => unpickle(pickle, torchReader), { name: 'WeightFileError', message }));
  }
});

describe('values', () => {
  for (const [bits, value] of [
    [0x3c00, 1],
    [0xc000, -2],
    [0x0001, 2 ** -24],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0x7e00, Number.NaN],
  ] as const) {
    it(`float16 0x${bits.toString(16)} is ${value}`, () => assert.equal(halfToNumber(bits), value));
  }
  it('bfloat16 is the upper half of a float32', () => assert.equal(bfloatToNumber(0xc020), -2.5));
  it('are read from any place and cut-off ones refused', () => {
    const block = Buffer.alloc(9);
    block.writeFloatLE(0.5, 1);
    block.writeFloatLE(-3, 5);
    assert.deepEqual([...toFloat32(block.subarray(1), 'float32', 2)], [0.5, -3]);
    assert.throws(() => toFloat32(block, 'float64', 2), /cut off/);
    assert.throws(() => toFloat32(block, 'complex64', 1), /type complex64/);
  });
});

interface Entry {
  name: string;
  data: Uint8Array;
  method?: 0 | 8;
  /** What the directory claims. */
  size?: number;
}

/** A zip archive without checksums, which are not looked at. */
function zip(entries: Entry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, data, method = 0, size = data.length } of entries) {
    const packed = method === 8 ? deflateRawSync(data) : Buffer.from(data);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(size, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(at, 42);
    parts.push(local, Buffer.from(name), packed);
    directory.push(central, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

function write(name: string, content: Uint8Array): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, content);
  return file;
}

describe('a zip archive', () => {
  const data = Buffer.from('weights '.repeat(100));

  it('gives its entries, packed or not, and parts of them', () => {
    const archive = new ZipFile(
      write(
        'both.zip',
        zip([
          { name: 'a', data },
          { name: 'b', data, method: 8 },
        ]),
      ),
    );
    assert.deepEqual(
      archive.entries.map(({ name, size }) => [name, size]),
      [
        ['a', 800],
        ['b', 800],
      ],
    );
    for (const name of ['a', 'b']) {
      assert.equal(Buffer.from(archive.read(name)).toString(), data.toString());
      assert.equal(Buffer.from(archive.read(name, 8, 7)).toString(), 'weights');
    }
    assert.throws(() => archive.read('c'), /has no c/);
    assert.throws(() => archive.read('a', 799, 2), /cut off/);
    archive.close();
  });

  it('that unpacks to more than it says is refused', () => {
    const archive = new ZipFile(write('bomb.zip', zip([{ name: 'a', data: Buffer.alloc(1e6), method: 8, size: 10 }])));
    assert.throws(() => archive.read('a'), /a is damaged/);
    archive.close();
  });

  it('cut off anywhere is an error, never a hang', () => {
    const whole = zip([{ name: 'a', data }]);
    for (let length = 0; length < whole.length; length += 37) {
      assert.throws(() => new ZipFile(write('cut.zip', whole.subarray(0, length))), { name: 'FormatError' });
    }
  });
});

describe('a weight file', () => {
  const refusals: [string, Uint8Array, RegExp][] = [
    ['nothing in it', Buffer.alloc(0), /no format that is known/],
    ['a picture', Buffer.from('\x89PNG\r\n'), /no format that is known/],
    ['another archive', zip([{ name: 'code/model.py', data: Buffer.from('x') }]), /neither data\.pkl/],
    ['no weights', zip([{ name: 'archive/data.pkl', data: bytes(0x7d, STOP) }]), /no weights by name/],
    [
      'a header that is too long',
      Buffer.concat([Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{}')]),
      /no format that is known/,
    ],
    [
      'a damaged header',
      Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{"a')]),
      /header is damaged/,
    ],
  ];
  for (const [name, content, message] of refusals) {
    it(`with ${name} is refused with its name`, () => {
      const file = write('bad.pth', content);
      assert.throws(
        () => openWeightFile(file),
        (error) => {
          assert.ok(error instanceof Problem && error.code === 'bad-weights-file', String(error));
          assert.match(error.message, message);
          assert.ok(error.message.includes(file));
          return true;
        },
      );
    });
  }

  it('that is not there is told', () => {
    assert.throws(() => openWeightFile(path.join(folder, 'none')), { code: 'no-weights-file' });
    assert.throws(() => openWeightFile(folder), { code: 'no-weights-file', message: `${folder} is a folder.` });
  });
});
