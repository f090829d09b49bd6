import type { RawImage } from '../bmp.ts';
import type { ImageMeasures } from './measures.ts';
import { hexColor } from './tones.ts';

/** Levels that a channel may be off the border's colour: what JPEG adds near an edge. */
const TOLERANCE = 12;
/** Of a line of the border, so many pixels may be off nevertheless. */
const OFF_SHARE = 0.02;
/** Where a border ends, at least so many pixels of a line have other colours: a frame has an edge, a plain background has none. */
const EDGE_SHARE = 0.5;
/** The edge of a frame may be washed out over so many lines. */
const EDGE_LINES = 2;

interface Side {
  /** Lines of the border. */
  depth: number;
  /** Red, green, blue. */
  color: [number, number, number];
}

/**
 * Finds a border of one colour along one or more sides: lines of one colour that end at a straight edge. A uniform image is all border.
 * @param image of 1 or 3 channels, [height, width, channel]
 */
export function measureBorder(image: RawImage): Pick<ImageMeasures, 'border' | 'borderColor'> {
  const { width, height } = image;
  const corner = colorAt(image, 0);
  const opposite = colorAt(image, width * height - 1);
  const colors = same(corner, opposite) ? [corner] : [corner, opposite];
  const found = colors.map((color) => borderOf(image, color)).sort((a, b) => b.share - a.share)[0];
  if (!found || found.share === 0) return { border: 0, borderColor: null };
  return { border: found.share, borderColor: hexColor(found.color) };
}

function borderOf(image: RawImage, color: Side['color']): { share: number; color: Side['color'] } {
  const { width, height } = image;
  const [first = 0, ...rest] = [depthOf(image, color, 'top'), depthOf(image, color, 'bottom')];
  const bottom = rest[0] ?? 0;
  if (first === height) return { share: 1, color };
  const left = depthOf(image, color, 'left');
  const right = depthOf(image, color, 'right');
  const inner = Math.max(0, width - left - right) * Math.max(0, height - first - bottom);
  return { share: 1 - inner / (width * height), color };
}

/** Lines of the colour from a side inwards; 0 where they end without an edge. The whole length where nothing else is there. */
function depthOf(image: RawImage, color: Side['color'], side: 'top' | 'bottom' | 'left' | 'right'): number {
  const isRow = side === 'top' || side === 'bottom';
  const lines = isRow ? image.height : image.width;
  const lineAt = (at: number) => (side === 'top' || side === 'left' ? at : lines - 1 - at);
  const off = (at: number) => shareOff(image, color, isRow, lineAt(at));
  let depth = 0;
  while (depth < lines && off(depth) <= OFF_SHARE) depth++;
  if (depth === 0 || depth === lines) return depth;
  for (let at = depth; at < Math.min(lines, depth + EDGE_LINES + 1); at++) if (off(at) >= EDGE_SHARE) return depth;
  return 0;
}

/** Share of a row's or column's pixels that are not of the colour. */
function shareOff(
  { data, width, height, channels }: RawImage,
  color: Side['color'],
  isRow: boolean,
  line: number,
): number {
  const length = isRow ? width : height;
  const start = (isRow ? line * width : line) * channels;
  const step = (isRow ? 1 : width) * channels;
  const colours = channels < 3 ? 1 : 3;
  let off = 0;
  for (let i = 0, at = start; i < length; i++, at += step) {
    for (let c = 0; c < colours; c++) {
      if (Math.abs((data[at + c] as number) - (color[c] as number)) <= TOLERANCE) continue;
      off++;
      break;
    }
  }
  return off / length;
}

function colorAt({ data, channels }: RawImage, pixel: number): Side['color'] {
  const at = pixel * channels;
  const first = data[at] as number;
  return channels < 3 ? [first, first, first] : [first, data[at + 1] as number, data[at + 2] as number];
}

function same(a: Side['color'], b: Side['color']): boolean {
  return a.every((value, c) => Math.abs(value - (b[c] as number)) <= TOLERANCE);
}
