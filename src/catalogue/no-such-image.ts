import { Problem } from '../problem.ts';

export function noSuchImage(id: number): Problem {
  return new Problem(
    'no-such-image',
    `There is no image number ${id} any more.`,
    'The data set has changed: ask for the overview and the page again.',
  );
}
