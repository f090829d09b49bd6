import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../../problem.ts';
import { probeEngine, type WorkingEngine } from '../probe.ts';
import { startLog } from './attach.ts';
import { findTensorFlow, inspectNamed, type RefusedInstall, type TensorFlowInstall } from './find.ts';
import { type InstallKind, installTensorFlow, packageFor } from './install.ts';
import { nativePair } from './native-pair.ts';
import { explainNoGpu, type NoGpu } from './no-gpu.ts';
import { nvidiaCards } from './nvidia.ts';
import { environmentFolders } from './places.ts';
import { rememberProof } from './proof.ts';
import { writeChosen } from './state-folder.ts';

export interface SetUpOptions {
  /** An installation to use: TensorFlow's folder, the one around it, or a whole environment. */
  use?: string | undefined;
  install?: InstallKind | undefined;
  python?: string | undefined;
  /** Folders whose environments are looked into as well. */
  near: readonly string[];
  /** Each step as it is done. */
  onStep: (step: SetUpStep) => void;
  /** A line of the work under way. */
  onLine: (line: string) => void;
  signal?: AbortSignal | undefined;
}

export interface SetUpStep {
  name: 'install' | 'find' | 'link' | 'verify' | 'remember';
  /** One sentence. */
  text: string;
}

export interface SetUpResult {
  install: TensorFlowInstall;
  linked: 'prebuilt' | 'compiled';
  probe: WorkingEngine;
  /** Why a graphics card that is there is not used. */
  noGpu: NoGpu | null;
  /** What was tried before and does not work. */
  refused: RefusedInstall[];
}

/**
 * Makes the tensorflow engine work: finds (or, on request, installs) a TensorFlow, links it, trains a few steps with it in a process of
 * its own and remembers it. The first of several that works is taken.
 * @throws Problem that says what is missing and how to get it; the signal's reason when aborted
 */
export async function setUpTensorFlow(options: SetUpOptions): Promise<SetUpResult> {
  const candidates = await findCandidates(options);
  const refused = [...candidates.refused];
  for (const install of candidates.found) {
    options.signal?.throwIfAborted();
    try {
      const linked = await link(install, options);
      const probe = await verify(install, options);
      writeChosen(install.folder);
      options.onStep({ name: 'remember', text: 'Remembered: runs with the engine auto or tensorflow use it.' });
      return { install, linked, probe, noGpu: noGpuOf(install, probe), refused };
    } catch (error) {
      if (!(error instanceof Problem) || candidates.found.length === 1) throw error;
      refused.push({ place: install.folder, reason: error.message });
      options.onStep({ name: 'verify', text: `Passed over: ${error.message}` });
    }
  }
  throw nothingWorks(refused);
}

async function findCandidates(
  options: SetUpOptions,
): Promise<{ found: TensorFlowInstall[]; refused: RefusedInstall[] }> {
  const { use, install, python, near, onStep, onLine, signal } = options;
  const named = install ? await installed(install, { python, onLine, onStep, signal }) : use;
  if (named !== undefined) {
    const result = inspectNamed(path.resolve(named), install ? 'set up by Loupe' : 'chosen');
    if ('reason' in result) {
      throw new Problem(
        'tensorflow-unusable',
        `${result.place}: ${result.reason}`,
        'Name the folder of a TensorFlow, or an environment that has one.',
      );
    }
    onStep({ name: 'find', text: describe(result) });
    return { found: [result], refused: [] };
  }
  const search = findTensorFlow({ near });
  for (const one of search.found) onStep({ name: 'find', text: describe(one) });
  return search;
}

async function installed(
  kind: InstallKind,
  { onStep, ...options }: Pick<SetUpOptions, 'python' | 'onLine' | 'onStep' | 'signal'>,
): Promise<string> {
  const environment = await installTensorFlow(kind, options);
  onStep({ name: 'install', text: `Installed ${packageFor(kind)} into ${environment}, which no other Python sees.` });
  return environmentFolders(environment)[0] ?? environment;
}

async function link(install: TensorFlowInstall, { onStep, onLine }: SetUpOptions): Promise<'prebuilt' | 'compiled'> {
  onLine('Linking');
  const { how } = await nativePair(install);
  const text =
    how === 'prebuilt'
      ? 'Linked by the modules that came with Loupe; no compiler was needed.'
      : 'Linked by modules compiled on this machine.';
  onStep({ name: 'link', text });
  return how;
}

async function verify(install: TensorFlowInstall, { onStep, onLine, signal }: SetUpOptions): Promise<WorkingEngine> {
  onLine('Training a few steps');
  const env = { ...process.env, LOUPE_TENSORFLOW: install.folder, TF_CPP_MIN_LOG_LEVEL: '0' };
  const probe = await probeEngine('tensorflow', { env, ...(signal ? { signal } : {}) });
  rememberProof(install, probe);
  if (!probe.works)
    throw new Problem(
      probe.code,
      probe.reason,
      'Choose another TensorFlow, or install one: loupe setup --install cpu.',
    );
  const { label, device } = probe.info;
  const seconds = (probe.startMs / 1000).toFixed(1);
  onStep({
    name: 'verify',
    text: `${label} trained correctly on ${device}: ${seconds} s to start, ${probe.stepMs.toFixed(1)} ms for a tiny step.`,
  });
  return probe;
}

function noGpuOf(install: TensorFlowInstall, { info }: WorkingEngine): NoGpu | null {
  if (info.gpu) return null;
  let log = '';
  try {
    log = fs.readFileSync(startLog(), 'utf8');
  } catch {}
  return explainNoGpu({ cards: nvidiaCards(), flavor: install.flavor, cudaLibraries: install.cudaLibraries, log });
}

/** What a user reads of an installation. */
export function describe({ version, folder, flavor, origin }: TensorFlowInstall): string {
  const made = flavor === 'cuda' ? ', made for NVIDIA’s cards' : flavor === 'cpu' ? ', for the processor' : '';
  return `TensorFlow ${version ?? '(version not known)'}${made}, in ${folder} (${origin}).`;
}

function nothingWorks(refused: readonly RefusedInstall[]): Problem {
  const seen = refused.map(({ place, reason }) => `${place}: ${reason}`).join(' ');
  return new Problem(
    'tensorflow-not-found',
    seen ? `No usable TensorFlow is installed. ${seen}` : 'TensorFlow is not installed.',
    'Let Loupe install one into a folder of its own: loupe setup --install cpu (or cuda), or name one: --use <folder>.',
  );
}
