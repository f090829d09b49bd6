import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { mayCarryExif } from '../../../src/images/carries-exif.ts';
import { decodeForLook, inspectImage } from '../../../src/images/decode.ts';
import type { FileFormat } from '../../../src/images/sniff.ts';

const image = () => sharp({ create: { width: 24, height: 12, channels: 3, background: '#808080' } });

const files: [name: string, format: FileFormat, content: Promise<Buffer>, expected: boolean][] = [
  ['plain JPEG', 'jpeg', image().jpeg().toBuffer(), false],
  ['progressive JPEG', 'jpeg', image().jpeg({ progressive: true }).toBuffer(), false],
  ['JPEG with a profile', 'jpeg', image().withIccProfile('p3').jpeg().toBuffer(), false],
  ['turned JPEG', 'jpeg', image().withMetadata({ orientation: 6 }).jpeg().toBuffer(), true],
  ['JPEG with XMP', 'jpeg', image().withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>').jpeg().toBuffer(), true],
  ['plain PNG', 'png', image().png().toBuffer(), false],
  ['PNG with a palette', 'png', image().png({ palette: true }).toBuffer(), false],
  ['turned PNG', 'png', image().withMetadata({ orientation: 6 }).png().toBuffer(), true],
  ['any WebP', 'webp', image().webp().toBuffer(), true],
  [
    'JPEG that ends in its header',
    'jpeg',
    image()
      .jpeg()
      .toBuffer()
      .then((bytes) => bytes.subarray(0, 30)),
    true,
  ],
  [
    'PNG without an end',
    'png',
    image()
      .png()
      .toBuffer()
      .then((bytes) => bytes.subarray(0, 60)),
    true,
  ],
  ['no bytes', 'jpeg', Promise.resolve(Buffer.alloc(0)), true],
];

for (const [name, format, content, expected] of files) {
  test(`may carry EXIF: ${name}`, async () => assert.equal(mayCarryExif(await content, format), expected));
}

test('orientation 2 to 8 of JPEG and PNG is followed', async () => {
  for (let orientation = 1; orientation <= 8; orientation++) {
    for (const format of ['jpeg', 'png'] as const) {
      const bytes = await image().withMetadata({ orientation }).toFormat(format).toBuffer();
      const { raw } = await decodeForLook(bytes, 256);
      const upright = orientation < 5 ? [24, 12] : [12, 24];
      assert.deepEqual([raw.width, raw.height], upright, `${format} ${orientation}`);
      const facts = await inspectImage(bytes);
      assert.deepEqual([facts.width, facts.height], upright, `${format} ${orientation}`);
    }
  }
});
