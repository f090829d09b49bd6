import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Frame } from 'playwright-core';
import { runCommand, webviewWith } from '../tools/vscode/workbench.ts';
import { copyDemoImages, layoutSaved, openSession, type Session, until } from './harness.ts';

const minute = 60_000;

describe('look at a data set', { timeout: 5 * minute }, () => {
  let session: Session;
  const panel = () => webviewWith(session.page, '.grid-tile img:not([hidden])', minute);
  const counted = (frame: Frame, text: string) => frame.locator('.tool-count', { hasText: text }).waitFor();

  before(async () => {
    session = await openSession({
      fill: (workspace) => copyDemoImages(workspace, ['food', 'animals', 'smileys'], 40),
      viewport: { width: 1500, height: 950 },
    });
  });
  after(() => session?.close());
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await session.keepPicture(`inspect ${context.name}`);
    session.assertNoErrors();
  });

  test('the command shows every image with its picture', async () => {
    await runCommand(session.page, 'Loupe: Inspect Data Set');
    const frame = await panel();
    await counted(frame, '120 images');
    const drawn = () =>
      frame.evaluate(
        `[...document.querySelectorAll('.grid-tile:not([hidden]) img')].filter((image) => image.naturalWidth > 0).length`,
      );
    await until('pictures', async () => Number(await drawn()) >= 10);
    assert.equal(await frame.locator('.bar-row').count(), 3);
  });

  test('a query shows its images, and says what is wrong with another', async () => {
    const frame = await panel();
    const query = frame.getByRole('combobox', { name: 'Query' });
    await query.fill('class:fo');
    await frame.getByRole('option', { name: /^food/ }).waitFor();
    await query.press('ArrowDown');
    await query.press('Enter');
    await counted(frame, '40 of 120 images');
    assert.equal(await query.inputValue(), 'class:food ', 'ready for the next word');
    await query.fill('colour:red');
    await frame.locator('.query-problem', { hasText: 'There is no field "colour"' }).waitFor();
    await query.fill('');
    await counted(frame, '120 images');
  });

  test('bars of a plot show their images; Escape shows all again', async () => {
    const frame = await panel();
    await frame.locator('.bar-row', { hasText: 'animals' }).click();
    await counted(frame, '40 of 120 images');
    await frame.locator('.bar-row', { hasText: 'animals' }).click();
    await counted(frame, '120 images');
    const plot = frame.getByRole('slider', { name: 'Brightness' });
    await plot.scrollIntoViewIfNeeded();
    const box = await plot.boundingBox();
    assert.ok(box);
    await session.page.mouse.move(box.x + box.width * 0.4, box.y + 30);
    await session.page.mouse.down();
    await session.page.mouse.move(box.x + box.width * 0.78, box.y + 40, { steps: 4 });
    await session.page.mouse.up();
    await frame.locator('.chip-taken', { hasText: 'Brightness' }).waitFor();
    await frame.locator('.tool-count', { hasText: 'of 120 images' }).waitFor();
    await frame.locator('.tool-count', { hasText: /^(?!120 )/ }).waitFor();
    await frame.locator('.grid').press('Escape');
    await counted(frame, '120 images');
  });

  test('an image is opened by the keyboard, with what is known of it', async () => {
    const frame = await panel();
    await frame.locator('.grid-tile[data-index="0"]').click();
    await session.page.keyboard.press('ArrowRight');
    await session.page.keyboard.press('Enter');
    await frame.locator('.detail-pane .heat-stack img').first().waitFor();
    await frame.locator('.detail-facts', { hasText: 'perceptual hash' }).waitFor();
    const size = await frame.evaluate(`document.querySelector('.detail-pane .heat-stack img').naturalWidth`);
    assert.ok(Number(size) > 0, 'the picture itself is drawn');
    await frame.locator('.actions vscode-button', { hasText: 'Beside' }).click();
    const name = await frame.locator('.detail-top h2').textContent();
    await session.page.getByRole('tab', { name: name ?? '' }).waitFor();
  });

  test('a reload of the window brings query and image back', async () => {
    const frame = await panel();
    await frame.getByRole('combobox', { name: 'Query' }).fill('class:smileys');
    await counted(frame, '40 of 120 images');
    await layoutSaved(session.page, 'class:smileys');
    await session.reload();
    const again = await panel();
    await counted(again, '40 of 120 images');
    await again.locator('.detail-pane:not([hidden]) h2').waitFor();
  });
});
