import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { cacheRoot } from '../files.ts';
import { readTensorFile, type TensorFile, writeTensorFile } from '../models/safetensors.ts';

const LIMIT_BYTES = 1e9;

/**
 * What steps of a search computed, kept under a key that says what it was made of, so that the next search (or the same one after an
 * interruption) takes it over. Safe to delete; the longest unused files go first.
 */
export class StepStore {
  readonly #folder: string;

  constructor(folder = path.join(cacheRoot(), 'issues')) {
    this.#folder = folder;
  }

  /** Null where it is not kept, or not readable. */
  read(step: string, key: string): TensorFile | null {
    const file = this.#file(step, key);
    try {
      const kept = readTensorFile(file);
      fs.utimesSync(file, new Date(), new Date());
      return kept;
    } catch {
      return null;
    }
  }

  /** A full disk or a cache that can't be written costs the next search time, nothing else. */
  write(step: string, key: string, content: TensorFile): void {
    try {
      fs.mkdirSync(this.#folder, { recursive: true });
      writeTensorFile(this.#file(step, key), content);
      this.#evict();
    } catch {
      fs.rmSync(this.#file(step, key), { force: true });
    }
  }

  #file(step: string, key: string): string {
    return path.join(this.#folder, `${step}-${key}.safetensors`);
  }

  #evict(): void {
    const files = fs.readdirSync(this.#folder).flatMap((name) => {
      const file = path.join(this.#folder, name);
      const stat = fs.statSync(file, { throwIfNoEntry: false });
      return stat ? [{ file, bytes: stat.size, used: stat.mtimeMs }] : [];
    });
    let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { file, bytes } of files.sort((a, b) => a.used - b.used)) {
      if (total <= LIMIT_BYTES) return;
      fs.rmSync(file, { force: true });
      total -= bytes;
    }
  }
}

/** Equal for equal parts. */
export function stepKey(...parts: (string | number | boolean | null | readonly (string | number | null)[])[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}
