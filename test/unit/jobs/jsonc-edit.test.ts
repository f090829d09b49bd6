import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripComments } from '../../../src/jobs/jsonc.ts';
import { applyChanges, setJsonValue } from '../../../src/jobs/jsonc-edit.ts';

const path = ['training', 'learningRate'];

function set(text: string, value: unknown = 0.003, at: readonly string[] = path): string {
  return applyChanges(text, setJsonValue(text, at, value));
}

describe('setJsonValue', () => {
  for (const [what, before, after] of [
    [
      'replaces a number',
      '{\n  "training": {\n    "learningRate": 1e-3\n  }\n}\n',
      '{\n  "training": {\n    "learningRate": 0.003\n  }\n}\n',
    ],
    [
      'keeps comments around it',
      '{\n  // mine\n  "training": { /* why */ "learningRate" : /* old */ 1e-3 /* new? */, }, // end\n}',
      '{\n  // mine\n  "training": { /* why */ "learningRate" : /* old */ 0.003 /* new? */, }, // end\n}',
    ],
    [
      'adds to an object over several lines',
      '{\n\t"training": {\n\t\t"epochs": 5\n\t}\n}',
      '{\n\t"training": {\n\t\t"epochs": 5,\n\t\t"learningRate": 0.003\n\t}\n}',
    ],
    [
      'leaves a remark with the property that it is about',
      '{\n  "training": {\n    "epochs": 5 // enough\n  }\n}',
      '{\n  "training": {\n    "epochs": 5, // enough\n    "learningRate": 0.003\n  }\n}',
    ],
    [
      'keeps the custom of trailing commas',
      '{\n  "training": {\n    "epochs": 5, // enough\n  },\n}',
      '{\n  "training": {\n    "epochs": 5, // enough\n    "learningRate": 0.003,\n  },\n}',
    ],
    [
      'adds to an object on one line',
      '{ "training": { "epochs": 5 } }',
      '{ "training": { "epochs": 5, "learningRate": 0.003 } }',
    ],
    ['adds to an empty object', '{\n  "training": {}\n}', '{\n  "training": {\n    "learningRate": 0.003\n  }\n}'],
    [
      'adds to an object that holds only a comment',
      '{\n  "training": {\n    // nothing yet\n  }\n}',
      '{\n  "training": {\n    // nothing yet\n    "learningRate": 0.003\n  }\n}',
    ],
    [
      'adds the objects on the way',
      '{\n    "name": "a"\n}\n',
      '{\n    "name": "a",\n    "training": {\n        "learningRate": 0.003\n    }\n}\n',
    ],
    [
      'adds the objects on the way on one line',
      '{"name": "a"}',
      '{"name": "a", "training": { "learningRate": 0.003 }}',
    ],
    ['fills an empty text', '', '{\n  "training": {\n    "learningRate": 0.003\n  }\n}\n'],
    ['fills an empty root', '{}', '{\n  "training": {\n    "learningRate": 0.003\n  }\n}'],
    [
      'keeps the line ends of Windows',
      '{\r\n  "name": "a"\r\n}',
      '{\r\n  "name": "a",\r\n  "training": {\r\n    "learningRate": 0.003\r\n  }\r\n}',
    ],
    [
      'takes the last of several',
      '{"training": {"learningRate": 1, "learningRate": 2}}',
      '{"training": {"learningRate": 1, "learningRate": 0.003}}',
    ],
    [
      'is not led astray by names in strings',
      '{"name": "\\"training\\": {", "training": {"learningRate": 1}}',
      '{"name": "\\"training\\": {", "training": {"learningRate": 0.003}}',
    ],
    ['puts an object where there was none', '{"training": 3}', '{"training": {\n  "learningRate": 0.003\n}}'],
  ] as const) {
    it(what, () => {
      const result = set(before);
      assert.equal(result, after);
      const read = JSON.parse(stripComments(result)) as { training: { learningRate: number } };
      assert.equal(read.training.learningRate, 0.003);
    });
  }

  it('writes a whole group, indented as the file is', () => {
    const text = '{\n    "training": {\n        "schedule": "cosine"\n    }\n}';
    const result = set(text, { name: 'step', every: 3 }, ['training', 'schedule']);
    const group = '{\n            "name": "step",\n            "every": 3\n        }';
    assert.equal(result, `{\n    "training": {\n        "schedule": ${group}\n    }\n}`);
  });

  it('has nothing to do with a path of no names', () => {
    assert.deepEqual(setJsonValue('{}', [], 1), []);
  });

  for (const text of ['{"training": ', '[1]', '3', '{"a": 1 "b": 2}', '{"a": 1} x', '{a: 1}']) {
    it(`refuses ${text}`, () => assert.throws(() => setJsonValue(text, path, 1), { code: 'bad-json' }));
  }
});
