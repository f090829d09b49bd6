import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Catalogue } from '../../../src/catalogue/catalogue.ts';
import { issueCounts } from '../../../src/catalogue/issue-counts.ts';
import { issuesOf } from '../../../src/catalogue/issues.ts';
import { labelSummary } from '../../../src/catalogue/label-summary.ts';
import type { CatalogueRequest } from '../../../src/protocol/catalogue.ts';
import { defaultThresholds, type FindingKind } from '../../../src/protocol/findings.ts';
import { flowers } from './flowers.ts';
import { fillCatalogue, hashOf, someCatalogue, someMeasures } from './some-catalogue.ts';

type Request = Extract<CatalogueRequest, { type: 'issues' }>;

function found(catalogue: Catalogue, kind: FindingKind, more: Partial<Request> = {}) {
  const request: Request = {
    type: 'issues',
    kind,
    thresholds: defaultThresholds,
    query: { text: '' },
    offset: 0,
    limit: 100,
    ...more,
  };
  return issuesOf(catalogue, request);
}

const ids = ({ rows }: ReturnType<typeof found>) => rows.map(({ images }) => images.map(({ id }) => id));

test('counts follow the thresholds', async (t) => {
  const catalogue = await flowers(t);
  assert.deepEqual(issueCounts(catalogue, defaultThresholds), {
    dark: 1,
    blurry: 2,
    'odd-size': 1,
    'odd-aspect': 1,
    'uniform-border': 1,
    label: 1,
    ambiguous: 1,
    'near-duplicate': 1,
    'conflicting-labels': 1,
  });
  const loose = { ...defaultThresholds, nearDuplicate: 12, blurry: 0.05, dark: 0.95, rareClass: 0.9 };
  assert.deepEqual(issueCounts(catalogue, loose), {
    dark: 4,
    'odd-size': 1,
    'odd-aspect': 1,
    'uniform-border': 1,
    label: 1,
    ambiguous: 1,
    'near-duplicate': 2,
    'conflicting-labels': 1,
    'split-leak': 1,
    'class-imbalance': 1,
    'rare-class': 1,
  });
});

test('images of a kind come worst first, with why', async (t) => {
  const catalogue = await flowers(t);
  const blurry = found(catalogue, 'blurry');
  assert.equal(blurry.total, 2);
  assert.deepEqual(ids(blurry), [[0], [3]]);
  assert.deepEqual(blurry.rows[0]?.evidence, { blur: 0.1, threshold: 0.29 });
  assert.equal(blurry.rows[0]?.score, 0.9);
  assert.equal(blurry.rows[0]?.key, `blurry:${hashOf('test/rose/1.jpg')}`);
  assert.deepEqual(ids(found(catalogue, 'blurry', { query: { text: 'class:tulip' } })), [[3]]);
  assert.deepEqual(ids(found(catalogue, 'blurry', { offset: 1, limit: 5 })), [[3]]);
});

test('pairs come nearest first, the suspicious image in front', async (t) => {
  const catalogue = await flowers(t);
  const thresholds = { ...defaultThresholds, nearDuplicate: 12 };
  const near = found(catalogue, 'near-duplicate', { thresholds });
  assert.deepEqual(ids(near), [
    [1, 3],
    [2, 0],
  ]);
  assert.deepEqual(near.rows[0]?.evidence, { distance: 3, similarity: 0.98 });
  assert.deepEqual(ids(found(catalogue, 'near-duplicate', { thresholds, query: { text: 'split:test' } })), [[2, 0]]);
  assert.deepEqual(ids(found(catalogue, 'split-leak', { thresholds })), [[2, 0]]);
  assert.deepEqual(ids(found(catalogue, 'conflicting-labels')), [[1, 3]]);
});

test('label issues: a mode picks, without one all are ranked, and decided ones are gone', async (t) => {
  const catalogue = await flowers(t);
  const label = (more: Partial<Request>) => ids(found(catalogue, 'label', more)).flat();
  assert.deepEqual(label({}), [1, 3]);
  assert.deepEqual(label({ mode: 'both' }), [1]);
  assert.deepEqual(label({ mode: 'by-noise-rate' }), [1, 3]);
  assert.deepEqual(label({ mode: 'predicted' }), [1]);
  assert.deepEqual(label({ mode: 'wrong-above' }), []);
  assert.deepEqual(label({ mode: 'wrong-above', thresholds: { ...defaultThresholds, wrongAbove: 0.7 } }), [1]);
  const [row] = found(catalogue, 'label').rows;
  assert.equal(row?.suggested, 'tulip');
  assert.deepEqual(row?.evidence, {
    given: 'rose',
    predicted: 'tulip',
    confidence: 0.8,
    givenConfidence: 0.2,
    wrong: 0.1,
  });
  const edit = { label: null, split: null, excluded: false, deleted: false, kept: true };
  catalogue.setDecisions({ hash: 'kept', edits: [{ ...edit, image: 1 }], dismissed: [], unplaced: 0 });
  assert.deepEqual(label({}), [3]);
});

