import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fakeComparison, fakePictures } from './comparisons.ts';
import { startHarness, type ThemeName, themeNames } from './page.ts';

/** Writes pictures of the Compare panel: `node test/tools/panel-harness/shoot-compare.ts [runs,…] [width,…] [theme,…]`. */
const [countArgument, widthArgument, themeArgument] = process.argv.slice(2);
const counts = (countArgument ?? '2,12,200').split(',').map(Number);
const widths = (widthArgument ?? '500,1300').split(',').map(Number);
const themes = (themeArgument?.split(',') as ThemeName[] | undefined) ?? [...themeNames];
const folder = path.resolve(import.meta.dirname, '../../../test-output/compare-panel');

mkdirSync(folder, { recursive: true });
const harness = await startHarness('compare');
process.stdout.write(`compare.js ${harness.sizes.js} bytes, compare.css ${harness.sizes.css} bytes\n`);
let failures = 0;
for (const count of counts) {
  const { runs, curves, verdicts, detail } = fakeComparison(count);
  for (const width of widths) {
    for (const theme of themes) {
      const panel = await harness.open({ theme, width });
      await panel.send(runs);
      await panel.send(curves);
      await panel.send(verdicts);
      if (count > 1) {
        await panel.page
          .locator('.rows .row')
          .nth(1)
          .click({ position: { x: 60, y: 12 } });
        await panel.send(detail);
        const { won = [], lost = [] } = detail.detail ?? {};
        await panel.send({ type: 'pictures', pictures: fakePictures([...won, ...lost]) });
      }
      await panel.page.waitForTimeout(700);
      await panel.page.mouse.move(1, 1);
      await panel.page.waitForTimeout(200);
      await panel.page.screenshot({ path: path.join(folder, `${count}-${theme}-${width}.png`), fullPage: true });
      for (const error of panel.errors) process.stdout.write(`${count} ${theme} ${width}: ${error}\n`);
      failures += panel.errors.length;
      await panel.close();
    }
  }
}
await harness.close();
process.exitCode = failures ? 1 : 0;
