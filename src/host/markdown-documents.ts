import * as vscode from 'vscode';
import { Problem } from '../problem.ts';

/** Shows a read-only document of a scheme as Markdown. @param query what it is made of: the address says it, so that a reload shows it again */
export async function showMarkdown(address: { scheme: string; title: string; query: string }): Promise<vscode.Uri> {
  const uri = markdownUri(address);
  await vscode.commands.executeCommand('markdown.showPreview', uri);
  return uri;
}

export function markdownUri({ scheme, title, query }: { scheme: string; title: string; query: string }): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${title.replaceAll(/[\\/:?#]/g, ' ')}.md`, query });
}

/** What such a document says where it can't be made. @throws the error, where no user can act on it */
export function toldInstead(error: unknown): string {
  if (error instanceof Problem) return `${error.message}\n\n${error.advice}`;
  throw error;
}
