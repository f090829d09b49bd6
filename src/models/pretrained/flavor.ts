import type { ModelConfig } from '../../training/config.ts';
import type { Flavor } from '../backbones/layers.ts';
import { isNamedTf } from '../weights/timm-facts.ts';

/**
 * Whose conventions the network of a weight file follows, by the file's name: a run that goes on builds the same network where the file is
 * gone. timm's `tf_` networks are TensorFlow's in PyTorch. `loadPretrained` refuses a file whose name says otherwise than its contents.
 */
export function flavorOf({ architecture, weights }: Pick<ModelConfig, 'architecture' | 'weights'>): Flavor {
  if (/\.(h5|hdf5|keras|json)$/i.test(weights)) return 'keras';
  return isOfBothFlavors(architecture) && isNamedTf(weights) ? 'keras' : 'torch';
}

/** Whether timm has the network both with PyTorch's conventions and with TensorFlow's, with tensors that are alike. */
export function isOfBothFlavors(architecture: string): boolean {
  return /^(mobilenet-v3|efficientnet)-/.test(architecture);
}
