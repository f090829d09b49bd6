import path from 'node:path';
import type { LayerReport, ReportedGroup, ReportedSegment } from '../protocol/layers.ts';
import type { PhaseConfig, RunConfig } from '../training/config.ts';
import { setOption } from './config-options.ts';
import { count, plural } from './format.ts';
import { wholeNumber } from './options.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textsOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

/** Of a last layer whose classes nobody knows. */
const UNKNOWN_CLASSES = 2;

export const layersVerb: Verb = {
  name: 'layers',
  usage: '<file.loupe.json | data folder | run> [--all] [--unfreeze <phases>]',
  summary: "A network's layers by groups: how many weights each has, and which of them train in which phase.",
  details: `What stays as it is is set by training.freeze, or a phase's freeze: names of layers, * for any characters, "backbone", "batch-norm".
With --unfreeze the phases of gradual unfreezing are made from the network's groups: first the head alone, then one more part of the backbone
at a time, each at half the rate; --write puts them into the config.`,
  positionals: { min: 1, max: 1, missing: 'The layers of which network?' },
  options: {
    all: { type: 'boolean', help: 'Every layer, not only the groups.' },
    set: setOption,
    unfreeze: { type: 'string', value: '<phases>', help: 'Phases of gradual unfreezing, 2 or more.' },
    epochs: {
      type: 'string',
      value: '<N>',
      help: "Of each of those phases; default: the config's epochs shared among them.",
    },
    write: { type: 'boolean', help: 'With --unfreeze: put the phases into the config file.' },
  },
  run: layers,
};

async function layers(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const target = input.positionals[0] as string;
  const stages = wholeNumber(input, 'unfreeze', 2);
  const { isConfigFile } = await import('./train-target.ts');
  if (input.values.write === true && (stages === undefined || !isConfigFile(target))) {
    throw new UsageError('--write has nothing to write, or nowhere to.', 'Give a config file and --unfreeze <phases>.');
  }
  const { config, base } = await configFor(target, textsOf(input, 'set'));
  const report = await reportOf(config, base);
  if (stages === undefined) {
    return { json: report, text: describe(report, input.values.all === true, terminal.out) };
  }
  const epochs = wholeNumber(input, 'epochs', 1) ?? Math.max(1, Math.round(config.training.epochs / stages));
  const phases = await unfreeze(report, { stages, epochs, learningRate: config.training.learningRate });
  if (input.values.write === true) {
    const { writeSetting } = await import('../jobs/write-setting.ts');
    writeSetting(path.resolve(target), ['training', 'phases'], phases);
  }
  const { json, text } = phasesResult(phases);
  return { json: { ...json, written: input.values.write === true }, text };
}

async function configFor(target: string, sets: readonly string[]): Promise<{ config: RunConfig; base: string }> {
  const { isRunFolder, readJob } = await import('../jobs/read.ts');
  if (isRunFolder(target)) {
    const { applySet } = await import('../jobs/apply-set.ts');
    const { config, base } = readJob(target);
    return { config: sets.reduce(applySet, config), base };
  }
  const { configOf } = await import('./train-target.ts');
  return await configOf(target, { sets, recipe: undefined, name: undefined, epochs: undefined });
}

async function reportOf(config: RunConfig, base: string): Promise<LayerReport> {
  const { cpuMaker } = await import('../engines/cpu/maker.ts');
  const { buildNetwork } = await import('../training/network.ts');
  const { reportLayers } = await import('../training/layer-report.ts');
  const engine = await cpuMaker.start({ threads: 1 });
  try {
    const { classes, problem } = await classesOf(path.resolve(base, config.data.source), config);
    const model = buildNetwork(config, classes, { base });
    const report = reportLayers(model, config);
    model.dispose();
    return { ...report, dataProblem: problem };
  } finally {
    await engine.dispose();
  }
}

