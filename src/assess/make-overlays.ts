import fs from 'node:fs';
import path from 'node:path';
import type { PredictSession } from '../evaluation/predict-session.ts';
import { Saliency } from '../evaluation/saliency/explain.ts';
import { overlayPng } from '../evaluation/saliency/pictures.ts';
import { writeAtomic } from '../files.ts';
import { DecodeFailure } from '../images/decode-failure.ts';
import { fsProblem } from '../jobs/fs-problem.ts';
import type { SaliencyMethod } from '../protocol/saliency.ts';

export interface OverlayOptions {
  /** Made where it is missing. */
  folder: string;
  method: SaliencyMethod;
  /** Null: the likeliest class of each image. */
  label: string | null;
  /** 0–1 */
  opacity: number;
  onProgress?: (done: number, total: number) => void;
}

export type Overlay =
  | { path: string; file: string; label: string; probability: number }
  | { path: string; skipped: string; message: string };

/**
 * Writes one PNG an image, named after it, with the map over the part of the image that the network sees.
 * @throws Problem `no-such-class`, `disk-full`, `no-permission`; EngineError where the engine makes no class maps
 */
export async function makeOverlays(
  session: PredictSession,
  files: readonly string[],
  { folder, method, label, opacity, onProgress }: OverlayOptions,
): Promise<Overlay[]> {
  const saliency = new Saliency(session, method);
  const overlays: Overlay[] = [];
  const taken = new Set<string>();
  try {
    for (const file of files) {
      try {
        const explanation = await saliency.explain({ path: file }, label);
        const target = path.join(folder, freeName(file, taken));
        write(target, await overlayPng(explanation.pixels, explanation.heat, opacity));
        overlays.push({ path: file, file: target, label: explanation.label, probability: explanation.probability });
      } catch (error) {
        if (!(error instanceof DecodeFailure)) throw error;
        overlays.push({ path: file, skipped: error.skipCause, message: error.message });
      }
      onProgress?.(overlays.length, files.length);
    }
    return overlays;
  } finally {
    saliency.dispose();
  }
}

/** `cat.png`, or `cat-2.png` where another folder had a cat too. */
function freeName(file: string, taken: Set<string>): string {
  const stem = path
    .basename(file)
    .replaceAll('#', '-')
    .replace(/\.[^.]*$/, '');
  for (let number = 1; ; number++) {
    const name = `${number === 1 ? stem : `${stem}-${number}`}.png`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

function write(file: string, data: Buffer): void {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    writeAtomic(file, data);
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
}
