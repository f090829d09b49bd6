import os from 'node:os';
import path from 'node:path';

/** Pinned: what the binding and the compiled graphs are tested against. */
export const tensorFlowPackage = 'tensorflow-cpu==2.21.0';

/** A virtual environment with TensorFlow, made by `test/tools/tensorflow-for-tests.ts`; it may not be there. */
export function tensorFlowTestFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LOUPE_TEST_TENSORFLOW) return path.resolve(env.LOUPE_TEST_TENSORFLOW);
  return path.join(os.homedir(), '.cache', 'loupe-test', tensorFlowPackage.replace('==', '-'));
}
