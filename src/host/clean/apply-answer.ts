import type { ApplyOutcome, ApplyPlan } from '../../protocol/apply.ts';

/** The plan in an answer of `loupe apply --dry-run --json`; null: there is none. */
export function readApplyPlan(answer: unknown): ApplyPlan | null {
  const plan = fieldOf(answer, 'plan') ?? answer;
  return isPlan(plan) ? plan : null;
}

/** What `loupe apply --json` and `loupe undo --json` say was done; null where the answer is none of theirs. */
export function readApplyOutcome(answer: unknown): ApplyOutcome | null {
  const outcome = fieldOf(answer, 'outcome') ?? answer;
  if (!isPlan(fieldOf(outcome, 'plan')) || typeof fieldOf(outcome, 'done') !== 'number') return null;
  return outcome as ApplyOutcome;
}

function isPlan(value: unknown): value is ApplyPlan {
  return Array.isArray(fieldOf(value, 'steps')) && Array.isArray(fieldOf(value, 'refused'));
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
