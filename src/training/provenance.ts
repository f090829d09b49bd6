import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { version_core as tfjsVersion } from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import manifest from '../../package.json' with { type: 'json' };
import type { EngineInfo } from '../engines/engine.ts';
import type { Provenance } from '../jobs/job.ts';

/** What a run really uses. @param folder the run's, `<workspace>/.loupe/runs/<id>`. `weights`: file of its pretrained weights. */
export function describeProvenance(
  folder: string,
  { dataFingerprint, weights }: { dataFingerprint: string; weights: string | null },
  engine: EngineInfo,
): Provenance {
  return {
    dataFingerprint,
    weights: weights === null ? null : { file: weights, sha256: hashOf(weights) },
    labelJournalHash: hashOf(path.resolve(folder, '..', '..', 'labels.jsonl')),
    versions: {
      loupe: manifest.version,
      node: process.versions.node,
      tfjs: tfjsVersion,
      sharp: sharp.versions.sharp ?? '',
      engine: engine.version,
    },
    engine: { name: engine.name, label: engine.label, device: engine.device },
    platform: `${process.platform} ${process.arch} ${os.release()}`,
  };
}

/** SHA-256; null where the file is missing. */
function hashOf(file: string): string | null {
  try {
    return createHash('sha256').update(fs.readFileSync(file)).digest('hex');
  } catch {
    return null;
  }
}
