import type { Flavor } from '../backbones/layers.ts';

/**
 * Whose conventions the network of a weight file follows, by the file's name: a run that goes on builds the same network where the file is
 * gone. `loadPretrained` refuses a file whose name says otherwise than its contents.
 */
export function flavorOf(weights: string): Flavor {
  return /\.(h5|hdf5|keras|json)$/i.test(weights) ? 'keras' : 'torch';
}
