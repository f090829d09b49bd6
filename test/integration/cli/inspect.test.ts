import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import sharp from 'sharp';
import { appendToJournal } from '../../../src/dataset/journal/append.ts';
import { editOf, stampEdits } from '../../../src/dataset/journal/edits.ts';
import { journalFileOf } from '../../../src/dataset/journal/folder.ts';
import type {
  CatalogueAnswers,
  CatalogueLine,
  CatalogueRequest,
  CatalogueRow,
  Overview,
} from '../../../src/protocol/catalogue.ts';
import { writeManyImages } from '../catalogue/many-images.ts';
import { cliFile, makeImages, runCli, workFolder } from './run-cli.ts';

/** `loupe inspect data --lines` in `cwd`. */
class Served {
  readonly ready: Overview[] = [];
  readonly child: ChildProcessWithoutNullStreams;
  readonly #lines: CatalogueLine[] = [];
  #heard = new AbortController();
  #id = 0;

  constructor(t: TestContext, cwd: string, ...more: string[]) {
    const env = { ...process.env, LOUPE_CACHE: path.join(cwd, 'cache') };
    this.child = spawn(process.execPath, [cliFile, 'inspect', 'data', '--lines', ...more], { cwd, env });
    t.after(() => this.child.kill());
    createInterface({ input: this.child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as CatalogueLine;
      this.#lines.push(line);
      if ('ready' in line) this.ready.push(line.ready);
      this.#heard.abort();
      this.#heard = new AbortController();
    });
  }

  async ask<T extends CatalogueRequest['type']>(
    request: Extract<CatalogueRequest, { type: T }>,
  ): Promise<CatalogueAnswers[T]> {
    const id = ++this.#id;
    this.child.stdin.write(`${JSON.stringify({ id, request })}\n`);
    const line = await this.wait((candidate) => 'id' in candidate && candidate.id === id);
    if ('error' in line) throw Object.assign(new Error(line.error.message), line.error);
    assert.ok('answer' in line);
    // The answer to a request is of the request's type.
    return line.answer as CatalogueAnswers[T];
  }

  async wait(wanted: (line: CatalogueLine) => boolean): Promise<CatalogueLine> {
    for (;;) {
      const found = this.#lines.find(wanted);
      if (found) return found;
      await once(this.#heard.signal, 'abort', { signal: AbortSignal.timeout(20_000) });
    }
  }

  async end(): Promise<number | null> {
    this.child.stdin.end();
    const [code] = (await once(this.child, 'exit')) as [number | null];
    return code;
  }
}

const paths = ({ rows }: { rows: CatalogueRow[] }) => rows.map((row) => row.path);

test('inspect measures, reports and lists by a query', async (t) => {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'data'), 4);
  const report = await runCli(['inspect', 'data', '--json'], { cwd });
  assert.equal(report.code, 0);
  const overview = JSON.parse(report.stdout) as Overview;
  assert.equal(overview.images, 8);
  assert.equal(overview.measured, 8);
  assert.equal(overview.unreadable, 1);
  assert.deepEqual(
    overview.classes.map(({ name, count }) => [name, count]),
    [
      ['blue', 4],
      ['red', 4],
    ],
  );
  const list = await runCli(['inspect', 'data', '--query', 'class:red', '--sort=-hue', '--limit', '2', '--json'], {
    cwd,
  });
  const page = JSON.parse(list.stdout) as CatalogueAnswers['page'];
  assert.equal(page.total, 4);
  assert.equal(page.rows.length, 2);
  assert.ok((page.rows[0]?.value ?? 0) >= (page.rows[1]?.value ?? 999));
  const text = await runCli(['inspect', 'data'], { cwd });
  assert.match(text.stdout, /blue +4/);
  const bad = await runCli(['inspect', 'data', '--query', 'clas:red', '--json'], { cwd });
  assert.equal(bad.code, 2);
  assert.equal(JSON.parse(bad.stdout).error.code, 'bad-query');
});

test('a flat folder of images without classes can be looked at', async (t) => {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'made'), 2);
  const flat = path.join(cwd, 'flat');
  fs.mkdirSync(flat);
  for (const name of ['red', 'blue'])
    fs.copyFileSync(path.join(cwd, 'made', name, '0.png'), path.join(flat, `${name}.png`));
  const { code, stdout } = await runCli(['inspect', 'flat', '--query', 'class:none', '--json'], { cwd });
  assert.equal(code, 0);
  const { rows } = JSON.parse(stdout) as CatalogueAnswers['page'];
  assert.deepEqual(
    rows.map(({ path: name, label }) => [name, label]),
    [
      ['blue.png', null],
      ['red.png', null],
    ],
  );
});

