import type { ApplyOutcome, ApplyPlan, ApplyStep, RefusedEdit } from '../protocol/apply.ts';
import { plural } from './format.ts';
import type { Style } from './style.ts';

/** Steps of a kind and refused edits that are shown. */
const SHOWN = 10;

/** What a plan would change, with some of its files. */
export function planText({ source, steps, refused, excluded }: ApplyPlan, colors: Style): string {
  const lines = [colors.bold(source)];
  if (steps.length === 0) lines.push('There is nothing to change on the disk.');
  for (const [title, lineOf, kind] of kinds) {
    const shown = steps.filter(kind);
    if (shown.length === 0) continue;
    lines.push('', `${title}: ${plural(shown.length, 'file')}`);
    for (const step of shown.slice(0, SHOWN)) lines.push(...lineOf(step).map((text) => `  ${text}`));
    if (shown.length > SHOWN) lines.push(`  … ${plural(shown.length - SHOWN, 'more', 'more')}`);
  }
  if (excluded > 0) lines.push('', `${plural(excluded, 'image stays', 'images stay')} excluded, in place.`);
  return lines.join('\n') + refusedText(refused);
}

const kinds: [title: string, lines: (step: ApplyStep) => string[], kind: (step: ApplyStep) => boolean][] = [
  ['Written anew', rewriteLines, ({ kind }) => kind === 'rewrite'],
  ['Into the folder of their class', moveLine, (step) => step.kind === 'move' && step.why === 'relabel'],
  ['Set aside', moveLine, (step) => step.kind === 'move' && step.why === 'set-aside'],
  ['Into the trash', ({ path }) => [path], ({ kind }) => kind === 'trash'],
];

function moveLine(step: ApplyStep): string[] {
  return step.kind === 'move' ? [`${step.path} → ${step.to}`] : [];
}

function rewriteLines(step: ApplyStep): string[] {
  if (step.kind !== 'rewrite') return [];
  const shown = step.rows.slice(0, SHOWN).map(({ path, change, from, to }) => {
    return change === 'remove' ? `  ${path}: row goes` : `  ${path}: ${from ?? 'nothing'} → ${to}`;
  });
  const more = step.rows.length > SHOWN ? [`  … ${step.rows.length - SHOWN} more rows`] : [];
  return [`${step.path} (the old one is kept as ${step.backup})`, ...shown, ...more];
}

export function outcomeText({ id, plan, done, refused }: ApplyOutcome, advice = ''): string {
  const text = `Applied ${id}: ${done} of ${plural(plan.steps.length, 'step')} done.`;
  return `${text}${refusedText(refused)}${advice ? `\n${advice}` : ''}`;
}

export function undoneText({ id, done, refused }: ApplyOutcome): string {
  return `Took back ${id}: ${plural(done, 'step')}.${refusedText(refused)}`;
}

/** Why edits could not be carried out; empty where all were. */
export function refusedText(refused: readonly RefusedEdit[]): string {
  if (refused.length === 0) return '';
  const lines = refused.slice(0, SHOWN).map(({ path, message }) => `  ${path}: ${message}`);
  const more = refused.length > SHOWN ? [`  … ${refused.length - SHOWN} more`] : [];
  return ['', '', `Not done, ${plural(refused.length, 'image')}:`, ...lines, ...more].join('\n');
}
