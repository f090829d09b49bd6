import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuery } from '../../../src/jobs/query.ts';
import { QueryProblem } from '../../../src/jobs/query-tokens.ts';
import type { RunSummary } from '../../../src/protocol/runs.ts';
import { someRun } from './some-run.ts';

const answers: [query: string, change: Partial<RunSummary>, expected: boolean][] = [
  ['', {}, true],
  ['   ', {}, true],
  ['val_accuracy > 0.9', {}, false],
  ['val_accuracy > 0.8', {}, true],
  ['val_accuracy>=88%', {}, true],
  ['validationAccuracy = 0.88', {}, true],
  ['val_accuracy > 0', { validationAccuracy: null }, false],
  ['val_accuracy <= 1', { validationAccuracy: null }, false],
  ['val_accuracy != 0.5', { validationAccuracy: null }, true],
  ['not val_accuracy > 0.9', { validationAccuracy: null }, true],
  ['val_accuracy', { validationAccuracy: null }, false],
  ['val_accuracy', { validationAccuracy: 0 }, true],
  ['val_loss < 5e-1', {}, true],
  ['loss > -1', {}, true],
  ['epoch == 5', {}, true],
  ['duration = 60', {}, true],
  ['tag = "aug"', { tags: ['aug', 'x'] }, true],
  ['tag = AUG', { tags: ['aug'] }, true],
  ['tag = "aug"', { tags: [] }, false],
  ['tag != aug', { tags: ['aug', 'x'] }, false],
  ['tag != aug', { tags: [] }, true],
  ['tag ~ au', { tags: ['aug'] }, true],
  ['tag', { tags: [] }, false],
  ['starred', { starred: true }, true],
  ['not starred', { starred: true }, false],
  ['starred = false', { starred: true }, false],
  ['starred != false', { starred: true }, true],
  ['state = done', {}, true],
  ['status != "done"', {}, false],
  ['engine ~ webassembly', {}, true],
  ['architecture = resnet18', {}, true],
  ['name ~ "base line"', { name: 'My Base Line' }, true],
  ["name = 'it\\'s'", { name: "it's" }, true],
  ['name ~ größe', { name: 'Größe 3' }, true],
  ['note', {}, false],
  ['note ~ try', { note: 'Second try' }, true],
  ['training.batchSize >= 64', {}, true],
  ['batch_size < 64', {}, false],
  ['training.optimizer.name = adamw', {}, true],
  ['training.optimizer = adamw', {}, true],
  ['optimizer = adamw', {}, true],
  ['trick ~ averaged', {}, true],
  ['tricks ~ mixup', {}, false],
  ['schedule = cosine', { params: { 'training.schedule.name': 'cosine' } }, true],
  ['training.earlyStopping.enabled', {}, true],
  ['training.learningRate > 0', {}, false],
  ['created = 2025-11-20', {}, true],
  ['created > 2025-11-20', {}, false],
  ['created >= 2025-11-20', {}, true],
  ['created < 2025-11-21', {}, true],
  ['created <= 2025-11-20', {}, true],
  ['created > "2025-11-20 12:00"', {}, true],
  ['starred or state = done', {}, true],
  ['starred or state = done and epoch > 100', {}, false],
  ['starred and epoch > 100 or state = done', {}, true],
  ['starred and (epoch > 100 or state = done)', {}, false],
  ['NOT (starred OR epoch > 100)', {}, true],
  ['not not starred', { starred: true }, true],
  ['val_accuracy > 0.9 and tag = "aug" or not starred and training.batchSize >= 64 and name ~ "base"', {}, true],
];
for (const [query, change, expected] of answers) {
  test(`"${query}" of ${JSON.stringify(change)}: ${expected}`, () => {
    assert.equal(parseQuery(query)(someRun(change)), expected);
  });
}

const mistakes: [query: string, at: number, says: RegExp, advice: RegExp][] = [
  ['val_acuracy > 0.9', 0, /no field "val_acuracy"/, /val_accuracy/],
  ['training.batchsizes = 3', 0, /no field/, /training\.batchSize/],
  ['qqqqqq = 3', 0, /no field "qqqqqq"/, /training\.batchSize/],
  ['starred and', 11, /Expected a field/, /./],
  ['and starred', 0, /Expected a field/, /./],
  ['starred starred', 8, /Expected "and" or "or"/, /./],
  ['starred and (epoch > 1', 12, /never closed/, /\)/],
  ['starred)', 7, /never opened/, /./],
  ['()', 1, /Expected a field/, /./],
  ['epoch >', 7, /Expected a value after epoch >/, /./],
  ['epoch > high', 8, /expected a number/, /epoch is a number/],
  ['epoch ~ 1', 6, /expected one of = != </, /./],
  ['name > 3', 5, /expected one of = != ~/, /text/],
  ['starred = maybe', 10, /true or false/, /./],
  ['created > soon', 10, /a date such as/, /./],
  ['name = "open', 7, /has no end/, /quote/],
  ['name = a; drop', 8, /";" has no meaning/, /quotes/],
];
for (const [query, at, says, advice] of mistakes) {
  test(`"${query}" is refused at ${at}`, () => {
    assert.throws(
      () => parseQuery(query),
      (error) => {
        assert.ok(error instanceof QueryProblem);
        assert.equal(error.at, at);
        assert.match(error.message, says);
        assert.match(error.advice, advice);
        return true;
      },
    );
  });
}
