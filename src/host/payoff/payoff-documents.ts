import path from 'node:path';
import * as vscode from 'vscode';
import { readPayoffReport } from '../../jobs/payoff-reports.ts';
import type { PayoffReport } from '../../protocol/payoff.ts';
import { dataSetName } from '../data-sets/propose.ts';
import { showMarkdown, toldInstead } from '../markdown-documents.ts';
import { payoffDocument } from './payoff-text.ts';

const SCHEME = 'loupe-payoff';

/** Payoffs of cleaning as read-only Markdown. The report's folder is in the address, so that a reload shows it again. */
export class PayoffDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);

  provideTextDocumentContent({ query: folder }: vscode.Uri): string {
    try {
      return payoffDocument(readPayoffReport(folder), vscode.l10n.t);
    } catch (error) {
      return toldInstead(error);
    }
  }

  async show({ source, folder }: PayoffReport): Promise<vscode.Uri> {
    const title = vscode.l10n.t('Payoff of {0}', dataSetName(source));
    return await showMarkdown({ scheme: SCHEME, title, query: path.resolve(folder) });
  }

  dispose(): void {
    this.registration.dispose();
  }
}
