import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { inspectScenes, openInspect } from './inspect.ts';
import { startHarness, type ThemeName, themeNames } from './page.ts';

/** Writes pictures of the Inspect panel: `node test/tools/panel-harness/shoot-inspect.ts [scene,…] [width,…] [theme,…]`. */
const [sceneArgument, widthArgument, themeArgument] = process.argv.slice(2);
const wanted = sceneArgument && sceneArgument !== 'all' ? sceneArgument.split(',') : Object.keys(inspectScenes);
const widths = (widthArgument ?? '560,1400').split(',').map(Number);
const themes = (themeArgument?.split(',') as ThemeName[] | undefined) ?? [...themeNames];
const folder = path.resolve(import.meta.dirname, '../../../test-output/inspect-panel');

mkdirSync(folder, { recursive: true });
const harness = await startHarness('inspect');
process.stdout.write(`inspect.js ${harness.sizes.js} bytes, inspect.css ${harness.sizes.css} bytes\n`);
let failures = 0;
for (const name of wanted) {
  const scene = inspectScenes[name]!;
  for (const width of widths) {
    for (const theme of themes) {
      const panel = await openInspect(harness, { theme, width, height: 900 }, scene);
      await scene.act?.(panel);
      await panel.page.waitForTimeout(350);
      await panel.page.screenshot({ path: path.join(folder, `${name}-${theme}-${width}.png`) });
      for (const error of panel.errors) process.stdout.write(`${name} ${theme} ${width}: ${error}\n`);
      failures += panel.errors.length;
      await panel.close();
    }
  }
}
await harness.close();
process.exitCode = failures ? 1 : 0;
