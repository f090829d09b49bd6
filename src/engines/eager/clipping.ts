import type { Tensor } from '@tensorflow/tfjs-core';
import type { ClipConfig } from '../../training/config.ts';
import type { GradientShaping, UpdateOps } from './ops.ts';

/** Of `torch.nn.utils.clip_grad_norm_`: keeps the factor finite where the norm is 0. */
const NORM_EPSILON = 1e-6;

/**
 * What makes of summed gradients the mean, clipped first by value, then by global norm.
 * @param scale 1 / number of summed gradients
 * @returns `norm`: global L2 norm of the mean before any clipping; null without clipping by norm
 */
export async function shapeGradients(
  gradients: Tensor[],
  scale: number,
  clip: ClipConfig,
  updates: UpdateOps,
): Promise<{ shaping: GradientShaping; norm: number | null }> {
  const limit = clip.value > 0 ? clip.value : Number.POSITIVE_INFINITY;
  if (clip.norm <= 0) return { shaping: { scale, limit, factor: 1 }, norm: null };
  const unclipped = { scale, limit: Number.POSITIVE_INFINITY };
  const norm = Math.sqrt(await updates.sumOfSquares(gradients, unclipped));
  const left = clip.value > 0 ? Math.sqrt(await updates.sumOfSquares(gradients, { scale, limit })) : norm;
  return { shaping: { scale, limit, factor: Math.min(1, clip.norm / (left + NORM_EPSILON)) }, norm };
}
