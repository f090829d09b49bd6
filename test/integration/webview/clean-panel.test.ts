import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CleanPanelState, FromCleanPanel } from '../../../src/protocol/clean-panel.ts';
import { cleanScenes, FakeCleanHost, styleNote, summary } from '../../tools/panel-harness/clean.ts';
import { type Harness, type OpenOptions, type PanelPage, startHarness } from '../../tools/panel-harness/page.ts';
import { noBrowser, withPanel } from '../../tools/panel-harness/with-panel.ts';

/** The built panel in a real browser; labels are edited by the extension host's own code (`FakeCleanHost`). */
describe('Cleaning panel', { skip: noBrowser, timeout: 240_000 }, () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness('clean');
  });
  after(() => harness.close());

  const withHost = (
    options: Partial<OpenOptions>,
    use: (panel: PanelPage, host: FakeCleanHost) => Promise<void>,
  ): Promise<void> =>
    withPanel(harness, { width: 1280, height: 800, ...options }, async (panel) => {
      const host = new FakeCleanHost(panel);
      await host.settle();
      await use(panel, host);
    });
  const keys = async (panel: PanelPage, host: FakeCleanHost, ...names: string[]) => {
    for (const name of names) {
      await panel.page.keyboard.press(name);
      await host.settle();
    }
  };
  const chips = (panel: PanelPage) => panel.page.locator('.verdict-chip').allTextContents();
  const lastOf = async <T extends FromCleanPanel['type']>(panel: PanelPage, type: T) =>
    (await panel.sent()).findLast((message) => message.type === type) as unknown as Extract<
      FromCleanPanel,
      { type: T }
    >;

  test('shows every state without an error, no wider than its editor', async () => {
    for (const [name, { state, play }] of Object.entries(cleanScenes)) {
      await withHost({ width: 620, ...(state && { state }) }, async (panel, host) => {
        await play?.(panel, host);
        assert.equal(await panel.page.evaluate('document.documentElement.scrollWidth > innerWidth'), false, name);
      });
    }
  });

  test('one key decides a row and goes on to the next; U takes it back', () =>
    withHost({}, async (panel, host) => {
      await panel.page.locator('.rows').focus();
      await keys(panel, host, 'Enter', 'k', 'x', 'd', 'n');
      assert.deepEqual(await chips(panel), [
        'Relabelled rose',
        'Label kept',
        'Excluded',
        'Into the trash at apply',
        'Not an issue',
      ]);
      assert.equal(await panel.page.locator('.clean-edits').textContent(), '5 not saved');
      assert.match((await panel.page.locator('.row-active').getAttribute('id')) ?? '', /^row-5$/);
      await keys(panel, host, 'u', 'u');
      assert.deepEqual(await chips(panel), ['Relabelled rose', 'Label kept', 'Excluded']);
      await keys(panel, host, 'Shift+U');
      assert.equal((await chips(panel)).length, 4);
      assert.equal(host.edits.pending().length, 4);
    }));

  test('a kind that is the set’s style says so in the list of kinds and above the candidates', () =>
    withHost({}, async (panel, host) => {
      const kind = panel.page.locator('.kind', { hasText: 'Uniform border' });
      assert.equal(await kind.locator('.kind-style').isVisible(), true);
      assert.equal(await panel.page.locator('.kind-style:visible').count(), 1);
      assert.match((await kind.getAttribute('title')) ?? '', /62 % of the images.*1,879 images not counted\.$/s);
      const line = panel.page.locator('.style-line');
      assert.equal(await line.isHidden(), true);
      await kind.click();
      await host.settle();
      assert.match((await line.textContent()) ?? '', /this set's style, and no image's issue/);
      await line.getByText('Show 1,879 images').click();
      assert.equal((await lastOf(panel, 'inspect')).query, styleNote.query);
      await panel.page.locator('.kind', { hasText: 'Blurry' }).click();
      await host.settle();
      assert.equal(await line.isHidden(), true);
    }));

  test('the last payoff of cleaning is a press away', () =>
    withHost({}, async (panel) => {
      const entry = panel.page.locator('.kind', { hasText: 'Payoff' });
      assert.match((await entry.textContent()) ?? '', /81\.0% → 84\.2%$/);
      assert.match((await entry.getAttribute('title')) ?? '', /200 held-out images/);
      await panel.page.locator('.kind').first().focus();
      await panel.page.keyboard.press('Control+End');
      await panel.page.keyboard.press('Enter');
      assert.ok(await lastOf(panel, 'showPayoff'));
      await panel.send({ type: 'payoff', payoff: null });
      assert.equal(await entry.isHidden(), true);
    }));

  test('the review budget follows each decision', () =>
    withHost({}, async (panel, host) => {
      const line = panel.page.locator('.budget');
      assert.match((await line.textContent()) ?? '', /about 118 more real errors expected\./);
      await panel.page.locator('.rows').focus();
      await keys(panel, host, 'Enter', 'k');
      assert.match((await line.textContent()) ?? '', /about 117 more .*you decided 2, 1 of them wrong/);
    }));

  test('R asks for a class: a digit picks one, typing finds one, Enter takes the suggestion', () =>
    withHost({}, async (panel, host) => {
      await panel.page.locator('.rows').focus();
      await keys(panel, host, 'r', '3');
      await keys(panel, host, 'r');
      await panel.page.keyboard.type('tul');
      await keys(panel, host, 'Enter');
      await keys(panel, host, 'r', 'Enter', 'r', 'Escape');
      assert.deepEqual(await chips(panel), ['Relabelled sunflower', 'Relabelled tulip', 'Relabelled sunflower']);
      assert.equal(await panel.page.evaluate('document.activeElement.className'), 'rows');
    }));

  test('a key that writes or presses something is none of VS Code’s keybindings', () =>
    withHost({}, async (panel, host) => {
      const told = async () =>
        (await panel.sent()).flatMap((message) =>
          String(message.type) === 'did-keydown' ? [String((message as { key?: string }).key)] : [],
        );
      await panel.page.locator('.query').focus();
      await keys(panel, host, 'k', 'x', 'Enter');
      await panel.page.locator('.kind', { hasText: 'Blurry' }).focus();
      await keys(panel, host, 'k', 'Enter');
      await panel.page.locator('.rows').focus();
      await keys(panel, host, '?', 'x');
      assert.deepEqual(await told(), []);
      await keys(panel, host, 'Control+f');
      assert.deepEqual(await told(), ['Control', 'f']);
      assert.equal(await panel.page.evaluate('document.activeElement.id'), 'query');
      assert.equal(
        (await panel.sent()).some(({ type }) => type === 'decide'),
        false,
      );
    }));

  test('several rows at once, and all like this one', () =>
    withHost({}, async (panel, host) => {
      await panel.page.locator('.rows').focus();
      await keys(panel, host, 'Shift+ArrowDown', 'Shift+ArrowDown');
      assert.match((await panel.page.locator('.hint').textContent()) ?? '', /3 selected/);
      await keys(panel, host, 'x');
      assert.deepEqual((await lastOf(panel, 'decide')).rows.length, 3);
      assert.deepEqual(await chips(panel), ['Excluded', 'Excluded', 'Excluded']);
      await keys(panel, host, 'End', 'Shift+N');
      assert.equal((await lastOf(panel, 'decideAlike')).act.do, 'dismiss');
      const dismissed = host.edits.lines.filter(({ edit }) => edit === 'dismiss').length;
      assert.ok(dismissed > 5, `${dismissed} like the last`);
    }));

  test('of copies, K keeps the chosen one and leaves the other out', () =>
    withHost({ state: { kind: 'near-duplicate' } }, async (panel, host) => {
      await panel.page.locator('.rows').focus();
      await keys(panel, host, 'ArrowRight', 'k');
      assert.deepEqual(await chips(panel), ['1 excluded']);
      const out = [0, 1].map((at) => panel.page.locator('#row-0 .copy').nth(at).getAttribute('data-out'));
      assert.deepEqual(await Promise.all(out), ['excluded', '']);
    }));

  test('a list of a hundred thousand rows has only those in the page that can be seen', () =>
    withHost({}, async (panel, host) => {
      const like = host.rows[0]!;
      for (let i = 0; i < 100_000; i++) host.rows.push({ ...like, key: `label:more-${i}` });
      await panel.send({ type: 'reload' });
      await host.settle();
      await panel.page.locator('.rows').focus();
      await keys(panel, host, 'End');
      assert.equal(await panel.page.locator('.row-active').getAttribute('aria-setsize'), '100137');
      assert.ok((await panel.page.locator('.row').count()) < 30);
    }));

  test('a moved threshold asks for counts and rows anew, and is kept', () =>
    withHost({ state: { kind: 'blurry' } }, async (panel, host) => {
      await panel.page.locator('#threshold-blurry').fill('0.4');
      await panel.page.waitForTimeout(300);
      await host.settle();
      assert.equal((await lastOf(panel, 'counts')).thresholds.blurry, 0.4);
      assert.equal((await lastOf(panel, 'rows')).which.thresholds.blurry, 0.4);
      assert.equal(((await panel.savedState()) as CleanPanelState).thresholds.blurry, 0.4);
    }));

  test('what agrees with few labels is said to be weak, maybe', () =>
    withHost({}, async (panel) => {
      const doubt = panel.page.locator('.label-doubt');
      assert.equal(await doubt.isVisible(), false);
      await panel.send({ type: 'summary', summary: { ...summary, agreement: 0.37 } });
      await doubt.waitFor();
      assert.match((await doubt.textContent()) ?? '', /only 37/);
    }));

  test('the matrix of mixed up classes filters the list', () =>
    withHost({}, async (panel, host) => {
      await panel.page.locator('.noise-details summary').click();
      await panel.page.locator('.noise-cell', { hasText: '61' }).click();
      await host.settle();
      assert.equal((await lastOf(panel, 'rows')).which.text, 'class:rose predicted:tulip');
    }));

  test('High recall, the mode and the score ask for another list', () =>
    withHost({}, async (panel, host) => {
      await panel.page.getByText('High recall').click();
      await host.settle();
      assert.equal((await lastOf(panel, 'rows')).which.mode, 'predicted');
      await panel.page.locator('#score').selectOption('self-confidence');
      await host.settle();
      assert.equal((await lastOf(panel, 'rows')).which.score, 'self-confidence');
      assert.equal((await lastOf(panel, 'summary')).score, 'self-confidence');
    }));

  test('nothing is lost by looking at another kind, and a reload comes back to the row', async () => {
    let state: unknown;
    await withHost({}, async (panel, host) => {
      await panel.page.locator('.rows').focus();
      await keys(panel, host, 'x', 'x', 'x');
      await panel.page.locator('.kind', { hasText: 'Blurry' }).click();
      await host.settle();
      await panel.page.locator('.kind', { hasText: 'Label issues' }).click();
      await host.settle();
      assert.deepEqual(await chips(panel), ['Excluded', 'Excluded', 'Excluded']);
      await keys(panel, host, 'ArrowDown', 'ArrowDown');
      state = await panel.savedState();
    });
    await withHost({ state }, async (panel) => {
      assert.equal(await panel.page.locator('.row-active').getAttribute('id'), 'row-2');
    });
  });

  test('history: each edit can be taken back by itself', () =>
    withHost({}, async (panel, host) => {
      await panel.page.locator('.rows').focus();
      await keys(panel, host, 'x', 'k', 'n');
      host.save();
      await panel.page.locator('.kind', { hasText: 'History' }).click();
      await host.settle();
      const texts = () => panel.page.locator('.history-what').allTextContents();
      assert.deepEqual(await texts(), ['Not an issue: label', 'Label kept', 'Excluded']);
      await panel.page.getByLabel('Take back: Excluded').click();
      await host.settle();
      assert.equal(await panel.page.locator('.history-undone').count(), 1);
      assert.equal(host.edits.pending()[0]?.edit, 'undo');
    }));

  test('new images get a label with one key each, and U takes the last back', () =>
    withHost({ state: { view: 'unlabelled' } }, async (panel, host) => {
      await panel.page.locator('.new-stage').focus();
      const [first, second] = host.unlabelled;
      await keys(panel, host, 'Enter', '2');
      assert.deepEqual(
        host.edits.lines.map((line) => (line.edit === 'label' ? `${line.path} ${line.to}` : line.edit)),
        [
          `${first?.image.path} ${first?.suggestions[0]?.label}`,
          `${second?.image.path} ${second?.suggestions[1]?.label}`,
        ],
      );
      assert.match((await panel.page.locator('.new-head').textContent()) ?? '', /^2 of 30/);
      await keys(panel, host, 'u');
      assert.equal(await panel.page.locator('.new-name').textContent(), second?.image.path.split('/').at(-1));
    }));

  test('what is to be labelled stays on the stage when images come', () =>
    withHost({ state: { view: 'unlabelled' } }, async (panel, host) => {
      const name = () => panel.page.locator('.new-name').textContent();
      await panel.page.locator('.new-stage').focus();
      await keys(panel, host, 'Enter', 'ArrowRight');
      const before = await name();
      const [first] = host.unlabelled;
      assert.ok(first);
      host.unlabelled.unshift({
        ...first,
        image: { ...first.image, path: 'unlabelled/late.jpg', hash: 'f'.repeat(32) },
      });
      await panel.send({ type: 'reload' });
      await host.settle();
      assert.equal(await name(), before);
      assert.match((await panel.page.locator('.new-head').textContent()) ?? '', /of 31/);
      await keys(panel, host, 'Enter');
      const last = host.edits.lines.at(-1);
      assert.equal(last && 'path' in last && last.path.split('/').at(-1), before);
    }));

  test('Apply shows every file before it does anything', () =>
    withHost({}, async (panel, host) => {
      await panel.page.locator('vscode-button', { hasText: 'Apply to disk' }).first().click();
      await host.settle();
      assert.equal(await panel.page.locator('.apply-line').count(), 14);
      assert.equal(
        (await panel.sent()).some(({ type }) => type === 'apply'),
        false,
      );
      await panel.page.locator('vscode-button', { hasText: 'Apply 13 changes' }).click();
      await host.settle();
      const outcome = panel.page.locator('.apply-title', { hasText: '13 of 13 changes applied' });
      await outcome.waitFor();
      await panel.send({ type: 'reload' });
      await host.settle();
      assert.equal(await outcome.count(), 1, 'what came of it stays in sight');
    }));
});
