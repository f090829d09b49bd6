import { defaultEntries, type PhaseConfig } from '../../training/config.ts';
import type { Recipe, RecipeConfig } from './recipe.ts';

/** Flips, and crops of the image moved by up to an eighth of its size: right for nearly all photographs. */
const mildAugment = { flip: { horizontal: 0.5 }, crop: { probability: 1 } } satisfies RecipeConfig['augment'];

/** SGD as networks are trained from scratch with: Nesterov's momentum, weight decay 5e-4. */
const sgd = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 } as const;

function phase(change: Partial<PhaseConfig>): PhaseConfig {
  return { ...defaultEntries['training.phases'], ...change };
}

/** Patterns of the first stages of a MobileNetV2, as gradual unfreezing makes them. */
function mobileNetStages(count: number): string[] {
  return Array.from({ length: count }, (_, stage) => `features.${stage}.*`);
}

/**
 * Loupe's own, from the cheapest to the dearest, then those for a certain kind of data or of limit. Work is multiplications an image,
 * times epochs.
 */
export const builtInRecipes: readonly Recipe[] = [
  {
    name: 'quick',
    purpose: 'A quick look: is there something to learn in these images at all?',
    cost: 'A small network on 32 × 32 pixels for 5 epochs: about a minute on a laptop CPU.',
    config: {
      input: { width: 32, height: 32 },
      model: { architecture: 'small-cnn' },
      training: { epochs: 5, batchSize: 64, learningRate: 0.003 },
    },
  },
  {
    name: 'balanced',
    purpose: 'The defaults: a first run worth comparing others with.',
    cost: 'A small network on 64 × 64 pixels for 10 epochs: about 12 times the work of quick.',
    config: {},
  },
  {
    name: 'transfer-frozen',
    purpose:
      'Transfer: a network that others trained on ImageNet stays as it is, only a new last layer learns. For few images or little time.',
    cost: 'MobileNetV2 on 128 × 128 pixels for 5 epochs: a minute for 3,000 images on two CPU cores. Needs: loupe zoo get mobilenet-v2.',
    config: {
      input: { width: 128, height: 128, normalize: 'imagenet' },
      augment: { flip: { horizontal: 0.5 } },
      model: { architecture: 'mobilenet-v2', weights: 'mobilenet-v2' },
      training: {
        epochs: 5,
        learningRate: 0.003,
        freeze: ['backbone'],
        checkpoints: { metric: 'validation-accuracy' },
      },
    },
  },
  {
    name: 'transfer-finetune',
    purpose:
      'Transfer as fastai does it: the head alone for an epoch, then all layers, the first ones a hundred times slower. The usual best start.',
    cost: 'MobileNetV2 on 128 × 128 pixels for 1 + 6 epochs: some minutes for 3,000 images on two CPU cores. Needs: loupe zoo get mobilenet-v2.',
    config: {
      input: { width: 128, height: 128, normalize: 'imagenet' },
      augment: { ...mildAugment, brightness: { probability: 0.75 }, contrast: { probability: 0.75 } },
      model: { architecture: 'mobilenet-v2', weights: 'mobilenet-v2', head: 'concat-pool', dropout: 0.5 },
      training: {
        learningRate: 0.002,
        frozenBatchNorm: 'training',
        discriminativeRates: 100,
        phases: [phase({ epochs: 1, freeze: ['backbone'] }), phase({ epochs: 6, learningRate: 0.001 })],
        checkpoints: { metric: 'validation-accuracy' },
      },
    },
  },
  {
    name: 'transfer-keras',
    purpose:
      'Transfer as in Keras’ guide: a head of 256 units first, then all layers at a rate of 0.00001; batch norms learn, but keep their stored statistics.',
    cost: 'MobileNetV2 on 128 × 128 pixels for 5 + 5 epochs: some minutes for 3,000 images on two CPU cores. Needs: loupe zoo get mobilenet-v2.',
    config: {
      input: { width: 128, height: 128, normalize: 'imagenet' },
      augment: { flip: { horizontal: 0.5 } },
      model: { architecture: 'mobilenet-v2', weights: 'mobilenet-v2', head: 'dense', dropout: 0.2 },
      training: {
        optimizer: { name: 'adam', weightDecay: 0 },
        schedule: { name: 'constant' },
        phases: [
          phase({ epochs: 5, learningRate: 0.001, freeze: ['backbone'] }),
          phase({ epochs: 5, learningRate: 1e-5 }),
        ],
        batchNorm: 'stored',
        checkpoints: { metric: 'validation-accuracy' },
      },
    },
  },
  {
    name: 'transfer-gradual',
    purpose:
      'Transfer by gradual unfreezing: the head, then the last third of the layers, then two thirds, then all, at half the rate each time. For few images that look unlike photographs.',
    cost: 'MobileNetV2 on 128 × 128 pixels for 4 × 2 epochs: some minutes for 3,000 images on two CPU cores. Needs: loupe zoo get mobilenet-v2. For other networks: loupe layers <config> --unfreeze 4.',
    config: {
      input: { width: 128, height: 128, normalize: 'imagenet' },
      augment: { flip: { horizontal: 0.5 } },
      model: { architecture: 'mobilenet-v2', weights: 'mobilenet-v2' },
      training: {
        discriminativeRates: 10,
        phases: [
          phase({ epochs: 2, learningRate: 0.002, freeze: ['backbone'] }),
          phase({ epochs: 2, learningRate: 0.001, freeze: mobileNetStages(13) }),
          phase({ epochs: 2, learningRate: 0.0005, freeze: mobileNetStages(6) }),
          phase({ epochs: 2, learningRate: 0.00025 }),
        ],
        checkpoints: { metric: 'validation-accuracy' },
      },
    },
  },
  {
    name: 'small-images',
    purpose:
      'From scratch on images of about 32 × 32 pixels, such as CIFAR: flips, moved crops, label smoothing, one-cycle.',
    cost: 'A ResNet-18 of half the width for 20 epochs: about 50 times the work of quick.',
    config: {
      input: { width: 32, height: 32, normalize: 'data-set' },
      augment: mildAugment,
      model: { architecture: 'resnet18', width: 0.5, dropout: 0 },
      training: {
        epochs: 20,
        batchSize: 64,
        optimizer: sgd,
        learningRate: 0.05,
        loss: { labelSmoothing: 0.1 },
        checkpoints: { metric: 'validation-accuracy' },
      },
    },
  },
  {
    name: 'large-images',
    purpose: 'From scratch on photographs: more pixels, random resized crops and lighting, label smoothing, one-cycle.',
    cost: 'A ResNet-18 on 128 × 128 pixels for 30 epochs: about 350 times the work of quick; a GPU is worth it.',
    config: {
      input: { width: 128, height: 128, normalize: 'data-set' },
      augment: {
        flip: { horizontal: 0.5 },
        crop: { probability: 1, mode: 'resized' },
        brightness: { probability: 0.75 },
        contrast: { probability: 0.75 },
      },
      model: { architecture: 'resnet18' },
      training: {
        epochs: 30,
        loss: { labelSmoothing: 0.1 },
        checkpoints: { metric: 'validation-accuracy' },
      },
    },
  },
  {
    name: 'progressive-resizing',
    purpose: 'Large images in less time: learns the coarse shapes on small pictures, then the detail on large ones.',
    cost: 'A ResNet-18 on 64, 96 and 128 pixels for 8, 6 and 4 epochs: half the pixels of 18 epochs at full size.',
    config: {
      input: { width: 128, height: 128, normalize: 'data-set' },
      augment: mildAugment,
      model: { architecture: 'resnet18' },
      training: {
        loss: { labelSmoothing: 0.1 },
        checkpoints: { metric: 'validation-accuracy' },
        phases: [
          phase({ epochs: 8, size: 64, batchSize: 64 }),
          phase({ epochs: 6, size: 96, learningRate: 0.0005 }),
          phase({ epochs: 4, size: 128, learningRate: 0.00025 }),
        ],
      },
    },
  },
  {
    name: 'long-run',
    purpose:
      'The best figures that training from scratch gives: strong augmentation, averaged weights, until it no longer improves.',
    cost: 'A ResNet-18 on 96 × 96 pixels for up to 80 epochs: about 500 times the work of quick, so start it in the evening.',
    config: {
      input: { width: 96, height: 96, normalize: 'data-set' },
      augment: {
        ...mildAugment,
        policy: { name: 'trivial-augment' },
        mixUp: { probability: 0.5 },
        cutMix: { probability: 0.5 },
      },
      model: { architecture: 'resnet18', stochasticDepth: 0.1 },
      training: {
        epochs: 80,
        loss: { labelSmoothing: 0.1 },
        ema: 0.999,
        earlyStopping: { enabled: true, patience: 20 },
        checkpoints: { metric: 'validation-accuracy' },
      },
    },
  },
  {
    name: 'noisy-labels',
    purpose:
      'When many labels are wrong: mixes images and smooths labels, and stops before the network learns the mistakes by heart.',
    cost: 'A ResNet-18 of half the width on 64 × 64 pixels for at most 15 epochs: about 12 times the work of quick.',
    config: {
      augment: { ...mildAugment, mixUp: { probability: 1 } },
      model: { architecture: 'resnet18', width: 0.5, dropout: 0.4 },
      training: {
        epochs: 15,
        loss: { labelSmoothing: 0.2 },
        ema: 0.99,
        earlyStopping: { enabled: true, patience: 4 },
        checkpoints: { metric: 'validation-accuracy' },
      },
    },
  },
  {
    name: 'imbalanced',
    purpose:
      'When some classes have far fewer images: their loss counts more, and the best epoch is the best for all classes alike.',
    cost: 'A small network on 64 × 64 pixels for 15 epochs: about 18 times the work of quick; frequent classes may lose a little.',
    config: {
      augment: mildAugment,
      training: {
        epochs: 15,
        classWeights: { name: 'effective-number' },
        checkpoints: { metric: 'balanced-accuracy' },
      },
    },
  },
  {
    name: 'ten-minutes',
    purpose: 'As good as it gets in ten minutes, on whatever machine: the schedule is stretched to end with the time.',
    cost: 'Ten minutes of training and validation; a faster machine gives a better model, not an earlier end.',
    config: {
      augment: mildAugment,
      model: { architecture: 'resnet18', width: 0.5 },
      training: {
        timeBudget: 10,
        loss: { labelSmoothing: 0.1 },
        checkpoints: { metric: 'validation-accuracy' },
      },
    },
  },
  {
    name: 'snapshot-ensemble',
    purpose:
      'Several models for the price of one: restarts the rate and keeps the weights at each minimum, to be asked together.',
    cost: 'A small network on 64 × 64 pixels for 30 epochs in 5 cycles: about 35 times the work of quick, and five models to ask.',
    config: {
      augment: mildAugment,
      training: {
        epochs: 30,
        schedule: { name: 'sgdr', cycles: 5, cycleFactor: 1 },
        checkpoints: { metric: 'validation-accuracy' },
      },
    },
  },
  {
    name: 'small-grey',
    purpose: 'Grey images of 28 × 28 pixels, such as MNIST and Fashion-MNIST.',
    cost: 'A small network for 8 epochs: as much work for an image as quick.',
    config: {
      input: { width: 28, height: 28, color: 'grey', resize: 'pad', normalize: 'data-set' },
      training: { epochs: 8, batchSize: 64, learningRate: 0.003 },
    },
  },
];
