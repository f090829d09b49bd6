import type * as vscode from 'vscode';
import { fieldOf } from '../../jobs/record.ts';
import { panels } from '../ids.ts';
import { KeyedPanels } from '../panels/keyed-panels.ts';
import { EvaluatePanel, type EvaluatePanelParts } from './evaluate-panel.ts';
import { modelFolderOfState, panelSubject } from './panel-subject.ts';

interface Evaluated {
  /** Of a run or predictor. */
  folder: string;
  /** Evaluation that is shown; null: the newest. */
  selected: string | null;
}

/** The evaluation panels of this window: one a run or predictor. */
export class EvaluatePanels extends KeyedPanels<EvaluatePanel, Evaluated> {
  private readonly parts: EvaluatePanelParts;

  constructor(parts: EvaluatePanelParts) {
    super({ viewType: panels.evaluate, extensionUri: parts.extensionUri, onError: parts.onError });
    this.parts = parts;
  }

  protected override keyOf({ folder }: Evaluated): string {
    return folder;
  }

  protected override titleOf(): string {
    return '';
  }

  protected override restored(state: unknown): Evaluated | null {
    const folder = modelFolderOfState(state);
    if (folder === null) return null;
    const selected = fieldOf(state, 'selected');
    return { folder, selected: typeof selected === 'string' ? selected : null };
  }

  protected override create(panel: vscode.WebviewPanel, { folder, selected }: Evaluated): EvaluatePanel {
    return new EvaluatePanel(panel, panelSubject(folder), selected, this.parts);
  }
}
