import { builtPair, type NativePair } from './build-binding.ts';
import type { TensorFlowInstall } from './find.ts';
import { prebuiltPair } from './prebuilt.ts';

export interface LinkedPair {
  pair: NativePair;
  /** `prebuilt`: came with Loupe; `compiled`: on this machine, now or earlier. */
  how: 'prebuilt' | 'compiled';
}

/**
 * The native modules that attach TensorFlow: those that came with Loupe, else compiled here. `LOUPE_NATIVE_MODULES=compile` passes
 * over the former.
 * @throws Problem when they have to be compiled and there is no compiler or it fails.
 */
export async function nativePair(
  install: TensorFlowInstall,
  env: NodeJS.ProcessEnv = process.env,
): Promise<LinkedPair> {
  const prebuilt = env.LOUPE_NATIVE_MODULES === 'compile' ? null : prebuiltPair();
  if (prebuilt) return { pair: prebuilt, how: 'prebuilt' };
  return { pair: await builtPair(install, env), how: 'compiled' };
}
