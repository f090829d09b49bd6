import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Catalogue } from '../../../src/catalogue/catalogue.ts';
import { evidenceOf } from '../../../src/catalogue/evidence.ts';
import { issueCounts } from '../../../src/catalogue/issue-counts.ts';
import { idsOf, orderOf } from '../../../src/catalogue/order.ts';
import { borderStyle, informationScale, styleNotes } from '../../../src/catalogue/set-style.ts';
import { statisticsOf } from '../../../src/catalogue/statistics.ts';
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
  assert.deepEqual(styleNotes(statisticsOf(catalogue).style), [
    "98 % of the images have a border of about #000000: that is this set's style, and no image's issue. The query border>0.3 lists those where it is wide.",
  ]);
});

test('a frame in ten images is an issue of each', async (t) => {
  const frame = { border: 0.4, borderColor: '#000000' };
  const catalogue = await hundred(t, Array(10).fill(frame), () => ({}));
  assert.equal(issueCounts(catalogue, defaultThresholds)['uniform-border'], 10);
  assert.deepEqual(styleNotes(statisticsOf(catalogue).style), []);
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
  assert.match(styleNotes(statisticsOf(catalogue).style).join(), /below 0\.13 instead of 0\.3/);
  assert.deepEqual(styleNotes(statisticsOf(catalogue).style, ['dark']), []);
});

test('among photographs the published threshold holds', async (t) => {
  const catalogue = await hundred(t, [{ information: 0.29 }, { information: 0.31 }], (i) => ({
    information: 0.65 + i / 1000,
  }));
  assert.deepEqual(found(catalogue, 'issue:low-information'), [0]);
  assert.deepEqual(styleNotes(statisticsOf(catalogue).style), []);
});
