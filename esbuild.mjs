// Bundles the extension host, the CLI and job process, the workers and the webviews into dist/. `--watch` rebuilds, `--minify` is for packages.
import { cpSync, existsSync, globSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build, context } from 'esbuild';

const watch = process.argv.includes('--watch');
const minify = process.argv.includes('--minify');
const common = {
  bundle: true,
  minify,
  sourcemap: minify ? false : 'linked',
  logLevel: 'warning',
  outdir: 'dist',
  legalComments: 'none',
};
const node = { ...common, platform: 'node', target: 'node22' };
const esm = {
  ...node,
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  external: ['sharp'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __filename = (await import('node:url')).fileURLToPath(import.meta.url); const __dirname = (await import('node:path')).dirname(__filename);",
  },
};

const workers = globSync('src/**/*.worker.ts');
const panels = globSync('webview/*/main.ts');
const builds = [
  {
    ...node,
    format: 'cjs',
    entryPoints: { extension: 'src/extension.ts' },
    external: ['vscode'],
    outExtension: { '.js': '.cjs' },
  },
  { ...esm, entryPoints: { loupe: 'src/cli.ts' } },
  ...(workers.length
    ? [{ ...esm, entryPoints: Object.fromEntries(workers.map((file) => [path.basename(file, '.ts'), file])) }]
    : []),
  ...(panels.length
    ? [
        {
          ...common,
          platform: 'browser',
          format: 'iife',
          target: 'es2022',
          outdir: 'dist/webview',
          entryPoints: Object.fromEntries(panels.map((file) => [path.basename(path.dirname(file)), file])),
        },
      ]
    : []),
].filter((options) => Object.values(options.entryPoints).every((file) => existsSync(file)));

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist/wasm', { recursive: true });
for (const file of [
  ...globSync('node_modules/@tensorflow/tfjs-backend-wasm/dist/*.wasm'),
  ...globSync('src/engines/wasm/kernels/*.wasm'),
]) {
  cpSync(file, path.join('dist/wasm', path.basename(file)));
}
if (watch) for (const options of builds) await (await context(options)).watch();
else await Promise.all(builds.map((options) => build(options)));
