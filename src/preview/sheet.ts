import sharp from 'sharp';
import { visibleOf } from '../images/pixels.ts';
import { channelsOf, type DecodeSettings, storedSettings } from '../images/preprocess.ts';

export interface SheetRow {
  /** What stands above the row. */
  title: string;
  /** Pictures of the settings' size, and the lines under each. */
  cells: { pixels: Uint8Array; channels: number; caption: string[] }[];
}

/** Pictures are enlarged by a whole factor to at least this many pixels. */
const LEAST_SIDE = 96;
const GAP = 8;
const TITLE = 22;
const LINE = 14;

/** A contact sheet as PNG: a row an image, its name above it, captions below its pictures. */
export async function makeSheet(rows: readonly SheetRow[], { width, height }: DecodeSettings): Promise<Buffer> {
  const scale = Math.max(1, Math.ceil(LEAST_SIDE / Math.max(width, height)));
  const cellWidth = width * scale;
  const cellHeight = height * scale;
  const columns = Math.max(...rows.map(({ cells }) => cells.length));
  const lines = Math.max(...rows.flatMap(({ cells }) => cells.map(({ caption }) => caption.length)));
  const rowHeight = TITLE + cellHeight + lines * LINE + GAP;
  const sheetWidth = Math.max(320, GAP + columns * (cellWidth + GAP));
  const sheetHeight = GAP + rows.length * rowHeight;
  const pictures = await Promise.all(
    rows.flatMap(({ cells }, row) =>
      cells.map(async ({ pixels, channels }, column) => ({
        input: await rawPicture(pixels, { width, height }, channels)
          .resize(cellWidth, cellHeight, { kernel: 'nearest' })
          .png({ compressionLevel: 1 })
          .toBuffer(),
        left: GAP + column * (cellWidth + GAP),
        top: GAP + row * rowHeight + TITLE,
      })),
    ),
  );
  const texts = rows.flatMap(({ title, cells }, row) => {
    const top = GAP + row * rowHeight;
    const captions = cells.flatMap(({ caption }, column) =>
      caption.map((line, at) => {
        const y = top + TITLE + cellHeight + (at + 1) * LINE - 2;
        return text(line, GAP + column * (cellWidth + GAP), y, 11, cellWidth, '#555555');
      }),
    );
    return [text(title, GAP, top + 15, 13, sheetWidth - 2 * GAP, '#111111'), ...captions];
  });
  const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${sheetWidth}" height="${sheetHeight}">${texts.join('')}</svg>`;
  return sharp({ create: { width: sheetWidth, height: sheetHeight, channels: 3, background: '#ffffff' } })
    .composite([...pictures, { input: Buffer.from(overlay), left: 0, top: 0 }])
    .png()
    .toBuffer();
}

function text(value: string, x: number, y: number, size: number, room: number, color: string): string {
  const fits = Math.max(1, Math.floor(room / (size * 0.56)));
  const shown = value.length > fits ? `${value.slice(0, fits - 1)}…` : value;
  const escaped = shown.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<text x="${x}" y="${y}" font-family="sans-serif" font-size="${size}" fill="${color}">${escaped}</text>`;
}

/** Channels of pictures decoded with `storedSettings`. */
export function pictureChannels(settings: DecodeSettings): number {
  return channelsOf(storedSettings(settings));
}

/** One picture as PNG, fast rather than small. */
export function encodePicture(pixels: Uint8Array, size: DecodeSettings, channels: number): Promise<Buffer> {
  return rawPicture(pixels, size, channels).png({ compressionLevel: 1 }).toBuffer();
}

/** Of channels that are no colours the first three are shown. */
function rawPicture(pixels: Uint8Array, { width, height }: Pick<DecodeSettings, 'width' | 'height'>, channels: number) {
  const seen = visibleOf(pixels, channels);
  return sharp(seen.pixels, { raw: { width, height, channels: seen.channels } });
}
