import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Scored } from '../../../src/evaluation/metrics/scored.ts';
import type { LabelScore } from '../../../src/protocol/findings.ts';
import { pythonPeer } from '../../python-peers.ts';

/** What the peer says of the same probabilities. */
export interface LabelPeer {
  seconds: number;
  /** [given label][true class]; the formulas' in numbers of images. */
  joint: number[][];
  /** Positions. */
  issues: Record<'by-noise-rate' | 'by-class' | 'both', number[]>;
  scores: Record<LabelScore, number[]>;
}

const script = fileURLToPath(new URL('confident_learning.py', import.meta.url));

/** Confident learning by its formulas in NumPy, or by cleanlab; null where cleanlab is not installed in that Python. */
export function askLabelPeer(who: 'formulas' | 'cleanlab', scored: Scored, python = pythonPeer()): LabelPeer | null {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-labels-'));
  try {
    fs.writeFileSync(path.join(folder, 'labels.i32'), scored.labels);
    fs.writeFileSync(path.join(folder, 'probabilities.f32'), scored.probabilities);
    const text = execFileSync(python, [script, who, folder, String(scored.classes)], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    const answer = JSON.parse(text) as LabelPeer | { missing: string };
    return 'missing' in answer ? null : answer;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
