import fs from 'node:fs';

/** File systems report a burst of changes for one write. */
const SETTLE_MS = 30;

export interface Pulse {
  /** Asks for a look now. */
  nudge(): void;
  close(): void;
}

/**
 * Calls `look` soon after something changed in `folder`, and every `pollMs` in any case: a file system watcher may not
 * work (network drives, too many watches), may fail silently, and says nothing of a process that died.
 */
export function startPulse(folder: string, look: () => void, pollMs: number, watch = true): Pulse {
  let watcher: fs.FSWatcher | null = null;
  let settling: NodeJS.Timeout | null = null;

  const dropWatcher = () => {
    watcher?.close();
    watcher = null;
  };
  const watchAgain = () => {
    if (!watch || watcher) return;
    try {
      watcher = fs.watch(folder, { persistent: false }, (kind, name) => {
        nudge();
        if (kind === 'rename' && (name === null || !fs.existsSync(folder))) dropWatcher();
      });
      watcher.on('error', dropWatcher);
    } catch {
      // Not there yet or not to be watched: the next poll tries again.
    }
  };
  const nudge = () => {
    settling ??= setTimeout(() => {
      settling = null;
      look();
    }, SETTLE_MS);
  };
  const poll = setInterval(() => {
    watchAgain();
    look();
  }, pollMs);

  watchAgain();
  nudge();
  return {
    nudge,
    close() {
      clearInterval(poll);
      if (settling) clearTimeout(settling);
      dropWatcher();
    },
  };
}
