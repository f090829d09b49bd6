// For a machine with a GPU: the conformance suite of the webgpu engine on it, then the benchmark of bench/train.ts with the engines
// webgpu and tensorflow. Usage: npm run bench:gpu -- [rounds] [steps a round] [workload]; LOUPE_BENCH_ADAPTER names the GPU where there are
// several; writes bench/results/gpu.json and ends with 1 where the suite fails.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chooseAdapter } from '../src/engines/webgpu/adapters.ts';
import { listAdapters, loadDawn } from '../src/engines/webgpu/dawn.ts';
import { Problem } from '../src/problem.ts';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

try {
  const adapters = await listAdapters(await loadDawn());
  const wanted = process.env.LOUPE_BENCH_ADAPTER ?? '';
  const adapter = (chooseAdapter(adapters, wanted) ?? adapters[0])?.name ?? '';
  process.stderr.write(`On ${adapter}\n`);
  const suite = ['--test', '--test-name-pattern=^webgpu', file('../test/integration/engines/conformance.test.ts')];
  const steps = [file('./train.ts'), ...process.argv.slice(2)];
  const env = {
    ...process.env,
    LOUPE_TEST_ADAPTER: adapter,
    LOUPE_BENCH_ADAPTER: adapter,
    LOUPE_BENCH_ENGINES: 'webgpu,tensorflow',
    LOUPE_BENCH_RESULT: 'gpu',
  };
  const codes = [suite, steps].map((args) => spawnSync(process.execPath, args, { env, stdio: 'inherit' }).status);
  process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  process.stderr.write(`${error.message} ${error.advice}\n`);
  process.exitCode = 1;
}
