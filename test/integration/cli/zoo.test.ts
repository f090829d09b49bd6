import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { downloadWeights } from '../../../src/models/zoo/download.ts';
import { addToStore, resolveWeights, zooFile } from '../../../src/models/zoo/store.ts';
import { type ZooEntry, zoo } from '../../../src/models/zoo/table.ts';
import { runCli, workFolder } from './run-cli.ts';

const content = Buffer.from('weights '.repeat(50_000));
const sha256 = createHash('sha256').update(content).digest('hex');
const entry: ZooEntry = { ...(zoo[0] as ZooEntry), sha256, url: 'https://nowhere.invalid/models/net.pth' };

describe('downloading weights', () => {
  const asked: (string | undefined)[] = [];
  /** Sends so many bytes and hangs up; 0: all. */
  let breakAfter = 0;
  let ranges = true;
  let damaged = false;
  const server = http.createServer((request, response) => {
    asked.push(request.headers.range);
    if (request.url !== '/mirror/net.pth') return void response.writeHead(404).end();
    const from = ranges ? Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    const body = damaged ? Buffer.alloc(content.length) : content.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length });
    if (breakAfter > 0) response.write(body.subarray(0, breakAfter), () => setTimeout(() => response.destroy(), 50));
    else response.end(body);
  });
  let mirror = '';
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mirror/`;
  });
  after(() => server.close());

  it('one that breaks off goes on where it was, and is checked', async (t) => {
    const env = { LOUPE_CACHE: workFolder(t) };
    asked.length = 0;
    breakAfter = 100_000;
    await assert.rejects(downloadWeights(entry, { mirror, env }), { code: 'download-failed', message: /broke off/ });
    assert.equal(fs.existsSync(zooFile(entry, env)), false);
    breakAfter = 0;
    const seen: number[] = [];
    const file = await downloadWeights(entry, { mirror, env, onProgress: (done) => seen.push(done) });
    assert.ok(fs.readFileSync(file).equals(content));
    assert.deepEqual(asked, [undefined, 'bytes=100000-']);
    assert.equal(seen.at(-1), content.length);
    assert.equal(await downloadWeights(entry, { mirror, env }), file);
    assert.equal(asked.length, 2, 'what is there is not asked for again');
  });

  it('a server without ranges begins anew', async (t) => {
    const env = { LOUPE_CACHE: workFolder(t) };
    [breakAfter, ranges] = [5_000, false];
    await assert.rejects(downloadWeights(entry, { mirror, env }));
    breakAfter = 0;
    assert.ok(fs.readFileSync(await downloadWeights(entry, { mirror, env })).equals(content));
    ranges = true;
  });

  it('a damaged file is refused and not kept', async (t) => {
    const env = { LOUPE_CACHE: workFolder(t) };
    damaged = true;
    await assert.rejects(downloadWeights(entry, { mirror, env }), { code: 'wrong-checksum' });
    damaged = false;
    assert.deepEqual(fs.readdirSync(path.dirname(zooFile(entry, env))), []);
  });

  it('a server that has none, and one that is not there, are told', async (t) => {
    const env = { LOUPE_CACHE: workFolder(t) };
    await assert.rejects(downloadWeights(entry, { mirror: `${mirror}other`, env }), { message: /answered 404/ });
    await assert.rejects(downloadWeights(entry, { mirror: 'http://127.0.0.1:9/', env }), { code: 'download-failed' });
  });

  it('two at once are one download', async (t) => {
    const env = { LOUPE_CACHE: workFolder(t) };
    asked.length = 0;
    const files = await Promise.all([1, 2, 3].map(() => downloadWeights(entry, { mirror, env })));
    assert.deepEqual(
      files,
      [1, 2, 3].map(() => zooFile(entry, env)),
    );
    assert.ok(fs.readFileSync(zooFile(entry, env)).equals(content));
    assert.deepEqual(asked, [undefined]);
    assert.deepEqual(fs.readdirSync(path.dirname(zooFile(entry, env))), ['net.pth']);
  });

  it('one whose other process breaks off goes on where that was', async (t) => {
    const env = { LOUPE_CACHE: workFolder(t) };
    asked.length = 0;
    breakAfter = 100_000;
    const first = downloadWeights(entry, { mirror, env }).finally(() => {
      breakAfter = 0;
    });
    const seen: number[] = [];
    const second = downloadWeights(entry, { mirror, env, onProgress: (done) => seen.push(done) });
    await assert.rejects(first, { code: 'download-failed' });
    assert.ok(fs.readFileSync(await second).equals(content));
    assert.deepEqual(asked, [undefined, 'bytes=100000-']);
    assert.equal(seen.at(-1), content.length);
  });

  it('a dead process’s is taken over, another machine’s is not', async (t) => {
    const env = { LOUPE_CACHE: workFolder(t) };
    const file = zooFile(entry, env);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(`${file}.part`, content.subarray(0, 1234));
    const lockedBy = (host: string) =>
      fs.writeFileSync(`${file}.lock`, JSON.stringify({ pid: 2 ** 22 + 1, startTime: null, host }));
    lockedBy('elsewhere');
    const advice = `Wait until it ends; if that machine is gone, delete ${file}.lock.`;
    await assert.rejects(downloadWeights(entry, { mirror, env }), { code: 'download-locked', advice });
    lockedBy(os.hostname());
    asked.length = 0;
    assert.ok(fs.readFileSync(await downloadWeights(entry, { mirror, env })).equals(content));
    assert.deepEqual(asked, ['bytes=1234-']);
    assert.equal(fs.existsSync(`${file}.lock`), false);
  });

  it('can be stopped', async (t) => {
    const env = { LOUPE_CACHE: workFolder(t) };
    const abort = new AbortController();
    breakAfter = 1000;
    const download = downloadWeights(entry, {
      mirror,
      env,
      signal: abort.signal,
      onProgress: () => abort.abort(new Error('enough')),
    });
    await assert.rejects(download, { message: 'enough' });
    breakAfter = 0;
  });
});

describe('weights without a network', () => {
  it('are taken from a file if it is the right one, and found by name', (t) => {
    const folder = workFolder(t);
    const env = { LOUPE_CACHE: path.join(folder, 'cache') };
    const file = path.join(folder, 'got.pth');
    fs.writeFileSync(file, 'something else');
    assert.throws(() => addToStore(entry, file, env), { code: 'wrong-checksum' });
    fs.writeFileSync(file, content);
    assert.ok(fs.readFileSync(addToStore(entry, file, env)).equals(content));
    assert.throws(() => addToStore(entry, path.join(folder, 'none'), env), { code: 'no-such-file' });
    assert.throws(() => resolveWeights('resnet18', folder, env), {
      code: 'not-downloaded',
      advice: /loupe zoo get resnet18/,
    });
    assert.equal(resolveWeights('got.pth', folder, env), file);
  });
});

describe('loupe zoo', () => {
  it('lists what there is, with names that a config can use', async (t) => {
    const cwd = workFolder(t);
    const { code, stdout } = await runCli(['zoo', '--json'], { cwd });
    const { entries } = JSON.parse(stdout);
    assert.equal(code, 0);
    assert.equal(new Set(entries.map(({ name }: { name: string }) => name)).size, entries.length);
    for (const { url, sha256: digits, file } of entries) {
      assert.match(digits, /^[0-9a-f]{64}$/);
      // The publisher's own part of it.
      assert.match(url, new RegExp(`^https://.*-${digits.slice(0, 8)}\\.pth$`));
      assert.equal(file, null);
    }
  });

  it('get downloads from a mirror with progress, goes on where it was stopped, and refuses another file', async (t) => {
    const cwd = workFolder(t);
    const whole = Buffer.alloc(3 * 2 ** 20, 'x');
    const ranges: (string | undefined)[] = [];
    let slow = true;
    const server = http.createServer(async (request, response) => {
      ranges.push(request.headers.range);
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': whole.length - from });
      for (let at = from; at < whole.length && !response.destroyed; at += 2 ** 17) {
        response.write(whole.subarray(at, at + 2 ** 17));
        if (slow) await new Promise((resolve) => setTimeout(resolve, 50));
      }
      response.end();
    });
    t.after(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const env = { LOUPE_ZOO_MIRROR: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const get = ['zoo', 'get', 'squeezenet', '--json', '--progress', 'json'];
    const stopped = await runCli(get, {
      cwd,
      env,
      onStderr: (text, kill) => {
        if (text.split('\n').length > 4) kill('SIGTERM');
      },
    });
    assert.notEqual(stopped.code, 0);
    const lines = stopped.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.ok(lines.every(({ what, total }) => what === 'download' && total === whole.length));
    const partial = path.join(cwd, 'cache', 'zoo', 'squeezenet1_1-b8a52dc0.pth.part');
    const begun = fs.statSync(partial).size;
    assert.ok(begun > 0 && begun < whole.length);
    slow = false;
    const refused = await runCli(get, { cwd, env });
    const { error } = JSON.parse(refused.stdout);
    assert.deepEqual([refused.code, error.code, ranges], [1, 'wrong-checksum', [undefined, `bytes=${begun}-`]]);
    assert.match(error.advice, /Download it again/);
    assert.equal(fs.existsSync(partial), false);
  });

  it('tells what it does not know', async (t) => {
    const cwd = workFolder(t);
    const { code, stdout } = await runCli(['zoo', 'get', 'resnet19', '--json'], { cwd });
    assert.deepEqual([code, JSON.parse(stdout).error.code], [1, 'unknown-weights']);
    for (const args of [['fetch', 'resnet18'], ['get'], ['add', 'resnet18']]) {
      assert.equal((await runCli(['zoo', ...args], { cwd })).code, 2);
    }
  });
});
