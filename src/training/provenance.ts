import os from 'node:os';
import { version_core as tfjsVersion } from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import manifest from '../../package.json' with { type: 'json' };
import type { JournalEffect } from '../dataset/types.ts';
import type { EngineInfo } from '../engines/engine.ts';
import { hashFile } from '../file-hash.ts';
import type { Provenance } from '../jobs/job.ts';

/** What a run really uses. `weights`: file of its pretrained weights; `journal`: what the label journal changed. */
export function describeProvenance(
  {
    dataFingerprint,
    journal,
    weights,
  }: { dataFingerprint: string; journal: JournalEffect | null; weights: string | null },
  engine: EngineInfo,
): Provenance {
  return {
    dataFingerprint,
    weights: weights === null ? null : { file: weights, sha256: hashOf(weights) },
    labelJournalHash: journal?.hash ?? null,
    ...(journal && { labelEdits: editsOf(journal) }),
    versions: softwareVersions(engine),
    engine: { name: engine.name, label: engine.label, device: engine.device },
    platform: `${process.platform} ${process.arch} ${os.release()}`,
  };
}

/** Whose code computes. */
export function softwareVersions(engine: EngineInfo): Provenance['versions'] {
  return {
    loupe: manifest.version,
    node: process.versions.node,
    tfjs: tfjsVersion,
    sharp: sharp.versions.sharp ?? '',
    engine: engine.version,
  };
}

function editsOf({ relabelled, labelled, excluded, resplit, changed, gone, ambiguous }: JournalEffect) {
  return { relabelled, labelled, excluded, resplit, notApplied: changed.length + gone.length + ambiguous.length };
}

/** SHA-256; null where the file is missing. */
function hashOf(file: string): string | null {
  try {
    return hashFile(file);
  } catch {
    return null;
  }
}
