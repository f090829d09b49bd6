import fs from 'node:fs';
import path from 'node:path';
import { tensorflowNativeFolder } from '../../entries.ts';
import { type NativePair, pairIn } from './build-binding.ts';

/**
 * The pair of native modules that Loupe brings for this machine (`native/build.sh` makes them), or null where it has none. One pair
 * serves every TensorFlow since 2.9, every Node of Node-API 8, and glibc 2.17 and up.
 */
export function prebuiltPair(
  folder: string = tensorflowNativeFolder(),
  machine: string = `${process.platform}-${process.arch}`,
): NativePair | null {
  const pair = pairIn(path.join(folder, 'prebuilt', machine));
  return fs.existsSync(pair.loader) && fs.existsSync(pair.binding) ? pair : null;
}
