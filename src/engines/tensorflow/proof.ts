import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { Problem } from '../../problem.ts';
import { CRASHED, type EngineProbe, probeEngine, probing } from '../probe.ts';
import type { TensorFlowInstall } from './find.ts';
import { readState, stateFiles, writeState } from './state-folder.ts';

/**
 * Before an installation is loaded into this process for the first time, a process of its own loads it and trains a few steps: native
 * code that crashes there would end a run here. What was found is kept until the installation or Node changes.
 * @throws Problem `tensorflow-crashed`; other faults are left to this process, which has them in full.
 */
export async function proveOnce(install: TensorFlowInstall): Promise<void> {
  if (probing()) return;
  const key = proofKey(install);
  const known = readState(stateFiles.proofs)[key];
  if (known === true) return;
  if (typeof known === 'string') throw crash(install, known);
  const probe = await probeEngine('tensorflow', { env: { ...process.env, LOUPE_TENSORFLOW: install.folder } });
  rememberProof(install, probe);
  if (!probe.works && probe.code === CRASHED) throw crash(install, probe.reason);
}

/** Keeps what a probe of `install` found; only that it works, or ends its process, is worth keeping. */
export function rememberProof(install: TensorFlowInstall, probe: EngineProbe): void {
  if (!probe.works && probe.code !== CRASHED) return;
  const proofs = readState(stateFiles.proofs);
  try {
    writeState(stateFiles.proofs, { ...proofs, [proofKey(install)]: probe.works ? true : probe.reason });
  } catch {
    // A cache that can't be written costs a probe each time, and no run.
  }
}

/** Changes with the library files and with what loads them. */
export function proofKey(install: TensorFlowInstall): string {
  const { node, electron = '' } = process.versions;
  const files = install.libraries.map((file) => {
    const { size, mtimeMs } = fs.statSync(file);
    return `${file} ${size} ${mtimeMs}`;
  });
  const native = process.env.LOUPE_NATIVE_MODULES ?? '';
  return createHash('sha256')
    .update([...files, node, electron, native].join('\n'))
    .digest('hex')
    .slice(0, 16);
}

function crash(install: TensorFlowInstall, reason: string): Problem {
  return new Problem(
    'tensorflow-crashed',
    `TensorFlow ${install.version ?? ''} in ${install.folder} can't be loaded. ${reason}`,
    'Install it again, or choose another TensorFlow with “Loupe: Set Up GPU Engine” (loupe setup), which tries it anew.',
  );
}
