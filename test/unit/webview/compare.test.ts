import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComparedRun, MetricColumn } from '../../../src/protocol/compare.ts';
import { compareCells, deltaText, metricText, toneOf, verdictMark } from '../../../webview/compare/cells.ts';
import { columnAxis, isBrushedIn } from '../../../webview/compare/column-axis.ts';
import { assignLooks, lookAt } from '../../../webview/compare/looks.ts';
import { drawnCurve, valueNear } from '../../../webview/compare/run-curves.ts';
import { metricColumn, paramColumn } from '../../../webview/compare/run-line.ts';
import { linearScale, linearTicks, logScale } from '../../../webview/compare/scale.ts';
import { subtract } from '../../../webview/compare/subtract.ts';

const share: MetricColumn = { name: 'val_accuracy', label: 'Validation accuracy', better: 'higher', unit: 'share' };
const loss: MetricColumn = { name: 'val_loss', label: 'Validation loss', better: 'lower', unit: 'figure' };

function run(id: string, params: ComparedRun['params'], metrics: ComparedRun['metrics'] = {}): ComparedRun {
  const rest = { note: '', tags: [], starred: false, createdAt: 0, foreign: null, facts: {} };
  return { id, name: id, state: 'done', params, metrics, ...rest };
}

describe('looks', () => {
  const ids = Array.from({ length: 200 }, (_, at) => `/runs/${at}`);
  it('are distinct while there are enough, plain lines first', () => {
    const looks = assignLooks(ids.slice(0, 8), {});
    assert.equal(new Set(Object.values(looks)).size, 8);
    assert.ok(Object.values(looks).every((slot) => lookAt(slot).dash.length === 0));
    assert.equal(new Set(Object.values(assignLooks(ids.slice(0, 40), {}))).size, 40);
    assert.equal(Object.keys(assignLooks(ids, {})).length, 200);
  });
  it('stay when runs join or go, and come back from what was kept', () => {
    const before = assignLooks(ids.slice(0, 20), {});
    const after = assignLooks(ids.slice(3, 30), before);
    for (const id of ids.slice(3, 20)) assert.equal(after[id], before[id]);
  });
  it('depend on the id, not on the place', () => {
    assert.equal(assignLooks(['a', 'b'], {}).a, assignLooks(['a'], {}).a);
  });
});

describe('cells', () => {
  it('write differences with a sign, shares in points', () => {
    assert.deepEqual(
      [0.0131, -0.2, 0.00001].map((delta) => deltaText(delta, share)),
      ['+1.3', '−20.0', '±0'],
    );
    assert.equal(deltaText(-0.0312, loss), '−0.0312');
    assert.equal(metricText(0.913, share), '91.3%');
  });
  it('know which way is better', () => {
    assert.deepEqual([toneOf(1, share), toneOf(1, loss), toneOf(0, loss)], ['good', 'bad', null]);
    assert.equal(toneOf(1, { ...loss, better: null }), null);
  });
  it('say a verdict by sign and word', () => {
    assert.deepEqual(verdictMark({ runs: [], baseline: [], verdict: 'none', text: '' }), {
      sign: '',
      text: '–',
      tone: 'quiet',
    });
  });
  it('sort numbers by size, texts by the alphabet, missing ones last both ways', () => {
    assert.deepEqual(
      [3, undefined, 1, 2].sort((a, b) => compareCells(a, b, false)),
      [1, 2, 3, undefined],
    );
    const descending = [3, undefined, 1]
      .map((value) => ({ value }))
      .sort((a, b) => compareCells(a.value, b.value, true));
    assert.deepEqual(
      descending.map(({ value }) => value),
      [3, 1, undefined],
    );
    assert.ok(compareCells('resnet9', 'resnet18', false) < 0);
  });
});

