import path from 'node:path';
import * as vscode from 'vscode';
import { markdownUri, showMarkdown, toldInstead } from '../markdown-documents.ts';
import type { LoupeProcesses } from '../process.ts';
import { workspaceFolderFor } from '../workspace.ts';
import { importReport } from './import-report.ts';

const SCHEME = 'loupe-weights';

/** What files of weights hold, as read-only Markdown. The file is named in the address, so that a reload shows it again. */
export class ImportDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly processes: LoupeProcesses;
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly answers = new Map<string, unknown>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);

  constructor(processes: LoupeProcesses) {
    this.processes = processes;
  }

  async provideTextDocumentContent({ query: file }: vscode.Uri): Promise<string> {
    try {
      return importReport(file, this.answers.get(file) ?? (await this.look(file)));
    } catch (error) {
      return toldInstead(error);
    }
  }

  /** Shows what `loupe import` answered about a file. @param file absolute */
  async show(file: string, answer: unknown): Promise<vscode.Uri> {
    const address = { scheme: SCHEME, title: vscode.l10n.t('Weights {0}', path.basename(file)), query: file };
    this.answers.set(file, answer);
    this.changed.fire(markdownUri(address));
    return await showMarkdown(address);
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }

  private async look(file: string): Promise<unknown> {
    const answer = await this.processes.ask(['import', file, '--json'], { cwd: workspaceFolderFor(file) });
    this.answers.set(file, answer);
    return answer;
  }
}
