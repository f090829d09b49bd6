import type * as vscode from 'vscode';
import { type FinderJob, readFinderJob } from '../../jobs/finder-job.ts';
import type { SweepSettings } from '../../protocol/lr-finder.ts';
import { panels } from '../ids.ts';
import { folderOfState, KeyedPanels } from '../panels/keyed-panels.ts';
import { findersFolderOf } from '../workspace.ts';
import { FinderPanel, titleOf } from './finder-panel.ts';

export interface FinderPanelsEvents {
  again(job: FinderJob, sweep: SweepSettings): Promise<string>;
  changed(): void;
  onError(error: unknown): void;
}

/** The learning-rate panels of this window: one a finder, by its folder. */
export class FinderPanels extends KeyedPanels<FinderPanel, string> {
  private readonly events: FinderPanelsEvents;

  constructor(extensionUri: vscode.Uri, events: FinderPanelsEvents) {
    super({ viewType: panels.lrFinder, extensionUri, onError: events.onError });
    this.events = events;
  }

  protected override keyOf(folder: string): string {
    return folder;
  }

  protected override titleOf(folder: string): string {
    return titleOf(readFinderJob(folder));
  }

  protected override restored(state: unknown): string | null {
    return folderOfState(state, (root) => [findersFolderOf(root)]);
  }

  protected override create(panel: vscode.WebviewPanel, folder: string): FinderPanel {
    const host = new FinderPanel(panel, this.extensionUri, folder, {
      ...this.events,
      moved: (from, to) => {
        this.open.delete(from);
        this.open.set(to, host);
      },
    });
    return host;
  }
}
