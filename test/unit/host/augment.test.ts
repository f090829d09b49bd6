import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, it } from 'node:test';
import {
  changedSections,
  defaultValues,
  sectionsOf,
  settingGroups,
  valuesOf,
} from '../../../src/host/augment/controls.ts';
import { editFor, smallestEdit } from '../../../src/host/augment/edit-config.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { augmentPresets } from '../../../src/training/config-augment-presets.ts';

const schemaFile = new URL('../../../media/loupe.schema.json', import.meta.url).pathname;
const groups = settingGroups(JSON.parse(fs.readFileSync(schemaFile, 'utf8')));

describe('the panel’s controls', () => {
  it('are every setting of augment and input, once, with a range or options that hold the default', () => {
    const controls = groups.flatMap((group) => group.controls);
    assert.deepEqual(controls.map(({ path }) => path).sort(), Object.keys(defaultValues).sort());
    for (const { path, title, description, type, min, max, options } of controls) {
      assert.ok(title && description, path);
      const value = defaultValues[path]!;
      if (type === 'choice')
        assert.ok(
          options.some((option) => option.value === value && option.description),
          path,
        );
      else if (type === 'boolean') assert.equal(typeof value, 'boolean');
      else assert.ok(Number(value) >= min && Number(value) <= max, path);
    }
  });

  it('hold every preset, and come back as the same settings', () => {
    for (const { name, augment } of augmentPresets) {
      const values = valuesOf({ augment, input: defaultConfig.input });
      assert.deepEqual(sectionsOf(values).augment, augment, name);
    }
  });

  it('drop what is no setting or of another type', () => {
    const values = { 'augment.rotate.degrees': 30, 'augment.rotate.speed': 3, 'input.width': '64', __proto__: 1 };
    assert.deepEqual(changedSections(values), { augment: { rotate: { degrees: 30 } } });
  });
});

describe('editFor', () => {
  const text = `{
  // turned by hand
  "augment": { "rotate": { "probability": 0.5 } }, // keep
  "training": { "epochs": 3 }
}
`;
  const apply = (edit: { start: number; end: number; text: string }) =>
    text.slice(0, edit.start) + edit.text + text.slice(edit.end);

  it('changes what differs and nothing else; comments stay', async () => {
    const values = { 'augment.rotate.probability': 0.75, 'augment.flip.horizontal': 0.5, 'input.width': 64 };
    const edit = await editFor(text, 'a.loupe.json', values, schemaFile);
    const after = apply(edit!);
    assert.match(after, /\/\/ turned by hand/);
    assert.match(after, /"rotate": \{ "probability": 0\.75 \}.*"flip": \{ "horizontal": 0\.5 \}.*\/\/ keep/);
    assert.ok(!after.includes('width'));
    assert.ok(edit!.text.length < 80, edit!.text);
  });

  it('is nothing where the config has these values already', async () => {
    const values = { 'augment.rotate.probability': 0.5, 'augment.zoom.max': 1.1 };
    assert.equal(await editFor(text, 'a.loupe.json', values, schemaFile), null);
  });
});

for (const [before, after, expected] of [
  ['abc', 'abc', null],
  ['abc', 'aXc', { start: 1, end: 2, text: 'X' }],
  ['aa', 'aaa', { start: 2, end: 2, text: 'a' }],
  ['', 'x', { start: 0, end: 0, text: 'x' }],
  ['abab', 'ab', { start: 2, end: 4, text: '' }],
] as const) {
  it(`smallestEdit of "${before}" to "${after}"`, () => assert.deepEqual(smallestEdit(before, after), expected));
}
