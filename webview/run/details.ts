import { element, setHidden, setText } from '../ui/dom.ts';
import { count, plural } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { badge, button } from '../ui/kit.ts';
import { classTable } from './class-table.ts';
import type { RunView } from './model.ts';
import { phaseTable } from './phase-table.ts';

export interface DetailListeners {
  openFile(file: string): void;
  revealFolder(): void;
  showLog(): void;
  onToggle(open: string[]): void;
  announce(text: string): void;
}

type SectionKey = 'classes' | 'phases' | 'warnings' | 'skipped' | 'config' | 'files';

const causes: Record<string, string> = {
  'zero-byte': 'Empty files',
  'not-an-image': 'Not an image',
  'too-large': 'Too large',
  unreadable: 'No permission to read',
};

/** `not-an-image` → `Not an image`. */
function causeText(cause: string): string {
  return causes[cause] ?? cause.charAt(0).toUpperCase() + cause.slice(1).replaceAll('-', ' ');
}

/** What one looks up rather than watches: folded sections below the charts. */
export class Details {
  readonly root = element('div', { class: 'details' });
  readonly #classes: Section;
  readonly #phases: Section;
  readonly #warnings: Section;
  readonly #skipped: Section;
  readonly #config: Section;
  readonly #files: Section;
  readonly #listeners: DetailListeners;
  #shown: Partial<Record<SectionKey, unknown>> = {};

  constructor(open: readonly string[], listeners: DetailListeners) {
    this.#listeners = listeners;
    const section = (key: string, title: string) => new Section(key, title, open.includes(key));
    this.#classes = section('classes', 'Classes');
    this.#phases = section('phases', 'Phases');
    this.#warnings = section('warnings', 'Warnings');
    this.#skipped = section('skipped', 'Skipped images');
    this.#config = section('config', 'Configuration');
    this.#files = section('files', 'Files');
    const sections = [this.#warnings, this.#classes, this.#phases, this.#skipped, this.#config, this.#files];
    for (const { root } of sections) {
      root.addEventListener('toggle', () =>
        listeners.onToggle(sections.filter((other) => other.root.open).map((other) => other.key)),
      );
      this.root.append(root);
    }
  }

  update(view: RunView): void {
    if (this.#changed('warnings', view.warnings)) this.#showWarnings(view.warnings);
    if (this.#changed('classes', view.perClass)) this.#showClasses(view);
    // A phase's figures change with each of its epochs.
    if (this.#changed('phases', view.phases.length > 0 ? view.epochs : view.phases)) this.#showPhases(view);
    if (this.#changed('skipped', view.skipped)) this.#showSkipped(view.skipped);
    if (this.#changed('config', view.config)) this.#showConfig(view.config);
    if (this.#changed('files', view.files)) this.#showFiles(view.files);
  }

  #changed(key: SectionKey, value: unknown): boolean {
    if (this.#shown[key] === value) return false;
    this.#shown[key] = value;
    return true;
  }

  #showClasses({ perClass, classes }: RunView): void {
    if (!perClass) this.#classes.show(0, element('div', {}));
    else this.#classes.show(perClass.classes.length, classTable(perClass, classes));
  }

  #showPhases(view: RunView): void {
    this.#phases.show(view.phases.length, phaseTable(view.phases, view.epochs));
  }

  #showWarnings(warnings: RunView['warnings']): void {
    const total = warnings.reduce((sum, warning) => sum + warning.count, 0);
    const items = warnings.map(({ message, count: times }) =>
      element('li', {}, icon('warning'), element('span', {}, message), times > 1 && badge(`×${count(times)}`)),
    );
    this.#warnings.show(total, element('ul', { class: 'warnings' }, ...items));
  }

  #showSkipped(skipped: RunView['skipped']): void {
    const total = skipped.reduce((sum, { count: images }) => sum + images, 0);
    const groups = [...skipped]
      .sort((a, b) => b.count - a.count)
      .map(({ cause, count: images, examples }) => {
        const more = images - examples.length;
        return element(
          'li',
          {},
          element('div', { class: 'cause' }, causeText(cause), badge(count(images))),
          element(
            'ul',
            { class: 'examples' },
            ...examples.map(({ path, message }) => element('li', {}, element('code', {}, path), ` ${message}`)),
            more > 0 && examples.length > 0 && element('li', { class: 'more' }, `and ${plural(more, 'more', 'more')}`),
          ),
        );
      });
    this.#skipped.show(total, element('ul', { class: 'skipped' }, ...groups));
  }

  #showConfig(config: string): void {
    const text = element('pre', { tabindex: '0', 'aria-label': 'Configuration as JSON' }, element('code', {}, config));
    const copy = button('Copy', {
      appearance: 'secondary',
      title: 'Copy the configuration',
      icon: icon('copy'),
      onClick: () =>
        void copyText(config, text).then((done) =>
          this.#listeners.announce(done ? 'Copied' : 'Selected: copy it with the keyboard'),
        ),
    });
    this.#config.show(config ? null : 0, element('div', { class: 'config' }, copy, text));
  }

  #showFiles(files: readonly string[]): void {
    const { openFile, revealFolder, showLog } = this.#listeners;
    const links = files.map((file) => {
      const link = element('button', { class: 'link', type: 'button' }, icon('file'), file);
      link.addEventListener('click', () => openFile(file));
      return element('li', {}, link);
    });
    this.#files.show(
      null,
      element(
        'div',
        {},
        element('ul', { class: 'files' }, ...links),
        element(
          'div',
          { class: 'file-actions' },
          button('Reveal Folder', { appearance: 'secondary', icon: icon('folder'), onClick: revealFolder }),
          button('Show Log', { appearance: 'secondary', icon: icon('log'), onClick: showLog }),
        ),
      ),
    );
  }
}

class Section {
  readonly key: string;
  readonly root: HTMLDetailsElement;
  readonly #count = badge();
  readonly #body = element('div', { class: 'details-body' });

  constructor(key: string, title: string, open: boolean) {
    this.key = key;
    const summary = element('summary', {}, element('h2', {}, title), this.#count);
    this.root = element('details', { open, hidden: true, 'data-section': key }, summary, this.#body);
  }

  /** @param total shown as a badge; null: a section that has no count; 0: hidden. */
  show(total: number | null, body: HTMLElement): void {
    setHidden(this.root, total === 0);
    setHidden(this.#count, total === null);
    setText(this.#count, total === null ? '' : count(total));
    this.#body.replaceChildren(body);
  }
}

/** Where the clipboard is refused, the text is selected for the user to copy. */
async function copyText(text: string, shown: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown);
    return false;
  }
}
