import * as vscode from 'vscode';

/** The one log of the extension ("Loupe" in the Output view). */
export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel('Loupe', { log: true });
}
