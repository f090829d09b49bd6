/** One emoji as one artist drew it. */
export interface Drawing {
  artist: string;
  /** `dog-face` */
  name: string;
  /** Code points in hexadecimal, joined by `-`. */
  codePoints: string;
  category: string;
  /** What stands inside the `<svg>`. */
  body: string;
  viewBox: string;
}

/** One image of the demo data set. */
export interface DemoImage extends Drawing {
  className: string;
  group: string;
}

/** The parts of an `@iconify-json/*` package that matter here. */
export interface EmojiSet {
  artist: string;
  icons: Record<string, { body: string; width?: number; height?: number }>;
  width: number;
  height: number;
  /** Code points → name. */
  characters: Record<string, string>;
  /** Category → names. */
  categories: Record<string, string[]>;
}

/**
 * Classes that can be told by looking. Left out: activities and objects (a ball is one, a drum the other), and flags, of which
 * two of the three sets have a handful.
 */
const classOfCategory: Record<string, string> = {
  'Animals & Nature': 'animals',
  'Food & Drink': 'food',
  'People & Body': 'people',
  'Smileys & Emotion': 'smileys',
  Symbols: 'symbols',
  'Travel & Places': 'travel',
};

const presentation = /^(fe0f|200d)$/;
const skinTone = /^1f3f[b-f]$/;
const gender = /^(2640|2642)$/;
const person = /^(1f468|1f469|1f9d1)$/;

/**
 * What stays on one side of a split: an emoji whoever drew it, in all its skin tones and genders.
 * `1f469-1f3fd-200d-1f680` (woman astronaut, medium skin tone) → `1f9d1-1f680`.
 */
export function groupOf(codePoints: string): string {
  const all = codePoints.split('-').filter((code) => !presentation.test(code));
  const kept = all.filter((code, at) => at === 0 || !(skinTone.test(code) || gender.test(code)));
  return kept.map((code) => (person.test(code) ? '1f9d1' : code)).join('-');
}

/** All drawings of one set whose category is known. */
export function drawingsOf(set: EmojiSet): Drawing[] {
  const category = new Map(
    Object.entries(set.categories).flatMap(([name, icons]) => icons.map((icon) => [icon, name])),
  );
  return Object.entries(set.characters).flatMap(([codePoints, name]) => {
    const icon = set.icons[name];
    const found = category.get(name);
    if (!icon || !found) return [];
    const viewBox = `0 0 ${icon.width ?? set.width} ${icon.height ?? set.height}`;
    return [{ artist: set.artist, name, codePoints, category: found, body: icon.body, viewBox }];
  });
}

/**
 * The demo data set: of each class at most `groupsPerClass` emojis that every artist drew, each once by each artist. Of an
 * emoji's skin tones and genders each artist contributes one. Where artists file an emoji under different categories, most win.
 * @param choose a fixed pseudo-random number for a text, so that the same emojis are chosen everywhere
 */
export function chooseImages(sets: EmojiSet[], groupsPerClass: number, choose: (text: string) => number): DemoImage[] {
  const groups = Map.groupBy(sets.flatMap(drawingsOf), (drawing) => groupOf(drawing.codePoints));
  const complete = [...groups].flatMap(([group, drawings]) => {
    const artists = Map.groupBy(drawings, (drawing) => drawing.artist);
    const className = classOfCategory[mostFrequent(drawings.map((drawing) => drawing.category))];
    return className && artists.size === sets.length ? [{ group, className, artists }] : [];
  });
  const classes = Map.groupBy(complete, (entry) => entry.className);
  return [...classes.values()]
    .flatMap((entries) => smallest(entries, groupsPerClass, (entry) => choose(entry.group)))
    .flatMap(({ group, className, artists }) =>
      [...artists.values()]
        .flatMap((variants) => smallest(variants, 1, (variant) => choose(`${variant.artist} ${variant.codePoints}`)))
        .map((drawing) => ({ ...drawing, className, group })),
    )
    .sort((a, b) => (fileOf(a) < fileOf(b) ? -1 : 1));
}

/** Path of an image inside the demo folder. */
export function fileOf(image: DemoImage): string {
  return `images/${image.className}/${image.name}-${image.artist}.png`;
}

function smallest<T>(values: T[], count: number, key: (value: T) => number): T[] {
  return values.toSorted((a, b) => key(a) - key(b)).slice(0, count);
}

/** Ties go to the value that comes first. */
function mostFrequent(values: string[]): string {
  const counts = [...Map.groupBy(values, (value) => value)];
  return counts.sort((a, b) => b[1].length - a[1].length)[0]?.[0] ?? '';
}
