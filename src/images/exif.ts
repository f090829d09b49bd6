/** What a camera or an editor wrote into a file, in words. */
export interface ExifEntry {
  name: string;
  value: string;
}

type Value = string | number[];

interface Tag {
  name: string;
  /** Null: the value says nothing. */
  write(value: Value): string | null;
}

const text = (value: Value): string | null => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null);
const number = (value: Value): number | null => {
  const first = typeof value === 'string' ? undefined : value[0];
  return first !== undefined && Number.isFinite(first) ? first : null;
};
const written = (name: string, write: (value: number) => string | null): Tag => ({
  name,
  write: (value) => {
    const first = number(value);
    return first === null ? null : write(first);
  },
});

const ORIENTATIONS = [
  'upright',
  'mirrored',
  'turned by 180°',
  'mirrored, turned by 180°',
  'mirrored, turned by 90° to the left',
  'turned by 90° to the right',
  'mirrored, turned by 90° to the right',
  'turned by 90° to the left',
];

/** Tags of the main directory (EXIF 2.32, section 4.6.4) that are worth a line. */
const MAIN_TAGS: Record<number, Tag> = {
  270: { name: 'Description', write: text },
  271: { name: 'Maker', write: text },
  272: { name: 'Camera', write: text },
  274: written('Orientation', (value) => ORIENTATIONS[value - 1] ?? null),
  305: { name: 'Software', write: text },
  306: { name: 'Changed', write: dateOf },
  315: { name: 'Artist', write: text },
  33432: { name: 'Copyright', write: text },
};

/** The same of the EXIF directory (section 4.6.5). */
const PHOTO_TAGS: Record<number, Tag> = {
  33434: written('Exposure', (value) => `${value < 0.5 && value > 0 ? `1/${Math.round(1 / value)}` : round(value)} s`),
  33437: written('Aperture', (value) => `f/${round(value)}`),
  34855: written('ISO', (value) => String(value)),
  36867: { name: 'Taken', write: dateOf },
  37385: written('Flash', (value) => ((value & 1) === 1 ? 'fired' : 'off')),
  37386: written('Focal length', (value) => `${round(value)} mm`),
  42036: { name: 'Lens', write: text },
};

const PHOTO_DIRECTORY = 0x8769;
const GPS_DIRECTORY = 0x8825;
/** Bytes of a value of each TIFF type. */
const TYPE_BYTES: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8 };
const MOST_ENTRIES = 500;

/**
 * Reads the EXIF block of a file: camera, date, exposure, orientation, and whether it tells where it was taken. Damaged blocks give
 * what can be read of them; nothing is ever thrown.
 * @param block as sharp's `metadata().exif` has it: `Exif\0\0`, then a TIFF structure
 */
export function readExif(block: Uint8Array): ExifEntry[] {
  const start = block[0] === 0x45 && block[1] === 0x78 ? 6 : 0;
  const bytes = block.subarray(start);
  if (bytes.length < 8) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return [];
  const little = order === 0x4949;
  const main = readDirectory(view, view.getUint32(4, little), little);
  const photo = main.get(PHOTO_DIRECTORY);
  const photoOffset = photo === undefined ? null : number(photo);
  const photoTags = photoOffset === null ? new Map<number, Value>() : readDirectory(view, photoOffset, little);
  const entries = [...describe(main, MAIN_TAGS), ...describe(photoTags, PHOTO_TAGS)];
  if (main.has(GPS_DIRECTORY)) entries.push({ name: 'Position', value: 'the file tells where it was taken (GPS)' });
  return entries;
}

function describe(values: Map<number, Value>, tags: Record<number, Tag>): ExifEntry[] {
  return Object.entries(tags).flatMap(([tag, { name, write }]) => {
    const value = values.get(Number(tag));
    const words = value === undefined ? null : write(value);
    return words === null ? [] : [{ name, value: words }];
  });
}

/** The values of a TIFF directory that lie within the block. */
function readDirectory(view: DataView, offset: number, little: boolean): Map<number, Value> {
  const values = new Map<number, Value>();
  if (offset + 2 > view.byteLength) return values;
  const count = Math.min(view.getUint16(offset, little), MOST_ENTRIES);
  for (let i = 0; i < count; i++) {
    const at = offset + 2 + i * 12;
    if (at + 12 > view.byteLength) break;
    const type = view.getUint16(at + 2, little);
    const length = view.getUint32(at + 4, little) * (TYPE_BYTES[type] ?? 0);
    const place = length <= 4 ? at + 8 : view.getUint32(at + 8, little);
    if (length === 0 || place + length > view.byteLength) continue;
    values.set(view.getUint16(at, little), valueAt(view, type, place, length, little));
  }
  return values;
}

/** Numbers beyond the first few say nothing that is shown. */
function valueAt(view: DataView, type: number, place: number, length: number, little: boolean): Value {
  if (type === 2) {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + place, length);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  }
  const size = TYPE_BYTES[type] as number;
  const read: Record<number, (at: number) => number> = {
    1: (at) => view.getUint8(at),
    3: (at) => view.getUint16(at, little),
    4: (at) => view.getUint32(at, little),
    5: (at) => view.getUint32(at, little) / view.getUint32(at + 4, little),
    7: (at) => view.getUint8(at),
    9: (at) => view.getInt32(at, little),
    10: (at) => view.getInt32(at, little) / view.getInt32(at + 4, little),
  };
  return Array.from({ length: Math.min(4, length / size) }, (_, i) => read[type]?.(place + i * size) ?? Number.NaN);
}

/** `2024:05:01 10:20:30` → `2024-05-01 10:20:30`. */
function dateOf(value: Value): string | null {
  const words = text(value);
  return words === null || /^[0: ]*$/.test(words) ? null : words.replace(/^(\d{4}):(\d\d):(\d\d)/, '$1-$2-$3');
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
