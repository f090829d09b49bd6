import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FinderRecord } from '../../../src/host/lr-finder/finder-record.ts';
import type { JobEvent, JobEventBody } from '../../../src/protocol/events.ts';
import { defaultSweep, type FinderSummary } from '../../../src/protocol/lr-finder.ts';
import type { PanelOrigin } from '../../../src/protocol/lr-finder-panel.ts';

const summary = { id: 'a', sweep: defaultSweep } as FinderSummary;
const origin: PanelOrigin = { kind: 'config', name: 'a.loupe.json', missing: false, learningRate: 0.1, changed: [] };
const at = (...bodies: JobEventBody[]): JobEvent[] => bodies.map((body, t) => ({ t, ...body }));

const plan: JobEventBody = {
  kind: 'lr-plan',
  sweep: defaultSweep,
  seeds: [7, 8],
  images: 32,
  train: 100,
  classes: 3,
  parameters: 10,
  checkpoint: { step: 12, epoch: 1 },
};
const point = (sweep: number, iteration: number, loss: number | null): JobEventBody => {
  return { kind: 'lr-point', sweep, iteration, rate: 10 ** (iteration - 3), loss, smoothed: loss };
};

test('a finder’s panel is built up from its events, sweep by sweep', () => {
  const record = new FinderRecord();
  assert.equal(record.checkpoint, null);
  record.apply(
    at({ kind: 'engine', name: 'wasm', label: 'WebAssembly', device: 'CPU', reason: '', refused: [] }, plan),
  );
  record.apply(at(point(0, 0, 2), point(0, 1, 1)));
  let snapshot = record.snapshot(summary, origin);
  assert.equal(snapshot.engine, 'WebAssembly on CPU');
  assert.deepEqual(record.checkpoint, { step: 12, epoch: 1 });
  assert.deepEqual(snapshot.sweeps, [
    { seed: 7, end: null, rates: [0.001, 0.01], losses: [2, 1], smoothed: [2, 1], suggestions: {} },
  ]);
  assert.deepEqual(snapshot.suggestions, {});
  record.apply(
    at(
      { kind: 'lr-sweep', sweep: 0, seed: 7, end: 'completed', suggestions: { valley: 0.01 }, seconds: 1 },
      point(1, 0, 4),
      point(1, 1, null),
      { kind: 'warning', code: 'few-images', message: 'Few images.' },
    ),
  );
  snapshot = record.snapshot(summary, origin);
  assert.equal(snapshot.sweeps[0]!.end, 'completed');
  assert.equal(snapshot.sweeps[1]!.seed, 8);
  assert.equal(snapshot.suggestions.valley?.median, 0.01);
  assert.deepEqual(snapshot.band, { rates: [0.001, 0.01], min: [2, 1], median: [3, 1], max: [4, 1] });
  assert.deepEqual(snapshot.warnings, ['Few images.']);
});

test('events that start over replace what came before', () => {
  const record = new FinderRecord();
  record.apply(at(plan, point(0, 0, 2), point(0, 1, 1)));
  record.apply(at(plan, point(0, 0, 5)), true);
  assert.deepEqual(record.snapshot(summary, origin).sweeps[0]!.losses, [5]);
});
