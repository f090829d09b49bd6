import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { panels } from '../ids.ts';
import { KeyedPanels, pathOfState } from '../panels/keyed-panels.ts';
import { isInWorkspace } from '../workspace.ts';
import { AugmentPanel, type AugmentPanelParts } from './augment-panel.ts';

/** The augmentation previews of this window: one a `*.loupe.json` or data source, absolute. */
export class AugmentPanels extends KeyedPanels<AugmentPanel, string> {
  private readonly parts: AugmentPanelParts;

  constructor(parts: AugmentPanelParts) {
    super({ viewType: panels.augment, extensionUri: parts.extensionUri, onError: parts.onError });
    this.parts = parts;
  }

  protected override keyOf(target: string): string {
    return target;
  }

  protected override titleOf(target: string): string {
    return path.basename(target);
  }

  protected override restored(state: unknown): string | null {
    return vscode.workspace.isTrusted ? targetOf(state) : null;
  }

  protected override create(panel: vscode.WebviewPanel, target: string): AugmentPanel {
    return new AugmentPanel(panel, target, this.parts);
  }
}

/** What a panel showed before the reload; only what is in this workspace comes back. */
function targetOf(state: unknown): string | null {
  const target = pathOfState(state, 'target');
  return target !== null && isInWorkspace(target) && fs.existsSync(target) ? target : null;
}
