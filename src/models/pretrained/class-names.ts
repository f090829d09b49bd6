import fs from 'node:fs';
import path from 'node:path';

/** As the Places365 project publishes it: `/a/airport_terminal 7`, a line a class. */
const placesFile = 'categories_places365.txt';
const PLACES = 365;
const MOST_BYTES = 2 ** 20;

/**
 * Names of the classes of a classifier that a weight file brings, from the list that stands beside it; they are nobody's to hand on, so none
 * comes with Loupe. null: there is no list of as many.
 */
export function classNamesBeside(file: string, classes: number | null): string[] | null {
  if (classes !== PLACES) return null;
  const list = path.join(path.dirname(file), placesFile);
  const stat = fs.statSync(list, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size > MOST_BYTES) return null;
  const names = new Array<string>(PLACES);
  for (const line of fs.readFileSync(list, 'utf8').split('\n')) {
    const [, name, number] = /^\/[a-z]\/(\S+)\s+(\d+)\s*$/.exec(line) ?? [];
    if (name !== undefined && Number(number) < PLACES) names[Number(number)] = name;
  }
  return Object.keys(names).length === PLACES ? names : null;
}
