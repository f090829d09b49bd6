import * as vscode from 'vscode';
import type { CommandId } from './ids.ts';
import { showError } from './show-error.ts';

/** Every handler of the extension; the type makes a missing command a compile error where all are wired. */
export type Handlers<Id extends CommandId = CommandId> = Record<Id, (...args: never[]) => unknown>;

/** Registers the handlers; whatever one throws is shown with a next step and logged. */
export function registerCommands(handlers: Handlers, log: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(handlers).map(([id, handler]) =>
      vscode.commands.registerCommand(id, async (...args: unknown[]) => {
        try {
          return await handler(...(args as never[]));
        } catch (error) {
          void showError(error, log);
          return undefined;
        }
      }),
    ),
  );
}
