import os from 'node:os';
import path from 'node:path';

/** Pinned: what the binding, the compiled graphs and the decoder are tested against. */
export const pythonPackages = ['tensorflow-cpu==2.21.0', 'pillow==12.3.0'];

/** A virtual environment with TensorFlow and Pillow, made by `test/tools/tensorflow-for-tests.ts`; it may not be there. */
export function tensorFlowTestFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LOUPE_TEST_TENSORFLOW) return path.resolve(env.LOUPE_TEST_TENSORFLOW);
  return path.join(os.homedir(), '.cache', 'loupe-test', pythonPackages.join('-').replaceAll('==', '-'));
}
