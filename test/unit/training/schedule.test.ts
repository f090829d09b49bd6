import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultConfig, type ScheduleConfig } from '../../../src/training/config.ts';
import { cyclesDone, ratesAt, type SchedulePosition } from '../../../src/training/schedule.ts';

const PEAK = 0.1;

function schedule(change: Partial<ScheduleConfig>): ScheduleConfig {
  return { ...defaultConfig.training.schedule, ...change };
}

function at(step: number, steps = 100, drops = 0): SchedulePosition {
  return { step, steps, stepsPerEpoch: 10, drops };
}

/** What the named peers give at these steps (PyTorch 2.13, Keras 3 on TensorFlow 2.21; fastai's `combined_cos` from its formula). */
const golden: [peer: string, Partial<ScheduleConfig>, steps: number, rates: [step: number, rate: number][]][] = [
  [
    'a constant',
    { name: 'constant' },
    100,
    [
      [0, 0.1],
      [99, 0.1],
    ],
  ],
  [
    'PyTorch StepLR(3 epochs, 0.1)',
    { name: 'step', stepEpochs: 3, factor: 0.1 },
    100,
    [
      [0, 0.1],
      [29, 0.1],
      [30, 0.01],
      [59, 0.01],
      [60, 0.001],
      [90, 0.0001],
    ],
  ],
  [
    'Keras ExponentialDecay(10 steps, 0.9)',
    { name: 'exponential', decay: 0.9 },
    100,
    [
      [0, 0.1],
      [1, 0.09895192831754684],
      [25, 0.07684334367513657],
      [99, 0.0352371484041214],
    ],
  ],
  [
    'Keras PolynomialDecay(0.001, power 2)',
    { name: 'polynomial', endFactor: 0.01, power: 2 },
    100,
    [
      [0, 0.1],
      [1, 0.09802990406751633],
      [50, 0.025750000029802322],
      [99, 0.0010099000064656138],
    ],
  ],
  [
    'PyTorch CosineAnnealingLR(eta_min 0.001)',
    { name: 'cosine', endFactor: 0.01 },
    100,
    [
      [0, 0.1],
      [1, 0.09997557473810371],
      [25, 0.08550178566873408],
      [50, 0.0505],
      [99, 0.0010244252618962857],
    ],
  ],
  [
    'fastai one-cycle',
    { name: 'one-cycle' },
    100,
    [
      [0, 0.004],
      [1, 0.004378494336905067],
      [24, 0.09962150566309494],
      [25, 0.1],
      [50, 0.07500025],
      [99, 4.485805647212737e-5],
    ],
  ],
  [
    'PyTorch CyclicLR triangular',
    { name: 'triangular', cycles: 2 },
    100,
    [
      [0, 0.025],
      [1, 0.028],
      [25, 0.1],
      [37, 0.064],
      [50, 0.025],
      [74, 0.097],
      [99, 0.028],
    ],
  ],
  [
    'PyTorch CyclicLR exp_range',
    { name: 'exp-range', cycles: 2, decay: 0.9 },
    100,
    [
      [0, 0.025],
      [1, 0.02796855777461865],
      [25, 0.0826325103565688],
      [50, 0.025],
      [75, 0.05903142104045041],
      [99, 0.026057114666162482],
    ],
  ],
  [
    'PyTorch CosineAnnealingWarmRestarts(10, 2, 0.001)',
    { name: 'sgdr', cycles: 3, endFactor: 0.01 },
    70,
    [
      [0, 0.1],
      [5, 0.0505],
      [9, 0.0034227024433899004],
      [10, 0.1],
      [29, 0.001609427140540686],
      [30, 0.1],
      [50, 0.0505],
      [69, 0.0011525919802101658],
    ],
  ],
  [
    'Keras CosineDecayRestarts(10, 2.0, 0.5, 0.01)',
    { name: 'sgdr', cycles: 3, endFactor: 0.01, peakFactor: 0.5 },
    70,
    [
      [0, 0.1],
      [10, 0.05050000175833702],
      [20, 0.025750000029802322],
      [30, 0.025750000029802322],
      [69, 0.0010381476022303104],
    ],
  ],
  [
    'fastai flat-cos',
    { name: 'flat-cos', endFactor: 0.01 },
    100,
    [
      [0, 0.1],
      [74, 0.1],
      [75, 0.1],
      [99, 0.001390322284933354],
    ],
  ],
  [
    'PyTorch LinearLR before a constant',
    { name: 'constant', warmUp: 2 },
    100,
    [
      [0, 0.001],
      [1, 0.00595],
      [10, 0.0505],
      [19, 0.09505],
      [20, 0.1],
    ],
  ],
  [
    'a warm-up before half a cosine',
    { name: 'cosine', warmUp: 2 },
    120,
    [
      [0, 0.001],
      [20, 0.1],
      [70, 0.05],
    ],
  ],
  ['a pass of one step', { name: 'one-cycle', warmUp: 3 }, 1, [[0, 0.004]]],
];

describe('ratesAt', () => {
  for (const [peer, change, steps, rates] of golden) {
    it(`agrees with ${peer}`, () => {
      for (const [step, rate] of rates) {
        const { learningRate } = ratesAt(schedule(change), PEAK, at(step, steps));
        assert.ok(Math.abs(learningRate - rate) < 1e-7, `step ${step}: ${learningRate} instead of ${rate}`);
      }
    });
  }

  it('moves the momentum of one-cycle against the rate, as fastai does', () => {
    for (const [step, momentum] of [
      [0, 0.95],
      [1, 0.9496057350657239],
      [25, 0.85],
      [50, 0.875],
      [99, 0.9499561415049429],
    ]) {
      const actual = ratesAt(schedule({ name: 'one-cycle' }), PEAK, at(step as number)).momentum as number;
      assert.ok(Math.abs(actual - (momentum as number)) < 1e-12);
    }
  });

  it('leaves the momentum to the optimizer with other schedules, and where it is set to 0', () => {
    assert.equal(ratesAt(schedule({ name: 'cosine' }), PEAK, at(3)).momentum, null);
    assert.equal(ratesAt(schedule({ name: 'one-cycle', momentumHigh: 0 }), PEAK, at(3)).momentum, null);
  });

  it('drops with every drop of plateau, down to the end factor', () => {
    const plateau = schedule({ name: 'plateau', factor: 0.5, endFactor: 0.2 });
    const rates = [0, 1, 2, 3].map((drops) => ratesAt(plateau, PEAK, at(5, 100, drops)).learningRate);
    assert.deepEqual(rates, [0.1, 0.05, 0.025, 0.2 * PEAK]);
  });
});

describe('cyclesDone', () => {
  it('counts the cycles of sgdr that have ended before the step', () => {
    const ends = Array.from({ length: 71 }, (_, step) => cyclesDone(schedule({ name: 'sgdr' }), at(step, 70)));
    assert.deepEqual([ends.indexOf(1), ends.indexOf(2), ends.indexOf(3)], [10, 30, 70]);
  });

  it('ends the last cycle with the last step, whatever the length and the warm-up', () => {
    for (const steps of [7, 33, 101]) {
      const sgdr = schedule({ name: 'sgdr', cycles: 4, warmUp: 0.5 });
      assert.equal(cyclesDone(sgdr, at(steps, steps)), 4);
      assert.ok(cyclesDone(sgdr, at(steps - 1, steps)) < 4);
    }
  });

  it('is 0 with other schedules', () => assert.equal(cyclesDone(schedule({ name: 'cosine' }), at(99)), 0));
});
