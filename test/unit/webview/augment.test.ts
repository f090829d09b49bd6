import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SettingControl, SettingGroup } from '../../../src/protocol/augment-panel.ts';
import type { LabelSafetyReport } from '../../../src/protocol/augment-preview.ts';
import { blendOf, shownSize } from '../../../webview/augment/pictures.ts';
import { differing, flagsOf, isOn, presetOf, readNumber, stateOf, stepOf } from '../../../webview/augment/values.ts';

const control = (path: string, rest: Partial<SettingControl> = {}): SettingControl => ({
  path,
  title: 'Title',
  description: 'Text.',
  type: 'number',
  min: 0,
  max: 1,
  options: [],
  ...rest,
});
const group = (path: string, names: string[]): SettingGroup => ({
  path,
  title: 'Title',
  description: 'Text.',
  controls: names.map((name) => control(`${path}.${name}`)),
});

describe('a group says what it does', () => {
  const rotate = group('augment.rotate', ['probability', 'degrees']);
  const flip = group('augment.flip', ['horizontal', 'vertical']);
  for (const [of, values, state, on] of [
    [rotate, { 'augment.rotate.probability': 0, 'augment.rotate.degrees': 10 }, 'off', false],
    [rotate, { 'augment.rotate.probability': 0.75, 'augment.rotate.degrees': 10 }, '75%', true],
    [flip, { 'augment.flip.horizontal': 0, 'augment.flip.vertical': 0.5 }, '50%', true],
    [group('augment.policy', ['name']), { 'augment.policy.name': 'none' }, 'off', false],
    [group('augment.policy', ['name']), { 'augment.policy.name': 'rand-augment' }, 'rand-augment', true],
    [group('augment.fill', ['mode']), { 'augment.fill.mode': 'wrap' }, 'wrap', false],
    [group('input', ['width']), { 'input.width': 96, 'input.height': 64, 'input.color': 'lab' }, '96 × 64 lab', false],
  ] as const) {
    it(`${of.path} ${JSON.stringify(values)} → ${state}`, () => {
      assert.equal(stateOf(of, values), state);
      assert.equal(isOn(of, values), on);
    });
  }
});

describe('numbers', () => {
  for (const [text, rest, expected] of [
    ['0.5', {}, 0.5],
    ['7', {}, 1],
    ['-3', {}, 0],
    ['', {}, null],
    ['many', {}, null],
    ['2.6', { type: 'integer', max: 10 }, 3],
  ] as const) {
    it(`"${text}" → ${expected}`, () => assert.equal(readNumber(text, control('x', rest)), expected));
  }
  it('sliders have steps that fit their range', () => {
    assert.equal(stepOf(control('a')), 0.01);
    assert.equal(stepOf(control('a', { max: 10 })), 0.05);
    assert.equal(stepOf(control('a', { max: 180 })), 1);
    assert.equal(stepOf(control('a', { type: 'integer', max: 2 })), 1);
  });
});

it('values that differ, and the preset they are', () => {
  const presets = [
    { name: 'none', values: { a: 0, b: 0 } },
    { name: 'light', values: { a: 1, b: 0 } },
  ];
  assert.deepEqual(differing({ a: 1, b: 2 }, { a: 1, b: 3, c: 4 }), { b: 2 });
  assert.equal(presetOf({ a: 1, b: 0, c: 5 }, presets), 'light');
  assert.equal(presetOf({ a: 0.5, b: 0 }, presets), null);
});

it('flags belong to groups, and are stale once the group’s settings changed', () => {
  const operation = (name: string, flagged: boolean) => ({
    operation: name,
    text: name,
    changed: 0.4,
    flagged,
    perClass: [{ className: 'three', images: 9, changed: 0.9, noise: 0, flagged }],
  });
  const operations = [
    operation('flip.horizontal', true),
    operation('zoom', false),
    operation('rotate', true),
    operation('all', true),
  ];
  const report: LabelSafetyReport = {
    model: '',
    from: 'all',
    images: 9,
    draws: 1,
    tolerance: 0.1,
    noise: 0,
    accuracy: 1,
    operations,
  };
  const checked = { 'augment.rotate.degrees': 90, 'augment.flip.horizontal': 0.5 };
  const flags = flagsOf(report, checked, { ...checked, 'augment.rotate.degrees': 20 });
  assert.deepEqual([...flags.keys()], ['augment.flip', 'augment.rotate']);
  assert.deepEqual(flags.get('augment.flip'), { classes: ['three'], changed: 0.4, isStale: false });
  assert.equal(flags.get('augment.rotate')!.isStale, true);
});

it('small pictures are enlarged, large ones shrink, the aspect stays', () => {
  assert.deepEqual(shownSize(32, 16), { width: 96, height: 48 });
  assert.deepEqual(shownSize(128, 128), { width: 128, height: 128 });
  assert.deepEqual(shownSize(400, 200), { width: 168, height: 84 });
});

it('a blend says what another image brought into the label', () => {
  const shares = [
    { className: 'cat', share: 0.66 },
    { className: 'dog', share: 0.34 },
  ];
  assert.equal(blendOf({ shares }, 'cat'), '+ 34% dog');
  assert.equal(blendOf({ shares: null }, 'cat'), '');
});