/** Classes of the data set where it can be opened; the layers can be looked at without. */
async function classesOf(source: string, config: RunConfig): Promise<{ classes: number; problem: string | null }> {
  const { openDataSet } = await import('../dataset/open.ts');
  const { readOverlay } = await import('../dataset/journal/overlay.ts');
  const { Problem } = await import('../problem.ts');
  try {
    const journal = config.data.journal ? readOverlay(source) : null;
    const { classes } = await openDataSet(source, { format: config.data.format, journal });
    return { classes: Math.max(UNKNOWN_CLASSES, classes.length), problem: null };
  } catch (error) {
    if (error instanceof Problem) return { classes: UNKNOWN_CLASSES, problem: error.message };
    throw error;
  }
}

async function unfreeze(
  report: LayerReport,
  options: { stages: number; epochs: number; learningRate: number },
): Promise<PhaseConfig[]> {
  const { unfreezingPhases } = await import('../training/gradual-unfreezing.ts');
  return unfreezingPhases(
    report.groups.flatMap((group) => group.layers),
    options,
  );
}

function phasesResult(phases: PhaseConfig[]) {
  const short = phases.map(({ epochs, learningRate, freeze }) => ({ epochs, learningRate, freeze }));
  return { json: { phases }, text: `"phases": ${JSON.stringify(short, null, 2)}` };
}

function describe(
  { architecture, classes, dataProblem, parameters, groups, segments, frozenBatchNorm, batchNorm }: LayerReport,
  all: boolean,
  colors: Style,
) {
  const titles = [
    { title: 'LAYERS' },
    { title: 'KIND' },
    { title: 'WEIGHTS', align: 'right' as const },
    ...segments.map(({ phase }) => ({ title: phase === null ? 'TRAINS' : `PHASE ${phase + 1}` })),
  ];
  const rows = groups.flatMap((group) => [
    groupRow(group, segments, colors),
    ...(all ? layerRows(group, segments, colors) : []),
  ]);
  const trained = segments.map(({ phase, trained: weights, epochs }) => {
    const when = phase === null ? '' : `phase ${phase + 1} (${plural(epochs, 'epoch')}): `;
    return `${when}${count(weights)} train`;
  });
  const mode =
    frozenBatchNorm === 'inference' ? 'stored statistics (Keras)' : "each batch's, and goes on learning them (fastai)";
  const norms =
    batchNorm === 'stored'
      ? "The backbone's batch norms use stored statistics, which stay; scale and shift learn (Keras): training.batchNorm"
      : `A frozen batch norm uses ${mode}: training.frozenBatchNorm`;
  const guess =
    dataProblem === null
      ? []
      : [
          colors.yellow(
            `The data set can't be opened, so the last layer is shown for ${UNKNOWN_CLASSES} classes: ${dataProblem}`,
          ),
        ];
  return [
    ...guess,
    `${colors.bold(architecture)}, ${plural(classes, 'class', 'classes')}: ${count(parameters)} weights; ${trained.join(', ')}`,
    norms,
    '',
    renderTable(titles, rows),
  ].join('\n');
}

function groupRow({ name, layers: own }: ReportedGroup, segments: readonly ReportedSegment[], colors: Style): string[] {
  const weights = own.reduce((sum, { parameters }) => sum + parameters, 0);
  return [
    colors.bold(name),
    plural(own.length, 'layer'),
    count(weights),
    ...segments.map(({ frozen }) => {
      const still = own.filter((layer) => frozen.includes(layer.name)).length;
      if (still === 0) return colors.green('● trains');
      return still === own.length ? colors.dim('○ frozen') : `◐ ${own.length - still} of ${own.length}`;
    }),
  ];
}

function layerRows({ layers: own }: ReportedGroup, segments: readonly ReportedSegment[], colors: Style): string[][] {
  return own.map(({ name, kind, parameters }) => [
    `  ${name}`,
    kind,
    count(parameters),
    ...segments.map(({ frozen }) => (frozen.includes(name) ? colors.dim('○') : colors.green('●'))),
  ]);
}
