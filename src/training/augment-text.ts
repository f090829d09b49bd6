import type { AugmentConfig } from './config-augment.ts';

/** What a run does to its images, one operation a text: `turn by up to 10° (75%)`. Empty: nothing. */
export function describeAugment(config: AugmentConfig): string[] {
  const { flip, shift, shear, zoom, crop, channelShift, policy, blur, jpeg, erase } = config;
  const light = config.lighting === 'logit' ? ' of the log-odds' : '';
  const texts: (string | null)[] = [
    when(flip.horizontal, 'flip left and right'),
    when(flip.vertical, 'flip top and bottom'),
    when(config.rotate.probability, `turn by up to ${number(config.rotate.degrees)}°`),
    when(shift.probability, `shift by up to ${percent(shift.x)} × ${percent(shift.y)}`),
    when(shear.probability, `shear by up to ${number(shear.x)}° × ${number(shear.y)}°`),
    when(zoom.probability, `zoom ${number(zoom.min)}–${number(zoom.max)} ×`),
    when(config.perspective.probability, `tilt by up to ${percent(config.perspective.amount)}`),
    when(
      crop.probability,
      crop.mode === 'padded'
        ? `crop after padding by ${percent(crop.padding)}`
        : `crop ${percent(crop.minArea)}–${percent(crop.maxArea)} of the area`,
    ),
    when(config.brightness.probability, `brightness ± ${percent(config.brightness.amount)}${light}`),
    when(config.contrast.probability, `contrast ± ${percent(config.contrast.amount)}${light}`),
    when(config.saturation.probability, `saturation ± ${percent(config.saturation.amount)}`),
    when(config.hue.probability, `hue ± ${number(config.hue.amount * 360)}°`),
    when(channelShift.probability, `channel shift ± ${number(channelShift.amount)} levels`),
    policy.name === 'rand-augment' && `RandAugment: ${policy.operations} operations of magnitude ${policy.magnitude}`,
    policy.name === 'trivial-augment' && 'TrivialAugment Wide',
    when(blur.probability, `blur by ${number(blur.minSigma)}–${number(blur.maxSigma)} pixels`),
    when(config.noise.probability, `noise of ${number(config.noise.deviation)} levels`),
    when(jpeg.probability, `JPEG quality ${jpeg.minQuality}–${jpeg.maxQuality}`),
    when(
      erase.probability,
      `erase ${erase.count === 1 ? '' : `${erase.count} × `}${percent(erase.minArea)}–${percent(erase.maxArea)} of the area`,
    ),
    when(config.mixUp.probability, `MixUp, α ${number(config.mixUp.alpha)}`),
    when(config.cutMix.probability, `CutMix, α ${number(config.cutMix.alpha)}`),
  ].map((text) => text || null);
  return texts.filter((text) => text !== null);
}

function when(probability: number, text: string): string | null {
  if (probability === 0) return null;
  return probability === 1 ? text : `${text} (${percent(probability)})`;
}

function percent(share: number): string {
  return `${number(share * 100)}%`;
}

function number(value: number): string {
  return String(Number(value.toPrecision(3)));
}
