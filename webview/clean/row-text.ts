import type { CatalogueRow } from '../../src/protocol/catalogue.ts';
import { type CleanKeyAct, keyOf } from '../../src/protocol/clean-keys.ts';
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
  act: Extract<CleanKeyAct, 'keep' | 'relabel' | 'exclude' | 'delete' | 'dismiss'>;
  /** Its default key. */
  key: string;
  text: string;
  title: string;
}

/** The acts that make sense on a row, and what they do there. */
export function actKeys({ kind }: Pick<CleanRow, 'kind'>): ActKey[] {
  const { look } = kindTexts[kind];
  const to = (act: ActKey['act'], text: string, title: string): ActKey => ({ act, key: keyOf(act), text, title });
  const keep: Record<typeof look, ActKey | null> = {
    label: to('keep', 'Keep', 'The label is right'),
    copies:
      kind === 'conflicting-labels'
        ? to('keep', 'This label', 'The label of the chosen image is right for all')
        : to('keep', 'Keep this', 'Keep the chosen image and leave the others out'),
    picture: to('keep', 'Keep', 'The picture is fine'),
    set: null,
  };
  const rest = [
    to('exclude', 'Exclude', 'Leave the image out of training'),
    to('delete', 'Delete', 'Into the trash when the edits are applied'),
    to('dismiss', 'No issue', 'Never show this again'),
  ];
  if (look === 'set') return [];
  const first = keep[look] ? [keep[look]] : [];
  const mayRelabel = look === 'label' || kind === 'outlier' || kind === 'conflicting-labels';
  return [...first, ...(mayRelabel ? [to('relabel', 'Relabel', 'Give it another class')] : []), ...rest];
}
