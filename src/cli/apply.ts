import type { ApplyPlan } from '../protocol/apply.ts';
import { fileByFile, stoppable } from './stoppable.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

export const applyVerb: Verb = {
  name: 'apply',
  usage: '<folder | manifest | idx file> [--in-place | --to <folder> | --manifest <file>]',
  summary:
    'Carry out label edits on the disk, or write a cleaned copy or manifest; by itself only shows what would change.',
  details: `Edits are the lines of .loupe/labels.jsonl that the cleaning panel writes; training heeds them without this.
--in-place moves relabelled images to the folder of their class and deleted ones to the trash of the operating system (where there is none,
they stay); a manifest is written anew, the old one kept beside it. Nothing is overwritten, each file is moved whole, and what a crash or
Ctrl-C cut short is finished by the next call. loupe undo takes everything back.`,
  positionals: { min: 1, max: 1, missing: 'The edits of which data set?' },
  options: {
    'in-place': { type: 'boolean', help: 'Change the data set itself.' },
    to: { type: 'string', value: '<folder>', help: 'Write a cleaned copy there; the data set stays as it is.' },
    link: { type: 'boolean', help: 'With --to: hard links instead of copies, where the disk can.' },
    manifest: { type: 'string', value: '<file>', help: 'Write a CSV with path, label, split of the cleaned data set.' },
    'excluded-to': {
      type: 'string',
      value: '<folder>',
      help: 'With --in-place: move excluded images there; default: they stay, and stay excluded.',
    },
    expect: { type: 'string', value: '<hash>', help: "Carry out this plan only: the hash that --dry-run's JSON gave." },
    'dry-run': { type: 'boolean', help: 'Show what would change and change nothing.' },
    resume: { type: 'boolean', help: 'Only finish what was cut short.' },
  },
  run: apply,
};

async function apply(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const source = input.positionals[0] as string;
  const to = textOf(input, 'to');
  const manifest = textOf(input, 'manifest');
  const inPlace = input.values['in-place'] === true;
  const dryRun = input.values['dry-run'] === true;
  if ([to !== undefined, manifest !== undefined, inPlace].filter(Boolean).length > 1) {
    throw new UsageError('Only one of --in-place, --to and --manifest can be done.', 'Call loupe apply once for each.');
  }
  return await stoppable(terminal, fileByFile, async (line, signal) => {
    const report = (what: string) => (done: number, total: number | null) => line.report({ what, done, total });
    const options = {
      excludedTo: textOf(input, 'excluded-to'),
      expect: textOf(input, 'expect'),
      signal,
      onProgress: ({ seen, total }: { seen: number; total: number | null }) => report('Scanning')(seen, total),
      onStep: report('Applying'),
    };
    if (input.values.resume === true) return await resume(source, options);
    if (to !== undefined && !dryRun) {
      return await copy(source, to, { ...options, link: input.values.link === true, onStep: report('Copying') });
    }
    if (manifest !== undefined && !dryRun) return await writeManifest(source, manifest, options);
    return inPlace && !dryRun ? await change(source, options, terminal) : await show(source, options, terminal);
  });
}

type Options = Parameters<typeof import('../cleaning/apply/apply.ts').applyInPlace>[1];

async function show(source: string, options: Options, terminal: Terminal): Promise<VerbResult> {
  const { planApply, planHash } = await import('../cleaning/apply/apply.ts');
  const { planText } = await import('./apply-report.ts');
  const plan = await planApply(source, options);
  const advice = plan.steps.length > 0 ? '\n\nNothing was changed. Do it with --in-place.' : '';
  return { json: { ...plan, hash: planHash(plan) }, text: planText(plan, terminal.out) + advice };
}

async function change(source: string, options: Options, terminal: Terminal): Promise<VerbResult> {
  const { applyInPlace } = await import('../cleaning/apply/apply.ts');
  const { outcomeText, planText } = await import('./apply-report.ts');
  const { resumed, outcome, plan } = await applyInPlace(source, options);
  const finished = resumed.map((one) => `Finished ${one.id}, which had been cut short.\n${outcomeText(one)}`);
  const text = outcome ? outcomeText(outcome, `Take it back with: loupe undo ${source}`) : planText(plan, terminal.out);
  return {
    json: { resumed: resumed.map(slim), applied: outcome && slim(outcome), plan: slimPlan(plan) },
    text: [...finished, text].join('\n'),
  };
}

async function resume(source: string, options: Options): Promise<VerbResult> {
  const { resumeApplies } = await import('../cleaning/apply/apply.ts');
  const { journalOf } = await import('../cleaning/apply/undo.ts');
  const { outcomeText } = await import('./apply-report.ts');
  const resumed = await resumeApplies(journalOf(source), options);
  const text = resumed.length === 0 ? 'Nothing was cut short.' : resumed.map((one) => outcomeText(one)).join('\n');
  return { json: { resumed: resumed.map(slim) }, text };
}

async function copy(
  source: string,
  to: string,
  options: NonNullable<Options> & { link: boolean },
): Promise<VerbResult> {
  const { readEdits } = await import('../cleaning/apply/edits-of.ts');
  const { copyCleaned } = await import('../cleaning/apply/copy.ts');
  const { refusedText } = await import('./apply-report.ts');
  const edits = await readEdits(source, options);
  const { onStep, signal, link } = options;
  const outcome = await copyCleaned(edits, to, { link, signal, onProgress: onStep });
  const text = `${outcome.images} images are in ${outcome.folder}; ${outcome.leftOut} left out.`;
  return { json: outcome, text: text + refusedText(outcome.refused) };
}

async function writeManifest(source: string, file: string, options: Options): Promise<VerbResult> {
  const { readEdits } = await import('../cleaning/apply/edits-of.ts');
  const { writeCleanedManifest } = await import('../cleaning/apply/write-manifest.ts');
  const edits = await readEdits(source, options);
  const rows = writeCleanedManifest(edits, file);
  const text = `${file} names ${rows} images; ${edits.images.length - rows} left out.`;
  return { json: { file, images: rows, leftOut: edits.images.length - rows, refused: edits.refused }, text };
}

function slim<T extends { plan: ApplyPlan }>(outcome: T) {
  const { plan, ...rest } = outcome;
  return { ...rest, steps: plan.steps.length };
}

/** What was planned, without what was carried out. */
function slimPlan({ steps, refused, excluded }: ApplyPlan) {
  return { steps: steps.length, refused, excluded };
}
