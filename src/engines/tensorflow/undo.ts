import fs from 'node:fs';
import path from 'node:path';
import { tensorflowState } from './state-folder.ts';

export interface Undone {
  folder: string;
  /** Names of what was removed from it. */
  removed: string[];
  bytes: number;
}

/** Takes back all that setting TensorFlow up left on this machine. The user's own Pythons were never touched and stay. */
export function undoSetUp(env: NodeJS.ProcessEnv = process.env): Undone {
  const folder = tensorflowState(env);
  const removed = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : [];
  const bytes = removed.reduce((sum, name) => sum + sizeOf(path.join(folder, name)), 0);
  fs.rmSync(folder, { recursive: true, force: true });
  return { folder, removed, bytes };
}

function sizeOf(entry: string): number {
  const status = fs.lstatSync(entry);
  if (!status.isDirectory()) return status.size;
  return fs.readdirSync(entry).reduce((sum, name) => sum + sizeOf(path.join(entry, name)), 0);
}
