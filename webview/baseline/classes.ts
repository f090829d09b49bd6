import type { Baseline } from '../../src/protocol/baseline.ts';
import type { ClassColumn } from '../../src/protocol/baseline-panel.ts';
import { element } from '../ui/dom.ts';
import { count, none, percent } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { shareBar } from '../ui/share-bar.ts';
import { SortableTable } from '../ui/sortable-table.ts';
import type { Sorting } from '../ui/sorting.ts';
import { interval } from './texts.ts';

interface ClassRow {
  label: string;
  images: number;
  recall: Baseline['perClass'][number]['recall'];
  hard: boolean;
}

/** Each class with how many of its images the probe recognises; the hard ones are marked. */
export class Classes {
  readonly root: HTMLElement;
  readonly #table: SortableTable<ClassRow, ClassColumn>;

  constructor(
    sorting: Sorting<ClassColumn>,
    listeners: { onSort(sorting: Sorting<ClassColumn>): void; onInspect(label: string): void },
  ) {
    const name = ({ label, hard }: ClassRow) => {
      const link = element('button', { class: 'link', type: 'button', title: `Inspect the images of ${label}` }, label);
      link.addEventListener('click', () => listeners.onInspect(label));
      const mark = element(
        'span',
        { class: 'hard', title: 'Surely recognised less often than the average image' },
        icon('warning'),
        'hard',
      );
      return hard ? [link, mark] : [link];
    };
    const recall = ({ recall: share }: ClassRow) =>
      share === null
        ? [none]
        : [
            shareBar(share),
            element('span', { class: 'beside-bar' }, percent(share.value)),
            element('span', { class: 'interval' }, interval(share)),
          ];
    this.#table = new SortableTable<ClassRow, ClassColumn>({
      label: 'Classes',
      columns: [
        { id: 'name', title: 'Class', value: ({ label }) => label, cell: name },
        {
          ...{ id: 'images', title: 'Images', number: true, largestFirst: true },
          value: ({ images }) => images,
          cell: ({ images }) => count(images),
        },
        {
          ...{ id: 'recall', title: 'Recognised', number: true },
          value: ({ recall: share }) => share?.value ?? null,
          cell: recall,
        },
      ],
      sorting,
      onSort: listeners.onSort,
      className: ({ hard }) => (hard ? 'is-hard' : null),
    });
    this.root = element(
      'section',
      { class: 'card', 'aria-label': 'Classes' },
      element('h2', {}, 'Which classes will be hard'),
      this.#table.root,
    );
  }

  show({ perClass, hard }: Baseline): void {
    this.#table.show(perClass.map((one) => ({ ...one, hard: hard.includes(one.label) })));
  }
}