test('the summary of labels is corrected by what was decided', async (t) => {
  const catalogue = await flowers(t);
  const request = { type: 'labelSummary', mode: 'both', score: 'normalized-margin', budget: 2 } as const;
  const before = labelSummary(catalogue, request);
  assert.equal(before?.flagged, 1);
  assert.equal(before?.agreement, 0.5);
  assert.ok(Math.abs((before?.remaining ?? 0) - 0.2) < 1e-9);
  assert.deepEqual({ ...before?.expected, errors: 0 }, { budget: 2, errors: 0, decided: 0, confirmedWrong: 0 });
  const edit = { split: null, excluded: false, deleted: false, kept: false };
  catalogue.setDecisions({ hash: 'a', edits: [{ ...edit, image: 1, label: 'tulip' }], dismissed: [], unplaced: 0 });
  const after = labelSummary(catalogue, request);
  assert.equal(after?.flagged, 0);
  assert.equal(after?.expected.decided, 1);
  assert.equal(after?.expected.confirmedWrong, 1);
  assert.ok((after?.remaining ?? 0) > 0.1, 'one wrong label of one makes the other more suspicious');
});

test('without a label model there is no summary', async (t) => {
  const catalogue = await someCatalogue(t, [{ path: 'a/1.jpg' }]);
  const request = { type: 'labelSummary', mode: 'both', score: 'self-confidence', budget: 2 } as const;
  assert.equal(labelSummary(catalogue, request), null);
});

test('odd sizes lie beyond the quartiles; a set of grey images has no grey issue', async (t) => {
  const images = Array.from({ length: 20 }, (_, i) => ({ path: `a/${i}.jpg`, width: 100 + i, height: 100 }));
  const catalogue = await someCatalogue(t, [...images, { path: 'a/x.jpg', width: 900, height: 900 }]);
  assert.deepEqual(
    found(catalogue, 'odd-size').rows.map(({ images: rows }) => rows[0]?.path),
    ['a/x.jpg'],
  );
  const measure = (names: string[], greyscale: boolean) =>
    catalogue.writeMeasures(names.map((name) => ({ hash: hashOf(name), measures: someMeasures({ greyscale }) })));
  measure(['a/0.jpg', 'a/1.jpg', 'a/2.jpg'], false);
  measure(['a/3.jpg'], true);
  assert.equal(issueCounts(catalogue, defaultThresholds).greyscale, 1);
  measure(['a/4.jpg', 'a/5.jpg', 'a/6.jpg'], true);
  assert.equal(issueCounts(catalogue, defaultThresholds).greyscale, undefined);
});

test('unreadable files are listed with their cause', async (t) => {
  const catalogue = await someCatalogue(t, [{ path: 'a/1.jpg' }]);
  const skipped = Array.from({ length: 300 }, (_, i) => ({
    cause: 'truncated' as const,
    path: `a/x${i}.jpg`,
    message: 'ends early',
  }));
  fillCatalogue(catalogue, [{ path: 'a/1.jpg' }], skipped);
  const { total, rows } = found(catalogue, 'unreadable');
  assert.equal(total, 300);
  assert.equal(issueCounts(catalogue, defaultThresholds).unreadable, 300);
  assert.deepEqual(rows[0]?.evidence, { cause: 'truncated', message: 'ends early' });
  assert.ok((rows[0]?.images[0]?.id ?? 0) < 0);
});

test('findings about classes can be dismissed', async (t) => {
  const catalogue = await someCatalogue(t, [
    ...Array.from({ length: 30 }, (_, i) => ({ path: `many/${i}.jpg` })),
    { path: 'few/1.jpg' },
  ]);
  const rare = found(catalogue, 'rare-class');
  assert.deepEqual(rare.rows[0]?.evidence, { class: 'few', count: 1, mean: 15.5, threshold: 0.2 });
  assert.deepEqual(found(catalogue, 'class-imbalance').rows[0]?.evidence, {
    largest: 'many',
    largestCount: 30,
    smallest: 'few',
    smallestCount: 1,
  });
  catalogue.setDecisions({ hash: 'x', edits: [], dismissed: [rare.rows[0]?.key ?? ''], unplaced: 0 });
  assert.equal(found(catalogue, 'rare-class').total, 0);
});
