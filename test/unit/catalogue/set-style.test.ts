import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Catalogue } from '../../../src/catalogue/catalogue.ts';
import { evidenceOf } from '../../../src/catalogue/evidence.ts';
import { issueCounts } from '../../../src/catalogue/issue-counts.ts';
import { idsOf, orderOf } from '../../../src/catalogue/order.ts';
import { overviewOf } from '../../../src/catalogue/overview.ts';
import { borderStyle, contrastScale, informationScale } from '../../../src/catalogue/set-style.ts';
import { styleNotes, styleNoteText } from '../../../src/catalogue/style-notes.ts';
import type { ImageMeasures } from '../../../src/images/measures/measures.ts';
import { defaultThresholds } from '../../../src/protocol/findings.ts';
import { hashOf, someCatalogue, someMeasures } from './some-catalogue.ts';

const black = { share: 0.6, color: '#000000', colors: ['#000000'] };
const borders: [string, Parameters<typeof borderStyle>, ReturnType<typeof borderStyle>][] = [
  ['no image', [[], 0], null],
  ['no border', [[], 100], null],
  ['a few frames', [[{ color: '#000000', images: 32 }], 100], null],
  ['too few images to say', [[{ color: '#000000', images: 15 }], 19], null],
  ['black ground', [[{ color: '#000000', images: 60 }], 100], black],
  [
    'black ground and white frames',
    [
      [
        { color: '#ffffff', images: 10 },
        { color: '#000000', images: 60 },
      ],
      100,
    ],
    black,
  ],
  [
    'black as JPEG keeps it',
    [
      [
        { color: '#010203', images: 10 },
        { color: '#000000', images: 30 },
        { color: '#0f0000', images: 5 },
      ],
      100,
    ],
    { share: 0.4, color: '#000000', colors: ['#010203', '#000000'] },
  ],
  [
    'each its own colour',
    [
      [
        { color: '#000000', images: 20 },
        { color: '#ffffff', images: 20 },
        { color: '#ff0000', images: 20 },
      ],
      100,
    ],
    { share: 0.6, color: null, colors: ['#000000', '#ffffff', '#ff0000'] },
  ],
];

for (const [what, input, expected] of borders) {
  test(`borders of the set's style: ${what}`, () => assert.deepEqual(borderStyle(...input), expected));
}

const scales: [string, Parameters<typeof informationScale>, number][] = [
  ['nothing measured', [null, 0], 1],
  ['photographs', [{ median: 0.7, q3: 0.75 }, 100], 1],
  ['photographs of many kinds', [{ median: 0.6, q3: 0.67 }, 100], 1],
  ['clothes on black', [{ median: 0.42, q3: 0.49 }, 100], 0.14 / 0.3],
  ['flat drawings', [{ median: 0.23, q3: 0.275 }, 100], 0.05 / 0.3],
  ['all nearly blank', [{ median: 0.02, q3: 0.03 }, 100], 0.05 / 0.3],
  ['too few images to say', [{ median: 0.23, q3: 0.275 }, 19], 1],
];

for (const [what, input, expected] of scales) {
  test(`information of the set's style: ${what}`, () => {
    assert.ok(Math.abs(informationScale(...input) - expected) < 1e-9);
  });
}

const contrasts: [string, Parameters<typeof contrastScale>, number][] = [
  ['nothing measured', [null, 0, 1], 1],
  ['photographs of very many kinds', [{ median: 0.5, q3: 0.65 }, 100, 1], 1],
  ['black clothes and white ones on black', [{ median: 0.8, q3: 0.9 }, 100, 0.5], 1],
  ['pale drawings', [{ median: 0.3, q3: 0.35 }, 100, 0.5], 0.1 / 0.15],
  ['pale and dark drawings', [{ median: 0.46, q3: 0.57 }, 100, 0.5], 12 / 255 / 0.15],
  ['too few images to say', [{ median: 0.3, q3: 0.35 }, 19, 0.5], 1],
];

for (const [what, input, expected] of contrasts) {
  test(`contrast of the set's style: ${what}`, () => {
    assert.ok(Math.abs(contrastScale(...input) - expected) < 1e-9);
  });
}

/** A hundred images, the first ones with these measures, the others with those of `rest`. */
async function hundred(
  t: TestContext,
  first: Partial<ImageMeasures>[],
  rest: (i: number) => Partial<ImageMeasures>,
): Promise<Catalogue> {
  const paths = Array.from({ length: 100 }, (_, i) => `some/${String(i).padStart(3, '0')}.png`);
  const catalogue = await someCatalogue(
    t,
    paths.map((path) => ({ path })),
  );
  catalogue.writeMeasures(
    paths.map((path, i) => ({ hash: hashOf(path), measures: someMeasures(first[i] ?? rest(i)) })),
  );
  return catalogue;
}

