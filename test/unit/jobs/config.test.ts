import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { applySet, settingPaths } from '../../../src/jobs/apply-set.ts';
import { closest, editDistance } from '../../../src/jobs/closest.ts';
import { ConfigProblem, findConfigIssues, loadConfigFile, parseConfig } from '../../../src/jobs/config-file.ts';
import { stripComments } from '../../../src/jobs/jsonc.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { temporaryFolder } from './temporary.ts';

test('a config file may be empty, have comments, trailing commas and a $schema; the rest are defaults', async (t) => {
  const file = path.join(temporaryFolder(t), 'a.loupe.json');
  fs.writeFileSync(file, '{}');
  assert.deepEqual(await loadConfigFile(file), { config: defaultConfig, base: path.dirname(file) });
  fs.writeFileSync(
    file,
    `\ufeff{
      // which images
      "$schema": "https://example.org//x", /* not
      read */ "data": { "source": "images, // all ,]", },
      "training": { "optimizer": { "name": "sgd", }, },
    }`,
  );
  const { config } = await loadConfigFile(file);
  assert.equal(config.data.source, 'images, // all ,]');
  assert.equal(config.training.optimizer.name, 'sgd');
  assert.equal(config.training.optimizer.momentum, 0.9);
  assert.ok(!('$schema' in config));
});

const stripped: [string, string][] = [
  ['[1,]', '[1 ]'],
  ['[1 , ]', '[1   ]'],
  ['{"a":"//x"}', '{"a":"//x"}'],
  ['1//x', '1   '],
  ['/*a\nb*/1', '   \n   1'],
  ['["\\"//", 1]', '["\\"//", 1]'],
  ['[",]", 1,]', '[",]", 1 ]'],
  ['[1, // x\n]', '[1      \n]'],
  ['/* open', '       '],
  ['', ''],
];
for (const [text, expected] of stripped) {
  test(`without comments: ${JSON.stringify(text)}`, () => {
    assert.equal(stripComments(text), expected);
    assert.equal(stripComments(text).length, text.length);
  });
}

const invalid: [value: unknown, at: string, says: RegExp][] = [
  [{ trainig: {} }, 'trainig', /unknown setting\. Did you mean "training"\?/],
  [{ training: { batchsize: 3 } }, 'training.batchsize', /Did you mean "batchSize"\?/],
  [{ training: { qqqqqq: 3 } }, 'training.qqqqqq', /Known here: epochs/],
  [{ training: { epochs: 'five' } }, 'training.epochs', /expected a whole number, found "five"/],
  [{ training: { epochs: 1.5 } }, 'training.epochs', /whole number/],
  [{ training: { epochs: 0 } }, 'training.epochs', /expected at least 1, found 0/],
  [{ data: { validation: 2 } }, 'data.validation', /expected at most 0\.9, found 2/],
  [
    { training: { optimizer: { name: 'adamm' } } },
    'training.optimizer.name',
    /one of .*"adamw".*Did you mean "adam"\?/,
  ],
  [{ training: { optimizer: 'adam' } }, 'training.optimizer', /settings in \{ \}/],
  [{ training: { earlyStopping: { enabled: 1 } } }, 'training.earlyStopping.enabled', /true or false, found 1/],
  [{ name: 3 }, 'name', /text in quotes/],
  [{ model: { stochasticDepth: 0.1 } }, 'model.stochasticDepth', /no residual blocks/],
  [{ model: { architecture: 'mobilenet-v2', activation: 'gelu' } }, 'model.activation', /as its authors made it/],
  [{ model: { architecture: 'vgg16', depth: 2 } }, 'model.depth', /expected 1/],
  [{ training: { timeBudget: 5, phases: [{}] } }, 'training.timeBudget', /epochs of their own/],
  [{ data: { validation: 0.6, test: 0.6 } }, 'data.validation', /leave too little/],
  [{ augment: { zoom: { min: 1.5 } } }, 'augment.zoom.min', /at most max \(1.1\), found 1.5/],
  [
    { augment: { mixUp: { probability: 0.7 }, cutMix: { probability: 0.5 } } },
    'augment.mixUp.probability',
    /at most 1 together/,
  ],
  [{ input: { color: 'lab', normalize: 'imagenet' } }, 'input.normalize', /not of lab/],
  [{ data: { groupPattern: '(' } }, 'data.groupPattern', /regular expression/],
  [[], '', /settings in \{ \}/],
  [null, '', /settings in \{ \}, found null/],
];
for (const [value, at, says] of invalid) {
  test(`invalid: ${JSON.stringify(value)}`, async () => {
    const issues = await findConfigIssues(value);
    const issue = issues.find((entry) => entry.path === at);
    assert.ok(issue, JSON.stringify(issues));
    assert.match(issue.message, says);
  });
}

