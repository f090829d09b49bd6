import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { completeConfig } from '../../../src/jobs/complete-config.ts';
import { findConfigIssues } from '../../../src/jobs/config-file.ts';
import { readJob } from '../../../src/jobs/read.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { temporaryFolder } from './temporary.ts';

const { schedule } = defaultConfig.training;

test('a schedule may be a plain name', async () => {
  for (const name of ['constant', 'cosine', 'one-cycle']) {
    const config = { training: { schedule: name } };
    assert.deepEqual(await findConfigIssues(config), []);
    assert.deepEqual(completeConfig(config).training.schedule, { ...schedule, name });
  }
  const [issue] = await findConfigIssues({ training: { schedule: 'cosinus' } });
  assert.match(issue!.message, /one of .*Did you mean "cosine"/);
  const [other] = await findConfigIssues({ training: { schedule: 3 } });
  assert.match(other!.message, /a name in quotes, found 3/);
});

test('the metric of early stopping is read as that of the checkpoints', async () => {
  const config = { training: { earlyStopping: { enabled: true, metric: 'validation-accuracy' } } };
  assert.deepEqual(await findConfigIssues(config), []);
  const { earlyStopping, checkpoints } = completeConfig(config).training;
  assert.deepEqual(earlyStopping, { enabled: true, patience: 5, minDelta: 0 });
  assert.deepEqual(checkpoints, { metric: 'validation-accuracy', keepEvery: 0 });
  const both = { training: { ...config.training, checkpoints: { metric: 'macro-f1' } } };
  assert.equal(completeConfig(both).training.checkpoints.metric, 'macro-f1');
});

test('entries of lists are completed', async () => {
  const config = { training: { phases: [{ size: 32 }], layerRates: [{ layers: 'conv1' }] } };
  assert.deepEqual(await findConfigIssues(config), []);
  const { phases, layerRates } = completeConfig(config).training;
  assert.deepEqual(phases, [{ epochs: 5, size: 32, batchSize: 0, learningRate: 0, freeze: [] }]);
  assert.deepEqual(layerRates, [{ layers: 'conv1', factor: 1 }]);
});

test('an old job.json goes on as it began: its one-cycle left the momentum alone', (t) => {
  const folder = temporaryFolder(t);
  const old = {
    ...defaultConfig,
    training: { epochs: 3, schedule: 'one-cycle', earlyStopping: { metric: 'validation-accuracy' } },
  };
  const file = path.join(folder, 'job.json');
  fs.writeFileSync(file, JSON.stringify({ schemaVersion: 1, config: old }));
  const { training } = readJob(folder).config;
  assert.deepEqual(training.schedule, { ...schedule, momentumHigh: 0, momentumLow: 0 });
  assert.equal(training.checkpoints.metric, 'validation-accuracy');
  fs.writeFileSync(file, JSON.stringify({ schemaVersion: 1, config: defaultConfig }));
  assert.deepEqual(readJob(folder).config, defaultConfig);
});
