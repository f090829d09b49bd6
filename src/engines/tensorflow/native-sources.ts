import { createRequire } from 'node:module';
import path from 'node:path';
import { tensorflowNativeFolder } from '../../entries.ts';

/** Where the sources of the two native modules lie. */
export interface NativeSources {
  /** Folder of the binding's `*.cc` and `*.h`. */
  binding: string;
  loader: string;
  /** Folder with `node_api.h`. */
  nodeHeaders: string;
}

/** From source they come from the packages; a bundle has copies beside it, since it ships without those packages. */
export function nativeSources(): NativeSources {
  const folder = tensorflowNativeFolder();
  if (!import.meta.url.endsWith('.ts')) {
    return {
      binding: path.join(folder, 'binding'),
      loader: path.join(folder, 'loader.c'),
      nodeHeaders: path.join(folder, 'node'),
    };
  }
  const packageFile = createRequire(import.meta.url).resolve;
  return {
    binding: path.join(path.dirname(packageFile('@tensorflow/tfjs-node-gpu/package.json')), 'binding'),
    loader: path.join(folder, 'loader.c'),
    nodeHeaders: path.join(path.dirname(packageFile('node-api-headers/package.json')), 'include'),
  };
}
