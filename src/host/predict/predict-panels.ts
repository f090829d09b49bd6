import type * as vscode from 'vscode';
import { modelFolderOfState, panelSubject } from '../evaluate/panel-subject.ts';
import { panels } from '../ids.ts';
import { KeyedPanels } from '../panels/keyed-panels.ts';
import { PredictPanel, type PredictPanelParts } from './predict-panel.ts';

/** The predict panels of this window: one a run or predictor, by its folder. */
export class PredictPanels extends KeyedPanels<PredictPanel, string> {
  private readonly parts: PredictPanelParts;

  constructor(parts: PredictPanelParts) {
    super({ viewType: panels.predict, extensionUri: parts.extensionUri, onError: parts.onError });
    this.parts = parts;
  }

  protected override keyOf(folder: string): string {
    return folder;
  }

  protected override titleOf(): string {
    return '';
  }

  protected override restored(state: unknown): string | null {
    return modelFolderOfState(state);
  }

  protected override create(panel: vscode.WebviewPanel, folder: string): PredictPanel {
    const { name } = panelSubject(folder);
    return new PredictPanel(panel, { folder, name }, this.parts);
  }
}
