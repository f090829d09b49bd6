import { fieldOf } from '../../jobs/record.ts';
import type { ApplyPlan, RefusedEdit } from '../../protocol/apply.ts';
import type { AppliedEdits } from '../../protocol/clean-panel.ts';

/** The answer of `loupe apply --dry-run --json`: a plan, and its hash, by which only this plan is carried out. Null: it is none. */
export function readApplyPlan(answer: unknown): (ApplyPlan & { hash: string }) | null {
  const isPlan = Array.isArray(fieldOf(answer, 'steps')) && Array.isArray(fieldOf(answer, 'refused'));
  return isPlan && typeof fieldOf(answer, 'hash') === 'string' ? (answer as ApplyPlan & { hash: string }) : null;
}

/** What `loupe apply --in-place --json` (in `applied`) and `loupe undo --json` say was done; null where nothing was. */
export function readApplied(answer: unknown): AppliedEdits | null {
  const applied = fieldOf(answer, 'applied') ?? answer;
  const [id, done, steps] = ['id', 'done', 'steps'].map((name) => fieldOf(applied, name));
  if (typeof id !== 'string' || typeof done !== 'number' || typeof steps !== 'number') return null;
  const refused = fieldOf(applied, 'refused');
  return { id, done, steps, refused: Array.isArray(refused) ? (refused as RefusedEdit[]) : [] };
}
