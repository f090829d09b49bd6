import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overviewOf } from '../../../src/catalogue/overview.ts';
import { formatCounts, summarizeClasses, summarizeFields } from '../../../src/catalogue/summary.ts';
import { describeCatalogue } from '../../../src/cli/inspect-report.ts';
import { style } from '../../../src/cli/style.ts';
import { flowers } from './flowers.ts';
import { someCatalogue } from './some-catalogue.ts';

test('fields are summed up with the images at both ends; what nothing is known of is left out', async (t) => {
  const catalogue = await flowers(t);
  const fields = summarizeFields(catalogue);
  const blur = fields.find(({ field }) => field === 'blur');
  assert.deepEqual(
    { ...blur, p5: 0, p95: 0, median: 0 },
    {
      field: 'blur',
      min: 0.1,
      p5: 0,
      median: 0,
      p95: 0,
      max: 0.9,
      lowest: 'test/rose/1.jpg',
      highest: 'train/rose/2.jpg',
    },
  );
  assert.ok(Math.abs((blur?.median ?? 0) - 0.35) < 1e-9, 'between 0.2 and 0.5');
  const bare = await someCatalogue(t, [{ path: 'a/1.jpg' }]);
  assert.deepEqual(
    summarizeFields(bare).map(({ field }) => field),
    ['width', 'height', 'aspect', 'bytes'],
  );
});

test('classes have the means of their measured images', async (t) => {
  const catalogue = await flowers(t);
  const [rose, tulip] = summarizeClasses(catalogue);
  assert.equal(rose?.name, 'rose');
  assert.ok(Math.abs((rose?.blur ?? 0) - 0.5) < 1e-9);
  assert.ok(Math.abs((tulip?.blur ?? 0) - 0.2) < 1e-9);
  assert.deepEqual(formatCounts(catalogue), { jpeg: 6 });
});

test('the report for people names classes, ends and issues', async (t) => {
  const catalogue = await flowers(t);
  const text = describeCatalogue(
    {
      ...overviewOf(catalogue),
      imbalance: 1.5,
      formats: formatCounts(catalogue),
      fields: summarizeFields(catalogue),
      classMeans: summarizeClasses(catalogue),
      style: [{ kind: 'low-contrast', text: 'All of them are drawings.', query: 'contrast<0.15', images: 3 }],
    },
    style(false),
  );
  assert.match(text, /6 images in 2 classes, 1 of them without a class; jpeg 6/);
  assert.match(text, /rose +3 +2 +1 +0\.67 +0\.30 +0\.50/);
  assert.match(text, /The largest class has 1\.5 times the images of the smallest\./);
  assert.match(text, /sharpness +0\.10 .*test\/rose\/1\.jpg +train\/rose\/2\.jpg/);
  assert.match(text, /blurry +2/);
  assert.match(text, /Measured so far: 4 of 6\./);
  assert.match(text, /\nAll of them are drawings\. The query contrast<0\.15 lists the 3 images with it\./);
});
