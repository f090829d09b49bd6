import fs from 'node:fs';
import type * as vscode from 'vscode';
import { dataSetName } from '../data-sets/propose.ts';
import { panels } from '../ids.ts';
import { KeyedPanels, pathOfState } from '../panels/keyed-panels.ts';
import { isInWorkspace } from '../workspace.ts';
import { InspectPanel, type InspectPanelParts } from './inspect-panel.ts';

/** The inspect panels of this window: one a data set, by its absolute folder or file. */
export class InspectPanels extends KeyedPanels<InspectPanel, string> {
  private readonly parts: InspectPanelParts;

  constructor(parts: InspectPanelParts) {
    super({ viewType: panels.inspect, extensionUri: parts.extensionUri, onError: parts.onError });
    this.parts = parts;
  }

  protected override keyOf(source: string): string {
    return source;
  }

  protected override titleOf(source: string): string {
    return dataSetName(source);
  }

  protected override restored(state: unknown): string | null {
    const source = pathOfState(state, 'source');
    return source !== null && fs.existsSync(source) && this.isListed(source) ? source : null;
  }

  protected override create(panel: vscode.WebviewPanel, source: string): InspectPanel {
    return new InspectPanel(panel, source, this.parts);
  }

  /** In this workspace, or opened in it as a data set. */
  private isListed(source: string): boolean {
    return isInWorkspace(source) || this.parts.isDataSet(source);
  }
}
