import type { InputConfig } from '../../training/config.ts';

/** What pixels were turned into before the network that the weights are of, in the words of a config. */
export type PretrainedInput = Exclude<InputConfig['normalize'], 'data-set'>;
