import { hash as digest } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { writeAtomic, writeJson } from '../../files.ts';
import { createTimedFolder } from '../../jobs/create.ts';
import { fsProblem } from '../../jobs/fs-problem.ts';
import { acquireLock, type HeldLock } from '../../jobs/lock.ts';
import { Problem } from '../../problem.ts';
import type { ApplyOutcome, ApplyPlan, RefusedEdit } from '../../protocol/apply.ts';
import { type Applied, appliedFolderOf, listApplied } from './applied.ts';
import { type ReadOptions, readEdits } from './edits-of.ts';
import { type PlanOptions, planInPlace } from './plan.ts';
import { rewrittenManifest } from './plan-manifest.ts';
import { runSteps, type StepOptions } from './run-steps.ts';
import { settle } from './settle.ts';
import { appliedFiles, StepLog } from './step-log.ts';

export interface ApplyOptions extends PlanOptions, ReadOptions {
  /** `planHash` of the plan that the user saw: another one is not carried out. */
  expect?: string | undefined;
  onStep?: StepOptions['onProgress'];
}

/** What applying the edits in place would change. @throws Problem of `readEdits` and `planInPlace` */
export async function planApply(source: string, options: ApplyOptions = {}): Promise<ApplyPlan> {
  return planInPlace(await readEdits(source, options), options);
}

/** Equal for plans that change the same. Hex. */
export function planHash({ root, steps }: Pick<ApplyPlan, 'root' | 'steps'>): string {
  return digest('sha256', JSON.stringify([root, steps]), 'hex').slice(0, 16);
}

/**
 * Carries out the edits of a data set in place, after whatever an earlier process left unfinished.
 * @returns null: there is nothing to change
 * @throws Problem `plan-changed`, `apply-locked`, and of `planApply`
 */
export async function applyInPlace(
  source: string,
  options: ApplyOptions = {},
): Promise<{ resumed: ApplyOutcome[]; outcome: ApplyOutcome | null; plan: ApplyPlan }> {
  const { journal } = await planApply(source, options);
  return await withLock(journal, async () => {
    const resumed = await resumeAll(journal, options);
    const plan = await planApply(source, options);
    if (options.expect !== undefined && planHash(plan) !== options.expect) {
      throw new Problem(
        'plan-changed',
        'The edits or the images have changed since the plan was shown; nothing was applied.',
        'Look at the new plan and apply that.',
      );
    }
    if (plan.steps.length === 0) return { resumed, outcome: null, plan };
    return { resumed, outcome: await carryOut(plan, options), plan };
  });
}

/** Finishes what processes that died have begun. @returns what was finished */
export async function resumeApplies(journal: string, options: ApplyOptions = {}): Promise<ApplyOutcome[]> {
  if (!fs.existsSync(appliedFolderOf(journal))) return [];
  return await withLock(journal, () => resumeAll(journal, options));
}

/** Makes this process the only one that applies or undoes. @throws Problem `apply-locked` */
export async function withLock<T>(journal: string, work: () => Promise<T>): Promise<T> {
  const folder = appliedFolderOf(journal);
  makeFolder(folder);
  const lock = lockApplies(folder);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

function lockApplies(folder: string): HeldLock {
  try {
    return acquireLock(folder);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'run-locked') throw error;
    const message = 'Label edits are being applied or taken back already, by another process.';
    throw new Problem('apply-locked', message, error.advice, { cause: error });
  }
}

/** What was applied where is of use on this machine only: git is to leave it alone. */
function makeFolder(folder: string): void {
  try {
    if (fs.mkdirSync(folder, { recursive: true }) !== undefined)
      fs.writeFileSync(path.join(folder, '.gitignore'), '*\n');
  } catch (error) {
    throw fsProblem(error, 'write', folder);
  }
}

async function resumeAll(journal: string, options: ApplyOptions): Promise<ApplyOutcome[]> {
  const outcomes: ApplyOutcome[] = [];
  for (const applied of listApplied(journal)) {
    if (applied.state === 'unfinished') outcomes.push(await finishApply(applied, options));
  }
  return outcomes;
}

/** Everything that a plan needs is written before the first step, the plan itself last: with it the apply has begun. */
async function carryOut(plan: ApplyPlan, options: ApplyOptions): Promise<ApplyOutcome> {
  const { id, folder } = createTimedFolder(appliedFolderOf(plan.journal), 'apply');
  const [first] = plan.steps;
  if (first?.kind === 'rewrite') {
    writeAtomic(path.join(folder, appliedFiles.manifest), rewrittenManifest(plan.root, first));
  }
  writeJson(path.join(folder, appliedFiles.plan), plan);
  return await finishApply({ id, folder, plan }, options);
}

/** Carries out what is left of an apply and tells the journal. */
export async function finishApply(
  { id, folder, plan }: Pick<Applied, 'id' | 'folder' | 'plan'>,
  { onStep, signal }: ApplyOptions = {},
): Promise<ApplyOutcome> {
  await runSteps(folder, plan, { onProgress: onStep, signal });
  const log = new StepLog(folder, appliedFiles.steps);
  settle(folder, plan, log);
  const refused = log.all().flatMap((record): RefusedEdit[] => {
    if (record.state !== 'refused') return [];
    const file = plan.steps[record.step]?.path ?? '';
    return [{ path: file, code: record.code ?? 'unexpected', message: record.message ?? '' }];
  });
  const done = log.all().filter(({ state }) => state === 'done').length;
  return { id, plan, done, refused: [...plan.refused, ...refused] };
}
