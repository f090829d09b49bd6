import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mediaFile } from '../../../src/entries.ts';
import { describeSchedule, scheduleOf } from '../../../src/host/schedule/describe-schedule.ts';
import { scheduleSvg } from '../../../src/host/schedule/schedule-svg.ts';
import { completeConfig } from '../../../src/jobs/complete-config.ts';

const schema = mediaFile('loupe.schema.json');
const describeText = (text: string, images: number | null = 1000) =>
  describeSchedule(text, '/data/a.loupe.json', schema, () => images);

describe('describeSchedule', () => {
  it('gives the whole curve, with the steps of the images that are trained on', async () => {
    const text = '{ "training": { "epochs": 4, "batchSize": 10, "learningRate": 0.02 } } // typed';
    const { schedule, problems, kind, name } = await describeText(text);
    assert.deepEqual([problems, kind, name], [[], 'one-cycle', 'a.loupe.json']);
    assert.equal(schedule!.images, 800);
    assert.equal(schedule!.totalSteps, 320);
    assert.equal(schedule!.totalEpochs, 4);
    assert.ok(Math.abs(Math.max(...schedule!.rates) - 0.02) < 1e-6);
    assert.ok(Math.abs(schedule!.rates[0]! - 0.02 / 25) < 1e-9);
    assert.equal(schedule!.steps[0], 1);
    assert.equal(schedule!.steps.at(-1), 320);
    assert.equal(schedule!.momentumName, 'beta1');
    for (const column of [schedule!.epochs, schedule!.rates, schedule!.momenta]) {
      assert.equal(column.length, schedule!.steps.length);
    }
  });

  it('draws by epochs where the images are not counted yet', async () => {
    const { schedule } = await describeText('{}', null);
    assert.equal(schedule!.images, null);
    assert.equal(schedule!.totalEpochs, 10);
  });

  for (const [text, problem] of [
    ['{ "training": { "schedule": ', /not valid JSON/],
    ['{ "training": { "epochs": 0 } }', /training\.epochs: expected at least 1/],
    ['{ "training": { "schedule": { "name": "one-cycl" } } }', /schedule\.name.*Did you mean "one-cycle"/],
    ['[]', /settings in \{ \}/],
  ] as const) {
    it(`says what is wrong with ${text}`, async () => {
      const { schedule, problems } = await describeText(text);
      assert.equal(schedule, null);
      assert.match(problems.join('\n'), problem);
    });
  }

  it('reads an empty text as the defaults, and the older way to name a schedule', async () => {
    assert.deepEqual((await describeText('')).problems, []);
    assert.equal((await describeText('{ "training": { "schedule": "cosine" } }')).kind, 'cosine');
  });
});

describe('scheduleOf', () => {
  it('names the phases where they begin', () => {
    const phases = [
      { epochs: 2, size: 32, freeze: ['stem*'] },
      { epochs: 3, batchSize: 8 },
    ];
    const { phases: found, totalEpochs } = scheduleOf(completeConfig({ training: { phases } }), 100);
    assert.equal(totalEpochs, 5);
    assert.deepEqual(found, [
      { name: '1: 32 × 32, frozen', epoch: 0 },
      { name: '2: 64 × 64', epoch: 2 },
    ]);
  });
  it('says what else the run’s own curve depends on', () => {
    const plateau = scheduleOf(completeConfig({ training: { schedule: { name: 'plateau' } } }), 100);
    assert.match(plateau.depends ?? '', /validation/);
    assert.equal(scheduleOf(completeConfig({}), 100).depends, null);
  });
});

describe('scheduleSvg', () => {
  const colors = { line: '#111', momentum: '#222', text: '#333', axis: '#444' };
  it('is a picture with the curve inside its edges', () => {
    const svg = scheduleSvg(scheduleOf(completeConfig({}), 1000), colors);
    assert.match(svg, /^<svg .*<\/svg>$/);
    assert.match(svg, />peak 0\.001 · momentum dashed</);
    assert.match(svg, />10 epochs</);
    for (const [, x, y] of svg.matchAll(/[ML]([\d.]+) ([\d.]+)/g)) {
      assert.ok(Number(x) >= 8 && Number(x) <= 312 && Number(y) >= 22 && Number(y) <= 110, `${x} ${y}`);
    }
  });
  it('leaves out a momentum that does not move', () => {
    const svg = scheduleSvg(scheduleOf(completeConfig({ training: { schedule: { name: 'constant' } } }), 1000), colors);
    assert.doesNotMatch(svg, /dashed|dasharray/);
  });
});
