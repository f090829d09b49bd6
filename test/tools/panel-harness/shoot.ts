import path from 'node:path';
import { outputFolder } from '../paths.ts';
import type { ThemeName } from './page.ts';
import { shootPanel } from './shoot-panel.ts';

/** Writes pictures of a panel: `node test/tools/panel-harness/shoot.ts [panel] [scene,… | all] [width,…] [theme,…]`. */
const [name = 'run', scenes = 'all', widths, themes] = process.argv.slice(2);
const errors = await shootPanel(name, {
  folder: path.join(outputFolder, 'panels'),
  say: (text) => process.stdout.write(`${text}\n`),
  scenes: scenes === 'all' ? undefined : scenes.split(','),
  widths: widths?.split(',').map(Number),
  themes: themes?.split(',') as ThemeName[] | undefined,
});
process.exitCode = errors ? 1 : 0;
