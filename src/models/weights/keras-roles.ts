/** Variables of layers in the order in which Keras 3 numbers them, by the layer's class. */
const variables: Readonly<Record<string, readonly string[]>> = {
  conv2d: ['kernel', 'bias'],
  depthwise_conv2d: ['kernel', 'bias'],
  separable_conv2d: ['depthwise_kernel', 'pointwise_kernel', 'bias'],
  dense: ['kernel', 'bias'],
  batch_normalization: ['gamma', 'beta', 'moving_mean', 'moving_variance'],
  layer_normalization: ['gamma', 'beta'],
  layer_scale: ['gamma'],
  normalization: ['mean', 'variance', 'count'],
};

/** @param count variables that the layer has: one fewer where a batch norm does not scale */
export function variableRoles(className: string, count: number): readonly string[] {
  const roles = variables[className] ?? [];
  return className === 'batch_normalization' && count === 3 ? roles.slice(1) : roles;
}

/** How the first version of Keras ended its weights' names. */
const firstRoles: Readonly<Record<string, string>> = {
  W: 'kernel',
  b: 'bias',
  gamma: 'gamma',
  beta: 'beta',
  running_mean: 'moving_mean',
  running_std: 'moving_variance',
};

/**
 * `<layer>/<role>` of a weight: its own name, e.g. `block_1_expand/kernel:0` or `sequential/dense/kernel`, holds the name of its layer,
 * which is not the listed one where networks are nested.
 */
export function legacyName(listed: string, weight: string): string {
  const plain = weight.replace(/:\d+$/, '');
  const at = plain.lastIndexOf('/');
  if (at < 0) {
    const [, role = plain] = /_(W|b|gamma|beta|running_mean|running_std)(?:_\d+)?$/.exec(plain) ?? [];
    return `${listed}/${firstRoles[role] ?? role}`;
  }
  const path = plain.slice(0, at);
  const layer = path === listed || path.endsWith(`/${listed}`) ? listed : path;
  return `${layer}/${currentRole(plain.slice(at + 1))}`;
}

/** Keras 2 had a name of its own for the kernels of depthwise convolutions; layer scales were never given one. */
function currentRole(role: string): string {
  if (role === 'depthwise_kernel') return 'kernel';
  return /^variable(_\d+)?$/.test(role) ? 'gamma' : role;
}
