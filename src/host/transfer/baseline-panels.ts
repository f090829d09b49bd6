import fs from 'node:fs';
import type * as vscode from 'vscode';
import { fieldOf } from '../../jobs/record.ts';
import { dataSetName } from '../data-sets/propose.ts';
import { panels } from '../ids.ts';
import { KeyedPanels, pathOfState } from '../panels/keyed-panels.ts';
import { isInWorkspace } from '../workspace.ts';
import { BaselinePanel, type BaselinePanelParts } from './baseline-panel.ts';

interface Expected {
  /** Absolute folder or file of a data set. */
  source: string;
  /** Report that is shown; null: the newest. */
  selected: string | null;
}

/** The panels of what is to be expected of data sets: one a data set. */
export class BaselinePanels extends KeyedPanels<BaselinePanel, Expected> {
  private readonly parts: BaselinePanelParts & { isDataSet(source: string): boolean };

  constructor(parts: BaselinePanelParts & { isDataSet(source: string): boolean }) {
    super({ viewType: panels.baseline, extensionUri: parts.extensionUri, onError: parts.onError });
    this.parts = parts;
  }

  /** Opens the data set's panel with one of its reports. */
  showReport(source: string, selected: string | null): BaselinePanel {
    const panel = this.show({ source, selected });
    if (selected !== null) panel.select(selected);
    return panel;
  }

  protected override keyOf({ source }: Expected): string {
    return source;
  }

  protected override titleOf({ source }: Expected): string {
    return dataSetName(source);
  }

  protected override restored(state: unknown): Expected | null {
    const source = pathOfState(state, 'source');
    if (source === null || !fs.existsSync(source)) return null;
    if (!isInWorkspace(source) && !this.parts.isDataSet(source)) return null;
    const selected = fieldOf(state, 'selected');
    return { source, selected: typeof selected === 'string' ? selected : null };
  }

  protected override create(panel: vscode.WebviewPanel, { source, selected }: Expected): BaselinePanel {
    return new BaselinePanel(panel, source, selected, this.parts);
  }
}
