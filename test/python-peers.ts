import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';

/** Pinned: what the engines, the decoder, weight files, metrics and exports are tested and measured beside. */
export const pythonPackages = [
  'tensorflow-cpu==2.21.0',
  'pillow==12.3.0',
  'torch==2.13.0',
  'torchvision==0.28.0',
  'timm==1.0.29',
  'scikit-learn==1.9.1',
  'onnx==1.23.1',
  'onnxruntime==1.30.0',
  'tensorboard==2.21.0',
];

/** A virtual environment with `pythonPackages`, made by `test/tools/python-peers.ts`; it may not be there. */
export function pythonPeersFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LOUPE_TEST_PYTHON) return path.resolve(env.LOUPE_TEST_PYTHON);
  const key = createHash('sha256').update(pythonPackages.join(' ')).digest('hex').slice(0, 12);
  return path.join(os.homedir(), '.cache', 'loupe-test', `python-${key}`);
}

/** The interpreter of that environment; it may not be there. */
export function pythonPeer(): string {
  return path.join(pythonPeersFolder(), 'bin', 'python');
}
