import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { finderScenes } from './finders.ts';
import { startHarness, type ThemeName, themeNames } from './page.ts';
import { scenes as runScenes } from './runs.ts';
import { scheduleScenes } from './schedules.ts';

const panels: Record<string, Record<string, () => object>> = {
  run: runScenes,
  'lr-finder': finderScenes,
  schedule: scheduleScenes,
};

/** Writes pictures of a panel: `node test/tools/panel-harness/shoot.ts <panel> [scene,…] [width,…] [theme,…]`. */
const [panelName = 'run', sceneArgument, widthArgument, themeArgument] = process.argv.slice(2);
const scenes = panels[panelName];
if (!scenes) throw new Error(`No panel ${panelName}; there are ${Object.keys(panels).join(', ')}.`);
const wanted = sceneArgument && sceneArgument !== 'all' ? sceneArgument.split(',') : Object.keys(scenes);
const widths = (widthArgument ?? '420,900,1400').split(',').map(Number);
const themes = (themeArgument?.split(',') as ThemeName[] | undefined) ?? [...themeNames];
const folder = path.resolve(import.meta.dirname, '../../../test-output/panels', panelName);

mkdirSync(folder, { recursive: true });
const harness = await startHarness(panelName);
process.stdout.write(`${panelName}.js ${harness.sizes.js} bytes, ${panelName}.css ${harness.sizes.css} bytes\n`);
let failures = 0;
for (const scene of wanted) {
  const snapshot = scenes[scene]!();
  for (const width of widths) {
    for (const theme of themes) {
      const panel = await harness.open({ theme, width });
      await panel.send(snapshot);
      await panel.page.waitForTimeout(350);
      await panel.page.screenshot({ path: path.join(folder, `${scene}-${theme}-${width}.png`), fullPage: true });
      for (const error of panel.errors) process.stdout.write(`${scene} ${theme} ${width}: ${error}\n`);
      failures += panel.errors.length;
      await panel.close();
    }
  }
}
await harness.close();
process.exitCode = failures ? 1 : 0;
