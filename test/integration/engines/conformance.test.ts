import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { pythonPeer } from '../../python-peers.ts';
import { type ConformanceCase, conformanceCases } from './conformance/cases.ts';
import { type Column, columns } from './conformance/columns.ts';
import type { CaseOutcome, CaseResult } from './conformance/run-cases.ts';
import { type TorchResult, torchCase, trainWithTorch } from './conformance/torch.ts';

/**
 * Every engine × every layer, loss, optimizer and option: the same weights and batches give what PyTorch gives in float64.
 * Float32 is allowed what rounding makes of it.
 */
const tolerance = {
  /** Of 1 + |loss|. */
  loss: 2e-5,
  lossBySigns: 2e-3,
  /** Of the norm of all gradients of a network. */
  gradient: 2e-5,
  /** Absolute, after the last step; RMSprop makes a large step of a small gradient. */
  weight: 1e-4,
  norm: 1e-4,
};

const program = fileURLToPath(new URL('./conformance/run-cases.ts', import.meta.url));
enableProdMode();
await setBackend('cpu');
const cases = conformanceCases();
const noReference = fs.existsSync(pythonPeer())
  ? false
  : 'no PyTorch: make it with node test/tools/tool.mjs python-peers';

describe('conformance', { skip: noReference, timeout: 600_000 }, () => {
  const reference = new Map<string, TorchResult>();

  before(async () => {
    const results = trainWithTorch(cases.map((one) => torchCase(one.build(), one.options, one.steps)));
    cases.forEach(({ name }, i) => void reference.set(name, results[i] as TorchResult));
  });

  for (const column of columns) {
    describe(column.name, { skip: column.skip }, () => {
      let outcomes: Record<string, CaseOutcome> = {};
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-conformance-'));
      after(() => fs.rmSync(folder, { recursive: true }));

      test('runs all cases, and its process ends by itself', async () => {
        outcomes = await runColumn(column, path.join(folder, 'outcomes.json'));
      });
      for (const one of cases.filter(({ name }) => column.cases.test(name))) {
        test(one.name, () => assertConforms(outcomes[one.name], reference.get(one.name) as TorchResult, one));
      }
    });
  }
});

async function runColumn(column: Column, output: string): Promise<Record<string, CaseOutcome>> {
  const child = spawn(process.execPath, [program, column.name, output], {
    env: column.env(),
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 400_000,
  });
  const errors: Buffer[] = [];
  child.stderr.on('data', (data) => errors.push(data));
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0, Buffer.concat(errors).toString());
  return JSON.parse(fs.readFileSync(output, 'utf8'));
}

function assertConforms(outcome: CaseOutcome | undefined, wanted: TorchResult, one: ConformanceCase): void {
  if (!outcome || !('results' in outcome)) assert.fail(outcome?.problem ?? 'it was not run');
  wanted.results.forEach((expected, step) => {
    const actual = outcome.results[step];
    assertNear(
      actual?.loss,
      expected.loss,
      goesBySigns(one) ? tolerance.lossBySigns : tolerance.loss,
      `loss of step ${step}`,
    );
    assert.equal(actual?.correct, expected.correct, `correct images of step ${step}`);
    if (expected.gradientNorm === null) assert.equal(actual?.gradientNorm, null);
    else assertNear(actual?.gradientNorm, expected.gradientNorm, tolerance.norm, `gradient norm of step ${step}`);
  });
  if (outcome.gradients.length > 0) assertSameGradients(outcome, wanted);
  assertSameArrays(outcome.weights, wanted.weights, 'weights', one);
  if (one.options.ema > 0) assertSameArrays(outcome.averaged, wanted.averaged, 'averages', one);
  else assert.deepEqual(outcome.averaged, []);
}

/** Statistics of batch norm change too, and have no gradient. */
function assertSameGradients({ gradients }: CaseResult, wanted: TorchResult): void {
  let [error, size] = [0, 0];
  for (const [i, gradient] of wanted.gradients.entries()) {
    if (gradient.every((value) => value === 0)) continue;
    for (const [k, value] of gradient.entries()) {
      error += ((gradients[i]?.[k] ?? Number.NaN) - value) ** 2;
      size += value ** 2;
    }
  }
  const relative = Math.sqrt(error / size);
  assert.ok(relative < tolerance.gradient, `the gradients are off by ${relative} of their norm`);
}

/** Lion: where float32 and float64 disagree on the sign of next to nothing, a weight is two steps off. */
function goesBySigns({ options }: ConformanceCase): boolean {
  return options.optimizer.name === 'lion';
}

function assertSameArrays(actual: number[][], wanted: number[][], what: string, one: ConformanceCase): void {
  assert.equal(actual.length, wanted.length, what);
  for (const [i, values] of wanted.entries()) {
    const differences = values.map((value, k) => Math.abs(value - (actual[i]?.[k] ?? Number.NaN)));
    const far = differences.filter((difference) => !(difference < tolerance.weight));
    const allowed = goesBySigns(one) ? Math.ceil(values.length / 100) : 0;
    const largest = Math.max(...differences);
    assert.ok(far.length <= allowed, `${what} ${i}: ${far.length} of ${values.length} differ, by up to ${largest}`);
  }
}

function assertNear(actual: number | null | undefined, wanted: number, allowed: number, what: string): void {
  const gap = Math.abs((actual ?? Number.NaN) - wanted) / (1 + Math.abs(wanted));
  assert.ok(gap < allowed, `${what} is ${actual}, not ${wanted}`);
}
