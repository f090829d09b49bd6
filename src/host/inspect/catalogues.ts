import type { LoupeProcesses } from '../process.ts';
import { requireTrust } from '../trust.ts';
import { workspaceFolderFor } from '../workspace.ts';
import { CatalogueProcess } from './catalogue-process.ts';

/** The catalogue processes of this window, one a data set, for whoever shows it. */
export class Catalogues {
  private readonly processes: LoupeProcesses;
  private readonly open = new Map<string, CatalogueProcess>();

  constructor(processes: LoupeProcesses) {
    this.processes = processes;
  }

  /** Starts nothing yet. @param source absolute */
  of(source: string): CatalogueProcess {
    let catalogue = this.open.get(source);
    if (!catalogue) {
      catalogue = new CatalogueProcess(source, {
        start: () => {
          requireTrust();
          const workspace = workspaceFolderFor(source);
          return this.processes.converse(['inspect', source, '--lines', '--workspace', workspace]);
        },
      });
      this.open.set(source, catalogue);
    }
    return catalogue;
  }

  dispose(): void {
    for (const catalogue of this.open.values()) catalogue.dispose();
    this.open.clear();
  }
}
