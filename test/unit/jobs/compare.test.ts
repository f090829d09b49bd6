import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { chooseBaseline, pinBaseline, readBaseline } from '../../../src/jobs/compare/baseline.ts';
import { expanded } from '../../../src/jobs/compare/compared-run.ts';
import { differingParams } from '../../../src/jobs/compare/differences.ts';
import { seedGroups } from '../../../src/jobs/compare/groups.ts';
import { bestOf, columnNamed, deltaOf, metricColumns, metricsOf } from '../../../src/jobs/compare/metrics.ts';
import { comparisonTable, toCsv, toMarkdown } from '../../../src/jobs/compare/table.ts';
import type { ComparedRun } from '../../../src/protocol/compare.ts';
import { someRun } from './some-run.ts';
import { temporaryFolder } from './temporary.ts';

function some(id: string, change: Partial<ComparedRun> = {}): ComparedRun {
  const { state, note, tags, starred, createdAt } = someRun();
  const params = { 'training.batchSize': 32, seed: 1, name: id };
  const metrics = { val_accuracy: 0.8, val_loss: 0.4 };
  return { id, name: id, state, note, tags, starred, createdAt, foreign: null, params, facts: {}, metrics, ...change };
}

describe('settings that are lists', () => {
  it('of objects are compared entry by entry, others as one value', () => {
    assert.deepEqual(
      expanded({ phases: '[{"epochs":3,"rate":{"max":0.1}},{"epochs":4}]', classes: '["a"]', text: '[{ torn' }),
      {
        'phases.0.epochs': 3,
        'phases.0.rate.max': 0.1,
        'phases.1.epochs': 4,
        classes: '["a"]',
        text: '[{ torn',
      },
    );
  });
});

describe('what differs', () => {
  const cases: [string, ComparedRun[], string[]][] = [
    ['nothing but the names', [some('a'), some('b')], []],
    ['a value', [some('a'), some('b', { params: { 'training.batchSize': 64, seed: 1 } })], ['training.batchSize']],
    ['a missing value', [some('a'), some('b', { params: { seed: 1 } })], ['training.batchSize']],
    ['a type', [some('a', { params: { x: 1 } }), some('b', { params: { x: '1' } })], ['x']],
    [
      'what was really used',
      [some('a', { facts: { 'data used': '1' } }), some('b', { facts: { 'data used': '2' } })],
      ['data used'],
    ],
    ['not what a run does not know yet', [some('a', { facts: { 'data used': '1' } }), some('b')], []],
    ['not what a run without settings never says', [some('a'), some('b', { params: {}, foreign: 'TensorBoard' })], []],
    ['one of 200', Array.from({ length: 200 }, (_, at) => some(`${at}`, { params: { x: Number(at === 117) } })), ['x']],
  ];
  for (const [what, runs, expected] of cases) it(what, () => assert.deepEqual(differingParams(runs), expected));
});

describe('metrics', () => {
  it('are those that a run has', () => {
    const metrics = metricsOf(someRun({ validationAccuracy: null, endedAt: null }));
    assert.equal(metrics.val_accuracy, undefined);
    assert.equal(metrics.duration, undefined);
    assert.equal(metrics.val_loss, 0.4);
  });
  it('have a column where at least one run has a value, foreign ones last', () => {
    const columns = metricColumns([some('a'), some('b', { metrics: { 'val/f1': 0.5 } })]);
    assert.deepEqual(
      columns.map(({ name }) => name),
      ['val_accuracy', 'val_loss', 'val/f1'],
    );
  });
  it('the best: highest, lowest, several, none', () => {
    const runs = [
      some('a', { metrics: { up: 1, down: 1, same: 1 } }),
      some('b', { metrics: { up: 2, down: 2, same: 1 } }),
      some('c', { metrics: { up: 2 } }),
    ];
    const column = { label: '', unit: 'figure' } as const;
    assert.deepEqual(bestOf(runs, { ...column, name: 'up', better: 'higher' }), ['b', 'c']);
    assert.deepEqual(bestOf(runs, { ...column, name: 'down', better: 'lower' }), ['a']);
    assert.deepEqual(bestOf(runs, { ...column, name: 'same', better: 'higher' }), []);
    assert.deepEqual(bestOf(runs, { ...column, name: 'up', better: null }), []);
  });
  it('Δ needs both values', () => {
    assert.equal(deltaOf(some('a', { metrics: { x: 3 } }), some('b', { metrics: { x: 1 } }), 'x'), 2);
    assert.equal(deltaOf(some('a'), some('b', { metrics: {} }), 'val_loss'), null);
    assert.equal(deltaOf(some('a'), undefined, 'val_loss'), null);
  });
  it('of other tools are understood by their names', () => {
    const of = (name: string) => [columnNamed(name).better, columnNamed(name).unit];
    assert.deepEqual(of('val_acc'), ['higher', 'share']);
    assert.deepEqual(of('epoch_accuracy'), ['higher', 'share']);
    assert.deepEqual(of('validation/loss'), ['lower', 'figure']);
    assert.deepEqual(of('top-5 error'), ['lower', 'figure']);
    assert.deepEqual(of('lr'), [null, 'figure']);
    assert.deepEqual(of('trace'), [null, 'figure']);
  });
});

