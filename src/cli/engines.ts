import type { EngineName } from '../engines/engine.ts';
import type { EngineProbe, ProbedName, WorkingEngine } from '../engines/probe.ts';
import { ProgressLine } from './progress.ts';
import type { Style } from './style.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

const names: readonly EngineName[] = ['tensorflow', 'webgpu', 'wasm', 'cpu'];

export const enginesVerb: Verb = {
  name: 'engines',
  usage: '[--threads N] [--adapter <name>]',
  summary: 'Try every engine: which work here, which do not and why, and which one a run would take.',
  details: `Each is started in a process of its own and trains a few steps, so that one that crashes is told, not suffered.
A run's config ("engine": {"name": …}) or the setting loupe.engine pins one. See also: loupe setup.`,
  positionals: { min: 0, max: 0, missing: '' },
  options: {
    threads: { type: 'string', value: '<N>', help: 'Threads of the engines; default: as many as there are cores.' },
    adapter: {
      type: 'string',
      value: '<name>',
      help: 'Part of the name of the GPU for webgpu to try; default: it chooses.',
    },
    probe: {
      type: 'string',
      value: '<name>',
      help: 'Try one engine, in this process (auto: the one a run would take).',
    },
  },
  run: engines,
};

async function engines(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const threads = Number(textOf(input, 'threads') ?? 0);
  if (!Number.isInteger(threads) || threads < 0)
    throw new UsageError('--threads takes a whole number.', 'E.g. --threads 4.');
  const adapter = textOf(input, 'adapter') ?? '';
  const wanted = textOf(input, 'probe');
  if (wanted !== undefined) return probeHere(probedName(wanted), { threads, adapter }, terminal.out);
  const { probeEngine } = await import('../engines/probe.ts');
  const { rememberAdapter } = await import('../engines/webgpu/proof.ts');
  const line = new ProgressLine(terminal);
  const probes: EngineProbe[] = [];
  for (const name of names) {
    line.report({ what: `Trying ${name}`, done: probes.length, total: names.length + 1 });
    const probe = await probeEngine(name, { threads, adapter });
    if (name === 'webgpu') rememberAdapter(adapter, probe);
    probes.push(probe);
  }
  line.report({ what: 'Choosing', done: names.length, total: names.length + 1 });
  const auto = await probeEngine('auto', { threads, adapter });
  line.end();
  const text = [...probes.map((probe) => describe(probe, auto, terminal.out)), '', conclusion(auto, terminal.out)];
  return { json: { engines: probes, auto }, text: text.join('\n'), exitCode: auto.works ? 0 : 1 };
}

function probedName(name: string): ProbedName {
  const known = (['auto', ...names] as const).find((one) => one === name);
  if (known) return known;
  throw new UsageError(`There is no engine "${name}".`, `Engines: ${names.join(', ')}.`);
}

/** Also what `probeEngine` starts and reads. */
async function probeHere(
  name: ProbedName,
  options: { threads: number; adapter: string },
  colors: Style,
): Promise<VerbResult> {
  const { chooseEngine } = await import('../engines/choose.ts');
  const { timeTinyStep } = await import('../engines/self-test.ts');
  const { Problem } = await import('../problem.ts');
  const started = performance.now();
  try {
    const { engine, reason, refused } = await chooseEngine({ name, ...options, precision: 'float32' });
    const startMs = performance.now() - started;
    const stepMs = await timeTinyStep(engine);
    const probe: WorkingEngine = { name, works: true, info: engine.info, reason, refused, startMs, stepMs };
    await engine.dispose();
    return { json: probe, text: describe(probe, probe, colors) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const probe: EngineProbe = { name, works: false, code: error.code, reason: `${error.message} ${error.advice}` };
    return { json: probe, text: describe(probe, null, colors), exitCode: 1 };
  }
}

function describe(probe: EngineProbe, auto: EngineProbe | null, colors: Style): string {
  if (!probe.works) return `${colors.dim('–')} ${colors.bold(probe.name)}: ${probe.reason}`;
  const { info, startMs, stepMs } = probe;
  const chosen = auto?.works && auto.info.name === info.name ? colors.green('✓') : '✓';
  const times = `starts in ${(startMs / 1000).toFixed(1)} s, ${stepMs.toFixed(1)} ms for a tiny step`;
  const others = (info.adapters ?? []).filter((name) => !info.device.startsWith(name));
  const also = others.length > 0 ? `; engine.adapter can name also: ${others.join(', ')}` : '';
  return `${chosen} ${colors.bold(info.name)}: ${info.label}, ${info.device}; ${times}${also}`;
}

function conclusion(auto: EngineProbe, colors: Style): string {
  if (!auto.works) return colors.red(auto.reason);
  return `A run takes ${colors.bold(auto.info.label)}: ${auto.reason}`;
}
