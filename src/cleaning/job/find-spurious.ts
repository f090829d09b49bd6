import { sourceFolder } from '../classes/source-folder.ts';
import { type NuisanceField, spuriousCorrelations } from '../classes/spurious.ts';
import type { LabelledImages } from './find-labels.ts';
import type { Search } from './search.ts';

/** Fields that say more about a class than they should, written into the catalogue. @param folds [labelled] */
export async function findSpurious(
  { catalogue, images, steps }: Search,
  { classes, positions, labels }: LabelledImages,
  folds: Uint8Array,
): Promise<void> {
  await steps.run('classes', async () => {
    const measured = new Map(
      catalogue
        .all('SELECT id, brightness, saturation, border_color, bytes FROM images WHERE brightness IS NOT NULL')
        .map((row) => [Number(row.id), row]),
    );
    const field = (name: string, read: (image: Search['images'][number]) => number | string | null): NuisanceField => ({
      name,
      values: Array.from(positions, (i) => read(images[i] as Search['images'][number])),
    });
    const number = (name: string) => (image: Search['images'][number]) => {
      const value = measured.get(image.id)?.[name];
      return typeof value === 'number' ? value : null;
    };
    const fields = [
      field('size', ({ width, height }) => Math.sqrt(width * height)),
      field('aspect', ({ width, height }) => width / height),
      field('bytes per pixel', ({ bytes, width, height }) => bytes / (width * height)),
      field('brightness', number('brightness')),
      field('saturation', number('saturation')),
      field('background', ({ id }) => coarseColor(measured.get(id)?.border_color)),
      field('format', ({ record }) => record.format),
      field('folder', ({ path, effectiveLabel, label, split }) =>
        sourceFolder(path, label ?? effectiveLabel ?? '', split),
      ),
    ];
    const found = spuriousCorrelations(fields, labels, classes, folds);
    catalogue.writeFindings(found.map((finding) => ({ ...finding, images: [] })));
    return { result: undefined, kept: false };
  });
}

/** A border's colour in four steps a channel, so that nearly equal ones count as one. */
function coarseColor(color: unknown): string | null {
  if (typeof color !== 'string') return null;
  const channels = [1, 3, 5].map((at) => Math.round(Number.parseInt(color.slice(at, at + 2), 16) / 85));
  return channels.join('-');
}
