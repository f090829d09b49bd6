import * as vscode from 'vscode';
import type { ContextKey } from './ids.ts';

const current = new Map<ContextKey, boolean>();

/** Tells `when` clauses and the walkthrough; an unchanged value costs nothing. */
export function setContextKey(key: ContextKey, value: boolean): void {
  if (current.get(key) === value) return;
  current.set(key, value);
  void vscode.commands.executeCommand('setContext', key, value);
}
