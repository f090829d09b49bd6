import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExif } from '../../../src/images/exif.ts';

interface Tag {
  tag: number;
  type: number;
  count: number;
  /** The value itself, or where it lies. */
  value: number;
}

/** A TIFF structure: the main directory at 8, a second one at 100, data from 200 on. */
function block(
  little: boolean,
  main: Tag[],
  photo: Tag[] = [],
  data: Record<number, string | number[]> = {},
): Uint8Array {
  const bytes = new Uint8Array(400);
  const view = new DataView(bytes.buffer, 6);
  bytes.set(new TextEncoder().encode('Exif\0\0'));
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  for (const [offset, tags] of [[8, main] as const, [100, photo] as const]) {
    view.setUint16(offset, tags.length, little);
    tags.forEach(({ tag, type, count, value }, i) => {
      const at = offset + 2 + i * 12;
      view.setUint16(at, tag, little);
      view.setUint16(at + 2, type, little);
      view.setUint32(at + 4, count, little);
      if (type === 3) view.setUint16(at + 8, value, little);
      else view.setUint32(at + 8, value, little);
    });
  }
  for (const [offset, content] of Object.entries(data)) {
    if (typeof content === 'string') bytes.set(new TextEncoder().encode(`${content}\0`), 6 + Number(offset));
    else for (const [i, value] of content.entries()) view.setUint32(Number(offset) + 4 * i, value, little);
  }
  return bytes;
}

const data = {
  200: 'Lumen X100',
  220: '2024:05:01 10:20:30',
  250: [1, 250],
  260: [28, 10],
  270: [350, 10],
};

for (const little of [true, false]) {
  test(`EXIF, ${little ? 'little' : 'big'} endian: camera, date, exposure, orientation, GPS`, () => {
    const bytes = block(
      little,
      [
        { tag: 0x0110, type: 2, count: 11, value: 200 },
        { tag: 0x0112, type: 3, count: 1, value: 6 },
        { tag: 0x8769, type: 4, count: 1, value: 100 },
        { tag: 0x8825, type: 4, count: 1, value: 300 },
      ],
      [
        { tag: 0x829a, type: 5, count: 1, value: 250 },
        { tag: 0x829d, type: 5, count: 1, value: 260 },
        { tag: 0x8827, type: 3, count: 1, value: 400 },
        { tag: 0x9003, type: 2, count: 20, value: 220 },
        { tag: 0x9209, type: 3, count: 1, value: 16 },
        { tag: 0x920a, type: 5, count: 1, value: 270 },
      ],
      data,
    );
    assert.deepEqual(
      readExif(bytes).map(({ name, value }) => `${name}: ${value}`),
      [
        'Camera: Lumen X100',
        'Orientation: turned by 90° to the right',
        'Exposure: 1/250 s',
        'Aperture: f/2.8',
        'ISO: 400',
        'Taken: 2024-05-01 10:20:30',
        'Flash: off',
        'Focal length: 35 mm',
        'Position: the file tells where it was taken (GPS)',
      ],
    );
  });
}

test('damaged blocks give what can be read, never an error', () => {
  assert.deepEqual(readExif(new Uint8Array()), []);
  assert.deepEqual(readExif(new Uint8Array(300).fill(7)), []);
  const beyond = block(
    true,
    [
      { tag: 0x0110, type: 2, count: 4_000_000_000, value: 200 },
      { tag: 0x8769, type: 4, count: 1, value: 4_000_000_000 },
      { tag: 0x0112, type: 3, count: 1, value: 77 },
      { tag: 0x0131, type: 2, count: 11, value: 200 },
    ],
    [],
    data,
  );
  assert.deepEqual(readExif(beyond), [{ name: 'Software', value: 'Lumen X100' }]);
  const whole = block(true, [{ tag: 0x0110, type: 2, count: 11, value: 200 }], [], data);
  for (let length = 0; length < whole.length; length += 7) readExif(whole.subarray(0, length));
});

test('a date of zeros, and a division by zero, are no values', () => {
  const zeros = { 200: '0000:00:00 00:00:00', 250: [1, 0] };
  const main = [
    { tag: 0x0132, type: 2, count: 20, value: 200 },
    { tag: 0x8769, type: 4, count: 1, value: 100 },
  ];
  assert.deepEqual(readExif(block(true, main, [{ tag: 0x829a, type: 5, count: 1, value: 250 }], zeros)), []);
});
