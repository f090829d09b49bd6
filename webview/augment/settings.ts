import type { SettingControl, SettingGroup, SettingValue, SettingValues } from '../../src/protocol/augment-panel.ts';
import { element, setAttribute, setHidden, setText } from '../ui/dom.ts';
import { percent } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { checkbox } from '../ui/kit.ts';
import { isOn, readNumber, stateOf, stepOf } from './values.ts';

export interface SettingsListeners {
  onChange(path: string, value: SettingValue): void;
  onToggle(open: string[]): void;
}

type Flags = ReadonlyMap<string, { classes: string[]; changed: number; isStale: boolean }>;

/** Every setting of the config's `augment` and `input`, a foldable group an operation. */
export class SettingsForm {
  readonly root: HTMLElement;
  readonly #groups: {
    group: SettingGroup;
    details: HTMLDetailsElement;
    state: HTMLElement;
    flag: HTMLElement;
    note: HTMLElement;
  }[];
  readonly #fields = new Map<string, (value: SettingValue) => void>();

  constructor(groups: readonly SettingGroup[], open: readonly string[], listeners: SettingsListeners) {
    this.#groups = groups.map((group) => {
      const state = element('span', { class: 'group-state' });
      const flag = element('span', { class: 'group-flag', role: 'img' }, icon('warning'));
      const note = element('p', { class: 'group-note' });
      const details = element(
        'details',
        { class: 'group', open: open.includes(group.path) },
        element('summary', {}, element('span', { class: 'group-title' }, group.title), flag, state),
        element(
          'div',
          { class: 'group-body' },
          element('p', { class: 'group-text' }, group.description),
          note,
          ...group.controls.map((control) => this.#field(control, listeners)),
        ),
      ) as HTMLDetailsElement;
      details.addEventListener('toggle', () => listeners.onToggle(this.#open()));
      return { group, details, state, flag, note };
    });
    this.root = element(
      'form',
      { class: 'settings', 'aria-label': 'Settings' },
      ...this.#groups.map(({ details }) => details),
    );
    this.root.addEventListener('submit', (event) => event.preventDefault());
  }

  update(values: SettingValues, flags: Flags): void {
    for (const [path, show] of this.#fields) {
      const value = values[path];
      if (value !== undefined) show(value);
    }
    for (const { group, details, state, flag, note } of this.#groups) {
      setText(state, stateOf(group, values));
      details.classList.toggle('group-on', isOn(group, values));
      const found = flags.get(group.path);
      setHidden(flag, !found);
      setHidden(note, !found);
      if (!found) continue;
      const where = found.classes.length ? ` of ${found.classes.join(', ')}` : '';
      const text = `${found.isStale ? 'Before the last change, this' : 'This'} changed what the model sees in images${where} (${percent(found.changed)} over all).`;
      setAttribute(flag, 'aria-label', text);
      setAttribute(flag, 'title', text);
      setText(note, text);
    }
  }

  #open(): string[] {
    return this.#groups.filter(({ details }) => details.open).map(({ group }) => group.path);
  }

  #field(control: SettingControl, { onChange }: SettingsListeners): HTMLElement {
    switch (control.type) {
      case 'boolean':
        return this.#boolean(control, onChange);
      case 'choice':
        return this.#choice(control, onChange);
      default:
        return this.#number(control, onChange);
    }
  }

  #boolean({ path, title, description }: SettingControl, onChange: SettingsListeners['onChange']): HTMLElement {
    const box = checkbox(title, false, (checked) => onChange(path, checked)) as HTMLElement & { checked: boolean };
    setAttribute(box, 'title', description);
    this.#fields.set(path, (value) => {
      if (box.checked !== value) box.checked = value === true;
    });
    return element('div', { class: 'field' }, box);
  }

  #choice({ path, title, description, options }: SettingControl, onChange: SettingsListeners['onChange']): HTMLElement {
    const id = idOf(path);
    const select = element(
      'select',
      { id, title: description },
      ...options.map(({ value, description: about }) => element('option', { value, title: about }, value)),
    );
    const help = element('p', { class: 'field-help' });
    select.addEventListener('change', () => onChange(path, select.value));
    this.#fields.set(path, (value) => {
      if (select.value !== value) select.value = String(value);
      setText(help, options.find((option) => option.value === value)?.description ?? '');
    });
    return element('div', { class: 'field' }, element('label', { for: id }, title), select, help);
  }

  #number(control: SettingControl, onChange: SettingsListeners['onChange']): HTMLElement {
    const { path, title, description, min, max } = control;
    const id = idOf(path);
    const slider = element('input', {
      type: 'range',
      min,
      max,
      step: stepOf(control),
      title: description,
      'aria-label': title,
    });
    const box = element('input', { type: 'number', id, min, max, step: 'any', title: description });
    slider.addEventListener('input', () => onChange(path, Number(slider.value)));
    box.addEventListener('change', () => {
      const value = readNumber(box.value, control);
      if (value === null) box.value = slider.value;
      else onChange(path, value);
    });
    this.#fields.set(path, (value) => {
      if (document.activeElement !== box || Number(box.value) !== value) box.value = String(value);
      if (Number(slider.value) !== value) slider.value = String(value);
    });
    return element(
      'div',
      { class: 'field' },
      element('label', { for: id }, title),
      element('div', { class: 'number' }, slider, box),
    );
  }
}

function idOf(path: string): string {
  return `setting-${path.replaceAll('.', '-')}`;
}
