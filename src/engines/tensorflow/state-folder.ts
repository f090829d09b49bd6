import fs from 'node:fs';
import path from 'node:path';
import { cacheRoot, writeJson } from '../../files.ts';

/** Everything that setting TensorFlow up leaves on this machine lies here; undoing it empties this folder. */
export function tensorflowState(env: NodeJS.ProcessEnv = process.env): string {
  return path.join(cacheRoot(env), 'tensorflow');
}

export const stateFiles = {
  /** The installation the user chose. */
  chosen: 'chosen.json',
  /** Which installations have proved themselves in a process of their own. */
  proofs: 'proofs.json',
  /** What TensorFlow said when it was last started, e.g. why it uses no graphics card. */
  startLog: 'start.log',
} as const;

/** Environments that Loupe installed; `binding-…` are compiled native modules. */
export const environmentPrefix = 'env-';
export const bindingPrefix = 'binding-';

/** The folder of the installation that the user chose, or null. A damaged file counts as none. */
export function readChosen(env: NodeJS.ProcessEnv = process.env): string | null {
  const value = readState(stateFiles.chosen, env);
  return typeof value.folder === 'string' ? value.folder : null;
}

export function writeChosen(folder: string, env: NodeJS.ProcessEnv = process.env): void {
  writeState(stateFiles.chosen, { folder }, env);
}

/** What one of the state's JSON files holds; empty where it is missing or damaged. */
export function readState(name: string, env: NodeJS.ProcessEnv = process.env): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(tensorflowState(env), name), 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export function writeState(name: string, value: Record<string, unknown>, env: NodeJS.ProcessEnv = process.env): void {
  fs.mkdirSync(tensorflowState(env), { recursive: true });
  writeJson(path.join(tensorflowState(env), name), value);
}
