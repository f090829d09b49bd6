import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applySet } from '../../../src/jobs/apply-set.ts';
import { builtInRecipes } from '../../../src/jobs/recipes/built-in.ts';
import { recipeConfig } from '../../../src/jobs/recipes/recipe.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { tricksOf, trickText } from '../../../src/training/tricks.ts';

const plain = ['model.dropout=0', 'training.optimizer.weightDecay=0', 'training.schedule=constant'].reduce(
  applySet,
  defaultConfig,
);
const textOf = (...sets: string[]) => tricksOf(sets.reduce(applySet, plain)).map(trickText);

test('plain training has none, the defaults have three', () => {
  assert.deepEqual(textOf(), []);
  assert.deepEqual(tricksOf(defaultConfig).map(trickText), ['Dropout 0.2', 'Weight decay 0.01', 'One-cycle']);
});

const cases: [sets: string[], tricks: string[]][] = [
  [['training.phases=[{"size":32},{}]'], ['Progressive resizing 32 → 64']],
  [['training.phases=[{"freeze":["a"]}]'], ['Frozen layers']],
  [
    ['training.sampling=over', 'training.classWeights=inverse'],
    ['Oversampling', 'Class weights inverse'],
  ],
  [['augment.flip.horizontal=0.5', 'augment.flip.vertical=0.5'], ['Flips horizontal and vertical']],
  [['augment.mixUp.probability=1'], ['MixUp α 0.4']],
  [['augment.policy.name=trivial-augment'], ['TrivialAugment']],
  [['model.architecture=resnet18', 'model.stochasticDepth=0.1'], ['Stochastic depth 0.1']],
  [
    ['model.weights=weights/mobilenet.pth', 'model.head=dense'],
    ['Pretrained weights mobilenet.pth', 'Head dense'],
  ],
  [['training.discriminativeRates=100'], ['Discriminative rates ÷ 100']],
  [['model.activation=gelu'], ['Activation gelu']],
  [
    ['training.loss=focal', 'training.loss.labelSmoothing=0.1'],
    ['Focal loss γ 2', 'Label smoothing 0.1'],
  ],
  [['training.clip.norm=1', 'training.clip.value=0.5'], ['Gradient clipping to ±0.5, to norm 1']],
  [
    ['training.accumulate=4', 'engine.precision=mixed'],
    ['Gradient accumulation 4 batches', 'Mixed precision'],
  ],
  [['training.optimizer=sgd', 'training.optimizer.nesterov=true'], ['Nesterov momentum']],
  [
    ['training.schedule.warmUp=2', 'training.schedule=cosine'],
    ['Warm-up 2 epochs', 'Cosine decay'],
  ],
  [['training.schedule=sgdr'], ['Warm restarts', 'Snapshots 3 cycles']],
  [
    ['training.ema=0.999', 'training.timeBudget=10'],
    ['Averaged weights 0.999', 'Time budget 10 min'],
  ],
  [['training.layerRates=[{"layers":"stem.*","factor":0.1}]'], ['Layer rates']],
  [['training.earlyStopping.enabled=true'], ['Early stopping patience 5']],
  [
    ['training.checkpoints.metric=macro-f1', 'training.checkpoints.keepEvery=5'],
    ['Best by macro f1', 'Kept models every 5 epochs'],
  ],
];
for (const [sets, tricks] of cases) {
  test(`${sets.join(', ')}: ${tricks.join(', ')}`, () => assert.deepEqual(textOf(...sets), tricks));
}

test('every schedule has a name', () => {
  const names = [
    'step',
    'exponential',
    'polynomial',
    'cosine',
    'one-cycle',
    'triangular',
    'exp-range',
    'sgdr',
    'flat-cos',
    'plateau',
  ];
  for (const name of names) assert.match(textOf(`training.schedule=${name}`)[0]!, /^[A-Z]/);
});

test('every recipe but the defaults does something of its own', () => {
  for (const recipe of builtInRecipes) assert.ok(tricksOf(recipeConfig(recipe)).length > 0, recipe.name);
});
