import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commands } from '../../src/host/ids.ts';
import { loupe } from './loupe.ts';

describe('activation', () => {
  it('says how long it took', async () => {
    const { activationMs } = await loupe();
    assert.ok(activationMs > 0);
    console.log(`[test] activated in ${activationMs.toFixed(1)} ms`);
  });

  it('registers every command', async () => {
    await loupe();
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      Object.values(commands).filter((id) => !registered.has(id)),
      [],
    );
  });

  it('loads no tensor engine and no image library into the extension host', async () => {
    await loupe();
    const loaded = process.report.getReport() as unknown as { sharedObjects: string[] };
    assert.deepEqual(
      loaded.sharedObjects.filter((file) => /sharp|vips|tensorflow/.test(file)),
      [],
    );
  });
});
