/** Raise it when the tables or the meaning of a column change; a catalogue of another version is made anew. */
export const SCHEMA_VERSION = 2;

/** Columns that `measures` keeps by content, and `images` has a copy of, so that no query needs a join. */
export const measureColumns = [
  'brightness',
  'dark',
  'light',
  'contrast',
  'saturation',
  'hue',
  'color',
  'blur',
  'information',
  'border',
  'border_color',
  'greyscale',
  'perceptual_hash',
  'pixel_hash',
] as const;

const MEASURES = `
    brightness REAL, dark REAL, light REAL, contrast REAL, saturation REAL, hue REAL, color TEXT, blur REAL,
    information REAL, border REAL, border_color TEXT, greyscale INTEGER, perceptual_hash TEXT, pixel_hash TEXT`;

/**
 * `images.id` names an image for good: a rescan leaves it as it is, a renamed file keeps it, and no other image gets it later. After a
 * first scan ids are positions by path (by code point, as SQLite compares), the order of a query without a sort. `came` holds what the
 * scan under way has added, until it knows what is gone, so that renamed files are found.
 */
export const TABLES = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS images (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, folder TEXT NOT NULL, class TEXT, split TEXT, format TEXT NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, channels INTEGER NOT NULL, size REAL NOT NULL, aspect REAL NOT NULL,
    bytes INTEGER NOT NULL, modified REAL, hash TEXT NOT NULL,${MEASURES}
  );
  CREATE INDEX IF NOT EXISTS images_hash ON images (hash);
  CREATE INDEX IF NOT EXISTS images_path ON images (path);
  CREATE INDEX IF NOT EXISTS images_class ON images (class, split);
  CREATE TABLE IF NOT EXISTS measures (hash TEXT PRIMARY KEY,${MEASURES}) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS came (id INTEGER PRIMARY KEY);
  CREATE TABLE IF NOT EXISTS skips (id INTEGER PRIMARY KEY, path TEXT NOT NULL, cause TEXT NOT NULL, message TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS pairs (
    a INTEGER NOT NULL, b INTEGER NOT NULL, kind TEXT NOT NULL, distance INTEGER, similarity REAL, PRIMARY KEY (a, b)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS pairs_b ON pairs (b);
  CREATE TABLE IF NOT EXISTS neighbours (
    image INTEGER NOT NULL, rank INTEGER NOT NULL, other INTEGER NOT NULL, similarity REAL NOT NULL, PRIMARY KEY (image, rank)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS labels (
    image INTEGER PRIMARY KEY, given_confidence REAL NOT NULL, predicted TEXT NOT NULL, confidence REAL NOT NULL,
    self_confidence REAL NOT NULL, normalized_margin REAL NOT NULL, weighted_entropy REAL NOT NULL,
    by_noise_rate INTEGER NOT NULL, by_class INTEGER NOT NULL, suggested TEXT, wrong REAL NOT NULL, probabilities BLOB
  );
  CREATE TABLE IF NOT EXISTS map (image INTEGER PRIMARY KEY, x REAL NOT NULL, y REAL NOT NULL);
  CREATE TABLE IF NOT EXISTS outliers (image INTEGER PRIMARY KEY, distance REAL NOT NULL);
  CREATE TABLE IF NOT EXISTS findings (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, score REAL NOT NULL, images TEXT NOT NULL, evidence TEXT NOT NULL
  ) WITHOUT ROWID;
`;

/** What the journal says: each process reads it for itself, an editor's edits that are not saved yet among them. */
export const OWN_TABLES = `
  CREATE TEMP TABLE edits (
    image INTEGER PRIMARY KEY, class TEXT, split TEXT, excluded INTEGER NOT NULL, deleted INTEGER NOT NULL, kept INTEGER NOT NULL
  );
  CREATE TEMP TABLE dismissed (key TEXT PRIMARY KEY) WITHOUT ROWID;
`;

/** Answers only where the tables are as above. */
export const PROBE = 'SELECT count(id), count(pixel_hash) FROM images WHERE id < 0';
