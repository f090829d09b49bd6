import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { augmentScenes } from './augment.ts';
import { startHarness, type ThemeName, themeNames } from './page.ts';

/** Writes pictures of the augmentation panel: `node test/tools/panel-harness/shoot-augment.ts [scene,…] [width,…] [theme,…]`. */
const [sceneArgument, widthArgument, themeArgument] = process.argv.slice(2);
const wanted = sceneArgument && sceneArgument !== 'all' ? sceneArgument.split(',') : Object.keys(augmentScenes);
const widths = (widthArgument ?? '420,900,1400').split(',').map(Number);
const themes = (themeArgument?.split(',') as ThemeName[] | undefined) ?? [...themeNames];
const folder = path.resolve(import.meta.dirname, '../../../test-output/augment-panel');

mkdirSync(folder, { recursive: true });
const harness = await startHarness('augment');
process.stdout.write(`augment.js ${harness.sizes.js} bytes, augment.css ${harness.sizes.css} bytes\n`);
let failures = 0;
for (const scene of wanted) {
  const { state, messages } = augmentScenes[scene]!;
  const sent = await messages();
  for (const width of widths) {
    for (const theme of themes) {
      const panel = await harness.open({
        theme,
        width,
        ...(state ? { state: { target: '/home/ada/shapes/shapes.loupe.json', ...state } } : {}),
      });
      for (const message of sent) await panel.send(message);
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
