import * as vscode from 'vscode';
import type { CleanKeyAct } from '../../protocol/clean-keys.ts';
import { commands } from '../ids.ts';
import type { Handlers } from '../register.ts';
import type { CleanPanels } from './clean-panels.ts';

type Ids = typeof commands;

/** What is done with the candidates of the cleaning panel in front, by a key or from the palette. */
export function candidateCommands(
  panels: CleanPanels,
): Handlers<
  Ids[
    | 'keepCandidate'
    | 'keepAlike'
    | 'acceptCandidate'
    | 'relabelCandidate'
    | 'relabelAlike'
    | 'excludeCandidate'
    | 'excludeAlike'
    | 'deleteCandidate'
    | 'deleteAlike'
    | 'dismissCandidate'
    | 'dismissAlike'
    | 'restoreCandidate'
    | 'restoreAlike'
    | 'openCandidate'
    | 'filterCandidates'
    | 'undoLabel'
    | 'redoLabel']
> {
  const one = (act: CleanKeyAct) => () => panels.active?.command(act, false);
  const alike = (act: CleanKeyAct) => () => panels.active?.command(act, true);
  return {
    [commands.keepCandidate]: one('keep'),
    [commands.keepAlike]: alike('keep'),
    [commands.acceptCandidate]: one('accept'),
    [commands.relabelCandidate]: one('relabel'),
    [commands.relabelAlike]: alike('relabel'),
    [commands.excludeCandidate]: one('exclude'),
    [commands.excludeAlike]: alike('exclude'),
    [commands.deleteCandidate]: one('delete'),
    [commands.deleteAlike]: alike('delete'),
    [commands.dismissCandidate]: one('dismiss'),
    [commands.dismissAlike]: alike('dismiss'),
    [commands.restoreCandidate]: one('restore'),
    [commands.restoreAlike]: alike('restore'),
    [commands.openCandidate]: one('open'),
    [commands.filterCandidates]: one('filter'),
    // By way of this process, which has heard of the edit before: VS Code itself may take back the one before that.
    [commands.undoLabel]: () => vscode.commands.executeCommand('undo'),
    [commands.redoLabel]: () => vscode.commands.executeCommand('redo'),
  };
}
