import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { startHarness, type ThemeName, themeNames } from './page.ts';
import { scenes } from './runs.ts';

/** Writes pictures of the Run panel: `node test/tools/panel-harness/shoot.ts [scene,…] [width,…] [theme,…]`. */
const [sceneArgument, widthArgument, themeArgument] = process.argv.slice(2);
const wanted = sceneArgument && sceneArgument !== 'all' ? sceneArgument.split(',') : Object.keys(scenes);
const widths = (widthArgument ?? '420,900,1400').split(',').map(Number);
const themes = (themeArgument?.split(',') as ThemeName[] | undefined) ?? [...themeNames];
const folder = path.resolve(import.meta.dirname, '../../../test-output/run-panel');

mkdirSync(folder, { recursive: true });
const harness = await startHarness();
process.stdout.write(`run.js ${harness.sizes.js} bytes, run.css ${harness.sizes.css} bytes\n`);
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
