import { fitLogistic, type LogisticModel, logitsOf } from '../probes/logistic.ts';
import { MatrixOnBackend } from '../probes/matrix.ts';
import type { Algorithm, Classifier } from './classifier.ts';
import { fitScaler, type Scaler, scaleRows } from './scaler.ts';
import { softmaxRows } from './softmax.ts';

/** Multinomial, on standardised features, with the penalty λ/2·‖W‖². */
export const logisticRegression: Algorithm = {
  name: 'logistic',
  title: 'Logistic regression',
  settings: [1, 0.1, 0.01, 0.001],
  setting: 'λ',
  interpretability: 'A weight for each feature and class says what speaks for the class and how much.',
  clarity: 3,
  begin({ features, size, labels, classes }) {
    const scaler = fitScaler(features, size);
    const x = new MatrixOnBackend(scaleRows(features, scaler), labels.length, size);
    let start: LogisticModel | undefined;
    return {
      fit(strength) {
        start = fitLogistic(x, labels, { classes, strength, ...(start && { start }) });
        return classifierOf(start, scaler);
      },
      dispose: () => x.dispose(),
    };
  },
};

function classifierOf(model: LogisticModel, scaler: Scaler): Classifier {
  const size = scaler.means.length;
  return {
    bytes: (model.weights.length + 2 * size) * Float32Array.BYTES_PER_ELEMENT,
    probabilities(features) {
      const x = new MatrixOnBackend(scaleRows(features, scaler), features.length / size, size);
      try {
        return softmaxRows(logitsOf(x, model), model.classes);
      } finally {
        x.dispose();
      }
    },
  };
}
