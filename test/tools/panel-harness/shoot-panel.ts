import fs from 'node:fs';
import path from 'node:path';
import { startHarness, type ThemeName, themeNames } from './page.ts';
import { panelScenes } from './scenes.ts';

export interface ShootOptions {
  /** Where the pictures go. */
  folder: string;
  say: (text: string) => void;
  scenes?: string[] | undefined;
  widths?: number[] | undefined;
  themes?: ThemeName[] | undefined;
}

/** Pictures a panel by itself, outside VS Code. @returns how many errors its page had; a good panel has none */
export async function shootPanel(name: string, options: ShootOptions): Promise<number> {
  const panel = panelScenes[name];
  if (!panel) throw new Error(`No panel ${name}; there are ${Object.keys(panelScenes).join(', ')}.`);
  const { folder, say, widths = panel.widths, themes = [...themeNames] } = options;
  fs.mkdirSync(folder, { recursive: true });
  const harness = await startHarness(name);
  say(`${name}.js ${harness.sizes.js} bytes, ${name}.css ${harness.sizes.css} bytes`);
  let errors = 0;
  try {
    for (const [scene, { state, play }] of Object.entries(panel.scenes)) {
      if (options.scenes && !options.scenes.includes(scene)) continue;
      for (const width of widths) {
        for (const theme of themes) {
          const page = await harness.open({ theme, width, ...(state && { state }) });
          await play(page);
          await page.page.waitForTimeout(350);
          const file = path.join(folder, `${name}-${scene}-${theme}-${width}.png`);
          await page.page.screenshot({ path: file, fullPage: true });
          for (const error of page.errors) say(`error: ${name} ${scene} ${theme} ${width}: ${error}`);
          errors += page.errors.length;
          await page.close();
        }
      }
    }
  } finally {
    await harness.close();
  }
  return errors;
}