test('the process answers, measures by itself, follows the journal and what is not saved yet, and ends with its input', async (t) => {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'data'), 3);
  const served = new Served(t, cwd);
  const query = { text: 'class:red' };
  const first = await served.ask({ type: 'page', query, offset: 1, limit: 1 });
  assert.deepEqual(paths(first), ['red/1.png']);
  assert.equal(first.total, 3);
  await served.wait((line) => 'ready' in line && line.ready.measured === 6);
  const red = first.rows[0] as CatalogueRow;
  const detail = await served.ask({ type: 'image', id: red.id });
  assert.equal(detail.file, path.join(cwd, 'data', 'red', '1.png'));
  assert.match(detail.perceptualHash ?? '', /^[0-9a-f]{16}$/);
  assert.ok(Math.abs((detail.measures.hue ?? 180) - 180) > 120, 'red');

  const image = { path: red.path, hash: red.hash };
  const stamp = { data: 'data', after: [] };
  const [line] = stampEdits([editOf.relabel(image, 'red', 'blue')], stamp);
  assert.ok(line);
  const pending = await served.ask({ type: 'refresh', pending: [line] });
  assert.equal(pending.edits.relabelled, 1);
  assert.equal(pending.revision, served.ready[0]?.revision, 'an edit leaves ids as they are');
  assert.notEqual(pending.version, served.ready.at(-1)?.version);
  assert.deepEqual(paths(await served.ask({ type: 'page', query: { text: 'edit:relabelled' }, offset: 0, limit: 9 })), [
    red.path,
  ]);
  assert.equal((await served.ask({ type: 'refresh' })).edits.relabelled, 0);

  appendToJournal(journalFileOf(cwd), stampEdits([editOf.exclude(image)], stamp));
  assert.equal((await served.ask({ type: 'refresh' })).edits.excluded, 1);
  const after = await served.ask({ type: 'imageAt', path: red.path });
  assert.deepEqual(
    after?.history.map(({ text }) => text),
    ['Excluded'],
  );
  assert.equal(after?.row.edit?.excluded, true);
  assert.equal(await served.ask({ type: 'imageAt', path: 'red/none.png' }), null);
  await assert.rejects(served.ask({ type: 'page', query: { text: 'blur>soft' }, offset: 0, limit: 1 }), {
    code: 'bad-query',
  });
  await assert.rejects(served.ask({ type: 'image', id: 999 }), { code: 'no-such-image' });

  const { file, images } = await served.ask({ type: 'meanImage', className: 'red', split: null });
  assert.equal(images, 3);
  assert.ok(fs.statSync(file).size > 100);
  await assert.rejects(served.ask({ type: 'meanImage', className: 'green', split: null }), { code: 'no-such-class' });
  assert.equal(await served.end(), 0);
});

test('the detail of a photograph has its EXIF in words', async (t) => {
  const cwd = workFolder(t);
  const data = path.join(cwd, 'data');
  fs.mkdirSync(data);
  const exif = {
    IFD0: { Make: 'Lumen', Model: 'X100' },
    IFD2: { FNumber: '28/10', DateTimeOriginal: '2024:05:01 10:20:30' },
  };
  await sharp({ create: { width: 30, height: 20, channels: 3, background: '#556677' } })
    .withExif(exif)
    .jpeg()
    .toFile(path.join(data, 'photo.jpg'));
  const served = new Served(t, cwd);
  const detail = await served.ask({ type: 'imageAt', path: 'photo.jpg' });
  const words = new Map(detail?.exif.map(({ name, value }) => [name, value]));
  assert.equal(words.get('Camera'), 'X100');
  assert.equal(words.get('Aperture'), 'f/2.8');
  assert.equal(words.get('Taken'), '2024-05-01 10:20:30');
  assert.equal(words.has('Position'), false);
  assert.equal(detail?.row.label, null);
});

