import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copiesOf } from '../../../../src/cleaning/new-images/copies-of.ts';

const looks = (path: string, hash: string, bits: bigint | null) => ({
  ...{ path, hash },
  perceptualHash: bits === null ? null : bits.toString(16).padStart(16, '0'),
});

test('copies of what is known: by content first, then by the nearest pHash; of each other too', async () => {
  const known = [looks('rose/a', 'A', 0n), looks('rose/b', 'B', 0xffn)];
  const found = await copiesOf(
    [
      looks('n1', 'A', 0n),
      looks('n2', 'C', 0b11n),
      looks('n3', 'D', 0xf7n),
      looks('n4', 'E', 0xffff0000n),
      looks('n5', 'E', 0xffff0000n),
      looks('n6', 'F', null),
    ],
    known,
    { radius: 4, showsTheSame: async () => true },
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

test('the nearest pHash whose pixels show the same is the original; pixels are looked at no oftener than need be', async () => {
  const known = [looks('blue', 'A', 0n), looks('red', 'B', 0b1n), looks('far', 'C', 0xffn)];
  const compared: string[] = [];
  const options = {
    radius: 4,
    showsTheSame: async (a: { path: string }, b: { path: string }) => {
      compared.push(`${a.path} ${b.path}`);
      return b.path !== 'blue';
    },
  };
  const found = await copiesOf([looks('n', 'N', 0n), looks('same', 'A', 0n)], known, options);
  assert.deepEqual(found, [
    { kind: 'near-duplicate', of: 'red', distance: 1 },
    { kind: 'exact-duplicate', of: 'blue', distance: 0 },
  ]);
  assert.deepEqual(compared, ['n blue', 'n red']);
  const other = await copiesOf([looks('n', 'N', 0n)], known.slice(0, 1), options);
  assert.deepEqual(other, [null]);
});
