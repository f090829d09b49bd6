import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { copies, drawPicture, put } from '../cleaning/pictures.ts';
import { runCli } from './run-cli.ts';

describe('loupe issues in a terminal', () => {
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-cli-issues-'));
  before(async () => {
    for (let i = 0; i < 6; i++) await put(cwd, `data/${i % 2 ? 'odd' : 'even'}/${i}.png`, drawPicture(i, 60 * i));
    await put(cwd, 'data/even/again.png', drawPicture(1, 60));
    await put(cwd, 'data/odd/smaller.png', copies.resized(await drawPicture(3, 180)).toBuffer());
  });
  after(() => fs.rmSync(cwd, { recursive: true, force: true }));

  it('lists each issue with its images, evidence and score, and the same for people', async () => {
    const { code, stdout } = await runCli(['issues', 'data', '--no-embeddings', '--json'], { cwd });
    assert.equal(code, 0);
    const { report, issues, folder } = JSON.parse(stdout);
    assert.equal(report.images, 8);
    const [exact] = issues.filter((issue: { kind: string }) => issue.kind === 'exact-duplicate');
    assert.deepEqual(exact.images.map((image: { path: string }) => image.path).sort(), ['even/again.png', 'odd/1.png']);
    assert.ok(exact.score > 0.99 && 'distance' in exact.evidence);
    assert.equal(report.counts['conflicting-labels'], 1);
    const again = await runCli(['issues', folder], { cwd });
    assert.equal(again.code, 0);
    assert.match(again.stdout, /exact-duplicate +1 +/);
    assert.match(again.stdout, /decide which label of the conflicting copies is right/);
  });

  it('looks for what it is asked for, at the thresholds it is given', async () => {
    const all = ['issues', 'data', '--no-embeddings', '--json', '--kinds', 'dark'];
    const { stdout } = await runCli([...all, '-t', 'dark=1.01'], { cwd });
    assert.equal(JSON.parse(stdout).report.counts.dark, 8);
    assert.deepEqual(Object.keys(JSON.parse(stdout).report.counts), ['dark']);
  });

  const refused: [string, string[], number, RegExp][] = [
    ['a kind that is none', ['--kinds', 'drak'], 2, /--kinds can't be "drak"/],
    ['a threshold that is none', ['-t', 'dark=low'], 2, /dark=0\.32/],
    ['an unknown mode', ['--mode', 'all'], 2, /high-precision/],
    ['trainings without embeddings', ['--no-embeddings', '--retrain', 'data'], 2, /Leave one out/],
  ];
  for (const [name, args, exit, message] of refused) {
    it(`refuses ${name}`, async () => {
      const { code, stderr } = await runCli(['issues', 'data', ...args], { cwd });
      assert.equal(code, exit);
      assert.match(stderr, message);
    });
  }

  it('says that there is no such data, and leaves no folder behind', async () => {
    const before = fs.readdirSync(path.join(cwd, '.loupe', 'issues')).length;
    const { code, stderr } = await runCli(['issues', 'nowhere'], { cwd });
    assert.equal(code, 1);
    assert.match(stderr, /There is no .*nowhere/);
    assert.equal(fs.readdirSync(path.join(cwd, '.loupe', 'issues')).length, before);
  });
});
