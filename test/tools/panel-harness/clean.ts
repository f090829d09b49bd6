import { type Edit, editOf } from '../../../src/dataset/journal/edits.ts';
import { actDone, actLabel } from '../../../src/host/clean/act-text.ts';
import { editsFor } from '../../../src/host/clean/actions.ts';
import { decidedOf } from '../../../src/host/clean/decided.ts';
import { Decisions } from '../../../src/host/clean/decisions.ts';
import { evidenceText } from '../../../src/host/clean/evidence-text.ts';
import { historyEntries, linesOfEntry } from '../../../src/host/clean/history.ts';
import { isAlike } from '../../../src/host/clean/issue-list.ts';
import { type LabelAction, LabelEdits } from '../../../src/host/clean/label-edits.ts';
import type { ApplyPlan } from '../../../src/protocol/apply.ts';
import type { CatalogueRow, IssueRow, LabelSummary, StyleNote } from '../../../src/protocol/catalogue.ts';
import { cleanKeys } from '../../../src/protocol/clean-keys.ts';
import type {
  CleanPanelState,
  FromCleanPanel,
  ToCleanPanel,
  UnlabelledRow,
} from '../../../src/protocol/clean-panel.ts';
import type { FindingKind } from '../../../src/protocol/findings.ts';
import { seededRandom } from '../../../src/random.ts';
import type { PanelPage } from './page.ts';

const classes = ['daisy', 'dandelion', 'rose', 'sunflower', 'tulip'];
const source = '/home/ada/flowers';
const data = 'flowers';
const hues: Record<string, number> = { daisy: 60, dandelion: 45, rose: 350, sunflower: 35, tulip: 300 };

