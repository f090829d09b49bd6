import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { LabelSafetyReport } from '../../../src/protocol/augment-preview.ts';
import { writeDigits } from './digits.ts';
import { runCli, workFolder } from './run-cli.ts';

test('augment-check: a mirrored digit is another one, or none; a digit that moves is itself', {
  timeout: 180_000,
}, async (t) => {
  const cwd = workFolder(t);
  await writeDigits(path.join(cwd, 'digits'), 60);
  const shifted = ['augment.shift.probability=0.5', 'augment.shift.x=0.05', 'augment.shift.y=0.05'];
  const settings = [
    'input.width=20',
    'input.height=20',
    'input.color=grey',
    'input.normalize=data-set',
    'model.width=0.5',
    'training.epochs=10',
    'training.batchSize=16',
    'training.learningRate=0.01',
    'engine.name=wasm',
    ...shifted,
  ].flatMap((set) => ['--set', set]);
  const trained = await runCli(['train', 'digits', '--name', 'digits', ...settings], { cwd });
  assert.equal(trained.code, 0, trained.stderr);

  const sets = ['augment.flip.horizontal=0.5', ...shifted];
  const check = ['augment-check', 'digits', '--model', 'digits', '--engine', 'wasm', '--json'];
  const { code, stdout } = await runCli([...check, ...sets.flatMap((set) => ['--set', set])], { cwd });
  assert.equal(code, 1);
  const report = JSON.parse(stdout) as LabelSafetyReport;
  assert.equal(report.from, 'held-out');
  assert.ok(report.accuracy > 0.95, `${report.accuracy}`);
  const [flip, shift] = ['flip.horizontal', 'shift'].map(
    (name) => report.operations.find(({ operation }) => operation === name)!,
  );
  assert.equal(shift!.flagged, false, JSON.stringify(shift));
  const changed = (digit: string) => flip!.perClass.find(({ className }) => className === digit)!;
  for (const digit of ['2', '3', '6', '9']) assert.ok(changed(digit).flagged, JSON.stringify(flip!.perClass));
  assert.equal(changed('8').flagged, false, `8: ${changed('8').changed}`);
});
