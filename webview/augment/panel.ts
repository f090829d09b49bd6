import type {
  AugmentPanelSetup,
  AugmentPanelState,
  AugmentView,
  FromAugmentPanel,
  SettingValues,
  ToAugmentPanel,
} from '../../src/protocol/augment-panel.ts';
import type { LabelSafetyReport, PreviewAnswer } from '../../src/protocol/augment-preview.ts';
import type { Bus } from '../ui/bus.ts';
import { segments } from '../ui/controls.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { button, progressRing, setDisabled } from '../ui/kit.ts';
import { ImageGrid } from './grid.ts';
import { InputsView } from './inputs.ts';
import { LabelsView } from './labels.ts';
import { SettingsForm } from './settings.ts';
import { differing, flagsOf, presetOf } from './values.ts';

const views: readonly (readonly [AugmentView, string])[] = [
  ['augmented', 'Augmented'],
  ['inputs', 'Network input'],
  ['labels', 'Label check'],
];
const counts = ['6', '12', '24'] as const;
const drawCounts = ['2', '4', '8'] as const;

/** Holds the settings and hands them to the parts; asks for pictures again whenever one changes. */
export class AugmentPanel {
  readonly root: HTMLElement;
  readonly #bus: Bus<ToAugmentPanel, FromAugmentPanel, AugmentPanelState>;
  readonly #title = element('h1');
  readonly #grid = new ImageGrid();
  readonly #inputs = new InputsView();
  readonly #labels: LabelsView;
  readonly #content = element('div', { class: 'content' });
  readonly #loading = element('div', { class: 'loading' }, progressRing(), element('span', {}, 'Reading the images…'));
  readonly #failure = element('div', { class: 'failure', role: 'alert', hidden: true });
  readonly #live = element('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  readonly #done = element('p', { class: 'quiet augmentation' });
  readonly #settingsColumn = element('div', { class: 'settings-column' });
  readonly #preset = element('select', { id: 'preset' });
  readonly #imageTools = element('div', { class: 'tools' });
  readonly #drawTools = element('div', { class: 'tools' });
  readonly #actions = element('div', { class: 'actions' });
  #apply: HTMLElement | null = null;
  #revert: HTMLElement | null = null;
  #canUndo = false;
  #form: SettingsForm | null = null;
  #setup: AugmentPanelSetup | null = null;
  #state: AugmentPanelState;
  #answer: PreviewAnswer | null = null;
  #safety: { report: LabelSafetyReport; model: string; values: SettingValues } | null = null;
  #shownRoll = 0;
  #isScheduled = false;

