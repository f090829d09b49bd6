import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { type Suggestions, suggestionMethods } from '../../../../src/protocol/lr-finder.ts';
import { mixSeed, seededRandom } from '../../../../src/random.ts';
import { SweepCurve, sweepRate } from '../../../../src/training/lr-finder/curve.ts';
import { suggestRates, usableCurve } from '../../../../src/training/lr-finder/suggestions.ts';
import { pythonPeer } from '../../../python-peers.ts';

interface Sweep {
  rates: number[];
  /** Of all iterations, as fastai records them; null: not a number. */
  losses: (number | null)[];
  steps: number;
}

/** Curves such as trainings give: plateau, descent, rise, with noise, spikes, divergence and losses that are no number. */
function someSweeps(count: number): Sweep[] {
  return Array.from({ length: count }, (_, seed) => {
    const random = seededRandom(mixSeed(seed, 0x1f));
    const steps = [40, 100, 137][seed % 3]!;
    const settings = { start: 1e-7, end: 10, steps };
    const [falls, rises] = [10 ** (-5 + 3 * random()), 10 ** (-2 + 3 * random())];
    const noise = [0.002, 0.02, 0.2, 1][Math.floor(random() * 4)]!;
    const broken = random() < 0.3 ? Math.floor(random() * steps * 1.2) : Number.POSITIVE_INFINITY;
    const rates = Array.from({ length: steps }, (_, i) => sweepRate(i, settings));
    const losses = rates.map((rate, i) => {
      if (i >= broken) return null;
      const spike = random() < 0.03 ? 5 * random() : 0;
      const fall = 1.5 / (1 + (falls / rate) ** 1.2);
      return 2.5 - fall + Math.min(1e6, (rate / rises) ** 2) + noise * (random() - 0.5) + spike;
    });
    return { rates, losses, steps };
  });
}

/** As the finder does it: the sweep stops where nothing useful can follow. */
function ours({ rates, losses, steps }: Sweep): { points: number } & Suggestions {
  const curve = new SweepCurve();
  for (const loss of losses) {
    curve.add(loss ?? Number.NaN);
    if (curve.ended) break;
  }
  const usable = usableCurve(rates.slice(0, curve.losses.length), curve.smoothed, steps);
  return { points: usable.losses.length, ...suggestRates(usable) };
}

const python = pythonPeer();

test('suggestions are fastai’s, on curves of every kind', {
  skip: fs.existsSync(python) ? false : `no ${python}`,
}, () => {
  const sweeps = someSweeps(300);
  const script = path.join(import.meta.dirname, 'fastai.py');
  const answer = execFileSync(python, [script], { input: JSON.stringify(sweeps), maxBuffer: 1e8 });
  const expected = JSON.parse(answer.toString()) as ReturnType<typeof ours>[];
  const compared = { valley: 0, steep: 0, slide: 0, minimum: 0 };
  for (const [at, sweep] of sweeps.entries()) {
    const found = ours(sweep);
    assert.equal(found.points, expected[at]!.points, `sweep ${at}`);
    for (const method of suggestionMethods) {
      const rate = expected[at]![method];
      if (rate === undefined) continue;
      compared[method]++;
      assert.ok(Math.abs(found[method]! / rate - 1) < 1e-9, `sweep ${at}: ${method} ${found[method]}, fastai ${rate}`);
    }
  }
  for (const method of suggestionMethods) assert.ok(compared[method] > 200, `${method}: only ${compared[method]}`);
});
