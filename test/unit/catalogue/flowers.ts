import type { TestContext } from 'node:test';
import type { Catalogue } from '../../../src/catalogue/catalogue.ts';
import { hashOf, type SomeImage, someCatalogue, someMeasures } from './some-catalogue.ts';

const images: SomeImage[] = [
  { path: 'test/rose/1.jpg', split: 'test', width: 640, height: 480 },
  { path: 'train/rose/100%.jpg', split: 'train' },
  { path: 'train/rose/2.jpg', split: 'train', width: 30, height: 300 },
  { path: 'train/tulip/3.jpg', split: 'train', bytes: 5_000_000 },
  { path: 'train/tulip/4.jpg', split: 'train' },
  { path: 'unlabelled/5.jpg', label: null },
];

/** Six images with a bit of everything: what tests of queries ask. */
export async function flowers(t: TestContext): Promise<Catalogue> {
  const catalogue = await someCatalogue(t, images);
  catalogue.writeMeasures([
    { hash: hashOf('test/rose/1.jpg'), measures: someMeasures({ blur: 0.1 }) },
    { hash: hashOf('train/rose/100%.jpg'), measures: someMeasures({ blur: 0.5, dark: 0.2 }) },
    { hash: hashOf('train/rose/2.jpg'), measures: someMeasures({ blur: 0.9, brightness: 1 }) },
    { hash: hashOf('train/tulip/3.jpg'), measures: someMeasures({ blur: 0.2, border: 0.5, borderColor: '#000000' }) },
  ]);
  catalogue.writePairs([
    { a: 3, b: 1, kind: 'near-duplicate', distance: 3, similarity: 0.98 },
    { a: 0, b: 2, kind: 'near-duplicate', distance: 12, similarity: 0.9 },
  ]);
  const label = { selfConfidence: 0.5, normalizedMargin: 0.5, weightedEntropy: 0.5, suggested: null, wrong: 0.1 };
  catalogue.writeLabels({
    how: 'test',
    network: 'none',
    classes: ['rose', 'tulip'],
    noise: 0.1,
    pairs: [],
    rows: [
      {
        ...label,
        image: 1,
        givenConfidence: 0.2,
        predicted: 'tulip',
        confidence: 0.8,
        byNoiseRate: true,
        byClass: true,
        probabilities: new Float32Array([0.2, 0.8]),
      },
      {
        ...label,
        image: 3,
        givenConfidence: 0.55,
        predicted: 'tulip',
        confidence: 0.55,
        byNoiseRate: true,
        byClass: false,
        probabilities: new Float32Array([0.45, 0.55]),
      },
    ],
  });
  return catalogue;
}
