import fs from 'node:fs';
import path from 'node:path';
import { weightFileProblem } from '../weights/open.ts';
import { readTfjs } from '../weights/tfjs-file.ts';
import type { FrozenNetwork } from './frozen-network.ts';
import { openOnnx } from './onnx-network.ts';
import { openSavedModel } from './saved-model.ts';
import { savedModelFile } from './saved-model-file.ts';
import { openTfjsGraph } from './tfjs-graph.ts';

/**
 * A network that can be run only as it is: ONNX, a SavedModel folder, a TensorFlow.js model whose layers are not known by name. null: a file
 * of another kind.
 * @throws Problem `bad-weights-file`, `no-weights-file`
 */
export async function openFrozen(file: string): Promise<FrozenNetwork | null> {
  try {
    if (isFolder(file)) {
      if (fs.existsSync(path.join(file, savedModelFile))) return openSavedModel(file);
      const model = path.join(file, 'model.json');
      return fs.existsSync(model) ? await openFrozen(model) : null;
    }
    if (path.basename(file) === savedModelFile) return openSavedModel(path.dirname(file));
    if (/\.onnx$/i.test(file)) return openOnnx(file);
    if (!/\.json$/i.test(file)) return null;
    const model = readTfjs(file);
    if (model.format === 'tfjs-graph') return openTfjsGraph(file, model);
    const { openTfjsLayers } = await import('./tfjs-layers.ts');
    return await openTfjsLayers(file, model);
  } catch (error) {
    throw weightFileProblem(file, error);
  }
}

function isFolder(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
