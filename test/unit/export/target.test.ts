import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { exportFormats, formatNamed, suggestedName } from '../../../src/export/formats.ts';
import { assertWritable, writeExportFile, writeExportFolder } from '../../../src/export/target.ts';
import { Problem } from '../../../src/problem.ts';

const code = (wanted: string) => (error: unknown) => error instanceof Problem && error.code === wanted;

describe('where an export goes', () => {
  let root = '';
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-target-'));
  });
  afterEach(() => fs.rmSync(root, { recursive: true, force: true }));
  const files = [
    { name: 'model.json', data: '{}' },
    { name: 'assets/labels.json', data: '[]' },
  ];
  const listed = () => fs.readdirSync(root, { recursive: true }).sort();

  it('a new file in a folder that is not there yet', () => {
    const target = path.join(root, 'a', 'b', 'model.onnx');
    assertWritable(target, { folder: false, force: false });
    writeExportFile(target, 'bytes');
    assert.equal(fs.readFileSync(target, 'utf8'), 'bytes');
  });

  it('what is there stays, unless it is forced', () => {
    const target = path.join(root, 'model.onnx');
    fs.writeFileSync(target, 'old');
    assert.throws(() => assertWritable(target, { folder: false, force: false }), code('exists'));
    assertWritable(target, { folder: false, force: true });
    writeExportFile(target, 'new');
    assert.deepEqual(listed(), ['model.onnx']);
  });

  it('a folder is never replaced by a file, nor a file by a folder', () => {
    fs.writeFileSync(path.join(root, 'file'), '');
    for (const force of [false, true]) {
      assert.throws(() => assertWritable(root, { folder: false, force }), code('exists'));
      assert.throws(() => assertWritable(path.join(root, 'file'), { folder: true, force }), code('exists'));
    }
  });

  it('a folder comes whole, into a new or an empty one', () => {
    const target = path.join(root, 'model');
    writeExportFolder(target, files);
    assert.deepEqual(listed(), ['model', 'model/assets', 'model/assets/labels.json', 'model/model.json']);
    const empty = path.join(root, 'empty');
    fs.mkdirSync(empty);
    assertWritable(empty, { folder: true, force: false });
    writeExportFolder(empty, files);
    assert.deepEqual(fs.readdirSync(empty).sort(), ['assets', 'model.json']);
  });

  it('an earlier export is replaced, and nothing else in the world', () => {
    const target = path.join(root, 'model');
    writeExportFolder(target, files);
    writeExportFolder(
      target,
      files.map(({ name }) => ({ name, data: 'new' })),
    );
    assert.equal(fs.readFileSync(path.join(target, 'model.json'), 'utf8'), 'new');
    assert.deepEqual(fs.readdirSync(root), ['model']);
    fs.writeFileSync(path.join(target, 'thesis.tex'), 'years of work');
    assert.throws(() => writeExportFolder(target, files), code('not-an-export'));
    assert.equal(fs.readFileSync(path.join(target, 'thesis.tex'), 'utf8'), 'years of work');
    assert.deepEqual(fs.readdirSync(root), ['model']);
  });

  it('a folder that nobody may write to is told of', {
    skip: process.getuid?.() === 0 && 'root may write anywhere',
  }, () => {
    fs.chmodSync(root, 0o500);
    assert.throws(
      () => assertWritable(path.join(root, 'x.onnx'), { folder: false, force: false }),
      code('no-permission'),
    );
    fs.chmodSync(root, 0o700);
  });

  it('a file where a folder should be on the way is told of', () => {
    fs.writeFileSync(path.join(root, 'file'), '');
    const target = path.join(root, 'file', 'deeper', 'x.onnx');
    for (const folder of [false, true]) {
      assert.throws(() => assertWritable(target, { folder, force: false }), code('folder-missing'));
    }
    assert.deepEqual(listed(), ['file']);
  });
});

describe('names of exports', () => {
  const onnx = formatNamed('onnx')!;
  const names: [string, string][] = [
    ['Cats vs. dogs', 'cats-vs.-dogs.onnx'],
    ['  ../../etc/passwd ', 'etc-passwd.onnx'],
    ['Größe 3', 'größe-3.onnx'],
    ['猫', '猫.onnx'],
    ['///', 'model.onnx'],
  ];
  for (const [run, expected] of names) it(run, () => assert.equal(suggestedName(run, onnx), expected));

  it('a folder has no extension, but the name of its format', () => {
    assert.equal(suggestedName('Cats', formatNamed('savedmodel')!), 'cats-savedmodel');
    assert.equal(formatNamed('h5'), undefined);
    assert.equal(new Set(exportFormats.map(({ name }) => name)).size, exportFormats.length);
  });
});
