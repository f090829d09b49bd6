import path from 'node:path';
import * as vscode from 'vscode';
import type { Architecture } from '../../training/config.ts';
import { type Fields, isFields, listOf, numberOf, textOf } from './answers.ts';
import { escaped, table } from './markdown.ts';

/** Names listed of tensors that do not fit. */
const SHOWN = 12;
const LAYERS_MODEL: Architecture = 'layers-model';

/** What a file of weights holds, how well it fits, and what to do with it. @param file absolute @param answer of `loupe import` */
export function importReport(file: string, answer: unknown): string {
  const report = isFields(answer) ? answer : {};
  const title = `# ${escaped(path.basename(file))}`;
  const classifier = isFields(report.classifier) ? ['', ...classifierLines(report.classifier)] : [];
  if (isFields(report.frozen)) return [title, '', ...frozenLines(file, report.frozen), ...classifier].join('\n');
  const head = vscode.l10n.t(
    '{0}: {1} tensors, {2} values.',
    textOf(report.format),
    grouped(numberOf(report.tensors)),
    grouped(numberOf(report.values)),
  );
  const known =
    isFields(report.network) && isFields(report.match) ? networkLines(file, report.network, report.match) : null;
  const unknown = [
    vscode.l10n.t('The names of its tensors fit no network that Loupe knows.'),
    '',
    vscode.l10n.t('Export the network as ONNX: any network can then describe images as it is, without being trained.'),
  ];
  return [title, '', escaped(head), '', ...(known ?? unknown), ...classifier].join('\n');
}

function networkLines(file: string, network: Fields, match: Fields): string[] {
  const wrong = listOf(match.wrongShape).map(
    ({ name, expected, found }) => `${textOf(name)} (${String(found)} ≠ ${String(expected)})`,
  );
  const missing = namesOf(match.missing);
  const architecture = textOf(network.architecture);
  const width = network.width === 1 ? {} : { width: numberOf(network.width) };
  const fits = missing.length === 0 && wrong.length === 0;
  return [
    vscode.l10n.t(
      'Network: {0}',
      `**${escaped(architecture)}**${network.width === 1 ? '' : ` × ${numberOf(network.width)}`}`,
    ),
    '',
    ...(network.isFlavorGuessed === true
      ? [
          vscode.l10n.t(
            'Nothing tells whether it is one of timm’s tf_ networks, whose tensors are alike but not their padding and epsilon: it is taken for none. If it is one, name the file as timm does (tf_…).',
          ),
          '',
        ]
      : []),
    vscode.l10n.t('{0} weights matched.', grouped(numberOf(match.matched))),
    ...names(vscode.l10n.t('Missing'), missing),
    ...names(vscode.l10n.t('Of another shape'), wrong),
    ...names(vscode.l10n.t('Left over'), match.extra),
    '',
    fits
      ? vscode.l10n.t('A config begins from them with:')
      : vscode.l10n.t('They can’t be trained from: get the whole file, or one of this network.'),
    ...(fits ? settingsBlock({ architecture, ...width, weights: file }, { normalize: textOf(network.input) }) : []),
  ];
}

function frozenLines(file: string, frozen: Fields): string[] {
  const input = isFields(frozen.input) ? frozen.input : {};
  const told = isFields(frozen.told) && frozen.told.normalization !== null ? textOf(frozen.told.by) : null;
  const side = (value: unknown) => (typeof value === 'number' ? String(value) : vscode.l10n.t('any'));
  const classes = namesOf(frozen.classes);
  const rows = [
    ...(textOf(frozen.about) ? [[vscode.l10n.t('It is'), textOf(frozen.about)]] : []),
    [vscode.l10n.t('Input'), `${side(input.width)} × ${side(input.height)} px, ${textOf(input.layout).toUpperCase()}`],
    [vscode.l10n.t('Features by'), textOf(frozen.features)],
    [
      vscode.l10n.t('Pixels brought to'),
      told ? vscode.l10n.t('as {0} says', told) : vscode.l10n.t('{0} (a guess)', textOf(frozen.normalize)),
    ],
    ...(classes.length > 0 ? [[vscode.l10n.t('Classes'), shortened(classes)]] : []),
  ];
  const reason = textOf(frozen.reasonAgainstTraining);
  return [
    vscode.l10n.t(
      '{0}: a whole network. It describes images as it is, for a baseline and for comparing algorithms.',
      `**${escaped(textOf(frozen.format))}**`,
    ),
    '',
    table(
      ['', ''],
      'll',
      rows.map((row) => row.map(escaped)),
    ),
    '',
    ...(reason
      ? [escaped(vscode.l10n.t('It can’t be trained: {0}.', reason))]
      : [
          vscode.l10n.t('A config trains its layers further with:'),
          ...settingsBlock({ architecture: LAYERS_MODEL, weights: file }),
        ]),
  ];
}

/** Whether a TensorFlow.js layers model can be asked for its own classes. */
function classifierLines(classifier: Fields): string[] {
  if (classifier.usable !== true) {
    return [escaped(vscode.l10n.t('It can’t classify by its own classes: {0}.', textOf(classifier.reason)))];
  }
  const labels = namesOf(classifier.labels);
  const text = vscode.l10n.t(
    'It classifies as it is: {0} classes ({1}), by loupe predict.',
    labels.length,
    shortened(labels),
  );
  return [escaped(text)];
}

function settingsBlock(model: Fields, input?: Fields): string[] {
  const settings = { ...(input && { input }), model };
  return ['', '```json', JSON.stringify(settings, null, 2).slice(2, -2).replaceAll('\n  ', '\n').trim(), '```'];
}

function namesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function shortened(list: readonly string[]): string {
  const more = list.length > SHOWN ? `, ${vscode.l10n.t('and {0} more', grouped(list.length - SHOWN))}` : '';
  return list.slice(0, SHOWN).join(', ') + more;
}

function names(title: string, value: unknown): string[] {
  const list = namesOf(value);
  if (list.length === 0) return [];
  const more = list.length > SHOWN ? [`- ${vscode.l10n.t('and {0} more', grouped(list.length - SHOWN))}`] : [];
  return ['', `**${title}**`, '', ...list.slice(0, SHOWN).map((name) => `- ${escaped(name)}`), ...more];
}

function grouped(count: number): string {
  return count.toLocaleString(vscode.env.language);
}
