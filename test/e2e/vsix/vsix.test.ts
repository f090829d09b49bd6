import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { capture } from '../../tools/command.ts';
import { ownTarget, sharpPackages } from '../../tools/package/targets.ts';
import { root } from '../../tools/paths.ts';
import { folderArguments } from '../../tools/vscode/server.ts';
import { copyDemoImages, openSession, runFolders, type Session, trainWithOneButton } from '../harness.ts';

/** MiB; libvips alone is 7.8, Dawn (WebGPU) about 7, ONNX Runtime 3.5. */
const largest = 24;

describe('the packed extension', { timeout: 6 * 60_000 }, () => {
  let folder: string;
  let file: string;
  let session: Session;

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-vsix-'));
    await capture(process.execPath, [path.join(root, 'test/tools/package.ts'), '--out', folder]);
    file = path.join(folder, fs.readdirSync(folder).find((name) => name.endsWith('.vsix')) as string);
    session = await openSession({
      fill: (workspace) => copyDemoImages(workspace, ['food', 'symbols'], 20),
      install: async (vscode, home) => {
        const server = path.join(vscode, 'out/server-main.js');
        await capture(process.execPath, [server, ...folderArguments(home), '--install-extension', file]);
      },
    });
  });
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await session?.keepPicture(`vsix ${context.name}`);
  });
  after(async () => {
    await session?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test('is small', () => {
    const size = fs.statSync(file).size / 2 ** 20;
    assert.ok(size < largest, `${size.toFixed(1)} MiB`);
  });

  test('holds what it needs, and nothing else', () => {
    const [installed] = fs.globSync('extensions/loupe.loupe-*', { cwd: session.home });
    const extension = path.join(session.home, installed as string);
    const files = fs
      .readdirSync(extension, { recursive: true, encoding: 'utf8' })
      .map((name) => name.replaceAll('\\', '/'));
    const images = files.filter((name) => /^dist\/node_modules\/@img\/[^/]+$/.test(name)).map((name) => name.slice(18));
    assert.deepEqual(images.sort(), ['@img/colour', ...sharpPackages[ownTarget()]].sort());
    const link = ['loader.node', 'tfjs_binding.node']
      .filter(() => ownTarget().startsWith('linux'))
      .map((name) => `dist/tensorflow/prebuilt/${ownTarget()}/${name}`);
    for (const needed of [
      'dist/extension.cjs',
      'dist/loupe.mjs',
      'dist/webview/run.js',
      'media/loupe.schema.json',
      'dist/onnx/ort-wasm-simd-threaded.mjs',
      'dist/onnx/ort-wasm-simd-threaded.wasm',
      ...link,
    ]) {
      assert.ok(files.includes(needed), needed);
    }
    const strange = files.filter((name) => /\.(ts|map)$|^(src|test|bench|node_modules)\b/.test(name));
    assert.deepEqual(strange, []);
    const prebuilt = files.filter((name) => /^dist\/tensorflow\/prebuilt\/[^/]+$/.test(name));
    assert.deepEqual(prebuilt, link.length ? [`dist/tensorflow/prebuilt/${ownTarget()}`] : []);
    const manifest = JSON.parse(fs.readFileSync(path.join(extension, 'package.json'), 'utf8')) as object;
    for (const name of ['scripts', 'dependencies', 'devDependencies']) assert.ok(!(name in manifest), name);
  });

  test('trains a model', async () => {
    const panel = await trainWithOneButton(session);
    await panel.locator('.state[data-state="done"]').waitFor({ timeout: 4 * 60_000 });
    const [run] = runFolders(session.workspace);
    assert.ok(fs.existsSync(path.join(run as string, 'model', 'model.json')));
    session.assertNoErrors();
  });
});