describe('runs of one configuration', () => {
  const seeded = (id: string, seed: number, lr: number) => some(id, { params: { seed, lr, name: id } });
  it('are those that differ in their seed only; the same seed twice stands alone', () => {
    const runs = [seeded('a', 1, 0.1), seeded('b', 1, 0.2), seeded('c', 2, 0.1), seeded('d', 1, 0.1)];
    assert.deepEqual(
      seedGroups(runs).map((group) => group.map(({ id }) => id)),
      [['a', 'c'], ['d'], ['b']],
    );
  });
  it('other data or another engine is another configuration', () => {
    const other = { ...seeded('b', 2, 0.1), facts: { 'data used': '2' } };
    assert.equal(seedGroups([seeded('a', 1, 0.1), other]).length, 2);
  });
  it('a foreign run without settings stands alone', () => {
    assert.equal(seedGroups([some('a', { params: {} }), some('b', { params: {} })]).length, 2);
  });
});

describe('the baseline', () => {
  it('is kept in the workspace, and taken away again', (t) => {
    const folder = temporaryFolder(t);
    assert.equal(readBaseline(folder), null);
    pinBaseline(folder, '20260101-a');
    assert.equal(readBaseline(folder), '20260101-a');
    pinBaseline(folder, null);
    assert.equal(readBaseline(folder), null);
    fs.writeFileSync(path.join(folder, 'compare.json'), '{ torn');
    assert.equal(readBaseline(folder), null);
  });
  it('is the pinned run, else the oldest of ours', () => {
    const runs = [
      some('new', { createdAt: 2 }),
      some('old', { createdAt: 1 }),
      some('tb', { createdAt: 0, foreign: 'TensorBoard' }),
    ];
    assert.equal(chooseBaseline(runs, new Set(['new', 'gone']))?.id, 'new');
    assert.equal(chooseBaseline(runs, new Set())?.id, 'old');
    assert.equal(chooseBaseline([], new Set()), undefined);
  });
});

describe('tables', () => {
  const a = some('a', { metrics: { val_accuracy: 0.8 } });
  const b = some('b', {
    params: { 'training.batchSize': 64, seed: 1 },
    metrics: { val_accuracy: 0.8125 },
    note: '=HYPERLINK("x"), or | so\nsecond line',
  });
  const comparison = { runs: [a, b], baseline: a, verdicts: [] };
  it('have what differs first, then metrics with Δ', () => {
    assert.deepEqual(comparisonTable(comparison).rows[1]?.slice(0, 4), ['b', '64', '0.8125', '0.0125']);
  });
  it('CSV quotes what has to be quoted, and no cell is a formula', () => {
    const csv = toCsv(comparisonTable(comparison));
    assert.match(csv, /^run,training.batchSize,val_accuracy,Δ val_accuracy,verdict,tags,note\r\n/);
    assert.ok(csv.includes('"\'=HYPERLINK(""x""), or | so\nsecond line"'));
    assert.ok(toCsv({ header: ['x'], rows: [['-0.5']] }).includes('\r\n-0.5\r\n'));
  });
  it('Markdown rounds, escapes, and leaves empty columns out', () => {
    const lines = toMarkdown(comparison).split('\n');
    assert.equal(lines[0], '| run | training.batchSize | val_accuracy | Δ val_accuracy | note |');
    assert.ok(lines[3]?.startsWith('| b | 64 | 81.3% | +1.3 | =HYPERLINK("x"), or \\| so second line'));
  });
});
