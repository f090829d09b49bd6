// Bundles the extension host, the CLI and job process, the workers and the webviews into dist/. `--watch` rebuilds; `--minify` and
// `--out=<folder>` are for packages and also list the bundled files in <folder>/inputs.json.
import { cpSync, existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, context } from 'esbuild';

const watch = process.argv.includes('--watch');
const minify = process.argv.includes('--minify');
const out = process.argv.find((argument) => argument.startsWith('--out='))?.slice('--out='.length) ?? 'dist';
const common = {
  bundle: true,
  minify,
  metafile: minify,
  sourcemap: minify ? false : 'linked',
  logLevel: 'warning',
  outdir: out,
  legalComments: 'none',
};
const node = { ...common, platform: 'node', target: 'node22' };
const esm = {
  ...node,
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  external: ['sharp', 'webgpu'],
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
    define: { 'import.meta.url': '__moduleUrl' },
    banner: { js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  },
  // Split, so that a verb loads only what it imports: `loupe runs` neither sharp nor an engine.
  { ...esm, splitting: true, entryPoints: { loupe: 'src/cli.ts' } },
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
          outdir: `${out}/webview`,
          entryPoints: Object.fromEntries(panels.map((file) => [path.basename(path.dirname(file)), file])),
        },
      ]
    : []),
].filter((options) => Object.values(options.entryPoints).every((file) => existsSync(file)));

rmSync(out, { recursive: true, force: true });
mkdirSync(`${out}/wasm`, { recursive: true });
for (const file of [
  ...globSync('node_modules/@tensorflow/tfjs-backend-wasm/dist/*.wasm'),
  ...globSync('src/engines/wasm/kernels/*.wasm'),
]) {
  cpSync(file, path.join(out, 'wasm', path.basename(file)));
}
mkdirSync(`${out}/onnx`, { recursive: true });
for (const name of ['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm']) {
  cpSync(`node_modules/onnxruntime-web/dist/${name}`, `${out}/onnx/${name}`);
}
cpSync('src/engines/tensorflow/native', path.join(out, 'tensorflow'), { recursive: true });
cpSync('node_modules/@tensorflow/tfjs-node-gpu/binding', path.join(out, 'tensorflow/binding'), { recursive: true });
cpSync('node_modules/node-api-headers/include', path.join(out, 'tensorflow/node'), { recursive: true });
if (watch) {
  for (const options of builds) await (await context(options)).watch();
} else {
  const results = await Promise.all(builds.map((options) => build(options)));
  const inputs = new Set(results.flatMap((result) => Object.keys(result.metafile?.inputs ?? {})));
  if (minify) writeFileSync(path.join(out, 'inputs.json'), JSON.stringify([...inputs].sort()));
}
