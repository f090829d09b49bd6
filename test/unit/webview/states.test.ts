import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunState } from '../../../src/protocol/runs.ts';
import { type ActionName, actionsFor } from '../../../webview/run/states.ts';

test('only the actions that apply to a state', () => {
  const rows: [RunState, resumable: boolean, hasModel: boolean, ActionName[], primary: ActionName | null][] = [
    ['queued', false, false, ['stop', 'duplicate'], null],
    ['starting', false, false, ['stop', 'duplicate'], null],
    ['running', true, true, ['stop', 'classify', 'evaluate', 'duplicate'], null],
    ['stopping', true, true, ['stop', 'classify', 'evaluate', 'duplicate'], null],
    ['done', true, true, ['classify', 'evaluate', 'continue', 'exportModel', 'duplicate'], 'classify'],
    ['stopped', true, true, ['resume', 'classify', 'evaluate', 'exportModel', 'duplicate'], 'resume'],
    ['stopped', false, false, ['duplicate'], 'duplicate'],
    ['interrupted', true, false, ['resume', 'duplicate'], 'resume'],
    ['failed', true, false, ['resume', 'duplicate'], 'resume'],
    ['failed', false, false, ['duplicate'], 'duplicate'],
    ['cancelled', false, false, ['duplicate'], 'duplicate'],
  ];
  for (const [state, resumable, hasModel, names, primary] of rows) {
    const actions = actionsFor({ state, resumable, hasModel });
    assert.deepEqual(
      actions.map((action) => action.name),
      names,
      state,
    );
    assert.equal(actions.find((action) => action.primary)?.name ?? null, primary, `${state}: primary`);
  }
});

test('a run that is stopping cannot be stopped again', () => {
  const [stop] = actionsFor({ state: 'stopping', resumable: true, hasModel: false });
  assert.deepEqual([stop!.label, stop!.disabled], ['Stopping…', true]);
});
