import * as vscode from 'vscode';
import {
  type AlgorithmAnswer,
  type BaselineAnswer,
  isFields,
  listOf,
  numberOf,
  type Share,
  type StartAnswer,
  textOf,
} from './answers.ts';
import { escaped, table } from './markdown.ts';

/** Names listed of tensors that do not fit. */
const SHOWN = 12;

/** What to expect before training: the document of an instant baseline. */
export function baselineReport(name: string, network: string, baseline: BaselineAnswer): string {
  return [
    `# ${vscode.l10n.t('Instant baseline of {0}', escaped(name))}`,
    '',
    escaped(network),
    '',
    ...baselineLines(baseline),
  ].join('\n');
}

/** Which algorithm fits: the table and the recommendation. */
export function algorithmReport(name: string, algorithms: readonly AlgorithmAnswer[], recommendation: string): string {
  const rows = algorithms.map((one) => [
    `${escaped(one.title)} (${escaped(one.setting)})`,
    escaped(one.features),
    interval(one.accuracy),
    `${one.fitSeconds.toFixed(2)} s`,
    `${one.predictMs.toFixed(2)} ms`,
    one.bytes < 1e6 ? `${Math.round(one.bytes / 1e3)} kB` : `${(one.bytes / 1e6).toFixed(1)} MB`,
  ]);
  const titles = [
    vscode.l10n.t('Algorithm'),
    vscode.l10n.t('On'),
    vscode.l10n.t('Accuracy (95 %)'),
    vscode.l10n.t('Fit'),
    vscode.l10n.t('An image'),
    vscode.l10n.t('Memory'),
  ];
  const words = new Map(algorithms.map(({ title, interpretability }) => [title, interpretability]));
  return [
    `# ${vscode.l10n.t('Which algorithm fits {0}?', escaped(name))}`,
    '',
    `**${escaped(recommendation)}**`,
    '',
    table(titles, 'lllrrr', rows),
    '',
    ...[...words].map(([title, text]) => `- **${escaped(title)}**: ${escaped(text)}`),
  ].join('\n');
}

/** What was chosen for a first run, and why. */
export function startReport(name: string, { images, classes, reasons, baseline }: StartAnswer): string {
  return [
    `# ${vscode.l10n.t('A first run on {0}', escaped(name))}`,
    '',
    vscode.l10n.t('{0} images of {1} classes.', grouped(images), classes.length),
    '',
    table(
      [vscode.l10n.t('Choice'), '', vscode.l10n.t('Why')],
      'lll',
      reasons.map(({ what, choice, why }) => [escaped(what), `\`${choice.replaceAll('`', '')}\``, escaped(why)]),
    ),
    '',
    ...(baseline ? [`## ${vscode.l10n.t('What to expect')}`, '', ...baselineLines(baseline)] : []),
  ].join('\n');
}

/** What a file of weights holds, and how well it fits. */
export function importReport(file: string, answer: unknown): string {
  const report = isFields(answer) ? answer : {};
  const network = isFields(report.network) ? report.network : null;
  const match = isFields(report.match) ? report.match : null;
  const head = vscode.l10n.t(
    '{0}: {1} tensors, {2} values.',
    textOf(report.format),
    grouped(numberOf(report.tensors)),
    grouped(numberOf(report.values)),
  );
  const lines = [`# ${escaped(file)}`, '', escaped(head), ''];
  if (!network || !match)
    return [...lines, vscode.l10n.t('The names of its tensors fit no network that Loupe knows.')].join('\n');
  const wrong = listOf(match.wrongShape).map(
    ({ name, expected, found }) => `${textOf(name)} (${String(found)} ≠ ${String(expected)})`,
  );
  return [
    ...lines,
    vscode.l10n.t(
      'Network: {0}',
      `**${escaped(textOf(network.architecture))}**${network.width === 1 ? '' : ` × ${numberOf(network.width)}`}`,
    ),
    '',
    vscode.l10n.t('{0} weights matched.', grouped(numberOf(match.matched))),
    ...names(vscode.l10n.t('Missing'), match.missing),
    ...names(vscode.l10n.t('Of another shape'), wrong),
    ...names(vscode.l10n.t('Left over'), match.extra),
  ].join('\n');
}

function baselineLines({ images, folds, probe, neighbours, perClass, hard, confused }: BaselineAnswer): string[] {
  const rows = perClass.map(({ label, images: own, recall }) => [
    hard.includes(label) ? `⚠ **${escaped(label)}**` : escaped(label),
    grouped(own),
    interval(recall),
  ]);
  return [
    table([vscode.l10n.t('Before any training'), vscode.l10n.t('Accuracy (95 %)')], 'll', [
      [vscode.l10n.t('Linear probe, λ {0}', probe.strength), `**${interval(probe.accuracy)}**`],
      [vscode.l10n.t('Nearest neighbours, k = {0}', neighbours.k), interval(neighbours.accuracy)],
    ]),
    '',
    vscode.l10n.t(
      'Cross-validated on {0} images in {1} folds; groups and copies stay together.',
      grouped(images),
      folds,
    ),
    '',
    ...(hard.length > 0 ? [`⚠ ${vscode.l10n.t('Will be hard: {0}.', hard.map(escaped).join(', '))}`, ''] : []),
    table([vscode.l10n.t('Class'), vscode.l10n.t('Images'), vscode.l10n.t('Recall (95 %)')], 'lrl', rows),
    ...(confused.length > 0 ? ['', vscode.l10n.t('Most often mistaken:'), ''] : []),
    ...confused.map((one) => `- ${escaped(one.label)} → ${escaped(one.predicted)} (${grouped(one.images)})`),
  ];
}

function names(title: string, value: unknown): string[] {
  const list = Array.isArray(value) ? value.map(String) : [];
  if (list.length === 0) return [];
  const more = list.length > SHOWN ? [`- ${vscode.l10n.t('and {0} more', grouped(list.length - SHOWN))}`] : [];
  return ['', `**${title}**`, '', ...list.slice(0, SHOWN).map((name) => `- ${escaped(name)}`), ...more];
}

function interval({ value, low, high }: Share): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)}%`;
  return `${percent(value)} (${percent(low)}–${percent(high)})`;
}

function grouped(count: number): string {
  return count.toLocaleString(vscode.env.language);
}