  constructor(bus: Bus<ToAugmentPanel, FromAugmentPanel, AugmentPanelState>) {
    this.#bus = bus;
    const saved = bus.restore();
    this.#state = {
      target: saved.target ?? '',
      changes: saved.changes ?? {},
      images: saved.images ?? 12,
      draws: saved.draws ?? 4,
      roll: saved.roll ?? 0,
      view: saved.view ?? 'augmented',
      open: saved.open ?? ['augment.flip', 'augment.rotate'],
    };
    this.#labels = new LabelsView({
      onCheck: () => bus.post({ type: 'check', values: this.#values }),
      onCancel: () => bus.post({ type: 'cancelCheck' }),
    });
    this.#preset.addEventListener('change', () => this.#choosePreset(this.#preset.value));
    this.root = element(
      'main',
      { class: 'panel', hidden: true },
      element(
        'header',
        { class: 'header' },
        element('div', { class: 'title-row' }, element('div', { class: 'title' }, this.#title), this.#actions),
      ),
      element(
        'div',
        { class: 'columns' },
        this.#settingsColumn,
        element(
          'section',
          { class: 'pictures-column', 'aria-label': 'Preview' },
          this.#toolbar(),
          this.#done,
          this.#failure,
          this.#loading,
          this.#content,
        ),
      ),
      this.#live,
    );
    bus.listen((message) => this.#receive(message));
  }

  get #values(): SettingValues {
    return { ...this.#setup?.values, ...this.#state.changes };
  }

  #receive(message: ToAugmentPanel): void {
    switch (message.type) {
      case 'setup':
        this.#start(message);
        break;
      case 'values':
        if (this.#setup) this.#setup = { ...this.#setup, values: message.values, configFile: message.configFile };
        this.#change({ changes: differing(this.#values, message.values) });
        this.#setUndo(message.canUndo);
        this.#drawActions();
        break;
      case 'preview':
        this.#answer = message.answer;
        this.#shownRoll = this.#state.roll;
        setHidden(this.#failure, true);
        this.#draw();
        break;
      case 'failed':
        this.#fail(message.message, message.advice, message.canRestart);
        break;
      case 'checking':
        this.#labels.setProgress({ model: message.text, share: message.share });
        break;
      case 'safety':
        this.#labels.setProgress(null);
        if (message.report) {
          this.#safety = { report: message.report, model: message.model, values: message.values };
          const flagged = message.report.operations.filter((operation) => operation.flagged).length;
          setText(this.#live, `Label check done: ${flagged} operations marked.`);
        }
        this.#draw();
    }
  }

  #start(setup: AugmentPanelSetup): void {
    this.#setup = setup;
    if (this.#state.target !== setup.target) this.#state = { ...this.#state, target: setup.target, changes: {} };
    setText(this.#title, `Augmentation of ${setup.name}`);
    this.#form = new SettingsForm(setup.groups, this.#state.open, {
      onChange: (path, value) => this.#change({ changes: { ...this.#state.changes, [path]: value } }),
      onToggle: (open) => this.#save({ open }),
    });
    const custom = element('option', { value: '', disabled: true }, 'custom');
    const options = setup.presets.map(({ name, description }) =>
      element('option', { value: name, title: description }, name),
    );
    this.#preset.replaceChildren(custom, ...options);
    const preset = element(
      'div',
      { class: 'field preset' },
      element('label', { for: 'preset' }, 'Preset'),
      this.#preset,
    );
    this.#settingsColumn.replaceChildren(preset, this.#form.root);
    this.#labels.setCanCheck(setup.canCheck);
    setHidden(this.root, false);
    this.#drawActions();
    this.#change({});
  }

  #setUndo(canUndo: boolean): void {
    if (canUndo !== this.#canUndo)
      setText(this.#live, canUndo ? 'Written into the config.' : 'The config is as it was.');
    this.#canUndo = canUndo;
  }

  #drawActions(): void {
    const file = this.#setup?.configFile ?? null;
    this.#apply = button(file ? `Write to ${file}` : 'Save as Config', {
      appearance: 'primary',
      title: file ? 'Change these settings in the config; can be undone' : 'Make a config with these settings',
      onClick: () => this.#bus.post({ type: 'apply', values: this.#values }),
    });
    this.#revert = button('Revert', {
      appearance: 'secondary',
      title: 'Back to what the config says',
      onClick: () => this.#change({ changes: {} }),
    });
    const others = [
      ...(this.#canUndo
        ? [
            button('Undo Write', {
              appearance: 'secondary',
              title: 'Give the config back the text that it had before',
              onClick: () => this.#bus.post({ type: 'undo' }),
            }),
          ]
        : []),
      button('Copy', {
        appearance: 'secondary',
        title: 'Copy the settings that differ from the defaults',
        icon: icon('copy'),
        onClick: () => this.#bus.post({ type: 'copy', values: this.#values }),
      }),
      ...(file
        ? [
            button('Open Config', {
              appearance: 'secondary',
              icon: icon('file'),
              onClick: () => this.#bus.post({ type: 'openConfig' }),
            }),
          ]
        : []),
    ];
    const focused = this.#actions.contains(document.activeElement);
    this.#actions.replaceChildren(this.#apply, this.#revert, ...others);
    this.#draw();
    if (focused) this.#actions.querySelector<HTMLElement>('vscode-button:not([disabled])')?.focus();
  }

  #toolbar(): HTMLElement {
    const { images, draws, view } = this.#state;
    const pick = (title: string, name: 'images' | 'draws', values: readonly string[], selected: number) =>
      segments(
        title,
        name,
        values.map((value) => [value, value] as const),
        String(selected),
        (value) => this.#change({ [name]: Number(value) }),
      );
    const again = button('Draw Again', {
      appearance: 'secondary',
      title: 'Show what later epochs will see',
      icon: icon('continue'),
      onClick: () => this.#change({ roll: this.#state.roll + this.#state.draws }),
    });
    this.#imageTools.append(pick('Images', 'images', counts, images));
    this.#drawTools.append(pick('Draws', 'draws', drawCounts, draws), again);
    return element(
      'div',
      { class: 'toolbar', role: 'group', 'aria-label': 'Preview' },
      segments('View', 'view', views, view, (next) => this.#save({ view: next })),
      this.#imageTools,
      this.#drawTools,
    );
  }

  #choosePreset(name: string): void {
    const preset = this.#setup?.presets.find((entry) => entry.name === name);
    if (!preset || !this.#setup) return;
    this.#change({ changes: differing({ ...this.#values, ...preset.values }, this.#setup.values) });
  }

  /** Saves a change of the settings and asks for new pictures. */
  #change(change: Partial<AugmentPanelState>): void {
    this.#save(change);
    if (!this.#setup || this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      const { images, draws, roll } = this.#state;
      this.#bus.post({ type: 'render', values: this.#values, images, draws, roll });
    });
  }

  #save(change: Partial<AugmentPanelState>): void {
    const { changes = this.#state.changes } = change;
    this.#state = {
      ...this.#state,
      ...change,
      changes: this.#setup ? differing(changes, this.#setup.values) : changes,
    };
    this.#bus.save(this.#state);
    this.#draw();
  }

  #fail(message: string, advice: string, canRestart: boolean): void {
    const restart =
      canRestart &&
      button('Try Again', { appearance: 'secondary', onClick: () => this.#bus.post({ type: 'restart' }) });
    const log = button('Show Log', { appearance: 'secondary', onClick: () => this.#bus.post({ type: 'showLog' }) });
    this.#failure.replaceChildren(
      icon('error'),
      element('span', {}, `${message} ${advice}`.trim()),
      ...(restart ? [restart, log] : []),
    );
    setHidden(this.#failure, false);
    setHidden(this.#loading, true);
  }

  #draw(): void {
    const setup = this.#setup;
    if (!setup) return;
    const values = this.#values;
    const isChanged = Object.keys(this.#state.changes).length > 0;
    if (this.#apply) setDisabled(this.#apply, setup.configFile !== null && !isChanged);
    if (this.#revert) setDisabled(this.#revert, !isChanged);
    const flags = this.#safety ? flagsOf(this.#safety.report, this.#safety.values, values) : new Map();
    this.#form?.update(values, flags);
    this.#preset.value = presetOf(values, setup.presets) ?? '';
    this.#drawContent(values);
  }

  #drawContent(values: SettingValues): void {
    const { view } = this.#state;
    const answer = this.#answer;
    setHidden(this.#loading, answer !== null || !this.#failure.hidden || view === 'labels');
    setHidden(this.#done, view !== 'augmented' || answer === null);
    setHidden(this.#imageTools, view === 'labels');
    setHidden(this.#drawTools, view !== 'augmented');
    const shown = { augmented: this.#grid.root, inputs: this.#inputs.root, labels: this.#labels.root }[view];
    if (this.#content.firstChild !== shown) this.#content.replaceChildren(shown);
    if (view === 'labels' && this.#safety) {
      const { report, model, values: checked } = this.#safety;
      this.#labels.update(report, model, checked, values);
    }
    if (!answer) return;
    setText(
      this.#done,
      answer.augmentation.length
        ? answer.augmentation.join(' · ')
        : 'No augmentation: every epoch shows the images as they are.',
    );
    if (view === 'augmented') this.#grid.update(answer, this.#shownRoll);
    if (view === 'inputs') this.#inputs.update(answer);
  }
}