test('a later process is ready at once, and finds in the background what has changed', async (t) => {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'data'), 2);
  await runCli(['inspect', 'data', '--quick'], { cwd });
  fs.copyFileSync(path.join(cwd, 'data', 'red', '0.png'), path.join(cwd, 'data', 'blue', 'new.png'));
  const quick = new Served(t, cwd, '--quick');
  assert.equal((await quick.ask({ type: 'page', query: { text: '' }, offset: 0, limit: 1 })).total, 4);
  assert.equal(await quick.end(), 0);
  const served = new Served(t, cwd);
  const line = await served.wait((candidate) => 'ready' in candidate && candidate.ready.images === 5);
  assert.ok('ready' in line);
  assert.equal(served.ready[0]?.images, 4);
  assert.notEqual(line.ready.revision, served.ready[0]?.revision);
  assert.equal((await served.ask({ type: 'page', query: { text: 'new' }, offset: 0, limit: 1 })).total, 1);
  assert.equal(quick.ready[0]?.measured, 0);
  assert.equal(await served.end(), 0);
});

test('a first scan shows its first images long before it is over, under one revision', async (t) => {
  const cwd = workFolder(t);
  writeManyImages(path.join(cwd, 'data'), 30_000);
  const served = new Served(t, cwd);
  const { rows } = await served.ask({ type: 'page', query: { text: '' }, offset: 0, limit: 3 });
  assert.deepEqual(paths({ rows }), ['link-00000/0.bmp', 'link-00000/1.bmp', 'link-00000/10.bmp']);
  const first = served.ready[0];
  assert.ok(first && first.images > 0 && first.images < 30_000, `${first?.images} images`);
  await served.wait((line) => 'progress' in line && line.progress !== null && line.progress.total === 30_000);
  await served.wait((line) => 'progress' in line && line.progress === null);
  const line = await served.wait((candidate) => 'ready' in candidate && candidate.ready.images === 30_000);
  assert.ok('ready' in line);
  assert.equal(line.ready.revision, first.revision);
  const detail = await served.ask({ type: 'image', id: rows[0]?.id ?? -1 });
  assert.equal(detail.row.path, 'link-00000/0.bmp');
  assert.equal(await served.end(), 0);
});

test('a first scan that was cut off is gone on with, also where only what is known is asked for', async (t) => {
  const cwd = workFolder(t);
  writeManyImages(path.join(cwd, 'data'), 30_000);
  const served = new Served(t, cwd);
  await served.wait((line) => 'ready' in line);
  served.child.kill('SIGKILL');
  await once(served.child, 'exit');
  const quick = new Served(t, cwd, '--quick');
  const begun = await quick.wait((line) => 'ready' in line);
  assert.ok('ready' in begun && begun.ready.images > 0);
  await quick.wait((line) => 'ready' in line && line.ready.images === 30_000);
  assert.equal((await quick.ask({ type: 'page', query: { text: '' }, offset: 0, limit: 1 })).total, 30_000);
  assert.equal(await quick.end(), 0);
});

test('decisions are found whether they name the folder or the manifest in it', async (t) => {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'data'), 2);
  const names = ['blue/0.png', 'blue/1.png', 'red/0.png', 'red/1.png'];
  const manifest = path.join(cwd, 'data', 'manifest.csv');
  fs.writeFileSync(manifest, `path,label\n${names.map((name) => `${name},${name.split('/')[0]}\n`).join('')}`);
  const listed = await runCli(['inspect', 'data', '--query', 'red/0', '--json'], { cwd });
  const [row] = (JSON.parse(listed.stdout) as CatalogueAnswers['page']).rows as [CatalogueRow];
  const image = { path: row.path, hash: row.hash };
  appendToJournal(journalFileOf(cwd), stampEdits([editOf.exclude(image)], { data: 'data/manifest.csv', after: [] }));
  appendToJournal(journalFileOf(cwd), stampEdits([editOf.keep({ ...image })], { data: 'data', after: [] }));
  for (const source of ['data', 'data/manifest.csv']) {
    const { stdout } = await runCli(['inspect', source, '--quick', '--json'], { cwd });
    const { edits } = JSON.parse(stdout) as Overview;
    assert.deepEqual([edits.excluded, edits.kept], [1, 1], source);
  }
});

test('what is wrong with a data set is said on the first line', async (t) => {
  const cwd = workFolder(t);
  const served = new Served(t, cwd);
  const line = await served.wait((candidate) => 'error' in candidate);
  assert.ok('error' in line);
  assert.equal(line.id, null);
  assert.equal(line.error.code, 'no-such-path');
});
