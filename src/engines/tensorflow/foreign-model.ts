import type { SavedModelSession } from '../engine.ts';
import type { TensorFlowBinding } from './binding.ts';
import { savedModelTag } from './graph/saved-model.ts';
import { dataType } from './graph/types.ts';

/** A SavedModel that others wrote. @throws Error with TensorFlow's message */
export function openForeignModel(binding: TensorFlowBinding, folder: string): SavedModelSession {
  let session: number | null = binding.loadSavedModel(folder, savedModelTag);
  return {
    run({ name, shape, data }, output) {
      if (session === null) throw new Error('The model is closed.');
      const type = data instanceof Float32Array ? dataType.float : dataType.uint8;
      const input = binding.createTensor(shape, type, data);
      try {
        const [found] = binding.runSavedModel(session, [input], name, output);
        if (!found) throw new Error(`TensorFlow returned no ${output}.`);
        try {
          const values = binding.tensorDataSync(found.id);
          if (!(values instanceof Float32Array)) throw new Error(`${output} is not of float32.`);
          return { shape: found.shape, values: values.slice() };
        } finally {
          binding.deleteTensor(found.id);
        }
      } finally {
        binding.deleteTensor(input);
      }
    },
    close() {
      if (session !== null) binding.deleteSavedModel(session);
      session = null;
    },
  };
}
