import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from '../build.ts';
import { downloadPackage, lockedIntegrity, unpack } from '../npm-package.ts';
import { root, testCache } from '../paths.ts';
import { notices } from './notices.ts';
import { dawnFolders, sharpPackages, type Target } from './targets.ts';

/** What `sharp` itself needs at run time, besides the native packages. */
const sharpFiles: Record<string, RegExp> = {
  sharp: /^(dist\/.*\.(cjs|mjs|js)|package\.json|LICENSE)$/,
  '@img/colour': /\.(c?js|mjs|json)$|^LICENSE/,
  'detect-libc': /^(lib\/.*\.js|package\.json|LICENSE)$/,
  semver: /^((classes|functions|internal|ranges)\/.*\.js|[^/]*\.js|package\.json|LICENSE)$/,
};

/** Files of the repository that a package holds as they are. */
const kept = /^(package\.nls(\..*)?\.json|README\.md|CHANGELOG\.md|LICENSE|media\/.*)$/;

/** Bundles for packages: minified, without source maps. */
export async function stageBundle(folder: string): Promise<void> {
  await build({ minify: true, out: path.join(folder, 'dist') });
  const inputs = path.join(folder, 'dist', 'inputs.json');
  const bundled = JSON.parse(fs.readFileSync(inputs, 'utf8')) as string[];
  fs.rmSync(inputs);
  for (const [name, wanted] of Object.entries(sharpFiles)) {
    copy(packageFolder(name), path.join(folder, 'dist', 'node_modules', name), wanted);
  }
  copy(root, folder, kept);
  fs.writeFileSync(path.join(folder, 'THIRD-PARTY-NOTICES.md'), notices(bundled, Object.keys(sharpFiles)));
  fs.writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(stagedManifest(), null, 2)}\n`);
}

/** Adds to a staged bundle the native packages of one target, and no other's. */
export async function stageNative(folder: string, target: Target): Promise<void> {
  const modules = path.join(folder, 'dist', 'node_modules');
  const { optionalDependencies } = JSON.parse(
    fs.readFileSync(path.join(packageFolder('sharp'), 'package.json'), 'utf8'),
  ) as { optionalDependencies: Record<string, string> };
  for (const names of Object.values(sharpPackages)) {
    for (const name of names) fs.rmSync(path.join(modules, name), { recursive: true, force: true });
  }
  for (const name of sharpPackages[target]) {
    const version = optionalDependencies[name];
    if (!version) throw new Error(`sharp has no ${name}.`);
    await unpack(await archiveOf(name, version), path.join(modules, name));
  }
  stageDawn(path.join(modules, 'webgpu'), target);
  stageTensorFlowLink(path.join(folder, 'dist', 'tensorflow', 'prebuilt'), target);
}

/** WebGPU for one target, where there is a build of it. */
function stageDawn(folder: string, target: Target): void {
  fs.rmSync(folder, { recursive: true, force: true });
  const dawn = dawnFolders[target];
  if (!dawn) return;
  copy(
    path.join(root, 'node_modules', 'webgpu'),
    folder,
    new RegExp(`^(index\\.js|package\\.json|LICENSE\\.md|dist/${dawn}/.*)$`),
  );
}

/** The modules that attach TensorFlow without a compiler, where there are some for the target. */
function stageTensorFlowLink(folder: string, target: Target): void {
  fs.rmSync(folder, { recursive: true, force: true });
  const own = path.join(root, 'src', 'engines', 'tensorflow', 'native', 'prebuilt', target);
  if (fs.existsSync(own)) fs.cpSync(own, path.join(folder, target), { recursive: true });
}

/** From the cache, else from the registry; checked against package-lock.json each time. */
async function archiveOf(name: string, version: string): Promise<string> {
  const integrity = lockedIntegrity(name, version);
  if (!integrity) throw new Error(`package-lock.json does not have ${name} ${version}.`);
  const cache = path.join(testCache(), 'packages');
  fs.mkdirSync(cache, { recursive: true });
  return downloadPackage(name, version, integrity, cache);
}

/** Without what only the repository needs; VS Code reads the rest. */
function stagedManifest(): Record<string, unknown> {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
  for (const name of ['scripts', 'bin', 'private', 'dependencies', 'devDependencies', 'optionalDependencies']) {
    delete manifest[name];
  }
  return { ...manifest, engines: { vscode: (manifest.engines as { vscode: string }).vscode } };
}

function copy(from: string, to: string, wanted: RegExp): void {
  const files = fs.readdirSync(from, { recursive: true, withFileTypes: true, encoding: 'utf8' });
  for (const file of files) {
    const source = path.join(file.parentPath, file.name);
    const relative = path.relative(from, source).replaceAll('\\', '/');
    if (!file.isFile() || !wanted.test(relative)) continue;
    fs.mkdirSync(path.dirname(path.join(to, relative)), { recursive: true });
    fs.copyFileSync(source, path.join(to, relative));
  }
}

/** Where `sharp` would find the package. */
function packageFolder(name: string): string {
  const sharp = path.join(root, 'node_modules', 'sharp');
  if (name === 'sharp') return sharp;
  let folder = path.dirname(createRequire(path.join(sharp, 'package.json')).resolve(name));
  while (!fs.existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return folder;
}
