// First scan and re-open of 10,000 and 100,000 files: tiny distinct PNGs in a temporary folder. `node bench/scan.ts [files …]`
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { openDataSet } from '../src/dataset/open.ts';
import type { ScanProgress } from '../src/dataset/types.ts';
import { writeResult } from './result-file.ts';

const CLASSES = 10;
const SIDE = 32;

const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [10_000, 100_000];
const rows = [];
for (const count of counts) rows.push(await measure(count));
writeResult('scan', { image: `PNG, ${SIDE} × ${SIDE}, all different`, classes: CLASSES, rows });

async function measure(files: number) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-scan-'));
  try {
    const root = path.join(folder, 'data');
    writeImages(root, files);
    const open = async () => {
      let last: ScanProgress | undefined;
      const start = performance.now();
      const data = await openDataSet(root, {
        cacheFolder: path.join(folder, 'cache'),
        onProgress: (now) => (last = now),
      });
      const seconds = (performance.now() - start) / 1000;
      if (data.images.length !== files) throw new Error(`${data.images.length} images`);
      return { seconds: Number(seconds.toFixed(2)), filesRead: last?.read };
    };
    const scan = await open();
    const reopens = [await open(), await open(), await open()];
    const reopen = reopens.sort((a, b) => a.seconds - b.seconds)[1];
    return {
      files,
      scan: { ...scan, filesPerSecond: Math.round(files / scan.seconds) },
      reopen,
      rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
    };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** A PNG costs the writer little when the pixels are a few bytes repeated; the image's number makes each different. */
function writeImages(root: string, count: number): void {
  for (let c = 0; c < CLASSES; c++) fs.mkdirSync(path.join(root, `class-${c}`), { recursive: true });
  const rows = Buffer.alloc(SIDE * (1 + SIDE * 3), 120);
  for (let y = 0; y < SIDE; y++) rows[y * (1 + SIDE * 3)] = 0;
  for (let i = 0; i < count; i++) {
    rows.writeUInt32LE(i, 1);
    const file = path.join(root, `class-${i % CLASSES}`, `image-${i}.png`);
    fs.writeFileSync(file, png(deflateSync(rows, { level: 1 })));
  }
}

function png(data: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE, 0);
  header.writeUInt32BE(SIDE, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  out.set(body, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
