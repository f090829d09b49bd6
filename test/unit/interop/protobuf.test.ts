import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MessageWriter, readFields, varint } from '../../../src/interop/protobuf.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('protocol-buffer messages', () => {
  // The first two and the string are the examples of the encoding's own documentation.
  const numbers: [number, string][] = [
    [0, '00'],
    [1, '01'],
    [150, '9601'],
    [127, '7f'],
    [128, '8001'],
    [2 ** 31, '8080808008'],
    [-1, 'ffffffffffffffffff01'],
    [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
  ];
  for (const [value, expected] of numbers) {
    it(`varint ${value}`, () => assert.equal(hex(varint(value)), expected));
  }

  it('writes fields of every kind', () => {
    assert.equal(hex(new MessageWriter().integer(1, 150).finish()), '089601');
    assert.equal(hex(new MessageWriter().bytes(2, 'testing').finish()), '120774657374696e67');
    assert.equal(hex(new MessageWriter().integer(5, true).finish()), '2801');
    assert.equal(hex(new MessageWriter().float(4, 1).finish()), '250000803f');
    assert.equal(hex(new MessageWriter().message(3, new MessageWriter().integer(1, 150)).finish()), '1a03089601');
    assert.equal(hex(new MessageWriter().packedIntegers(6, [3, 270, 86942]).finish()), '3206038e029ea705');
    assert.equal(hex(new MessageWriter().mapEntry(5, 'a', new MessageWriter()).finish()), '2a050a01611200');
    assert.equal(hex(new MessageWriter().bytes(1, 'ü').finish()), '0a02c3bc');
    assert.equal(hex(new MessageWriter().integer(16, 1).finish()), '800101');
  });
});

describe('reading messages', () => {
  const values = (bytes: Uint8Array) =>
    [...readFields(bytes)].map((field) => {
      if (field.kind === 'integer') return [field.number, field.value];
      if (field.kind === 'bytes') return [field.number, Buffer.from(field.bytes).toString()];
      const { bytes: view } = field;
      return [field.number, field.kind === 'fixed32' ? view.getFloat32(0, true) : view.getFloat64(0, true)];
    });

  it('gives back fields of every kind', () => {
    const written = new MessageWriter()
      .integer(1, 150)
      .integer(2, -1)
      .float(3, 0.5)
      .double(4, Math.PI)
      .bytes(5, 'ü')
      .message(1000, new MessageWriter().bytes(1, 'inner'))
      .finish();
    const inner = Buffer.from(new MessageWriter().bytes(1, 'inner').finish()).toString();
    assert.deepEqual(values(written), [
      [1, 150],
      [2, -1],
      [3, 0.5],
      [4, Math.PI],
      [5, 'ü'],
      [1000, inner],
    ]);
  });

  it('says what is no message', () => {
    const bad: [string, RegExp][] = [
      ['08', /too far/],
      ['0880808080808080808080808001', /more than ten/],
      ['0a05616263', /too far/],
      ['0d0000', /too far/],
      ['0affffffffffffffffff01', /length of -1/],
      ['0b', /wire type 3/],
    ];
    for (const [bytes, message] of bad) {
      assert.throws(() => values(Uint8Array.from(Buffer.from(bytes, 'hex'))), message, bytes);
    }
  });
});
