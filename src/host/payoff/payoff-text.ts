import { isRecord } from '../../jobs/record.ts';
import type { PayoffChange, PayoffReport } from '../../protocol/payoff.ts';
import { escaped, table } from '../transfer/markdown.ts';

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

/** `81.0% → 84.2%`: on what a person has verified, where that is enough to tell; empty: nothing was measured. */
export function payoffFigure({ heldOut, verified }: Pick<PayoffReport, 'heldOut' | 'verified'>): string {
  const change = verified && verified.images >= FEW ? verified : heldOut;
  return change ? `${percent(change.before)} → ${percent(change.after)}` : '';
}

/** The whole report as Markdown. */
export function payoffDocument(report: PayoffReport, t: Translate): string {
  const { name, source, createdAt, seeds, edits, heldOut, verified, notes, runs } = report;
  const measured = [
    [t('All held-out images'), heldOut],
    [t('Those that you verified'), verified],
  ] as const;
  const rows = measured.flatMap(([what, change]) => (change ? [[escaped(what), ...cellsOf(change)]] : []));
  const titles = [t('Measured on'), t('Images'), t('Before'), t('After'), t('Change, points'), t('95 % interval'), 'p'];
  const begun = runs.flatMap(({ arm, seed, folder }) =>
    folder === null ? [] : [[arm === 'before' ? t('before') : t('after'), String(seed), escaped(folder)]],
  );
  return [
    `# ${escaped(t('Payoff of cleaning {0}', source.split(/[\\/]/).at(-1) ?? source))}`,
    escaped(payoffMessage(report, t)),
    ...(rows.length > 0 ? [table(titles, 'lrrrrrr', rows)] : []),
    escaped(
      t(
        'Your edits: {0} images relabelled, {1} newly labelled, {2} excluded. {3} trained with {4} seeds each, with and without them, on the same held-out images.',
        ...[edits.relabelled, edits.labelled, edits.excluded, name, seeds.length],
      ),
    ),
    ...notes.map(escaped),
    `## ${t('Trainings')}`,
    table([t('Cleaning'), t('Seed'), t('Run')], 'lrl', begun),
    escaped(t('Measured {0}.', createdAt.slice(0, 16).replace('T', ' '))),
    '',
  ].join('\n\n');
}

function cellsOf({ images, before, after, difference, interval, p }: PayoffChange): string[] {
  return [
    String(images),
    percent(before),
    percent(after),
    points(difference),
    interval.map(points).join(' … '),
    p < 0.001 ? '< 0.001' : p.toFixed(3),
  ].map(escaped);
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
