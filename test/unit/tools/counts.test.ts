import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { closingLine, exitCode, type PartResult } from '../../tools/test/counts.ts';

const part = (passed: number, failed: number, skipped: number): PartResult => ({
  name: 'unit',
  seconds: 1,
  passed,
  failed,
  skipped,
});

describe('exitCode', () => {
  const cases: [parts: PartResult[], code: 0 | 1, why: string][] = [
    [[part(3, 0, 0)], 0, 'all passed'],
    [[part(3, 0, 2), part(1, 0, 0)], 0, 'skipped tests are no failure'],
    [[part(3, 1, 0)], 1, 'one failed'],
    [[part(3, 0, 0), part(0, 0, 0)], 1, 'a part in which nothing ran'],
    [[], 1, 'no part at all'],
  ];
  for (const [parts, code, why] of cases) test(why, () => assert.equal(exitCode(parts), code));
});

test('the last line sums all parts', () => {
  assert.equal(
    closingLine([part(3, 0, 2), part(4, 1, 0)])
      .split('\n')
      .at(-1),
    '7 passed, 1 failed, 2 skipped',
  );
});