/** A flower of few strokes, different for every hash. */
function flower(name: string, seed: number): string {
  const random = seededRandom(seed);
  const hue = (hues[name] ?? 200) + random() * 20 - 10;
  const petals = 5 + Math.floor(random() * 6);
  const shapes = Array.from({ length: petals }, (_, i) => {
    const turn = (360 / petals) * i + random() * 12;
    return `<ellipse cx="48" cy="26" rx="${8 + random() * 3}" ry="19" fill="hsl(${hue},75%,${58 + random() * 12}%)" transform="rotate(${turn} 48 48)"/>`;
  });
  const ground = `hsl(${95 + random() * 40},35%,${28 + random() * 25}%)`;
  return `data:image/svg+xml;base64,${Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" fill="${ground}"/>${shapes.join('')}<circle cx="48" cy="48" r="11" fill="hsl(40,80%,${35 + random() * 20}%)"/></svg>`,
  ).toString('base64')}`;
}

let next = 1;
function image(label: string, changes: Partial<CatalogueRow> & { shows?: string } = {}): CatalogueRow {
  const id = next++;
  const { shows, ...rest } = changes;
  return {
    id,
    path: `train/${label}/${shows ?? label}_${1000 + id}.jpg`,
    hash: id.toString(16).padStart(32, '0'),
    label,
    split: 'train',
    width: 320,
    height: 240,
    bytes: 32_100,
    predicted: shows ?? label,
    confidence: 0.93,
    givenConfidence: 0.02,
    issues: [],
    edit: null,
    value: null,
    ...rest,
  };
}

function labelRow(given: string, actual: string, confidence: number): IssueRow {
  const givenConfidence = (1 - confidence) * 0.6;
  const one = image(given, { shows: actual, confidence, givenConfidence });
  return {
    key: `label:${one.hash}`,
    kind: 'label',
    score: confidence,
    images: [one],
    suggested: actual,
    evidence: { given, predicted: actual, confidence, givenConfidence },
  };
}

function pair(kind: FindingKind, a: CatalogueRow, b: CatalogueRow, distance: number): IssueRow {
  return {
    key: `${kind}:${a.hash}:${b.hash}`,
    kind,
    score: 1 - distance / 64,
    images: [a, b],
    suggested: null,
    evidence: { distance, similarity: 1 - distance / 200 },
  };
}

function makeRows(): IssueRow[] {
  next = 1;
  const random = seededRandom(5);
  const wrong = Array.from({ length: 137 }, (_, i) => {
    const given = classes[i % 5] as string;
    const actual = classes[(i + 1 + Math.floor(random() * 2)) % 5] as string;
    return labelRow(given, actual, Math.max(0.5, 0.99 - i * 0.003));
  });
  const blurry = Array.from({ length: 9 }, (_, i): IssueRow => {
    const one = image(classes[i % 5] as string);
    return {
      ...{ key: `blurry:${one.hash}`, kind: 'blurry', score: 0.9, images: [one], suggested: null },
      evidence: { blur: 0.11 + i / 50, threshold: 0.29 },
    };
  });
  const imbalance: IssueRow = {
    ...{ key: 'rare:dandelion', kind: 'rare-class', score: 0.8, images: [], suggested: null },
    evidence: { class: 'dandelion', count: 12, mean: 640, threshold: 0.2 },
  };
  const twin = image('rose', { split: 'validation', width: 640, height: 480, bytes: 99_000 });
  return [
    ...wrong,
    ...blurry,
    pair('near-duplicate', image('rose'), image('rose', { width: 160, height: 120 }), 2),
    pair('near-duplicate', image('tulip'), image('tulip'), 3),
    pair('exact-duplicate', image('daisy'), image('daisy'), 0),
    pair('conflicting-labels', image('rose'), image('tulip', { shows: 'rose' }), 1),
    pair('split-leak', image('rose'), twin, 1),
    imbalance,
  ];
}

export const summary: LabelSummary = {
  how: '5-fold probe on mobilenet_v2',
  images: 3_670,
  agreement: 0.921,
  noise: 0.052,
  pairs: [
    { given: 'rose', actual: 'tulip', count: 61, share: 0.095 },
    { given: 'tulip', actual: 'rose', count: 44, share: 0.055 },
    { given: 'daisy', actual: 'dandelion', count: 31, share: 0.049 },
    { given: 'dandelion', actual: 'sunflower', count: 18, share: 0.02 },
    { given: 'sunflower', actual: 'daisy', count: 9, share: 0.013 },
  ],
  flagged: 137,
  expected: { budget: 200, errors: 118, decided: 0, confirmedWrong: 0 },
  remaining: 190,
};

/** What the flowers are taken to have in common. */
export const styleNote: StyleNote = {
  kind: 'uniform-border',
  text: "62 % of the images have a border of about #ffffff: that is this set's style, and no image's issue.",
  query: 'border>0.3 -issue:uniform-border',
  images: 1_879,
};

export const applyPlan: ApplyPlan = {
  ...{ version: 1, at: '2026-11-25T19:00:00.000Z', source, root: source, data, format: 'folder', excluded: 4 },
  journal: '/home/ada/.loupe/labels.jsonl',
  newFolders: [],
  steps: [
    ...Array.from({ length: 12 }, (_, i) => ({
      ...({ kind: 'move', why: 'relabel', hash: '', from: 'rose', label: 'tulip', splitStays: false } as const),
      path: `train/rose/tulip_${1200 + i}.jpg`,
      to: `train/tulip/tulip_${1200 + i}.jpg`,
    })),
    { kind: 'trash', path: 'train/daisy/blank.png', hash: '' },
  ],
  refused: [{ path: 'train/rose/gone.jpg', code: 'missing', message: 'The image is not there any more.' }],
};

/** What VS Code hears of a key that the page has left alone. */
interface KeyDown {
  type: 'did-keydown';
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

/** Answers the page as the extension host does, from a made-up data set; labels are edited by the product's own code. */
export class FakeCleanHost {
  readonly edits = new LabelEdits([]);
  readonly rows = makeRows();
  readonly unlabelled: UnlabelledRow[] = [];
  searched = true;
  payoff = { figure: '81.0% → 84.2%', text: 'Cleaning: accuracy 81.0% → 84.2% on 200 held-out images.' };
  readonly #panel: PanelPage;
  readonly #actions: LabelAction[] = [];
  #undone: LabelAction[] = [];
  #read = 0;
  #now = Date.parse('2026-11-25T18:30:00.000Z');

  constructor(panel: PanelPage) {
    this.#panel = panel;
    const random = seededRandom(9);
    for (let i = 0; i < 30; i++) {
      const label = classes[Math.floor(random() * 5)] as string;
      const first = 0.4 + random() * 0.3;
      const one = { ...image(label), label: null, path: `unlabelled/IMG_${2000 + i}.jpg` };
      const other = classes[(classes.indexOf(label) + 2) % 5] as string;
      const suggestions = [
        { label, probability: first },
        { label: other, probability: (1 - first) * 0.8 },
      ];
      this.unlabelled.push({
        image: one,
        suggestions,
        label: null,
        why: 'Between two classes, unlike what is labelled',
      });
    }
  }

  /** Answers until the page asks no more. */
  async settle(): Promise<void> {
    await this.#panel.page.evaluate('panelHarness.forwardsKeys = true');
    for (let quiet = 0; quiet < 2; ) {
      const sent = (await this.#panel.sent()) as unknown as (FromCleanPanel | KeyDown)[];
      if (sent.length === this.#read) quiet++;
      else quiet = 0;
      while (this.#read < sent.length) {
        const message = sent[this.#read++] as FromCleanPanel | KeyDown;
        if (message.type === 'did-keydown') await this.#keyDown(message);
        else await this.#answer(message);
      }
      await this.#panel.page.waitForTimeout(20);
    }
  }

  /** Dispatches a key as the keybindings of the manifest do. */
  async #keyDown({ key, shiftKey, ctrlKey, metaKey }: KeyDown): Promise<void> {
    const pressed = [ctrlKey || metaKey ? 'ctrl' : '', shiftKey ? 'shift' : '', key.toLowerCase()]
      .filter(Boolean)
      .join('+');
    const found = cleanKeys.find((entry) => entry.key === pressed);
    if (found?.act === 'undo' || found?.act === 'redo') await this.#answer({ type: found.act });
    else if (found) await this.#send({ type: 'command', act: found.act, alike: found.alike });
  }

  save(): void {
    this.edits.saved(this.edits.lines);
  }

  async #send(...messages: ToCleanPanel[]): Promise<void> {
    for (const message of messages) await this.#panel.send(message);
  }

  get #decisions(): Decisions {
    return new Decisions(this.edits.lines, data);
  }

  async #answer(message: FromCleanPanel): Promise<void> {
    switch (message.type) {
      case 'ready':
        await this.#send(
          {
            type: 'setup',
            dataSets: [
              { source, name: 'flowers' },
              { source: '/home/ada/leaves', name: 'leaves' },
            ],
            source,
            trusted: true,
          },
          { type: 'state', state: 'ready', message: '', advice: '', share: null },
          this.#overview(),
          { type: 'payoff', payoff: this.payoff },
          { type: 'reload' },
        );
        return;
      case 'counts':
        return await this.#send({ type: 'counts', counts: this.#counts() });
      case 'rows':
        return await this.#sendRows(message);
      case 'summary':
        return await this.#send({ type: 'summary', summary: this.searched ? this.#summary() : null });
      case 'neighbours': {
        const row = this.rows.find(({ key }) => key === message.key);
        const names = [0, 0, 0, 1, 0, 0].map((other) => (other ? row?.images[0]?.label : row?.suggested) ?? 'rose');
        const neighbours = names.map((name, i) => ({ row: image(name), similarity: 0.93 - i * 0.02 }));
        return await this.#send({ type: 'neighbours', key: message.key, neighbours });
      }
      case 'pictures': {
        const pictures = message.images.map((one) => ({ ...one, uri: this.#picture(one) }));
        return await this.#send({ type: 'pictures', pictures, side: message.side });
      }
      case 'decide':
        return await this.#act(
          message.act,
          message.rows.flatMap(({ key, at }) => {
            const row = this.rows.find((other) => other.key === key);
            return row ? [{ row, at }] : [];
          }),
        );
      case 'decideAlike': {
        const like = this.rows.find(({ key }) => key === message.key);
        const rows = like ? this.rows.filter((row) => isAlike(row, like) && !decidedOf(row, this.#decisions)) : [];
        return await this.#act(
          message.act,
          rows.map((row) => ({ row, at: 0 })),
        );
      }
      case 'unlabelled': {
        const { list, offset, limit } = message;
        const rows = this.unlabelled.slice(offset, offset + limit);
        return await this.#send({ type: 'unlabelled', list, offset, total: this.unlabelled.length, rows });
      }
      case 'label':
        return await this.#record(
          `Label ${message.to}`,
          message.images.map((one) => editOf.label(one, message.to)),
        );
      case 'undo': {
        const action = this.#actions.pop();
        if (!action) return;
        this.#undone.push(action);
        this.edits.undo(action);
        return await this.#changed();
      }
      case 'redo': {
        const action = this.#undone.pop();
        if (!action) return;
        this.#actions.push(action);
        this.edits.redo(action);
        return await this.#changed();
      }
      case 'history': {
        const pending = new Set(this.edits.pending().map(({ id }) => id));
        const all = historyEntries(this.edits.lines, data, pending);
        const entries = all.slice(message.offset, message.offset + message.limit);
        return await this.#send({ type: 'history', entries, total: all.length });
      }
      case 'revert':
        return await this.#record('Take back', linesOfEntry(this.edits.lines, message.id).map(editOf.undo));
      case 'plan':
        return await this.#send({ type: 'plan', plan: applyPlan, message: '', advice: '' });
      case 'apply':
        return await this.#send({ type: 'applied', outcome: { id: 'a', steps: 13, done: 13, refused: [] } });
      default:
        return;
    }
  }

  #overview(): ToCleanPanel {
    return {
      type: 'overview',
      source,
      images: 3_670,
      classes: classes.map((name, i) => ({ name, count: 630 + i * 67 })),
      unlabelled: this.unlabelled.length,
      searched: this.searched,
      labels: this.searched ? summary.how : null,
      edits: { pending: this.edits.pending().length, total: this.#decisions.all.length },
      style: [styleNote],
    };
  }

  #counts(): Partial<Record<FindingKind, number>> {
    const counts: Partial<Record<FindingKind, number>> = {};
    if (!this.searched) return counts;
    for (const row of this.rows) {
      if (!decidedOf(row, this.#decisions)) counts[row.kind] = (counts[row.kind] ?? 0) + 1;
    }
    return counts;
  }

  #summary(): LabelSummary {
    const decided = this.rows.filter((row) => row.kind === 'label' && decidedOf(row, this.#decisions));
    const wrong = decided.filter((row) => decidedOf(row, this.#decisions)?.what === 'relabelled').length;
    const expected = { budget: 200, errors: 118 - wrong, decided: decided.length, confirmedWrong: wrong };
    return { ...summary, expected, remaining: 190 - wrong };
  }

  async #sendRows({ list, which, offset, limit }: Extract<FromCleanPanel, { type: 'rows' }>): Promise<void> {
    const open = (row: IssueRow) => !which.undecidedOnly || decidedOf(row, this.#decisions) === null;
    const words = which.text.split(/\s+/).filter(Boolean);
    const fits = (row: IssueRow) => words.every((word) => row.images.some(({ path }) => path.includes(word)));
    const all = this.searched ? this.rows.filter((row) => row.kind === which.kind && open(row) && fits(row)) : [];
    const rows = all.slice(offset, offset + limit).map((row) => this.#shown(row));
    await this.#send({ type: 'rows', list, offset, total: all.length, complete: true, rows });
  }

  #shown(row: IssueRow) {
    const images = row.images.map((one) => ({ ...one, edit: this.#decisions.editOf(one) }));
    return { ...row, images, why: evidenceText(row), decided: decidedOf(row, this.#decisions) };
  }

  async #act(act: Parameters<typeof editsFor>[0], rows: { row: IssueRow; at: number }[]): Promise<void> {
    const edits = rows.flatMap(({ row, at }) => editsFor(act, row, at, this.#decisions));
    await this.#record(actLabel(act, rows.length), edits);
    await this.#send({ type: 'said', text: actDone(act, rows.length), tone: 'quiet' });
  }

  async #record(label: string, edits: Edit[]): Promise<void> {
    if (edits.length === 0) return;
    this.#now += 1_000;
    this.#actions.push(this.edits.act(label, edits, { data, by: 'Ada', now: this.#now }));
    this.#undone = [];
    await this.#changed();
  }

  async #changed(): Promise<void> {
    const rows = this.rows.map((row) => {
      const { key, images, decided } = this.#shown(row);
      return { key, edits: images.map(({ edit }) => edit), decided };
    });
    const labels = this.unlabelled.map(({ image: { path, hash } }) => ({
      ...{ path, hash },
      label: this.#decisions.of({ path, hash })?.label ?? null,
    }));
    await this.#send(
      { type: 'decided', rows },
      { type: 'labelled', images: labels },
      { type: 'edits', pending: this.edits.pending().length, total: this.#decisions.all.length },
      { type: 'counts', counts: this.#counts() },
      { type: 'summary', summary: this.#summary() },
    );
  }

  #picture({ path, hash }: { path: string; hash: string }): string {
    const name = /([a-z]+)_\d+\.jpg$/.exec(path)?.[1] ?? classes[Number.parseInt(hash, 16) % 5] ?? 'rose';
    const known = this.unlabelled.find(({ image: one }) => one.hash === hash)?.suggestions[0]?.label;
    return flower(known ?? name, Number.parseInt(hash.slice(-6), 16));
  }
}

type Scene = { state?: Partial<CleanPanelState>; play?: (panel: PanelPage, host: FakeCleanHost) => Promise<void> };

const press =
  (...keys: string[]) =>
  async (panel: PanelPage, host: FakeCleanHost) => {
    await panel.page.locator('.rows').focus();
    for (const key of keys) {
      await panel.page.keyboard.press(key);
      await host.settle();
    }
  };

/** Every state that the panel has to look right in. */
export const cleanScenes: Record<string, Scene> = {
  labels: { play: press('Enter', 'Enter', 'k', 'x', 'n') },
  weak: {
    play: async (panel) =>
      await panel.send({
        type: 'summary',
        summary: { ...summary, agreement: 0.37, how: '5-fold probe on shapes and colours' },
      }),
  },
  matrix: {
    play: async (panel, host) => {
      await panel.page.locator('.noise-details summary').click();
      await host.settle();
    },
  },
  picker: { play: press('r') },
  help: { play: press('?') },
  copies: { state: { kind: 'near-duplicate' }, play: press('ArrowRight') },
  conflicts: { state: { kind: 'conflicting-labels' } },
  leaks: { state: { kind: 'split-leak' } },
  blurry: { state: { kind: 'blurry' }, play: press('Shift+ArrowDown') },
  sets: { state: { kind: 'rare-class' } },
  nothing: {
    play: async (panel, host) => {
      host.searched = false;
      await panel.send({ type: 'reload' });
      await panel.send({
        ...{ type: 'overview', source, images: 3670, classes: [{ name: 'rose', count: 3670 }], unlabelled: 0 },
        ...{ searched: false, labels: null, edits: { pending: 0, total: 0 }, style: [] },
      });
      await host.settle();
    },
  },
  searching: {
    play: async (panel) =>
      await panel.send({ type: 'searching', text: 'Comparing images: 1,200 of 3,670', share: 0.33 }),
  },
  done: { state: { kind: 'dark' } },
  style: { state: { kind: 'uniform-border' } },
  filtered: { state: { text: 'nowhere' } },
  unreadable: {
    state: { kind: 'unreadable' },
    play: async (panel, host) => {
      const broken = image('daisy', { path: 'train/daisy/cut.jpg', hash: '', label: null, width: 0, height: 0 });
      host.rows.push({
        ...{ key: 'unreadable:cut', kind: 'unreadable', score: 1, images: [broken], suggested: null },
        evidence: { message: 'The JPEG data end early' },
      });
      await panel.send({ type: 'reload' });
      await host.settle();
    },
  },
  starting: {
    play: async (panel) =>
      await panel.send({
        ...{ type: 'state', state: 'starting', message: 'Looking through the data set…', advice: '', share: 0.42 },
      }),
  },
  'no-data-set': {
    play: async (panel) => await panel.send({ type: 'setup', dataSets: [], source: null, trusted: true }),
  },
  untrusted: {
    play: async (panel) =>
      await panel.send({ type: 'setup', dataSets: [{ source, name: 'flowers' }], source, trusted: false }),
  },
  new: { state: { view: 'unlabelled' } },
  'new-none': {
    play: async (panel, host) => {
      host.unlabelled.splice(0);
      await panel.page.locator('.kind', { hasText: 'New images' }).click();
      await host.settle();
    },
  },
  'history-none': { state: { view: 'history' } },
  history: {
    play: async (panel, host) => {
      await press('Enter', 'Shift+X', 'k')(panel, host);
      host.save();
      await press('n', 'd')(panel, host);
      await panel.page.locator('.kind', { hasText: 'History' }).click();
      await host.settle();
    },
  },
  apply: { state: { view: 'apply' } },
  'apply-none': {
    state: { view: 'apply' },
    play: async (panel) =>
      await panel.send({
        ...{ type: 'plan', plan: null, message: 'There are no label edits to apply.' },
        advice: 'Relabel, exclude or delete images first.',
      }),
  },
  applied: {
    state: { view: 'apply' },
    play: async (panel, host) => {
      await panel.page.locator('vscode-button', { hasText: 'Apply 13 changes' }).click();
      await host.settle();
    },
  },
  undone: {
    state: { view: 'apply' },
    play: async (panel) => {
      const refused = [{ path: 'train/rose/gone.jpg', code: 'changed', message: 'It was changed since.' }];
      await panel.send({ type: 'undone', outcome: { id: 'a', steps: 13, done: 12, refused } });
    },
  },
  failed: {
    play: async (panel) =>
      await panel.send({
        ...{
          type: 'state',
          state: 'failed',
          message: 'The folder /home/ada/flowers can’t be read: EACCES',
          share: null,
        },
        advice: 'Check that the folder is there and that you may read it.',
      }),
  },
};
