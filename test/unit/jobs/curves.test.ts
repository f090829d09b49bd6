import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { CurveBuckets } from '../../../src/jobs/compare/curve-buckets.ts';
import { RunCurves } from '../../../src/jobs/compare/run-curves.ts';
import { StepLineReader } from '../../../src/jobs/compare/step-line.ts';
import type { JobEvent } from '../../../src/protocol/events.ts';
import { seededRandom } from '../../../src/random.ts';
import { temporaryFolder } from './temporary.ts';

const random = seededRandom(3);
const stepEvent = (step: number, change: object = {}) => ({
  t: 1_795_623_731_000 + step * 10,
  kind: 'step',
  step,
  epoch: Math.ceil(step / 10),
  loss: random() * 10 ** Math.floor(random() * 12 - 6),
  accuracy: random(),
  learningRate: random() * 1e-3,
  ms: 10,
  waitMs: 0.1,
  images: 32,
  ...change,
});

describe('a step line read from its bytes', () => {
  const reader = new StepLineReader();
  const read = (line: string) => (reader.read(Buffer.from(`${line}\n`), 0) ? { ...reader.point } : null);
  it('has the numbers that JSON.parse finds, to fifteen digits', () => {
    for (let i = 0; i < 2000; i++) {
      const event = stepEvent(
        i + 1,
        i % 3 === 0 ? { loss: (random() - 0.5) * 10 ** Math.floor(random() * 40 - 20) } : {},
      );
      const point = read(JSON.stringify(event));
      assert.ok(point);
      for (const key of ['t', 'step', 'epoch', 'loss', 'accuracy', 'learningRate', 'ms'] as const) {
        const wanted = event[key] as number;
        assert.ok(Math.abs(point[key] - wanted) <= Math.abs(wanted) * 1e-13, `${point[key]} is not ${wanted}`);
      }
    }
  });
  it('takes null for not a number, and leaves every other line to JSON.parse', () => {
    assert.ok(Number.isNaN(read(JSON.stringify(stepEvent(1, { loss: null })))?.loss));
    for (const line of [
      '',
      '{"t":1,"kind":"epoch","epoch":1}',
      '{"kind":"step","t":1}',
      '{"t":1,"kind":"step","step":x}',
    ]) {
      assert.equal(read(line), null, line);
    }
  });
});

describe('buckets', () => {
  it('keep every spike, the mean, and a bounded number of points', () => {
    const buckets = new CurveBuckets(16);
    for (let i = 1; i <= 1000; i++) buckets.add(i, i / 100, i, i === 777 ? 50 : i === 333 ? -50 : 1);
    const series = buckets.series();
    assert.ok(series?.low && series.high);
    assert.ok(series.step.length <= 16);
    assert.equal(Math.max(...series.high), 50);
    assert.equal(Math.min(...series.low), -50);
    assert.equal(series.step.at(-1), 1000);
    assert.ok([...series.step].every((step, at) => at === 0 || step > (series.step[at - 1] as number)));
  });
  it('have no low and high while each holds one point; not a number leaves a gap', () => {
    const buckets = new CurveBuckets(16);
    assert.equal(buckets.series(), null);
    for (const value of [1, Number.NaN, 3]) buckets.add(value, 0, 0, value);
    assert.deepEqual([...(buckets.series()?.mean ?? [])], [1, Number.NaN, 3]);
    assert.equal(buckets.series()?.low, undefined);
  });
});

describe('curves of a run', () => {
  const lines = (events: readonly object[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');
  const plan = {
    t: 1,
    kind: 'plan',
    classes: [],
    train: 0,
    validation: 0,
    test: 0,
    parameters: 0,
    stepsPerEpoch: 10,
    epochs: 9,
    batchSize: 1,
  };
  const epoch = (number: number) => ({
    t: 1_795_623_731_000 + number * 100,
    kind: 'epoch',
    epoch: number,
    step: number * 10,
    loss: 1,
    accuracy: 1,
    validationLoss: 1 / number,
    validationAccuracy: null,
    seconds: 1,
    best: true,
  });
  const steps = (from: number, to: number, change = {}) =>
    Array.from({ length: to - from + 1 }, (_, at) => stepEvent(from + at, change));

  it('are read once, and then what is appended, a torn line later', (t) => {
    const folder = temporaryFolder(t);
    const file = path.join(folder, 'events.jsonl');
    const curves = new RunCurves(folder, 64);
    assert.equal(curves.refresh(), false);
    fs.writeFileSync(file, lines([plan, ...steps(1, 10), epoch(1)]));
    assert.equal(curves.refresh(), true);
    assert.equal(curves.refresh(), false);
    const [whole, rest] = [lines(steps(11, 20)), lines([epoch(2)])];
    fs.appendFileSync(file, whole.slice(0, -30));
    curves.refresh();
    assert.equal(curves.series().loss?.step.at(-1), 19);
    fs.appendFileSync(file, whole.slice(-30) + rest);
    curves.refresh();
    const { loss, val_loss, val_accuracy } = curves.series();
    assert.equal(loss?.step.length, 20);
    assert.equal(loss?.epoch[4], 0.5);
    assert.deepEqual([...(val_loss?.mean ?? [])], [1, 0.5]);
    assert.equal(val_accuracy, undefined);
    assert.ok(Math.abs((loss?.time.at(-1) as number) - 0.2) < 1e-6);
  });

  it('leave out what a resume superseded, whether it was read before or comes at once', (t) => {
    const first = [plan, ...steps(1, 17, { loss: 1 }), epoch(1)];
    const resumes: JobEvent[] = [{ t: 9, kind: 'resume', step: 10, epoch: 1 }];
    const second = [...steps(11, 14, { loss: 2 })];
    const third = [{ t: 9, kind: 'resume', step: 12, epoch: 1 }, ...steps(13, 20, { loss: 3 })];
    const wanted = [...Array(10).fill(1), 2, 2, ...Array(8).fill(3)];
    const whole = temporaryFolder(t);
    fs.writeFileSync(path.join(whole, 'events.jsonl'), lines([...first, ...resumes, ...second, ...third]));
    const atOnce = new RunCurves(whole, 64);
    atOnce.refresh();
    assert.deepEqual([...(atOnce.series().loss?.mean ?? [])], wanted);
    const growing = temporaryFolder(t);
    const live = new RunCurves(growing, 64);
    for (const part of [first, [...resumes, ...second], third]) {
      fs.appendFileSync(path.join(growing, 'events.jsonl'), lines(part));
      live.refresh();
    }
    assert.deepEqual(live.series(), atOnce.series());
  });

  it('start over when the file was replaced', (t) => {
    const folder = temporaryFolder(t);
    const file = path.join(folder, 'events.jsonl');
    fs.writeFileSync(file, lines(steps(1, 20)));
    const curves = new RunCurves(folder, 64);
    curves.refresh();
    fs.writeFileSync(file, lines(steps(1, 3)));
    curves.refresh();
    assert.equal(curves.series().loss?.step.length, 3);
  });
});
