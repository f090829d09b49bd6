import type { CatalogueRow } from '../../src/protocol/catalogue.ts';
import type { CleanRow } from '../../src/protocol/clean-panel.ts';
import { kindTexts } from './kinds.ts';

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function folderName(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** In what images that show the same differ. */
export function differences(images: readonly CatalogueRow[]): Set<'label' | 'split' | 'size'> {
  const differ = new Set<'label' | 'split' | 'size'>();
  const many = (values: unknown[]) => new Set(values).size > 1;
  if (many(images.map(({ label, edit }) => edit?.label ?? label))) differ.add('label');
  if (many(images.map(({ split, edit }) => edit?.split ?? split))) differ.add('split');
  if (many(images.map(({ width, height }) => `${width}×${height}`))) differ.add('size');
  return differ;
}

export interface ActKey {
  key: 'K' | 'R' | 'X' | 'D' | 'N';
  text: string;
  title: string;
}

/** The acts that make sense on a row, and what they do there. */
export function actKeys({ kind }: Pick<CleanRow, 'kind'>): ActKey[] {
  const { look } = kindTexts[kind];
  const keep: Record<typeof look, ActKey | null> = {
    label: { key: 'K', text: 'Keep', title: 'The label is right' },
    copies:
      kind === 'conflicting-labels'
        ? { key: 'K', text: 'This label', title: 'The label of the chosen image is right for all' }
        : { key: 'K', text: 'Keep this', title: 'Keep the chosen image and leave the others out' },
    picture: { key: 'K', text: 'Keep', title: 'The picture is fine' },
    set: null,
  };
  const relabel: ActKey = { key: 'R', text: 'Relabel', title: 'Give it another class' };
  const rest: ActKey[] = [
    { key: 'X', text: 'Exclude', title: 'Leave the image out of training' },
    { key: 'D', text: 'Delete', title: 'Into the trash when the edits are applied' },
    { key: 'N', text: 'No issue', title: 'Never show this again' },
  ];
  if (look === 'set') return [];
  const first = keep[look] ? [keep[look]] : [];
  const mayRelabel = look === 'label' || kind === 'outlier' || kind === 'conflicting-labels';
  return [...first, ...(mayRelabel ? [relabel] : []), ...rest];
}
