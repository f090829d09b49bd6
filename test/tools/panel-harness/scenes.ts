import type { ToBaselinePanel } from '../../../src/protocol/baseline-panel.ts';
import type { ToEvaluatePanel } from '../../../src/protocol/evaluate-panel.ts';
import type { ToPredictPanel } from '../../../src/protocol/predict-panel.ts';
import { augmentScenes } from './augment.ts';
import { baselineScenes } from './baselines.ts';
import { cleanScenes, FakeCleanHost } from './clean.ts';
import { fakeComparison, fakePictures } from './comparisons.ts';
import { evaluateScenes, picture, predictScenes, summary } from './evaluations.ts';
import { finderScenes } from './finders.ts';
import type { PanelPage } from './page.ts';
import { scenes as runScenes } from './runs.ts';
import { scheduleScenes } from './schedules.ts';

/** What a panel is shown doing. */
export interface PanelScene {
  /** That it begins with, as after a reload. */
  state?: object;
  /** What its host answers, and what the user does. */
  play(panel: PanelPage): Promise<void>;
}

/** Pictures of each panel by itself: at these widths, in every theme. */
export const panelScenes: Record<string, { widths: number[]; scenes: Record<string, PanelScene> }> = {
  run: { widths: [420, 900, 1400], scenes: sent(runScenes) },
  'lr-finder': { widths: [420, 900, 1400], scenes: sent(finderScenes) },
  schedule: { widths: [420, 900, 1400], scenes: sent(scheduleScenes) },
  augment: {
    widths: [420, 900, 1400],
    scenes: mapped(augmentScenes, ({ state, messages }) => ({
      ...(state ? { state: { target: '/home/ada/shapes/shapes.loupe.json', ...state } } : {}),
      async play(panel) {
        for (const message of await messages()) await panel.send(message);
      },
    })),
  },
  clean: {
    widths: [620, 1280],
    scenes: mapped(cleanScenes, ({ state, play }) => ({
      ...(state && { state }),
      async play(panel) {
        const host = new FakeCleanHost(panel);
        await host.settle();
        await play?.(panel, host);
      },
    })),
  },
  compare: {
    widths: [500, 1300],
    scenes: Object.fromEntries(
      [2, 12, 200].map((count) => [`${count}-runs`, { play: (panel) => compare(panel, count) }]),
    ),
  },
  baseline: {
    widths: [420, 900, 1400],
    scenes: mapped(baselineScenes, (make) => ({ play: (panel) => baseline(panel, make()) })),
  },
  evaluate: {
    widths: [420, 1280],
    scenes: mapped(evaluateScenes, (make) => ({ play: (panel) => evaluate(panel, make()) })),
  },
  predict: {
    widths: [420, 1280],
    scenes: mapped(predictScenes, (make) => ({ play: (panel) => predict(panel, make()) })),
  },
};

function mapped<T>(scenes: Record<string, T>, make: (scene: T) => PanelScene): Record<string, PanelScene> {
  return Object.fromEntries(Object.entries(scenes).map(([name, scene]) => [name, make(scene)]));
}

/** Scenes of one message. */
function sent(scenes: Record<string, () => object>): Record<string, PanelScene> {
  return mapped(scenes, (snapshot) => ({ play: (panel) => panel.send(snapshot()) }));
}

async function compare(panel: PanelPage, count: number): Promise<void> {
  const { runs, curves, verdicts, detail } = fakeComparison(count);
  for (const message of [runs, curves, verdicts]) await panel.send(message);
  const second = panel.page.locator('.rows .row').nth(1);
  await second.click({ position: { x: 60, y: 12 } });
  await panel.send(detail);
  const { won = [], lost = [] } = detail.detail ?? {};
  await panel.send({ type: 'pictures', pictures: fakePictures([...won, ...lost]) });
  await panel.page.waitForTimeout(400);
  await panel.page.mouse.move(1, 1);
}

async function baseline(panel: PanelPage, messages: ToBaselinePanel[]): Promise<void> {
  for (const message of messages) {
    await panel.send(message);
    if (message.type !== 'report' || !message.report?.baseline) continue;
    const examples = message.report.baseline.confused.flatMap((pair) => pair.examples);
    const pictures = examples.map(async ({ path }, i) => ({ path, uri: (await picture(i)).thumb }));
    await panel.send({ type: 'pictures', id: message.id, pictures: await Promise.all(pictures) });
  }
}

/** The first image of an evaluation is opened, with what the network looked at. */
async function evaluate(panel: PanelPage, messages: ToEvaluatePanel[]): Promise<void> {
  const { id } = summary;
  for (const message of messages) {
    await panel.send(message);
    if (message.type !== 'images') continue;
    const pictures = message.images.map(async ({ at }) => ({ at, uri: (await picture(at)).thumb }));
    await panel.send({ type: 'pictures', id, pictures: await Promise.all(pictures) });
    const [first] = message.images;
    if (!first) continue;
    await panel.page.locator('.thumb').first().click();
    const seen = { method: 'grad-cam', label: 'objects', probability: 0.93, ...(await picture(first.at, 224)) };
    await panel.send({ type: 'saliency', id, at: first.at, ...seen });
  }
}

async function predict(panel: PanelPage, messages: ToPredictPanel[]): Promise<void> {
  for (const message of messages) {
    await panel.send(message);
    if (message.type !== 'items') continue;
    for (const { id } of message.items) await panel.send({ type: 'picture', id, uri: (await picture(id)).thumb });
    const [newest] = message.items;
    if (!newest) continue;
    const seen = { method: 'grad-cam', label: 'objects', probability: 0.91, ...(await picture(newest.id, 224)) };
    await panel.send({ type: 'saliency', id: newest.id, ...seen });
  }
}
