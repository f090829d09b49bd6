import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { Catalogue } from '../src/catalogue/catalogue.ts';
import { measureImages } from '../src/catalogue/measure-images.ts';
import { openCatalogue } from '../src/catalogue/open-catalogue.ts';
import { idsOf, orderOf } from '../src/catalogue/order.ts';
import type { FindingKind } from '../src/protocol/findings.ts';
import { type Defect, defects, type Pixels } from './defects.ts';

/** Kinds that are judged by what most images of the set are like. */
const BESIDE_STYLE: readonly FindingKind[] = [
  'odd-size',
  'greyscale',
  'uniform-border',
  'low-information',
  'low-contrast',
];

export interface FinderQuality {
  kind: FindingKind;
  defect: string;
  /** Images made faulty, and the same images as they are. */
  faulty: number;
  untouched: number;
  found: number;
  falseAlarms: number;
  /** Of a set that is half faulty. */
  precision: number;
  recall: number;
}

/** Share of images that a score calls an issue, untouched and made faulty. */
export interface ScoreQuality {
  defect: string;
  recall: number;
  falseAlarmRate: number;
}

/**
 * The same of a score that another program computes, for the defects of one kind.
 * @param isIssue for each file, in order
 */
export async function scoreQuality(
  kind: FindingKind,
  files: readonly string[],
  isIssue: (files: string[]) => boolean[],
): Promise<ScoreQuality[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-defects-'));
  const share = (flags: boolean[]) => flags.filter(Boolean).length / flags.length;
  try {
    const falseAlarmRate = share(isIssue([...files]));
    const found: ScoreQuality[] = [];
    for (const defect of defects.filter((entry) => entry.kind === kind)) {
      const made: string[] = [];
      for (const [i, file] of files.entries()) {
        made.push(path.join(folder, `${i}.jpg`));
        fs.writeFileSync(path.join(folder, `${i}.jpg`), await defect.make(await pixelsOf(file)));
      }
      found.push({ defect: defect.name, recall: share(isIssue(made)), falseAlarmRate });
    }
    return found;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function pixelsOf(file: string): Promise<Pixels> {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/**
 * Makes each of some images faulty in each way, and asks a catalogue of the faulty and the untouched ones which have the issue, at the
 * default thresholds. What is odd beside a set's style (sizes, grey images, frames, blank images) is rare in it: of those defects one
 * image in ten is made faulty.
 * @param files of real images without these faults
 */
export async function finderQuality(files: readonly string[]): Promise<FinderQuality[]> {
  const found: FinderQuality[] = [];
  for (const defect of defects) found.push(await tryDefect(defect, files));
  return found;
}

async function tryDefect(defect: Defect, files: readonly string[]): Promise<FinderQuality> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-defects-'));
  try {
    const isRare = BESIDE_STYLE.includes(defect.kind);
    const untouched = path.join(folder, 'data', 'untouched');
    const faulty = path.join(folder, 'data', 'faulty');
    for (const target of [untouched, faulty]) fs.mkdirSync(target, { recursive: true });
    let made = 0;
    for (const [i, file] of files.entries()) {
      fs.copyFileSync(file, path.join(untouched, `${i}.jpg`));
      if (isRare && i % 10 !== 0) continue;
      made++;
      fs.writeFileSync(path.join(faulty, `${i}.jpg`), await defect.make(await pixelsOf(file)));
    }
    const catalogue = await openCatalogue(path.join(folder, 'data'), { cacheFolder: path.join(folder, 'cache') });
    try {
      await measureImages(catalogue);
      const hits = count(catalogue, `issue:${defect.kind} class:faulty`);
      const falseAlarms = count(catalogue, `issue:${defect.kind} class:untouched`);
      const recall = hits / made;
      const falseRate = falseAlarms / files.length;
      return {
        kind: defect.kind,
        defect: defect.name,
        faulty: made,
        untouched: files.length,
        found: hits,
        falseAlarms,
        precision: hits === 0 ? 0 : recall / (recall + falseRate),
        recall,
      };
    } finally {
      catalogue.close();
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function count(catalogue: Catalogue, text: string): number {
  const order = orderOf(catalogue, { text });
  return idsOf(order, 0, order.total).length;
}
