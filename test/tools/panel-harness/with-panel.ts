import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { Harness, OpenOptions, PanelPage } from './page.ts';

const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** For `describe`: why tests in a browser can't run here; false: they can. */
export const noBrowser: string | false = existsSync(chromium) ? false : `no ${chromium}`;

/** Opens a panel, uses it and closes it. Whatever a test does, nothing may be refused by the policy or reported to the console. */
export async function withPanel(
  harness: Harness,
  options: Partial<OpenOptions>,
  use: (panel: PanelPage) => Promise<void>,
): Promise<void> {
  const panel = await harness.open({ theme: 'dark', ...options });
  panel.page.setDefaultTimeout(20_000);
  try {
    await use(panel);
    assert.deepEqual(panel.errors, []);
  } finally {
    await panel.close();
  }
}

/** The message that the page sent last. */
export async function lastSent(panel: PanelPage): Promise<{ type: string; [key: string]: unknown } | undefined> {
  return (await panel.sent()).at(-1);
}
