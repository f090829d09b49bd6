import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { completeConfig } from '../../../src/jobs/complete-config.ts';
import { changedSettings } from '../../../src/jobs/setting-changes.ts';
import { defaultConfig } from '../../../src/training/config.ts';

describe('changedSettings', () => {
  const changed = (changes: object) => changedSettings(defaultConfig, completeConfig(changes));

  for (const [changes, names] of [
    [{}, []],
    [{ name: 'b', seed: 3, engine: { name: 'cpu' } }, []],
    [
      { training: { learningRate: 0.5, epochs: 99, schedule: { name: 'cosine' }, earlyStopping: { enabled: true } } },
      [],
    ],
    [{ training: { batchSize: 8 } }, ['training.batchSize']],
    [
      { model: { architecture: 'resnet18', width: 2 }, training: { optimizer: { name: 'sgd' } } },
      ['model.architecture', 'model.width', 'training.optimizer.name'],
    ],
    [{ training: { freeze: ['stem*'] } }, ['training.freeze']],
    [{ data: { source: 'other', validation: 0.3 } }, ['data.source']],
    [{ input: { normalize: 'imagenet' } }, ['input.normalize']],
  ] as [object, string[]][]) {
    it(`${JSON.stringify(changes)} changes ${names.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(changed(changes), names);
    });
  }
});
