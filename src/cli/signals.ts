const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first signal asks the job to stop, the second one ends the process. */
export function listenForSignals(onFirst: () => void): { signal: AbortSignal; close(): void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.kill(process.pid, 'SIGKILL');
    controller.abort();
    onFirst();
  };
  for (const name of stopSignals) process.on(name, stop);
  return {
    signal: controller.signal,
    close: () => {
      for (const name of stopSignals) process.off(name, stop);
    },
  };
}
