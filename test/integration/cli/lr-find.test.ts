import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { makeImages, runCli, workFolder } from './run-cli.ts';

const config = `{
  // Small, so that it is quick.
  "data": { "source": "images" },
  "input": { "width": 8, "height": 8 },
  "model": { "width": 0.25 },
  "training": { "epochs": 2, "batchSize": 16 }, // the rate is to be found
  "engine": { "name": "wasm", "threads": 1 }
}
`;

async function workspace(t: Parameters<typeof workFolder>[0]): Promise<string> {
  const cwd = workFolder(t);
  await makeImages(path.join(cwd, 'images'), 24);
  fs.writeFileSync(path.join(cwd, 'two.loupe.json'), config);
  return cwd;
}

describe('loupe lr-find', () => {
  it('finds a rate for a config, writes it into the file and keeps the curves', async (t) => {
    const cwd = await workspace(t);
    const { code, stdout } = await runCli(
      ['lr-find', 'two.loupe.json', '--steps', '60', '--seeds', '2', '--write', '--json'],
      { cwd },
    );
    assert.equal(code, 0);
    const { outcome, finder, report, written } = JSON.parse(stdout);
    assert.equal(outcome, 'done');
    assert.equal(finder.origin.kind, 'config');
    assert.ok(report.verdict.usable, JSON.stringify(report.verdict));
    const file = path.join(cwd, 'two.loupe.json');
    assert.equal(fs.realpathSync(written), fs.realpathSync(file));
    const rate = `"batchSize": 16, "learningRate": ${report.verdict.rate} }, // the rate`;
    assert.equal(fs.readFileSync(file, 'utf8'), config.replace('"batchSize": 16 }, // the rate', rate));
    assert.equal(path.dirname(finder.folder), path.join(fs.realpathSync(cwd), '.loupe', 'lr-finder'));
    assert.equal(fs.readFileSync(path.join(finder.folder, '..', '.gitignore'), 'utf8'), '*\n');
  });

  it('tells people what to do next, and why there is no rate', async (t) => {
    const cwd = await workspace(t);
    const good = await runCli(
      [
        'lr-find',
        'images',
        ...['width', 'height'].flatMap((side) => ['-s', `input.${side}=8`]),
        '-s',
        'training.batchSize=0',
        '--engine',
        'wasm',
      ],
      {
        cwd,
      },
    );
    assert.equal(good.code, 0, good.stderr);
    assert.match(good.stdout, /^(Learning rate|No usable valley)/);
    assert.match(good.stdout, /^valley( +\S+){4}$/m);
    assert.match(good.stderr, /Seed 3\/3 \(44\)/);
    const flat = await runCli(['lr-find', 'two.loupe.json', '--start', '1e-12', '--end', '1e-10', '--write'], { cwd });
    assert.equal(flat.code, 0);
    assert.match(flat.stdout, /^No usable valley: The loss /);
    assert.equal(fs.readFileSync(path.join(cwd, 'two.loupe.json'), 'utf8'), config);
  });

  it('stops on Ctrl-C with what it has', async (t) => {
    const cwd = await workspace(t);
    let pressed = false;
    const { code, stdout } = await runCli(
      ['lr-find', 'two.loupe.json', '--steps', '2000', '--json', '--progress', 'json'],
      {
        cwd,
        onStderr: (text, kill) => {
          if (pressed || !/"rate":[\d.]/.test(text)) return;
          pressed = true;
          kill('SIGINT');
        },
      },
    );
    assert.equal(code, 0);
    const { outcome, report } = JSON.parse(stdout);
    assert.equal(outcome, 'stopped');
    assert.equal(report.sweeps.at(-1).end, 'stopped');
  });

  for (const [args, says] of [
    [[], /of what/],
    [['two.loupe.json', '--steps', 'many'], /--steps can't be "many"/],
    [['two.loupe.json', '--seeds', '0'], /with 0 seeds/],
    [['two.loupe.json', '--start', '1', '--end', '0.1'], /from 1 to 0\.1/],
    [['two.loupe.json', '--engine', 'abacus'], /engine\.name.*abacus/],
    [['images', '--write'], /--write needs a config file/],
    [['two.loupe.json', '--preset', 'quick'], /--recipe/],
  ] as [string[], RegExp][]) {
    it(`refuses ${args.join(' ') || 'nothing'}`, async (t) => {
      const cwd = workFolder(t);
      fs.writeFileSync(path.join(cwd, 'two.loupe.json'), config);
      fs.mkdirSync(path.join(cwd, 'images'));
      const { code, stderr } = await runCli(['lr-find', ...args], { cwd });
      assert.match(stderr, says);
      assert.equal(code, 2);
      assert.ok(!fs.existsSync(path.join(cwd, '.loupe')));
    });
  }

  it('says so when there is nothing of that name', async (t) => {
    const { code, stderr } = await runCli(['lr-find', 'nothing'], { cwd: workFolder(t) });
    assert.equal(code, 1);
    assert.match(stderr, /no run of that name/);
  });
});
