import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

export interface WebviewBundle {
  /** Name of the bundle in `dist/webview`: `run` → run.js and run.css. */
  name: string;
  /** For screen readers and the empty page. */
  title: string;
  /** Of pictures that the page shows, beside the bundles; absolute. */
  pictureFolders?: readonly string[];
}

/** Options that every panel is made with: scripts, and nothing to load but the bundles and the folders that it names. */
export function webviewOptions(extensionUri: vscode.Uri, folders: readonly vscode.Uri[] = []): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [bundleFolder(extensionUri), ...folders] };
}

function bundleFolder(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
}

/**
 * Life cycle of one webview panel: its page, its messages, and whether it listens. A hidden page is gone (its context is
 * not kept) and says `ready` when it is back, so that nothing is ever sent to a page that can't hear it.
 */
export abstract class WebviewPanelHost<ToPage, FromPage> {
  protected readonly panel: vscode.WebviewPanel;
  protected readonly disposables: vscode.Disposable[] = [];
  private listening = false;

  constructor(panel: vscode.WebviewPanel, extensionUri: vscode.Uri, bundle: WebviewBundle) {
    this.panel = panel;
    const folders = (bundle.pictureFolders ?? []).map((folder) => vscode.Uri.file(folder));
    panel.webview.options = webviewOptions(extensionUri, folders);
    panel.webview.html = page(panel.webview, bundleFolder(extensionUri), bundle);
    panel.onDidDispose(() => this.dispose(), null, this.disposables);
    panel.onDidChangeViewState(() => this.viewStateChanged(), null, this.disposables);
    panel.webview.onDidReceiveMessage((message: unknown) => this.received(message), null, this.disposables);
  }

  get visible(): boolean {
    return this.panel.visible;
  }

  /** In front, with the keyboard. */
  get active(): boolean {
    return this.panel.active;
  }

  reveal(preserveFocus: boolean): void {
    this.panel.reveal(undefined, preserveFocus);
  }

  close(): void {
    this.panel.dispose();
  }

  /** The page is there and wants to know everything. */
  protected abstract onReady(): void;
  protected abstract onMessage(message: FromPage): void;
  protected abstract isMessage(value: unknown): value is FromPage;

  protected onDispose(): void {}

  /** Sends if somebody listens; false: nobody does, and the next `ready` is answered with everything. */
  protected send(message: ToPage): boolean {
    if (!this.listening || !this.panel.visible) return false;
    void this.panel.webview.postMessage(message);
    return true;
  }

  private viewStateChanged(): void {
    if (!this.panel.visible) this.listening = false;
  }

  private received(message: unknown): void {
    if (!this.isMessage(message)) return;
    if (isReady(message)) {
      this.listening = true;
      this.onReady();
    } else this.onMessage(message);
  }

  private dispose(): void {
    this.listening = false;
    this.onDispose();
    for (const disposable of this.disposables.splice(0)) disposable.dispose();
  }
}

function isReady(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready';
}

function page(webview: vscode.Webview, folder: vscode.Uri, bundle: WebviewBundle): string {
  const nonce = randomBytes(18).toString('base64url');
  const uri = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `img-src ${webview.cspSource} data: blob:`,
    `font-src ${webview.cspSource}`,
  ].join('; ');
  return `<!doctype html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${uri(`${bundle.name}.css`)}">
<title>${escapeHtml(bundle.title)}</title>
</head>
<body>
<div id="root"></div>
<script nonce="${nonce}" src="${uri(`${bundle.name}.js`)}"></script>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
