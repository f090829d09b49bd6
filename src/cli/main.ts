import { Console } from 'node:console';
import fs from 'node:fs';
import { didYouMean } from '../jobs/closest.ts';
import { Problem } from '../problem.ts';
import { applyVerb } from './apply.ts';
import { augmentCheckVerb } from './augment-check.ts';
import { augmentPreviewVerb } from './augment-preview.ts';
import { baselineVerb } from './baseline.ts';
import { batchSizeVerb } from './batch-size.ts';
import { compareVerb } from './compare.ts';
import { embedVerb } from './embed.ts';
import { enginesVerb } from './engines.ts';
import { ensembleVerb } from './ensemble.ts';
import { evaluateVerb } from './evaluate.ts';
import { exportVerb } from './export.ts';
import { generalHelp, verbHelp } from './help.ts';
import { importVerb } from './import.ts';
import { inspectVerb } from './inspect.ts';
import { issuesVerb } from './issues.ts';
import { layersVerb } from './layers.ts';
import { lrFindVerb } from './lr-find.ts';
import { newVerb } from './new.ts';
import { checkPositionals, parseVerb, progressMode } from './parse.ts';
import { payoffVerb } from './payoff.ts';
import { predictVerb } from './predict.ts';
import { recipesVerb } from './recipes.ts';
import { runsVerb } from './runs.ts';
import { saliencyVerb } from './saliency.ts';
import { scanVerb } from './scan.ts';
import { setupVerb } from './setup.ts';
import { startVerb } from './start.ts';
import { style } from './style.ts';
import { makeTerminal, wantsColor } from './terminal.ts';
import { thumbnailsVerb } from './thumbnails.ts';
import { trainVerb } from './train.ts';
import { undoVerb } from './undo.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb } from './verb.ts';
import { whichVerb } from './which.ts';
import { zooVerb } from './zoo.ts';

const verbs: readonly Verb[] = [
  // In the order of the help.
  scanVerb,
  inspectVerb,
  newVerb,
  applyVerb,
  undoVerb,
  payoffVerb,
  issuesVerb,
  startVerb,
  trainVerb,
  recipesVerb,
  lrFindVerb,
  batchSizeVerb,
  runsVerb,
  evaluateVerb,
  ensembleVerb,
  compareVerb,
  predictVerb,
  saliencyVerb,
  exportVerb,
  augmentPreviewVerb,
  augmentCheckVerb,
  thumbnailsVerb,
  zooVerb,
  importVerb,
  layersVerb,
  embedVerb,
  baselineVerb,
  whichVerb,
  enginesVerb,
  setupVerb,
];

/** Does what a command line says. Returns the exit code: 0 done, 1 failed, 2 bad usage. */
export async function main(args: readonly string[]): Promise<number> {
  ignoreClosedPipes();
  // Libraries that print must not get between a program and the one document on stdout.
  globalThis.console = new Console(process.stderr, process.stderr);
  const json = args.includes('--json');
  const verbose = args.includes('--verbose');
  try {
    const { text, exitCode } = await answer(args, json, verbose);
    await print(text);
    return exitCode;
  } catch (error) {
    await report(error, json, verbose);
    return isUsage(error) ? 2 : 1;
  }
}

async function answer(
  args: readonly string[],
  json: boolean,
  verbose: boolean,
): Promise<{ text: string; exitCode: number }> {
  const [first, ...rest] = args;
  if (first === '--version' || first === '-v' || first === 'version') {
    return { text: json ? JSON.stringify({ version: version() }) : version(), exitCode: 0 };
  }
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    const asked = rest.find((word) => !word.startsWith('-'));
    const text = asked === undefined ? generalHelp(verbs) : verbHelp(findVerb(asked));
    return { text: json ? JSON.stringify({ help: text }) : text, exitCode: 0 };
  }
  const verb = findVerb(first);
  const input = parseVerb(verb, rest);
  if (input.values.help === true) {
    return { text: json ? JSON.stringify({ help: verbHelp(verb) }) : verbHelp(verb), exitCode: 0 };
  }
  checkPositionals(verb, input);
  const result = await verb.run(input, makeTerminal(progressMode(textOf(input, 'progress')), verbose));
  return { text: json ? JSON.stringify(result.json, null, 2) : result.text, exitCode: result.exitCode ?? 0 };
}

function findVerb(name: string): Verb {
  const verb = verbs.find((entry) => entry.name === name);
  if (verb) return verb;
  const names = verbs.map((entry) => entry.name);
  if (name.startsWith('-')) {
    throw new UsageError(`The verb comes first; "${name}" is none.`, `Verbs: ${names.join(', ')}. See loupe --help.`);
  }
  throw new UsageError(
    `There is no verb "${name}".${didYouMean(name, names)}`,
    `Verbs: ${names.join(', ')}. See loupe --help.`,
  );
}

async function report(error: unknown, json: boolean, verbose: boolean): Promise<void> {
  const { code, message, advice } = describe(error);
  if (json) await print(JSON.stringify({ error: { code, message, advice } }, null, 2));
  const { red } = style(wantsColor(process.stderr, process.env));
  process.stderr.write(`${red('loupe:')} ${message}\n${advice ? `${advice}\n` : ''}`);
  if (verbose && error instanceof Error) process.stderr.write(`${error.stack}\n`);
}

const usageCodes = new Set([
  'bad-usage',
  'bad-query',
  'bad-sort-key',
  'bad-set',
  'unknown-setting',
  'unknown-recipe',
  'bad-recipe-name',
  'recipe-exists',
  'bad-sweep',
  'bad-search',
]);

function isUsage(error: unknown): boolean {
  return error instanceof Problem && usageCodes.has(error.code);
}

function describe(error: unknown): { code: string; message: string; advice: string } {
  if (error instanceof Problem) return { code: error.code, message: error.message, advice: error.advice };
  const message = error instanceof Error ? error.message.split('\n')[0] || error.name : String(error);
  return {
    code: 'unexpected',
    message: `Unexpected error: ${message}`,
    advice: 'Run it again with --verbose for the stack.',
  };
}

/** Resolves when stdout has taken everything: leaving earlier would cut a long document off. */
function print(text: string): Promise<void> {
  return new Promise((resolve) => {
    if (text === '' || !process.stdout.writable) resolve();
    else process.stdout.write(`${text}\n`, () => resolve());
  });
}

/** `loupe runs | head` closes stdout, and a closed terminal both: neither ends a training. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    });
  }
}

function version(): string {
  const file = new URL('../package.json', new URL(import.meta.url.endsWith('.ts') ? '..' : '.', import.meta.url));
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string }).version;
}
