import fs from 'node:fs';
import path from 'node:path';
import type { SourceImage } from '../../dataset/list-images.ts';
import { Problem } from '../../problem.ts';
import type { ApplyPlan, ApplyStep, MoveStep, RefusedEdit } from '../../protocol/apply.ts';
import type { Decision } from '../../protocol/journal.ts';
import { destinationOf } from './destination.ts';
import { type DecidedImage, refusal, type SourceEdits } from './edits-of.ts';
import { FreeNames } from './free-names.ts';
import { Links } from './links.ts';
import { planManifest } from './plan-manifest.ts';
import { faultOf, identity, type Planned, setAside } from './planned.ts';

export interface PlanOptions {
  /** Where excluded images are moved to; default: they stay, and stay excluded. */
  excludedTo?: string | undefined;
}

/**
 * What carrying out the edits in place changes on the disk; nothing is changed. Relabelled images go to the folder of their class, deleted ones
 * to the trash, excluded ones stay or are set aside; a manifest is written anew.
 * @throws Problem `in-place-idx`, `excluded-inside`
 */
export function planInPlace(edits: SourceEdits, options: PlanOptions = {}): ApplyPlan {
  const { source, journal, data } = edits;
  if (source.format === 'idx') {
    throw new Problem(
      'in-place-idx',
      `${source.root} holds IDX files: one file for all images, which can't be changed in place.`,
      'Write a cleaned copy with --to <folder>.',
    );
  }
  const excludedTo = options.excludedTo === undefined ? null : path.resolve(options.excludedTo);
  if (excludedTo !== null) assertOutside(excludedTo, source.root);
  const planned = source.format === 'folder' ? planFolder(edits, excludedTo) : planManifest(edits, excludedTo);
  const isExcluded = ({ decision }: DecidedImage) => decision?.excluded === true && !decision.deleted;
  return {
    version: 1,
    at: new Date().toISOString(),
    source: source.file === null ? source.root : path.join(source.root, source.file),
    root: source.root,
    journal,
    data,
    format: source.format,
    steps: planned.steps,
    newFolders: newFolders(source.root, planned.steps),
    refused: [...edits.refused, ...planned.refused],
    excluded: excludedTo === null ? edits.images.filter(isExcluded).length : 0,
  };
}

/** A folder inside the data set would be read as a class. */
function assertOutside(folder: string, root: string): void {
  const inside = path.relative(root, folder);
  if (inside.startsWith('..') || path.isAbsolute(inside) || inside.split(path.sep).some((part) => part.startsWith('.')))
    return;
  throw new Problem(
    'excluded-inside',
    `${folder} lies inside the data set, where it would be read as a class.`,
    'Choose a folder outside, or one whose name starts with a dot.',
  );
}

function planFolder({ source, images }: SourceEdits, excludedTo: string | null): Planned {
  const names = new FreeNames(source.root);
  const links = new Links(source.root);
  const planned: Planned = { steps: [], refused: [] };
  for (const { image, decision } of images) {
    if (!decision || !changesDisk(image, decision, excludedTo)) continue;
    const fault = faultOf(image.path, links);
    if (fault) {
      planned.refused.push(fault);
      continue;
    }
    if (decision.deleted) planned.steps.push({ kind: 'trash', ...identity({ image, decision }) });
    else if (decision.excluded && excludedTo !== null)
      planned.steps.push(setAside({ image, decision }, source.root, excludedTo, names));
    else {
      const step = relabelStep(image, decision, source, names);
      if ('kind' in step) planned.steps.push(step);
      else planned.refused.push(step);
    }
  }
  return planned;
}

function changesDisk(image: SourceImage, decision: Decision, excludedTo: string | null): boolean {
  if (decision.deleted) return true;
  if (decision.excluded) return excludedTo !== null;
  const isRelabelled = decision.label !== null && decision.label !== image.className;
  return isRelabelled || (decision.split !== null && decision.split !== image.split);
}

function relabelStep(
  image: SourceImage,
  decision: Decision,
  source: SourceEdits['source'],
  names: FreeNames,
): MoveStep | RefusedEdit {
  const place = destinationOf(image, decision, source);
  if ('code' in place) return refusal(image.path, place.code, place.message);
  for (let folder = path.posix.dirname(place.to); folder !== '.'; folder = path.posix.dirname(folder)) {
    const rival = names.rivalOf(folder);
    if (rival === null) continue;
    const message = `There is a folder "${rival}" already, which some disks take for "${path.posix.basename(folder)}". Write the class the same way.`;
    return refusal(image.path, 'case-collision', message);
  }
  return {
    kind: 'move',
    why: 'relabel',
    ...identity({ image, decision }),
    to: names.take(place.to),
    from: image.className,
    label: decision.label ?? image.className,
    splitStays: source.splitFolders === null && decision.split !== null,
  };
}

/** Outermost first. */
function newFolders(root: string, steps: readonly ApplyStep[]): string[] {
  const made = new Set<string>();
  for (const step of steps) {
    if (step.kind !== 'move') continue;
    const missing: string[] = [];
    for (
      let at = path.posix.dirname(step.to);
      !made.has(at) && !fs.existsSync(path.resolve(root, at));
      at = path.posix.dirname(at)
    ) {
      missing.push(at);
    }
    for (const folder of missing.reverse()) made.add(folder);
  }
  return [...made];
}
