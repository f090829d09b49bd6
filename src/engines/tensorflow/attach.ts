import fs from 'node:fs';
import path from 'node:path';
import util from 'node:util';
import { Problem } from '../../problem.ts';
import type { LibraryLoader, TensorFlowBinding } from './binding.ts';
import { builtPair, type NativePair } from './build-binding.ts';
import type { TensorFlowInstall } from './find.ts';
import { type LinkedPair, nativePair } from './native-pair.ts';
import { stateFiles, tensorflowState } from './state-folder.ts';

/**
 * Loads TensorFlow and the binding into this process, where they stay, and makes first use of them.
 * @param threads for one operation and between operations; 0 leaves TensorFlow's own choice.
 * @throws Problem that says what is missing, or what `use` throws.
 */
export async function attachTensorFlow<T>(
  install: TensorFlowInstall,
  threads: number,
  use: (binding: TensorFlowBinding) => Promise<T>,
): Promise<T> {
  prepareProcess(threads);
  const { pair, loader } = await openLoader(install);
  fs.mkdirSync(tensorflowState(), { recursive: true });
  // On its first calls TensorFlow greets and warns on standard error, whatever log level is set; a file keeps it.
  loader.redirectErrors(startLog());
  try {
    return await use(load(loader, pair, install));
  } finally {
    loader.restoreErrors();
  }
}

/** What TensorFlow said when it was last started, e.g. why it uses no graphics card. */
export function startLog(): string {
  return path.join(tensorflowState(), stateFiles.startLog);
}

/** A prebuilt pair that this system refuses is no reason to give up where there is a compiler. */
async function openLoader(install: TensorFlowInstall): Promise<LinkedPair & { loader: LibraryLoader }> {
  const linked = await nativePair(install);
  try {
    return { ...linked, loader: openModule<LibraryLoader>(linked.pair.loader) };
  } catch (error) {
    if (linked.how === 'compiled') throw error;
    const pair = await builtPair(install);
    return { pair, how: 'compiled', loader: openModule<LibraryLoader>(pair.loader) };
  }
}

function load(loader: LibraryLoader, pair: NativePair, install: TensorFlowInstall): TensorFlowBinding {
  for (const library of install.libraries) {
    const reason = loader.load(library);
    if (reason) throw loadFailure(install, reason);
  }
  try {
    return openModule<TensorFlowBinding>(pair.binding);
  } catch (error) {
    throw loadFailure(install, error instanceof Error ? error.message : String(error));
  }
}

/** `process.dlopen` rather than `require`: a bundler leaves it alone. */
function openModule<T>(file: string): T {
  const module = { exports: {} };
  process.dlopen(module, file);
  return module.exports as T;
}

function prepareProcess(threads: number): void {
  // What matters comes back as an error's message.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  if (threads > 0) {
    process.env.TF_NUM_INTRAOP_THREADS = String(threads);
    process.env.TF_NUM_INTEROP_THREADS = String(threads);
  }
  restoreUtilFunctions();
}

/** tfjs-node 4.22 still calls two functions that Node 23 removed. */
export function restoreUtilFunctions(): void {
  const legacy = util as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean };
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;
  legacy.isArray ??= Array.isArray;
}

function loadFailure(install: TensorFlowInstall, reason: string): Problem {
  const name = `TensorFlow ${install.version ?? ''}`.trim();
  const glibc = /GLIBC(?:XX)?_[\d.]+/.exec(reason)?.[0];
  if (glibc) {
    return new Problem(
      'tensorflow-system-too-old',
      `${name} in ${install.folder} needs a newer system library (${glibc}) than this machine has.`,
      'Install an older TensorFlow with pip, or choose another engine.',
    );
  }
  return new Problem(
    'tensorflow-not-loaded',
    `${name} in ${install.folder} could not be loaded: ${reason}`,
    'Install TensorFlow again with pip, or choose another engine.',
  );
}
