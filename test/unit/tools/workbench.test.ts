import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isOurs } from '../../tools/vscode/workbench.ts';

describe('isOurs', () => {
  const workbench = 'http://127.0.0.1:1/stable/static/out/vs/code/browser/workbench/workbench.js';
  const cases: [text: string, address: string, ours: boolean, why: string][] = [
    ["%c  ERR color: #f33 Timed out waiting for authentication provider 'github'", workbench, false, 'a service'],
    ['%c  ERR color: #f33 [lifecycle] Long running operations during shutdown', workbench, false, 'a reload'],
    ['%c  ERR color: #f33 [loupe.loupe] Cannot read properties of undefined', workbench, true, 'our extension'],
    ['%c  ERR color: #f33 Error: x\n at activate (/home/me/dist/extension.cjs:1:2)', workbench, true, 'our code'],
    ["Activating extension 'loupe.loupe' failed: Cannot find module", workbench, true, 'our activation'],
    ["Activating extension 'vscode.typescript-language-features' failed: Not Found.", workbench, false, 'left away'],
    [
      'Failed to load resource: 404',
      'http://127.0.0.1:1/_static/src/browser/media/favicon.ico',
      false,
      'a missing icon',
    ],
    ['Refused to apply inline style: Content Security Policy', 'vscode-webview://abc/index.html', true, 'a webview'],
    ['Uncaught TypeError: x is not a function', 'vscode-webview://abc/dist/webview/run.js', true, 'a panel'],
  ];
  for (const [text, address, ours, why] of cases) {
    test(`${why}: ${ours ? 'ours' : 'not ours'}`, () => assert.equal(isOurs(text, address), ours));
  }
});
