import type { Provenance } from '../../jobs/job.ts';
import type { Estimate } from '../../protocol/evaluation.ts';
import { tricksOf, trickText } from '../../training/tricks.ts';
import { rangeText } from '../source.ts';
import type { CardFacts } from './facts.ts';
import { sum } from './facts.ts';
import type { SplitFigures } from './figures.ts';
import { limitsOf } from './limits.ts';
import { type ExportedModel, howToLoad, howToLoadRun } from './loading.ts';
import { code, escapeMarkdown, table } from './markdown.ts';

/**
 * A model card (Mitchell et al. 2019) as Markdown.
 * @param exported what was exported; null: the card of the run's own model
 */
export function renderCard(facts: CardFacts, exported: ExportedModel | null): string {
  const { run, labels, figures } = facts;
  const [best] = figures;
  const accuracy = best ? `, ${interval(best.accuracy)} right on ${best.images} ${heldOut(best)} images` : '';
  const parts = [
    `# ${escapeMarkdown(run.name)}`,
    `An image classifier of ${labels.length} classes (${escapeMarkdown(run.architecture)})${accuracy}.`,
    ...(run.note ? [`> ${escapeMarkdown(run.note)}`] : []),
    '## Use',
    exported ? howToLoad(exported, facts.preprocess) : howToLoadRun(facts.preprocess),
    '## Limits',
    limitsOf(facts)
      .map((limit) => `- ${limit}`)
      .join('\n'),
    '## Figures',
    figures.length > 0 ? figuresTable(figures) : 'None: no images were held out.',
    ...classSection(facts, best),
    '## Data',
    dataSection(facts),
    '## Training',
    trainingSection(facts),
    '## Reproduce',
    reproduceSection(facts),
  ];
  return `${parts.join('\n\n')}\n`;
}

function heldOut({ split }: SplitFigures): string {
  return split === 'test' ? 'test' : 'validation';
}

function figuresTable(figures: readonly SplitFigures[]): string {
  const cell = (value: Estimate | null, show = interval) => (value === null ? '–' : show(value));
  const rows: [string, (one: SplitFigures) => string][] = [
    ['Images', ({ images }) => String(images)],
    ['Accuracy', ({ accuracy }) => cell(accuracy)],
    ['Balanced accuracy', ({ balancedAccuracy }) => cell(balancedAccuracy)],
    ['F1, mean over the classes', ({ f1Macro }) => cell(f1Macro)],
    ['Log loss (nats)', ({ logLoss }) => cell(logLoss, plainInterval)],
    ['Expected calibration error', ({ ece }) => share(ece)],
  ];
  const titles = ['', ...figures.map(({ split }) => `${split.charAt(0).toUpperCase()}${split.slice(1)}`)];
  const body = rows.map(([name, read]) => [name, ...figures.map(read)]);
  return `${table(`l${'r'.repeat(figures.length)}`, titles, body)}\n\nIn parentheses: 95 % confidence intervals.`;
}

/** Every class and the pairs most often taken for each other, of the first split that has them. */
function classSection({ labels }: CardFacts, best: SplitFigures | undefined): string[] {
  if (!best || best.perClass.length === 0) return [];
  const rows = best.perClass.map(({ images, precision, recall, f1 }, i) => [
    escapeMarkdown(labels[i] as string),
    String(images),
    interval(precision),
    interval(recall),
    share(f1),
  ]);
  const perClass = table('lrrrr', ['Class', 'Images', 'Precision', 'Recall', 'F1'], rows);
  const confused = best.confused.map(({ label, predicted, images, share: part }) => [
    escapeMarkdown(labels[label] as string),
    escapeMarkdown(labels[predicted] as string),
    String(images),
    share(part),
  ]);
  const name = heldOut(best);
  return [
    `### Each class, on the ${name} images`,
    perClass,
    ...(confused.length > 0
      ? ['### Most confused', table('llrr', ['Is', 'Taken for', 'Images', 'Of the class'], confused)]
      : []),
  ];
}

