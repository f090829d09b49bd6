import path from 'node:path';
import type { FrozenReport, WeightReport } from '../models/pretrained/inspect.ts';
import { count, plural } from './format.ts';
import type { Style } from './style.ts';
import type { Terminal } from './terminal.ts';
import type { Verb, VerbInput, VerbResult } from './verb.ts';

/** Names shown of each list; `--json` has all. */
const SHOWN = 8;

export const importVerb: Verb = {
  name: 'import',
  usage: '<weights file or model folder>',
  summary:
    'Look into a file of pretrained weights: which network it is of, and which tensors fit, lack or are left over.',
  details: `Reads files of torch.save (.pth, .pt, old and new), .safetensors, and of Keras (.weights.h5, .h5, .keras); a pickle is parsed, never
run. Networks in ONNX, TensorFlow.js (model.json) and SavedModels are looked at too, with the preprocessor_config.json or metadata.json beside
them. To train from weights, name them in a config: "model": {"architecture": …, "weights": "<file>"}.`,
  positionals: { min: 1, max: 1, missing: 'Which file of weights?' },
  options: {},
  run: importWeights,
};

async function importWeights(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const { inspectWeights } = await import('../models/pretrained/inspect.ts');
  const report = await inspectWeights(path.resolve(input.positionals[0] as string));
  return { json: report, text: describe(report, terminal.out), exitCode: fits(report) ? 0 : 1 };
}

/** Every weight of the network was found, or it runs as it is. */
function fits({ match, frozen }: WeightReport): boolean {
  if (frozen) return true;
  return match !== null && match.missing.length === 0 && match.wrongShape.length === 0;
}

function describe(report: WeightReport, colors: Style): string {
  const { format, tensors, values, network, match, classNames, frozen } = report;
  if (frozen) return [...describeFrozen(frozen, report.file, colors), ...describeClassifier(report, colors)].join('\n');
  const head = `${format}: ${plural(tensors, 'tensor')}, ${count(values)} values`;
  if (!network || !match)
    return `${head}\n${colors.yellow('The names fit no network that Loupe knows; in ONNX it describes images as it is.')}`;
  const width = network.width === 1 ? '' : ` × ${network.width}`;
  const input = `made for input.normalize "${network.input}"`;
  const classes =
    network.classes === null
      ? ''
      : `, with a classifier of ${count(network.classes)} classes${usualTask(network.classes)}`;
  const wrong = match.wrongShape.map(
    ({ name, expected, found }) => `${name} (${found.join('×')}, not ${expected.join('×')})`,
  );
  return [
    head,
    `${colors.bold(network.architecture + width)}, named as ${network.naming} does${network.prefix ? ` behind “${network.prefix}”` : ''}${classes}; ${input}`,
    ...(network.isFlavorGuessed ? [colors.yellow(guessed)] : []),
    `${fits(report) ? colors.green('✓') : colors.red('✗')} ${plural(match.matched, 'weight')} matched`,
    ...listed('Missing', match.missing),
    ...listed('Of another shape', wrong),
    ...listed('Left over', match.extra),
    ...listed('Its classes', classNames ?? []),
    ...describeClassifier(report, colors),
  ].join('\n');
}

const guessed =
  'Nothing tells whether it is one of timm’s tf_ networks, whose tensors are alike but not their padding and epsilon: taken for none; if it is one, name the file as timm does (tf_…).';

/** What networks with so many classes were mostly trained on. */
function usualTask(classes: number): string {
  const tasks: Record<number, string> = {
    1000: 'ImageNet',
    365: 'Places365',
    21841: 'ImageNet-21k',
    21843: 'ImageNet-21k',
  };
  return tasks[classes] ? `, as many as ${tasks[classes]} has` : '';
}

function describeFrozen(
  { format, input, outputs, features, normalize, told, about, classes, reasonAgainstTraining }: FrozenReport,
  file: string,
  colors: Style,
): string[] {
  const side = (length: number | null) => (length === null ? 'any' : String(length));
  const shapes = outputs.map(({ name, shape }) =>
    shape.length > 0 ? `${name} [${shape.map((n) => n ?? '?').join(', ')}]` : name,
  );
  return [
    `${colors.bold(format)}: a whole network, which describes images as it is (loupe embed, loupe baseline)`,
    ...(about ? [`It is ${about}`] : []),
    reasonAgainstTraining === null
      ? `${colors.green('✓')} its layers can be trained: "model": {"architecture": "layers-model", "weights": ${JSON.stringify(path.basename(file))}}`
      : `It can't be trained: ${reasonAgainstTraining}`,
    `Input ${input.name}: ${side(input.width)} × ${side(input.height)} pixels, ${plural(input.channels, 'channel')}, ${input.type}, ${input.layout.toUpperCase()}`,
    `Outputs: ${shapes.slice(0, SHOWN).join(', ')}`,
    `Features by ${colors.bold(features)} (another: --layer), input ${told?.normalization ? `as ${told.by} says` : `${normalize} (a guess; another: --normalize)`}`,
    ...(classes ? [`Classes: ${shortened(classes)}`] : []),
  ];
}

/** Of a TensorFlow.js layers model: whether its own classes can be asked for. */
function describeClassifier({ classifier }: WeightReport, colors: Style): string[] {
  if (!classifier) return [];
  if (!classifier.usable) return [`It can't classify by its own classes: ${classifier.reason}`];
  const { labels, preprocess } = classifier;
  return [
    `${colors.green('✓')} classifies as it is: ${plural(labels.length, 'class', 'classes')} (${shortened(labels)}) from ${preprocess.width} × ${preprocess.height} pixels: loupe predict, loupe evaluate`,
  ];
}

function listed(title: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${title}: ${shortened(names)}`];
}

function shortened(names: readonly string[]): string {
  const more = names.length > SHOWN ? `, and ${count(names.length - SHOWN)} more` : '';
  return names.slice(0, SHOWN).join(', ') + more;
}
