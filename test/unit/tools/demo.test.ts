import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseImages, drawingsOf, type EmojiSet, fileOf, groupOf } from '../../tools/demo/emoji.ts';

describe('groupOf', () => {
  const cases: [codePoints: string, group: string, why: string][] = [
    ['1f436', '1f436', 'a plain emoji'],
    ['2764-fe0f', '2764', 'its presentation does not matter'],
    ['1f44b-1f3fd', '1f44b', 'nor does its skin tone'],
    ['1f469-200d-1f680', '1f9d1-1f680', 'a woman astronaut is an astronaut'],
    ['1f468-1f3ff-200d-1f680', '1f9d1-1f680', 'so is a man of any tone'],
    ['1f3c3-1f3fe-200d-2640-fe0f', '1f3c3', 'a woman running is a person running'],
    ['2640', '2640', 'the female sign alone stays itself'],
    ['1f3fb', '1f3fb', 'so does a skin tone alone'],
  ];
  for (const [codePoints, group, why] of cases) {
    test(`${codePoints} → ${group}: ${why}`, () => assert.equal(groupOf(codePoints), group));
  }
});

function set(artist: string, names: Record<string, string>, categories: Record<string, string[]>): EmojiSet {
  const icons = Object.fromEntries(Object.values(names).map((name) => [name, { body: `<g id="${name}"/>` }]));
  return { artist, icons, width: 32, height: 32, characters: names, categories };
}

describe('chooseImages', () => {
  const names = { '1f436': 'dog', '1f34e': 'apple', '1f44b': 'wave', '1f44b-1f3fd': 'wave-medium' };
  const categories = {
    'Animals & Nature': ['dog'],
    'Food & Drink': ['apple'],
    'People & Body': ['wave', 'wave-medium'],
  };
  const a = set('a', names, categories);
  const b = set('b', names, categories);
  const first = () => 0;

  test('takes each emoji once from each artist, whatever its tones', () => {
    const files = chooseImages([a, b], 10, first).map(fileOf);
    assert.deepEqual(files, [
      'images/animals/dog-a.png',
      'images/animals/dog-b.png',
      'images/food/apple-a.png',
      'images/food/apple-b.png',
      'images/people/wave-a.png',
      'images/people/wave-b.png',
    ]);
  });

  test('leaves out what an artist has not drawn', () => {
    const { '1f34e': _apple, ...fewer } = names;
    const classes = chooseImages([a, set('b', fewer, categories)], 10, first).map((image) => image.className);
    assert.deepEqual([...new Set(classes)], ['animals', 'people']);
  });

  test('takes at most so many emojis a class', () => {
    const animals = { '1f436': 'dog', '1f431': 'cat' };
    const many = set('a', animals, { 'Animals & Nature': ['dog', 'cat'] });
    assert.deepEqual(
      chooseImages([many], 1, (text) => (text.startsWith('1f431') ? 0 : 1)).map((image) => image.name),
      ['cat'],
    );
  });

  test('goes with most artists where they disagree about the category', () => {
    const crab = { '1f980': 'crab' };
    const animal = { 'Animals & Nature': ['crab'] };
    const sets = [set('a', crab, { 'Food & Drink': ['crab'] }), set('b', crab, animal), set('c', crab, animal)];
    assert.deepEqual(new Set(chooseImages(sets, 1, first).map((image) => image.className)), new Set(['animals']));
  });

  test('knows no flags', () => {
    assert.equal(drawingsOf(set('a', { '1f3c1': 'flag' }, { Flags: ['flag'] })).length, 1);
    assert.deepEqual(chooseImages([set('a', { '1f3c1': 'flag' }, { Flags: ['flag'] })], 1, first), []);
  });
});
