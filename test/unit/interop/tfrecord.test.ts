import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32c } from '../../../src/interop/crc32c.ts';
import { encodeRecord, readRecords } from '../../../src/interop/tfrecord.ts';

const ascii = (text: string) => new TextEncoder().encode(text);

describe('CRC-32C', () => {
  // The check value of the CRC catalogue, and the examples of RFC 3720, appendix B.4.
  const known: [string, Uint8Array, number][] = [
    ['nothing', new Uint8Array(), 0],
    ['123456789', ascii('123456789'), 0xe3069283],
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(255), 0x62a8ab43],
    ['0 … 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ];
  for (const [name, bytes, expected] of known) it(name, () => assert.equal(crc32c(bytes), expected));
});

describe('TFRecord', () => {
  const texts = ['', 'one', 'a longer record'];
  const file = Buffer.concat(texts.map((text) => encodeRecord(ascii(text))));
  const read = (bytes: Uint8Array, start = 0) => {
    const { records, ...rest } = readRecords(bytes, start);
    return { texts: records.map((record) => Buffer.from(record).toString()), ...rest };
  };

  it("an empty record is TensorFlow's, masked checksums included", () => {
    assert.equal(Buffer.from(encodeRecord(new Uint8Array())).toString('hex'), '000000000000000029039807d8ea82a2');
  });

  it('gives back what was written', () => {
    assert.deepEqual(read(file), { texts, end: file.length, damage: null });
  });

  it('goes on where it ended', () => {
    assert.deepEqual(read(file, 16).texts, texts.slice(1));
  });

  it('leaves a record that is still being written, wherever it is cut', () => {
    const second = 16 + 12 + 3 + 4;
    for (let length = second; length < file.length; length++) {
      assert.deepEqual(read(file.subarray(0, length)), { texts: ['', 'one'], end: second, damage: null });
    }
  });

  it('a byte that changed is damage, and what came before it stays', () => {
    for (let at = 16; at < file.length; at++) {
      const damaged = Uint8Array.from(file);
      damaged[at] = (damaged[at] as number) ^ 1;
      const { texts: kept, damage } = read(damaged);
      assert.ok(kept.length < 3, `byte ${at}`);
      assert.match(String(damage), /checksum/);
    }
  });
});
