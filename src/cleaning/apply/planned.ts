import path from 'node:path';
import type { ApplyStep, MoveStep, RefusedEdit } from '../../protocol/apply.ts';
import { type DecidedImage, refusal } from './edits-of.ts';
import type { FreeNames } from './free-names.ts';
import type { Links } from './links.ts';

export interface Planned {
  steps: ApplyStep[];
  refused: RefusedEdit[];
}

/** Which image a step is about. */
export function identity({ image, decision }: DecidedImage): { path: string; hash: string; was?: string } {
  const { path: file, hash } = image;
  return { path: file, hash, ...(decision && decision.path !== file && { was: decision.path }) };
}

/** Why an image can't be moved, whatever is to become of it. */
export function faultOf(file: string, links: Links): RefusedEdit | null {
  if (links.isLinked(file)) {
    return refusal(file, 'link', 'The image is reached through a symbolic link; what lies behind it is left alone.');
  }
  return links.isReadOnly(file) ? refusal(file, 'no-permission', 'Its folder may not be written to.') : null;
}

/** The move of an excluded image out of the data set. */
export function setAside(decided: DecidedImage, root: string, folder: string, names: FreeNames): MoveStep {
  const { image } = decided;
  const inside = image.path.startsWith('..') || path.isAbsolute(image.path) ? path.basename(image.path) : image.path;
  const wanted = path.relative(root, path.join(folder, inside)).split(path.sep).join('/');
  const to = names.take(wanted);
  const from = image.className;
  return { kind: 'move', why: 'set-aside', ...identity(decided), to, from, label: null, splitStays: false };
}