function dataSection({ config, labels, counts, provenance, skipped, preprocess }: CardFacts): string {
  const splits = (['train', 'validation', 'test'] as const).filter((split) => sum(counts[split]) > 0);
  const rows = labels.map((label, i) => [escapeMarkdown(label), ...splits.map((split) => String(counts[split][i]))]);
  const totals = ['**All**', ...splits.map((split) => `**${sum(counts[split])}**`)];
  const facts = [
    `- Source: ${code(config.data.source)}`,
    ...(provenance
      ? [
          `- Fingerprint: ${code(provenance.dataFingerprint)}`,
          provenance.labelJournalHash
            ? `- Label edits: ${editsText(provenance)}journal with SHA-256 ${code(provenance.labelJournalHash)}`
            : '- Label edits: none',
        ]
      : []),
    `- Left out: ${skipped.length > 0 ? skipped.map(({ cause, count }) => `${count} ${cause}`).join(', ') : 'nothing'}`,
    `- An image is brought to ${preprocess.width} × ${preprocess.height} pixels (${preprocess.resize}, ${preprocess.color}), then ${rangeText(preprocess.normalization)}.`,
  ];
  return `${facts.join('\n')}\n\n${table(`l${'r'.repeat(splits.length)}`, ['Class', ...splits], [...rows, totals])}`;
}

function editsText({ labelEdits }: Provenance): string {
  if (!labelEdits) return '';
  const { relabelled, labelled, excluded } = labelEdits;
  return `${relabelled} relabelled, ${labelled} labelled, ${excluded} excluded by hand; `;
}

function trainingSection({ run, config, changed, parameters, provenance, warnings }: CardFacts): string {
  const { training } = config;
  const tricks = tricksOf(config);
  const best = run.bestEpoch === null ? '' : `; saved are the weights of epoch ${run.bestEpoch}`;
  const facts = [
    `- ${escapeMarkdown(run.architecture)}${parameters === null ? '' : `, ${parameters.toLocaleString('en-US')} parameters`}`,
    `- ${run.epoch} of ${run.epochs} epochs, ${run.step} steps of ${training.batchSize} images${best}`,
    `- ${training.optimizer.name}, learning rate ${training.learningRate} (${training.schedule.name}), loss ${training.loss.name}`,
    ...(tricks.length > 0 ? [`- Tricks: ${tricks.map(trickText).map(escapeMarkdown).join(', ')}`] : []),
    ...(provenance
      ? [`- On ${escapeMarkdown(provenance.engine.label)}, ${escapeMarkdown(provenance.engine.device)}`]
      : []),
    ...warnings.map((warning) => `- Warning: ${escapeMarkdown(warning)}`),
  ];
  if (changed.length === 0) return `${facts.join('\n')}\n\nAll settings are the defaults.`;
  const rows = changed.map(([setting, value, usual]) => [
    code(setting),
    code(String(value)),
    usual === undefined ? '–' : code(String(usual)),
  ]);
  return `${facts.join('\n')}\n\n${table('lll', ['Setting', 'Value', 'Default'], rows)}`;
}

function reproduceSection({ run, config, provenance }: CardFacts): string {
  const versions = Object.entries(provenance?.versions ?? {}).map(([name, version]) => `${name} ${version}`);
  return [
    `- Run ${code(run.id)}, made ${new Date(run.createdAt).toISOString().slice(0, 10)}; \`job.json\` in its folder has every setting, \`split.jsonl\` says which image was in which part.`,
    `- Seed ${config.seed}. With the same data, settings, seed and engine the numbers come out the same.`,
    ...(provenance ? [`- ${escapeMarkdown(versions.join(', '))}; ${escapeMarkdown(provenance.platform)}`] : []),
  ].join('\n');
}

/** `91.2% (88.4–93.5)` */
function interval({ value, low, high }: Estimate): string {
  if (value === null) return '–';
  if (low === null || high === null) return share(value);
  return `${share(value)} (${(low * 100).toFixed(1)}–${(high * 100).toFixed(1)})`;
}

function plainInterval({ value, low, high }: Estimate): string {
  if (value === null) return '–';
  return low === null || high === null
    ? value.toFixed(3)
    : `${value.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;
}

function share(value: number | null): string {
  return value === null ? '–' : `${(value * 100).toFixed(1)}%`;
}
