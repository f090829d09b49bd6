import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { FolderWatch } from '../../jobs/folder-watch.ts';
import { Problem } from '../../problem.ts';
import type { NewImagesReport } from '../../protocol/new-images.ts';
import { imageExtensions } from '../classify/classify-command.ts';
import { dataSetName } from '../data-sets/propose.ts';
import type { LoupeProcesses } from '../process.ts';
import { requireTrust } from '../trust.ts';
import { workspaceFolderFor } from '../workspace.ts';
import { rootOfSource } from './known-images.ts';
import { readNewImages } from './new-images-answer.ts';

const MEMORY_KEY = 'loupe.watchedFolders';
/** Milliseconds that the status bar tells of images that came. */
const SHOWN_MS = 8_000;
const none: NewImagesReport['images'] = [];

/** Images without a label of the data sets of this window: added, watched for, and in the order in which to label them. */
export class NewImages implements vscode.Disposable {
  private readonly processes: LoupeProcesses;
  private readonly onError: (error: unknown) => void;
  private readonly known = new Map<string, Promise<NewImagesReport['images']>>();
  private readonly watches = new Map<string, { folder: string; watch: FolderWatch }>();
  /** Of each source the last adding: the next one waits for it. */
  private readonly adding = new Map<string, Promise<unknown>>();
  private readonly memory: vscode.Memento;
  private readonly changed = new vscode.EventEmitter<string>();
  /** Images came to a source. */
  readonly onDidChange = this.changed.event;

  constructor(processes: LoupeProcesses, memory: vscode.Memento, onError: (error: unknown) => void) {
    this.processes = processes;
    this.memory = memory;
    this.onError = onError;
  }

  /** The most useful to label first; computed once, until images come. */
  async of(source: string): Promise<NewImagesReport['images']> {
    const known = this.known.get(source);
    if (known) return await known;
    requireTrust();
    const looking = this.ask(source, [rootOfSource(source)]).then(({ images }) => images);
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

  /**
   * Copies files, and the images of folders, into the data set; one call after the other.
   * @param quietly progress in the status bar only
   */
  async add(source: string, places: readonly string[], quietly = false): Promise<NewImagesReport> {
    requireTrust();
    const before = this.adding.get(source);
    const adding = (async () => {
      await before?.catch(() => undefined);
      return await this.addNow(source, places, quietly);
    })();
    this.adding.set(source, adding);
    return await adding;
  }

  private async addNow(source: string, places: readonly string[], quietly: boolean): Promise<NewImagesReport> {
    const { Notification, Window } = vscode.ProgressLocation;
    const options: vscode.ProgressOptions = {
      location: quietly ? Window : Notification,
      title: vscode.l10n.t('Adding images to {0}', dataSetName(source)),
      cancellable: true,
    };
    const report = await vscode.window.withProgress(options, (_, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      return this.ask(source, [...places, '--add'], abort.signal);
    });
    if (report.added.length === 0) return report;
    this.known.set(source, Promise.resolve(report.images));
    this.changed.fire(source);
    return report;
  }

  /** The folder from which images are taken into a data set as they come; null: none. */
  watched(source: string): string | null {
    return this.watches.get(source)?.folder ?? null;
  }

  /**
   * Adds every image that comes into a folder from now on, and those that are there; the next window of this workspace goes on with it.
   * @throws Problem where the folder is the data set itself, or one lies in the other
   */
  watch(source: string, folder: string): void {
    requireTrust();
    const root = rootOfSource(source);
    if (isWithin(folder, root) || isWithin(root, folder)) {
      throw new Problem(
        'watches-itself',
        vscode.l10n.t('{0} and the data set {1} lie in each other.', folder, dataSetName(source)),
        vscode.l10n.t('Choose a folder beside it, where new images come in.'),
      );
    }
    this.unwatch(source);
    const extensions = imageExtensions.map((name) => `.${name}`);
    const watch = new FolderWatch(folder, (files) => void this.came(source, files), { extensions, existing: true });
    this.watches.set(source, { folder, watch });
    this.remember();
  }

  unwatch(source: string): void {
    this.watches.get(source)?.watch.close();
    this.watches.delete(source);
    this.remember();
  }

  /** Watches again what an earlier window has watched, as far as it is there. */
  resume(): void {
    if (!vscode.workspace.isTrusted) return;
    const watched = this.memory.get<Record<string, string>>(MEMORY_KEY, {});
    for (const [source, folder] of Object.entries(watched)) {
      if (!this.watches.has(source) && fs.existsSync(source) && fs.existsSync(folder)) this.watch(source, folder);
    }
  }

  dispose(): void {
    for (const { watch } of this.watches.values()) watch.close();
    this.changed.dispose();
  }

  private async came(source: string, files: string[]): Promise<void> {
    try {
      const { added } = await this.add(source, files, true);
      if (added.length === 0) return;
      const name = dataSetName(source);
      const text =
        added.length === 1
          ? vscode.l10n.t('1 new image came to {0}.', name)
          : vscode.l10n.t('{0} new images came to {1}.', added.length, name);
      vscode.window.setStatusBarMessage(`$(file-media) ${text}`, SHOWN_MS);
    } catch (error) {
      this.onError(error);
    }
  }

  private remember(): void {
    const watched = Object.fromEntries([...this.watches].map(([source, { folder }]) => [source, folder]));
    void this.memory.update(MEMORY_KEY, watched);
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

function isWithin(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner);
  return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
}
