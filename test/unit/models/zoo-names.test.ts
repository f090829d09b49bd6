import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { zoo } from '../../../src/models/zoo/table.ts';

test('an editor offers the names of the zoo for model.weights', () => {
  const schema = JSON.parse(fs.readFileSync('media/loupe.schema.json', 'utf8'));
  assert.deepEqual(
    schema.properties.model.properties.weights.examples,
    zoo.map(({ name }) => name),
  );
});