test('all mistakes are told at once', async () => {
  await assert.rejects(parseConfig('{"seed":"x","training":{"epochs":0}}', 'my.loupe.json'), (error) => {
    assert.ok(error instanceof ConfigProblem);
    assert.deepEqual(error.issues.map((issue) => issue.path).sort(), ['seed', 'training.epochs']);
    assert.match(error.message, /my\.loupe\.json has 2 mistakes/);
    return true;
  });
});

const broken: [text: string, says: RegExp][] = [
  ['{\n  "name" 3\n}', /line 2, column 10/],
  ['{\n  "name": "x"', /line 2/],
  ['', /not valid JSON at line 1, column 1/],
];
for (const [text, says] of broken) {
  test(`not JSON: ${JSON.stringify(text)}`, async () => {
    await assert.rejects(parseConfig(text, 'x.loupe.json'), { code: 'bad-json', message: says });
  });
}

test('a missing config file is told with its path', async () => {
  await assert.rejects(loadConfigFile('/nowhere/x.loupe.json'), { code: 'folder-missing', message: /nowhere/ });
});

test('the defaults are valid', async () => {
  assert.deepEqual(await findConfigIssues(defaultConfig), []);
});

const sets: [assignment: string, path: string[], expected: unknown][] = [
  ['training.epochs=5', ['training', 'epochs'], 5],
  ['training.learningRate = 1e-3', ['training', 'learningRate'], 0.001],
  ['training.earlyStopping.enabled=true', ['training', 'earlyStopping', 'enabled'], true],
  ['model.architecture=resnet18', ['model', 'architecture'], 'resnet18'],
  ['name=a=b c', ['name'], 'a=b c'],
  ['name=', ['name'], ''],
  ['name=5', ['name'], '5'],
  ['seed=-1', ['seed'], -1],
  ['training.schedule=cosine', ['training', 'schedule', 'name'], 'cosine'],
  ['training.schedule.cycles=2', ['training', 'schedule', 'cycles'], 2],
  ['training.earlyStopping.metric=macro-f1', ['training', 'checkpoints', 'metric'], 'macro-f1'],
  ['training.freeze=conv1, layer1.*', ['training', 'freeze'], ['conv1', 'layer1.*']],
  ['training.freeze=', ['training', 'freeze'], []],
  ['training.freeze.0=conv1', ['training', 'freeze'], ['conv1']],
  [
    'training.phases.0.size=32',
    ['training', 'phases'],
    [{ epochs: 5, size: 32, batchSize: 0, learningRate: 0, freeze: [] }],
  ],
  ['training.layerRates=[{"factor":0}]', ['training', 'layerRates'], [{ layers: '*', factor: 0 }]],
];
for (const [assignment, keys, expected] of sets) {
  test(`--set ${assignment}`, () => {
    const before = structuredClone(defaultConfig);
    const config = applySet(defaultConfig, assignment);
    const value = keys.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], config);
    assert.deepEqual(value, expected);
    assert.deepEqual(defaultConfig, before);
  });
}

const badSets: [assignment: string, code: string, advice: RegExp][] = [
  ['training.epochs', 'bad-set', /training\.epochs=5/],
  ['=5', 'bad-set', /./],
  ['epochs=5', 'unknown-setting', /"training\.epochs"/],
  ['training.epoch=5', 'unknown-setting', /"training\.epochs"/],
  ['training=5', 'unknown-setting', /group; set one of training\.epochs/],
  ['qqqqqqq=5', 'unknown-setting', /Settings: name, data\.source/],
  ['__proto__.x=5', 'unknown-setting', /./],
  ['constructor=5', 'unknown-setting', /./],
  ['training.epochs=five', 'bad-set', /training\.epochs=10/],
  ['training.epochs=', 'bad-set', /./],
  ['training.phases=[{', 'bad-set', /training\.phases=\[\]/],
  ['training.phases.1.size=32', 'bad-set', /training\.phases\.0/],
  ['training.epochs.0=3', 'unknown-setting', /./],
  ['training.earlyStopping.enabled=yes', 'bad-set', /=true/],
];
for (const [assignment, code, advice] of badSets) {
  test(`--set ${assignment} is refused`, () => {
    assert.throws(() => applySet(defaultConfig, assignment), { code, advice });
  });
}

test('a place of a list is set after it', () => {
  const sets = ['training.phases.0.size=32', 'training.phases.1.size=64', 'training.phases.0.epochs=2'];
  const { phases } = sets.reduce(applySet, defaultConfig).training;
  assert.deepEqual(
    phases.map(({ size, epochs }) => [size, epochs]),
    [
      [32, 2],
      [64, 5],
    ],
  );
});

test('every setting of the schema can be set', () => {
  assert.ok(settingPaths.includes('training.optimizer.weightDecay'));
  assert.equal(settingPaths.length, new Set(settingPaths).size);
});

test('edit distance and the nearest name', () => {
  assert.equal(editDistance('kitten', 'sitting'), 3);
  assert.equal(editDistance('', 'abc'), 3);
  assert.equal(closest('trian', ['train', 'scan']), 'train');
  assert.equal(closest('zzzzz', ['train', 'scan']), null);
  assert.equal(closest('x', []), null);
});