describe('scales', () => {
  it('have round ticks within their ends', () => {
    assert.deepEqual(linearTicks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
    assert.deepEqual(linearTicks(0.13, 0.41, 3), [0.2, 0.3, 0.4]);
    assert.deepEqual(linearTicks(1, 1, 3), []);
  });
  it('go there and back', () => {
    const scales = [linearScale(-2, 8, 100, 0, 5), logScale(1e-4, 10, 0, 300)];
    for (const scale of scales)
      for (const value of [0.01, 3]) assert.ok(Math.abs(scale.toValue(scale.toPixel(value)) - value) < 1e-9);
  });
  it('a single value has a place', () => {
    const scale = linearScale(5, 5, 0, 100, 3);
    assert.ok(Number.isFinite(scale.toPixel(5)));
  });
});

describe('curves', () => {
  const series = {
    step: Float32Array.of(1, 2, 3, 4),
    epoch: Float32Array.of(0.1, 0.2, 0.3, 0.4),
    time: Float32Array.of(Number.NaN, Number.NaN, Number.NaN, Number.NaN),
    mean: Float32Array.of(4, 2, Number.NaN, 2),
    low: Float32Array.of(3, 1, Number.NaN, 1),
    high: Float32Array.of(5, 3, Number.NaN, 3),
  };
  it('have lowest and highest values where nothing is smoothed', () => {
    assert.ok(drawnCurve(series, 'step', 0)?.low);
    const smooth = drawnCurve(series, 'step', 0.5);
    assert.equal(smooth?.low, undefined);
    assert.equal(smooth?.y[0], 4);
    assert.ok(smooth && smooth.y[1]! < 4 && smooth.y[1]! > 2);
  });
  it('are not drawn on an axis on which they have no place', () => assert.equal(drawnCurve(series, 'time', 0), null));
  it('figures of epochs are never smoothed', () => {
    const epochs = { ...series, step: Float32Array.of(10, 20, 30, 40), epoch: Float32Array.of(1, 2, 3, 4) };
    assert.deepEqual(drawnCurve(epochs, 'epoch', 0.9)?.y, series.mean);
  });
  it('answer with the nearest point', () => {
    const drawn = drawnCurve(series, 'step', 0)!;
    assert.deepEqual(valueNear(drawn, 1.6), { at: 1, value: 2 });
    assert.deepEqual(valueNear(drawn, 99), { at: 3, value: 2 });
    assert.equal(valueNear(drawn, 3), null);
  });
});

describe('parallel axes', () => {
  const runs = [
    run('a', { lr: 0.001, model: 'resnet' }),
    run('b', { lr: 0.1, model: 'cnn' }),
    run('c', { model: 'cnn' }, { val_accuracy: 0.9 }),
  ];
  const lr = columnAxis(paramColumn('lr'), runs);
  const model = columnAxis(paramColumn('model'), runs);
  it('put numbers by size (over decades by their logarithm), names by the alphabet', () => {
    assert.ok(lr.numeric);
    assert.ok(Math.abs(lr.scale(0, 100).toPixel(0.01) - 50) < 1e-9);
    assert.deepEqual(
      runs.map((entry) => model.place(entry)),
      [1, 0, 0],
    );
    assert.equal(lr.place(runs[2]!), undefined);
    assert.equal(columnAxis(metricColumn(share), runs).text(0.9), '90.0%');
  });
  it('step from value to value', () => {
    assert.equal(lr.step(0.001, 1), 0.1);
    assert.equal(lr.step(0.1, 1), 0.1);
    assert.equal(model.step(0, -1), 0);
  });
  it('keep what is within every brush; a run without a value is in none', () => {
    const kept = (brushes: Record<string, [number, number]>) =>
      runs.filter((entry) => isBrushedIn(entry, [lr, model], brushes)).map(({ id }) => id);
    assert.deepEqual(kept({}), ['a', 'b', 'c']);
    assert.deepEqual(kept({ 'param:lr': [0.01, 1] }), ['b']);
    assert.deepEqual(kept({ 'param:model': [-0.2, 0.3] }), ['b', 'c']);
  });
});

describe('confusions, subtracted', () => {
  it('keep the classes that changed most, in their order', () => {
    const zero = () => [0, 0, 0, 0];
    const confusionA = [[5, 0, 0, 0], zero(), [0, 0, 5, 2], zero()];
    const confusionB = [[5, 0, 0, 0], zero(), [0, 0, 9, 0], zero()];
    const part = subtract({ classes: ['a', 'b', 'c', 'd'], confusionA, confusionB }, 2);
    assert.deepEqual(part, {
      classes: [2, 3],
      differences: [
        [4, -2],
        [0, 0],
      ],
    });
  });
});
