import path from 'node:path';
import { writeJson } from '../files.ts';
import { fsProblem } from './fs-problem.ts';
import { jobFiles, type RunMeta } from './job.ts';
import { readMeta } from './read.ts';

/** Edits what the user says of a run; fields that are left out stay. An empty name gives the run its own name back. */
export function editMeta(folder: string, change: RunMeta): RunMeta {
  const merged = { ...readMeta(folder), ...change };
  const name = merged.name?.trim();
  const tags = normalizeTags(merged.tags ?? []);
  const meta: RunMeta = {
    ...(name ? { name } : {}),
    ...(merged.note?.trim() ? { note: merged.note } : {}),
    ...(tags.length ? { tags } : {}),
    ...(merged.starred ? { starred: true } : {}),
  };
  const file = path.join(folder, jobFiles.meta);
  try {
    writeJson(file, meta);
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
  return meta;
}

/** Trimmed, without empty ones and repetitions, in the order given. */
export function normalizeTags(tags: readonly string[]): string[] {
  return [...new Set(tags.map((tag) => tag.trim()).filter(Boolean))];
}
