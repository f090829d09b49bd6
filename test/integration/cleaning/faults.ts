import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { applyInPlace } from '../../../src/cleaning/apply/apply.ts';
import { undoApply } from '../../../src/cleaning/apply/undo.ts';
import { foldJournal } from '../../../src/dataset/journal/fold.ts';
import { readJournal } from '../../../src/dataset/journal/read.ts';
import type { Decision } from '../../../src/protocol/journal.ts';
import { seededRandom } from '../../../src/random.ts';
import { decideAll, filesIn, makeWorkspace, type Workspace } from './workspace.ts';

export interface FaultSet {
  workspace: Workspace;
  /** Where excluded images go; on another file system where this machine has one. */
  aside: string;
  /** Calls that change the disk, in an apply and in an undo. */
  calls: { apply: number; undo: number };
  before: Record<string, string>;
  after: Record<string, string>;
  decided: Partial<Decision>[];
}

/** Says where in an apply or undo a process died, and that all was well afterwards. */
export interface Fault {
  verb: 'apply' | 'undo';
  call: number;
  moment: string;
}

const KILLED = 'killed';
const MOMENTS = ['before', 'after', 'torn'] as const;

/** A data set to be applied and taken back again and again, and what an undisturbed apply makes of it. */
export async function prepareFaults(folder: string, aside: string): Promise<FaultSet> {
  const workspace = await makeWorkspace(folder);
  decideAll(workspace);
  const before = filesIn(workspace.root);
  const decided = decisionsOf(workspace);
  const apply = Number(victim('apply', workspace, aside));
  const after = filesIn(workspace.root);
  const undo = Number(victim('undo', workspace, aside));
  assert.deepEqual(filesIn(workspace.root), before, 'an undisturbed undo');
  return { workspace, aside, calls: { apply, undo }, before, after, decided };
}

/**
 * One apply and one undo, of which at least one is killed at a moment that the seed decides, and maybe killed again while it goes on. Nothing may be
 * lost at any time, the apply must come to the same end as an undisturbed one, and the undo to the same bytes as before.
 */
export async function tryFault(set: FaultSet, seed: number): Promise<Fault[]> {
  const { workspace, before, after, decided, aside } = set;
  const random = seededRandom(seed);
  const faults: Fault[] = [];
  const kill = (verb: 'apply' | 'undo') => {
    const call = 1 + Math.floor(random() * set.calls[verb]);
    const moment = MOMENTS[Math.floor(random() * 3)] as string;
    // A process that goes on with less than everything may have come to its end before that call.
    if (victim(verb, workspace, aside, String(call), moment) === KILLED) faults.push({ verb, call, moment });
    assertNothingLost(set, `${verb} killed at call ${call} (${moment})`);
  };
  if (seed % 4 !== 3) kill('apply');
  if (seed % 4 === 1) kill('apply');
  await applyInPlace(workspace.root, { excludedTo: aside });
  assert.deepEqual(filesIn(workspace.root), after, `seed ${seed}: the apply came to another end`);
  if (seed % 4 >= 2) kill('undo');
  await undoUntilDone(workspace);
  assert.deepEqual(filesIn(workspace.root), before, `seed ${seed}: the undo came to other bytes`);
  assert.deepEqual(decisionsOf(workspace), decided, `seed ${seed}: decisions were lost`);
  assert.deepEqual(filesIn(aside), {});
  assert.deepEqual(filesIn(workspace.trash), {}, `seed ${seed}: the trash is not as before`);
  return faults;
}

/** A kill between the last step and the end leaves nothing to undo. */
async function undoUntilDone({ root }: Workspace): Promise<void> {
  try {
    const { refused } = await undoApply(root, null);
    assert.deepEqual(refused, []);
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'nothing-to-undo');
  }
}

function assertNothingLost({ workspace, before, aside }: FaultSet, when: string): void {
  const found = new Set([workspace.root, workspace.trash, aside].flatMap((place) => Object.values(filesIn(place))));
  const lost = Object.entries(before).filter(([, hash]) => !found.has(hash));
  assert.deepEqual(lost, [], when);
}

function decisionsOf({ journal }: Workspace): Partial<Decision>[] {
  const { lines, bad } = readJournal(journal);
  assert.ok(bad.every(({ message }) => /torn/.test(message)));
  return foldJournal(lines, 'images').map(({ lines: _, ...decision }) => decision);
}

/** Output of the process, or `KILLED`. */
function victim(verb: string, { root }: Workspace, ...args: string[]): string {
  const script = path.join(import.meta.dirname, 'victim.ts');
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, [script, verb, root, ...args], {
    encoding: 'utf8',
  });
  assert.ok(status === 0 || signal === 'SIGKILL', stderr);
  return signal === 'SIGKILL' ? KILLED : stdout;
}

/** A folder for excluded images, on another file system than `near` where there is one. */
export function farFolder(near: string): { folder: string; isFar: boolean } {
  const memory = '/dev/shm';
  const isFar = fs.existsSync(memory) && fs.statSync(memory).dev !== fs.statSync(near).dev;
  return { folder: isFar ? fs.mkdtempSync(path.join(memory, 'loupe-aside-')) : path.join(near, 'aside'), isFar };
}
