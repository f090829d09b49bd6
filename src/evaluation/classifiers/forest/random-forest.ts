import { mixSeed, seededRandom } from '../../../random.ts';
import type { Algorithm, Classifier } from '../classifier.ts';
import { binFeatures } from './bins.ts';
import { addShares, growTree, type Tree } from './tree.ts';

/** Breiman 2001 with scikit-learn's defaults: trees to the end on samples with replacement, √size features tried at a node. */
export const randomForest: Algorithm = {
  name: 'random-forest',
  title: 'Random forest',
  settings: [100],
  setting: 'trees',
  interpretability: 'Tells which features are asked for most, not why an image is of a class.',
  clarity: 2,
  begin({ features, size, labels, classes }, { seed }) {
    const binned = binFeatures(features, size);
    const tried = Math.max(1, Math.floor(Math.sqrt(size)));
    return {
      fit(count) {
        const trees = Array.from({ length: count }, (_, number) => {
          const random = seededRandom(mixSeed(seed, number));
          const rows = Uint32Array.from(labels, () => Math.floor(random() * labels.length));
          return growTree(binned, labels, rows, { classes, tried, random });
        });
        return classifierOf(trees, size, classes);
      },
      dispose: () => undefined,
    };
  },
};

function classifierOf(trees: Tree[], size: number, classes: number): Classifier {
  const bytesOf = (tree: Tree) => Object.values(tree).reduce((sum: number, part) => sum + part.byteLength, 0);
  return {
    bytes: trees.reduce((sum, tree) => sum + bytesOf(tree), 0),
    probabilities(features) {
      const rows = features.length / size;
      const result = new Float32Array(rows * classes);
      for (let i = 0; i < rows; i++) {
        const row = features.subarray(i * size, (i + 1) * size);
        const into = result.subarray(i * classes, (i + 1) * classes);
        for (const tree of trees) addShares(tree, row, into);
        for (let c = 0; c < classes; c++) into[c] = (into[c] as number) / trees.length;
      }
      return result;
    },
  };
}
