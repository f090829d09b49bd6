import fs from 'node:fs';
import path from 'node:path';
import { relativePath } from '../../dataset/manifest-source.ts';
import { Problem } from '../../problem.ts';
import type { RewriteStep, RowEdit } from '../../protocol/apply.ts';
import { type DecidedImage, refusal, type SourceEdits } from './edits-of.ts';
import { contentHash } from './file-hash.ts';
import { FreeNames } from './free-names.ts';
import { Links } from './links.ts';
import { faultOf, identity, type Planned, setAside } from './planned.ts';
import { hasSplitColumn, type RowChange, rewriteManifest } from './rewrite-manifest.ts';

/** A manifest's rows say the labels: it is written anew, and no image moves but those that are thrown away or set aside. */
export function planManifest({ source, images }: SourceEdits, excludedTo: string | null): Planned {
  const file = source.file as string;
  const { text, bytes } = readUtf8(path.join(source.root, file));
  const takesSplits = hasSplitColumn(text, file);
  const names = new FreeNames(source.root);
  const links = new Links(source.root);
  const planned: Planned = { steps: [], refused: [] };
  const rows: RowEdit[] = [];
  for (const decided of images) {
    const { image, decision } = decided;
    if (!decision) continue;
    const isLeaving = decision.deleted || (decision.excluded && excludedTo !== null);
    const fault = isLeaving ? faultOf(image.path, links) : null;
    if (fault) planned.refused.push(fault);
    else if (isLeaving) {
      rows.push({ ...identity(decided), change: 'remove', from: image.className, to: null, splitStays: false });
      if (decision.deleted) planned.steps.push({ kind: 'trash', ...identity(decided) });
      else planned.steps.push(setAside(decided, source.root, excludedTo as string, names));
    } else if (!decision.excluded) {
      rows.push(...changedRows(decided, takesSplits));
      if (decision.split !== null && decision.split !== image.split && !takesSplits) {
        planned.refused.push(refusal(image.path, 'no-split-column', 'The manifest has no column for splits.'));
      }
    }
  }
  if (rows.length === 0) return planned;
  const backup = names.take(`${file}.backup`);
  return {
    ...planned,
    steps: [{ kind: 'rewrite', path: file, hash: contentHash(bytes), backup, rows }, ...planned.steps],
  };
}

function changedRows(decided: DecidedImage, takesSplits: boolean): RowEdit[] {
  const { image, decision } = decided;
  const { className, split } = image;
  const same = { ...identity(decided), splitStays: !takesSplits && decision?.split != null };
  const rows: RowEdit[] = [];
  if (decision?.label != null && decision.label !== className) {
    rows.push({ ...same, change: 'label', from: className, to: decision.label });
  }
  if (takesSplits && decision?.split != null && decision.split !== split) {
    rows.push({ ...same, change: 'split', from: split, to: decision.split });
  }
  return rows;
}

/** The text of the manifest once a step is done. @throws Problem `content-changed`, `manifest-encoding` */
export function rewrittenManifest(root: string, step: RewriteStep): string {
  const { text, bytes } = readUtf8(path.join(root, step.path));
  if (contentHash(bytes) !== step.hash) {
    throw new Problem('content-changed', `${step.path} was changed since the plan was made.`, 'Apply again.');
  }
  const changes = new Map<string, RowChange>();
  for (const { path: image, change, to } of step.rows) {
    const before = changes.get(image) ?? {};
    if (change === 'remove') changes.set(image, { remove: true });
    else if (change === 'label') changes.set(image, { ...before, label: to as string });
    else changes.set(image, { ...before, split: to as NonNullable<RowChange['split']> });
  }
  return rewriteManifest(text, step.path, (written) =>
    written ? (changes.get(relativePath(root, written)) ?? null) : null,
  );
}

function readUtf8(file: string): { text: string; bytes: Buffer } {
  const bytes = fs.readFileSync(file);
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), bytes };
  } catch (error) {
    throw new Problem(
      'manifest-encoding',
      `${file} is not written in UTF-8 and is not changed.`,
      'Save it as UTF-8, or write a new one with --manifest <file>.',
      { cause: error },
    );
  }
}
