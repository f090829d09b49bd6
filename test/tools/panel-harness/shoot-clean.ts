import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { cleanScenes, FakeCleanHost } from './clean.ts';
import { startHarness, type ThemeName, themeNames } from './page.ts';

/** Writes pictures of the cleaning panel: `node test/tools/panel-harness/shoot-clean.ts [scene,…] [width,…] [theme,…]`. */
const [sceneArgument, widthArgument, themeArgument] = process.argv.slice(2);
const wanted = sceneArgument && sceneArgument !== 'all' ? sceneArgument.split(',') : Object.keys(cleanScenes);
const widths = (widthArgument ?? '420,900,1400').split(',').map(Number);
const themes = (themeArgument?.split(',') as ThemeName[] | undefined) ?? [...themeNames];
const folder = path.resolve(import.meta.dirname, '../../../test-output/clean-panel');

mkdirSync(folder, { recursive: true });
const harness = await startHarness('clean');
process.stdout.write(`clean.js ${harness.sizes.js} bytes, clean.css ${harness.sizes.css} bytes\n`);
let failures = 0;
for (const scene of wanted) {
  for (const width of widths) {
    for (const theme of themes) {
      const { state, play } = cleanScenes[scene]!;
      const panel = await harness.open({ theme, width, height: 860, ...(state && { state }) });
      const host = new FakeCleanHost(panel);
      await host.settle();
      await play?.(panel, host);
      await panel.page.waitForTimeout(150);
      await panel.page.screenshot({ path: path.join(folder, `${scene}-${theme}-${width}.png`) });
      for (const error of panel.errors) process.stdout.write(`${scene} ${theme} ${width}: ${error}\n`);
      failures += panel.errors.length;
      await panel.close();
    }
  }
}
await harness.close();
process.exitCode = failures ? 1 : 0;
