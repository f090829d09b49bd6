import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import sharp from 'sharp';
import type { LabelSafetyReport, PreviewAnswer, PreviewLine } from '../../../src/protocol/augment-preview.ts';
import { cliFile, makeImages, runCli, workFolder } from './run-cli.ts';

test('loupe augment-preview writes a contact sheet, and with --inputs what the network sees', async (t) => {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'images'), 6);
  const args = ['augment-preview', 'images', '--preset', 'fastai', '--images', '4', '--draws', '3', '--json'];
  const sheet = await runCli([...args, '-s', 'augment.mixUp.probability=1', '--out', 'sheet.png'], { cwd });
  assert.equal(sheet.code, 0, sheet.stderr);
  const report = JSON.parse(sheet.stdout);
  assert.deepEqual(
    report.images.map(({ label }: { label: string }) => label),
    ['blue', 'red', 'blue', 'red'],
  );
  assert.ok(report.augmentation.includes('turn by up to 10° (75%)') && report.augmentation.includes('MixUp, α 0.4'));
  const { width, height, format } = await sharp(path.join(cwd, 'sheet.png')).metadata();
  assert.equal(format, 'png');
  assert.ok(width > 4 * 96 && height > 4 * 96);

  const text = await runCli(['augment-preview', 'images', '--inputs', '-s', 'input.normalize=minus-one-one'], { cwd });
  assert.match(text.stdout, /Wrote .*augment-preview\.png.*\n {2}red +min +-\d\.\d+ +mean .* max .* deviation/);
  assert.ok(fs.existsSync(path.join(cwd, 'augment-preview.png')));
});

test('loupe augment-preview and augment-check say what is wrong with what they are given', async (t) => {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'images'), 3);
  const preview = ['augment-preview', 'images'];
  const mistakes: [args: string[], code: number, error: string, says: RegExp][] = [
    [[...preview, '--preset', 'fastia'], 2, 'bad-usage', /Did you mean "fastai"/],
    [[...preview, '--images', '0'], 2, 'bad-usage', /--images can't be "0"/],
    [[...preview, '-s', 'augment.zoom.min=3'], 2, 'bad-usage', /at most max/],
    [[...preview, '--out', 'none/sheet.png'], 1, 'folder-missing', /sheet\.png/],
    [['augment-preview', 'nowhere'], 1, 'no-such-path', /nowhere/],
    [['augment-check', 'images'], 2, 'bad-usage', /Which model/],
    [['augment-check', 'images', '--model', 'x'], 1, 'no-such-run', /no run "x"/],
    [['augment-check', 'images', '--model', 'x', '--tolerance', '2'], 2, 'bad-usage', /--tolerance/],
  ];
  for (const [args, code, error, says] of mistakes) {
    const result = await runCli([...args, '--json'], { cwd });
    const answer = JSON.parse(result.stdout).error;
    assert.deepEqual([result.code, answer.code], [code, error], args.join(' '));
    assert.match(answer.message + answer.advice, says);
  }
});

test('loupe augment-preview --serve answers requests, of those that wait the newest, until stdin ends', async (t) => {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'images'), 4);
  const child = spawn(process.execPath, [cliFile, 'augment-preview', 'images', '--serve', '--progress', 'none'], {
    cwd,
    env: { ...process.env, LOUPE_CACHE: path.join(cwd, 'cache') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: PreviewLine[] = [];
  const request = (id: number, augment: object, input: object = { width: 16, height: 16 }) =>
    child.stdin.write(`${JSON.stringify({ id, augment, input, images: 4, draws: 2, roll: 0 })}\n`);
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(JSON.parse(line));
    if (lines.length === 1) {
      child.stdin.write('no request\n');
      request(1, { flip: { horizontal: 0.5 } });
    }
    if (lines.length === 2) request(2, { rotate: { probability: 3 } });
    if (lines.length === 3) {
      for (let id = 10; id < 30; id++) request(id, { rotate: { probability: 1, degrees: id } });
      child.stdin.end();
    }
  }
  const [ready, first, failed] = lines as [{ ready: object }, PreviewAnswer, { id: number; error: { code: string } }];
  assert.deepEqual(ready.ready, {
    name: 'images',
    root: path.join(cwd, 'images'),
    classes: ['blue', 'red'],
    images: 8,
  });
  assert.deepEqual([first.id, first.rows.length, first.width], [1, 4, 16]);
  assert.deepEqual(
    first.rows.map(({ label }) => label),
    ['blue', 'red', 'blue', 'red'],
  );
  const png = await sharp(Buffer.from(first.rows[0]!.draws[0]!.png, 'base64')).metadata();
  assert.deepEqual([png.width, png.height, png.format], [16, 16, 'png']);
  assert.deepEqual([failed.id, failed.error.code], [2, 'bad-config']);
  const last = lines.at(-1) as PreviewAnswer;
  assert.equal(last.id, 29);
  assert.ok(lines.length < 15, `${lines.length} answers to 22 requests`);
});

test('loupe augment-check asks a model, leaves a harmless change alone and flags one that is not', async (t) => {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'images'), 24);
  const settings = [
    'training.epochs=8',
    'training.learningRate=0.01',
    'input.width=16',
    'input.height=16',
    'model.width=0.25',
  ];
  const train = [
    'train',
    'images',
    '--name',
    'colours',
    '-s',
    'engine.name=cpu',
    ...settings.flatMap((set) => ['-s', set]),
  ];
  const trained = await runCli(train, { cwd });
  assert.equal(trained.code, 0, trained.stderr);
  const check = (sets: string[]) =>
    runCli(
      [
        'augment-check',
        'images',
        '--model',
        'colours',
        '--engine',
        'cpu',
        '--json',
        ...sets.flatMap((set) => ['-s', set]),
      ],
      { cwd },
    );
  const harmless = await check(['augment.flip.horizontal=0.5']);
  const flips = JSON.parse(harmless.stdout) as LabelSafetyReport;
  assert.equal(flips.from, 'held-out');
  assert.equal(flips.accuracy, 1);
  assert.deepEqual([harmless.code, flips.operations[0]!.flagged], [0, false]);
  // Half a turn of the colour circle: red becomes cyan, which looks more like blue.
  const harmful = await check(['augment.hue.probability=1', 'augment.hue.amount=0.5']);
  const hue = JSON.parse(harmful.stdout) as LabelSafetyReport;
  assert.equal(hue.operations[0]!.operation, 'hue');
  assert.deepEqual([harmful.code, hue.operations[0]!.flagged], [1, true]);
  const nothing = await check([]);
  assert.equal(JSON.parse(nothing.stdout).error.code, 'nothing-to-check');
});
