import type * as vscode from 'vscode';
import { asScope, type CompareScope } from '../../protocol/compare-panel.ts';
import { panels } from '../ids.ts';
import { KeyedPanels } from '../panels/keyed-panels.ts';
import { ComparePanel, type CompareParts } from './compare-panel.ts';
import { scopeTitle } from './compare-runs.ts';

/** The comparisons of this window: one a set of runs. */
export class ComparePanels extends KeyedPanels<ComparePanel, CompareScope> {
  private readonly parts: CompareParts;

  constructor(extensionUri: vscode.Uri, parts: CompareParts) {
    super({ viewType: panels.compare, extensionUri, onError: parts.onError });
    this.parts = parts;
  }

  protected override keyOf(scope: CompareScope): string {
    return JSON.stringify(scope);
  }

  protected override titleOf(scope: CompareScope): string {
    return scopeTitle(scope);
  }

  protected override restored(state: unknown): CompareScope {
    const kept = typeof state === 'object' && state !== null && 'scope' in state ? asScope(state.scope) : null;
    return kept ?? { kind: 'query', query: '' };
  }

  protected override create(panel: vscode.WebviewPanel, scope: CompareScope): ComparePanel {
    return new ComparePanel(panel, this.extensionUri, scope, this.parts);
  }
}
