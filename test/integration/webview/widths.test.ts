import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Harness, startHarness, waitFor } from '../../tools/panel-harness/page.ts';
import { panelScenes } from '../../tools/panel-harness/scenes.ts';
import { noBrowser, withPanel } from '../../tools/panel-harness/with-panel.ts';

/** The scenes of each panel that have the most to show. */
const fullest: Record<string, string> = {
  baseline: 'start',
  compare: '2-runs',
  evaluate: 'ensemble',
  'lr-finder': 'done',
  predict: 'answers',
  run: 'phases',
  schedule: 'phases',
};

describe('Panels in a narrow editor', { skip: noBrowser, timeout: 240_000 }, () => {
  for (const [name, scene] of Object.entries(fullest)) {
    describe(name, () => {
      let harness: Harness;
      before(async () => {
        harness = await startHarness(name);
      });
      after(() => harness.close());

      test('nothing is wider than the page', async () => {
        const play = panelScenes[name]?.scenes[scene]?.play;
        assert.ok(play, `there is no scene ${scene}`);
        await withPanel(harness, { width: 320 }, async (panel) => {
          await play(panel);
          for (const width of [320, 420, 640]) {
            await panel.page.setViewportSize({ width, height: 800 });
            // Charts take their new size a frame later.
            await waitFor(panel.page, `document.documentElement.scrollWidth === ${width}`);
          }
        });
      });
    });
  }
});