const found = (catalogue: Catalogue, text: string) => idsOf(orderOf(catalogue, { text }), 0, 100);

test('on a ground that all images have, other frames and blank images are found', async (t) => {
  const catalogue = await hundred(
    t,
    [{ border: 0.4, borderColor: '#ffffff' }, { border: 1, borderColor: '#000000' }, { border: 0 }],
    () => ({ border: 0.5, borderColor: '#000000' }),
  );
  assert.deepEqual(found(catalogue, 'issue:uniform-border'), [0, 1]);
  assert.equal(issueCounts(catalogue, defaultThresholds)['uniform-border'], 2);
  assert.equal(found(catalogue, 'border>0.3').length, 99);
  const [note, ...others] = styleNotes(catalogue);
  assert.deepEqual(others, []);
  assert.deepEqual(note, {
    kind: 'uniform-border',
    text: "98 % of the images have a border of about #000000: that is this set's style, and no image's issue.",
    query: 'border>0.3 -issue:uniform-border',
    images: 97,
  });
  assert.equal(found(catalogue, note?.query ?? '').length, 97);
  assert.match(
    note ? styleNoteText(note) : '',
    /The query border>0\.3 -issue:uniform-border lists the 97 images with it\.$/,
  );
  assert.deepEqual(overviewOf(catalogue).style, [note]);
});

test('a frame in ten images is an issue of each', async (t) => {
  const frame = { border: 0.4, borderColor: '#000000' };
  const catalogue = await hundred(t, Array(10).fill(frame), () => ({}));
  assert.equal(issueCounts(catalogue, defaultThresholds)['uniform-border'], 10);
  assert.deepEqual(styleNotes(catalogue), []);
});

test('among flat drawings only a blank one has little information', async (t) => {
  const catalogue = await hundred(t, [{ information: 0.01 }], (i) => ({ information: 0.18 + i / 1000 }));
  const counts = (lowInformation: number) =>
    issueCounts(catalogue, { ...defaultThresholds, lowInformation })['low-information'];
  assert.deepEqual(found(catalogue, 'issue:low-information'), [0]);
  assert.equal(counts(defaultThresholds.lowInformation), 1);
  assert.equal(counts(0.5), 38, 'the threshold goes on to move the count');
  const { evidence } = evidenceOf(catalogue, 'low-information', defaultThresholds, 0);
  assert.deepEqual(evidence, { information: 0.01, threshold: 0.1305 });
  const [note] = styleNotes(catalogue);
  assert.match(note?.text ?? '', /below 0\.13 instead of 0\.3\.$/);
  assert.equal(note?.images, 99);
  assert.equal(found(catalogue, note?.query ?? '').length, 99);
});

test('among photographs the published threshold holds', async (t) => {
  const catalogue = await hundred(t, [{ information: 0.29 }, { information: 0.31 }], (i) => ({
    information: 0.65 + i / 1000,
  }));
  assert.deepEqual(found(catalogue, 'issue:low-information'), [0]);
  assert.deepEqual(styleNotes(catalogue), []);
});

test('among pale drawings only one without any contrast has too little of it', async (t) => {
  const catalogue = await hundred(
    t,
    [
      { contrast: 0.02, information: 0.2 },
      { contrast: 0.1, information: 0.2 },
    ],
    (i) => ({
      contrast: 0.3 + i / 150,
      information: 0.2,
    }),
  );
  assert.deepEqual(found(catalogue, 'issue:low-contrast'), [0]);
  const { evidence } = evidenceOf(catalogue, 'low-contrast', defaultThresholds, 0);
  assert.deepEqual(evidence, { contrast: 0.02, threshold: 0.0471 });
  const note = styleNotes(catalogue).find(({ kind }) => kind === 'low-contrast');
  assert.deepEqual(found(catalogue, note?.query ?? ''), [1]);
});

test('a grey set has its grey images told once, and a query that lists them', async (t) => {
  const catalogue = await hundred(t, [{ greyscale: false }], () => ({ greyscale: true }));
  assert.deepEqual(found(catalogue, 'issue:greyscale'), []);
  const [note] = styleNotes(catalogue);
  assert.deepEqual(note, {
    kind: 'greyscale',
    text: "99 % of the images are greyscale: that is this set's style, and no image's issue.",
    query: 'is:greyscale',
    images: 99,
  });
  assert.equal(found(catalogue, 'is:greyscale').length, 99);
});
