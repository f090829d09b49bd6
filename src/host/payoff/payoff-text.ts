import { isRecord } from '../../jobs/record.ts';
import type { PayoffChange, PayoffReport } from '../../protocol/payoff.ts';

type Translate = (message: string, ...values: (string | number)[]) => string;

/** Verified images below which their accuracy says nothing. */
const FEW = 10;

/** The outcome in a few sentences: the verified images say more than all, where there are any. */
export function payoffMessage(
  { heldOut, verified, seeds }: Pick<PayoffReport, 'heldOut' | 'verified' | 'seeds'>,
  t: Translate,
): string {
  if (!heldOut) return t('Nothing was held out that both trainings have predicted: there is no payoff to measure.');
  const parts = [t('Cleaning: {0} on {1} held-out images.', changeText(heldOut, t), heldOut.images)];
  if (verified && verified.images >= FEW) {
    parts.push(t('On the {0} that you verified: {1}.', verified.images, changeText(verified, t)));
  } else if (verified) parts.push(t('You verified {0} of them, too few to tell more.', verified.images));
  if (heldOut.verdict === 'unclear') parts.push(t('That may be chance.'));
  if (seeds.length < 2) parts.push(t('With one seed, the luck of training is part of it.'));
  return parts.join(' ');
}

function changeText({ before, after, interval }: PayoffChange, t: Translate): string {
  const [low, high] = interval.map(points) as [string, string];
  return t('accuracy {0} → {1} (change {2} to {3} points)', percent(before), percent(after), low, high);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** `+1.2`, `−0.4`. */
function points(share: number): string {
  const value = (Math.abs(share) * 100).toFixed(1);
  return `${share < 0 ? '−' : '+'}${value}`;
}

/** What a line of `--progress json` says for the notification; null: nothing. */
export function payoffProgress(line: string, t: Translate): string | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (!isRecord(value) || typeof value.done !== 'number') return null;
  if (value.what === 'payoff' && typeof value.total === 'number') {
    return t('training {0} of {1}', value.done, value.total);
  }
  return value.what === 'scan' ? t('looking through the images') : null;
}
