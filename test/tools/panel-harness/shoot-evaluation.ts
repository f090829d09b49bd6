import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { ToEvaluatePanel } from '../../../src/protocol/evaluate-panel.ts';
import type { ToPredictPanel } from '../../../src/protocol/predict-panel.ts';
import { evaluateScenes, picture, predictScenes, summary } from './evaluations.ts';
import { startHarness, type ThemeName, themeNames } from './page.ts';

/** Writes pictures of the Evaluation and Predict panels: `node test/tools/panel-harness/shoot-evaluation.ts [scene,…] [width,…] [theme,…]`. */
const [sceneArgument, widthArgument, themeArgument] = process.argv.slice(2);
const widths = (widthArgument ?? '420,1280').split(',').map(Number);
const themes = (themeArgument?.split(',') as ThemeName[] | undefined) ?? [...themeNames];
const folder = path.resolve(import.meta.dirname, '../../../test-output/evaluation-panels');
const wanted = (name: string) => !sceneArgument || sceneArgument === 'all' || sceneArgument.split(',').includes(name);

mkdirSync(folder, { recursive: true });
let failures = 0;
type Scenes = Record<string, () => (ToEvaluatePanel | ToPredictPanel)[]>;
const all: Record<string, Scenes> = { evaluate: evaluateScenes, predict: predictScenes };
for (const [panel, scenes] of Object.entries(all)) {
  const harness = await startHarness(panel);
  process.stdout.write(`${panel}.js ${harness.sizes.js} bytes, ${panel}.css ${harness.sizes.css} bytes\n`);
  for (const [scene, make] of Object.entries(scenes)) {
    if (!wanted(`${panel}-${scene}`)) continue;
    for (const width of widths) {
      for (const theme of themes) {
        const page = await harness.open({ theme, width });
        for (const message of make()) {
          await page.send(message);
          if (message.type === 'images') {
            const pictures = await Promise.all(
              message.images.map(async ({ at }) => ({ at, uri: (await picture(at)).thumb })),
            );
            await page.send({ type: 'pictures', id: summary.id, pictures });
            const [first] = message.images;
            if (first) {
              await page.page.locator('.thumb').first().click();
              await page.send({
                type: 'saliency',
                id: summary.id,
                at: first.at,
                method: 'grad-cam',
                label: 'objects',
                probability: 0.93,
                ...(await picture(first.at, 224)),
              });
            }
          }
          if (message.type === 'items') {
            for (const { id } of message.items)
              await page.send({ type: 'picture', id, uri: (await picture(id)).thumb });
            const newest = message.items[0];
            if (newest)
              await page.send({
                type: 'saliency',
                id: newest.id,
                method: 'grad-cam',
                label: 'objects',
                probability: 0.91,
                ...(await picture(newest.id, 224)),
              });
          }
        }
        await page.page.waitForTimeout(350);
        const file = path.join(folder, `${panel}-${scene}-${theme}-${width}.png`);
        await page.page.screenshot({ path: file, fullPage: true });
        for (const error of page.errors) process.stdout.write(`${panel} ${scene} ${theme} ${width}: ${error}\n`);
        failures += page.errors.length;
        await page.close();
      }
    }
  }
  await harness.close();
}
process.exitCode = failures ? 1 : 0;
