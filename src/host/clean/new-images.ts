import path from 'node:path';
import * as vscode from 'vscode';
import { FolderWatch } from '../../jobs/folder-watch.ts';
import type { NewImagesReport } from '../../protocol/new-images.ts';
import { imageExtensions } from '../classify/classify-command.ts';
import { dataSetName } from '../data-sets/propose.ts';
import type { LoupeProcesses } from '../process.ts';
import { requireTrust } from '../trust.ts';
import { workspaceFolderFor } from '../workspace.ts';
import { rootOfSource } from './known-images.ts';
import { readNewImages } from './new-images-answer.ts';

const UNLABELLED_FOLDER = 'unlabelled';
const none: NewImagesReport['images'] = [];

/** Images without a label of the data sets of this window: added, watched for, and in the order in which to label them. */
export class NewImages implements vscode.Disposable {
  private readonly processes: LoupeProcesses;
  private readonly onError: (error: unknown) => void;
  private readonly known = new Map<string, Promise<NewImagesReport['images']>>();
  private readonly watches = new Map<string, { folder: string; watch: FolderWatch }>();
  private readonly changed = new vscode.EventEmitter<string>();
  /** Images came to a source. */
  readonly onDidChange = this.changed.event;

  constructor(processes: LoupeProcesses, onError: (error: unknown) => void) {
    this.processes = processes;
    this.onError = onError;
  }

  /** The most useful to label first; computed once, until images come. */
  async of(source: string): Promise<NewImagesReport['images']> {
    const known = this.known.get(source);
    if (known) return await known;
    requireTrust();
    const looking = this.ask(source, [path.join(rootOfSource(source), UNLABELLED_FOLDER)]).then(({ images }) => images);
    this.known.set(source, looking);
    try {
      return await looking;
    } catch (error) {
      this.known.delete(source);
      throw error;
    }
  }

  /** What is in the folder may be other images now. */
  forget(source: string): void {
    this.known.delete(source);
    this.changed.fire(source);
  }

  /** Copies files, and the images of folders, into the data set. */
  async add(source: string, places: readonly string[]): Promise<NewImagesReport> {
    requireTrust();
    const options: vscode.ProgressOptions = {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Adding images to {0}', dataSetName(source)),
      cancellable: true,
    };
    const report = await vscode.window.withProgress(options, (_, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      return this.ask(source, [...places, '--add'], abort.signal);
    });
    this.known.set(source, Promise.resolve(report.images));
    this.changed.fire(source);
    return report;
  }

  /** The folder from which images are taken into a data set as they come; null: none. */
  watched(source: string): string | null {
    return this.watches.get(source)?.folder ?? null;
  }

  /** Adds every image that comes into a folder from now on, and those that are there. */
  watch(source: string, folder: string): void {
    requireTrust();
    this.unwatch(source);
    const add = (files: string[]) => void this.add(source, files).catch(this.onError);
    const extensions = imageExtensions.map((name) => `.${name}`);
    this.watches.set(source, { folder, watch: new FolderWatch(folder, add, { extensions, existing: true }) });
  }

  unwatch(source: string): void {
    this.watches.get(source)?.watch.close();
    this.watches.delete(source);
  }

  dispose(): void {
    for (const source of [...this.watches.keys()]) this.unwatch(source);
    this.changed.dispose();
  }

  private async ask(source: string, args: string[], signal?: AbortSignal): Promise<NewImagesReport> {
    const [first] = args;
    const answer = await this.processes.ask(['new', ...args, '--into', source, '--json'], {
      cwd: workspaceFolderFor(source),
      ...(signal && { signal }),
    });
    const report = readNewImages(answer);
    return (
      report ?? {
        ...{ into: source, folder: first ?? '', network: '', labelled: 0 },
        images: none,
        unreadable: [],
        added: [],
        left: [],
      }
    );
  }
}
