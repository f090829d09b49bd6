import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copiesOf } from '../../../../src/cleaning/new-images/copies-of.ts';

const looks = (path: string, hash: string, bits: bigint | null) => ({
  ...{ path, hash },
  perceptualHash: bits === null ? null : bits.toString(16).padStart(16, '0'),
});

test('copies of what is known: by content first, then by the nearest pHash; of each other too', () => {
  const known = [looks('rose/a', 'A', 0n), looks('rose/b', 'B', 0xffn)];
  const found = copiesOf(
    [
      looks('n1', 'A', 0n),
      looks('n2', 'C', 0b11n),
      looks('n3', 'D', 0xf7n),
      looks('n4', 'E', 0xffff0000n),
      looks('n5', 'E', 0xffff0000n),
      looks('n6', 'F', null),
    ],
    known,
    4,
  );
  assert.deepEqual(found, [
    { kind: 'exact-duplicate', of: 'rose/a', distance: 0 },
    { kind: 'near-duplicate', of: 'rose/a', distance: 2 },
    { kind: 'near-duplicate', of: 'rose/b', distance: 1 },
    null,
    { kind: 'exact-duplicate', of: 'n4', distance: 0 },
    null,
  ]);
});
