interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The panel's one line to the host. `State` is what comes back after a reload of the window. */
export interface Bus<ToPanel, FromPanel, State> {
  post(message: FromPanel): void;
  listen(listener: (message: ToPanel) => void): void;
  /** As last saved; any field may be missing in what an older version saved. */
  restore(): Partial<State>;
  save(state: State): void;
}

/** VS Code allows one call a page. */
export function connect<ToPanel extends { type: string }, FromPanel, State>(
  types: readonly ToPanel['type'][],
): Bus<ToPanel, FromPanel, State> {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    listen: (listener) =>
      window.addEventListener('message', (event: MessageEvent<unknown>) => {
        const message = event.data;
        if (typeof message !== 'object' || message === null || !('type' in message)) return;
        if ((types as readonly unknown[]).includes(message.type)) listener(message as ToPanel);
      }),
    restore: () => {
      const state = api.getState();
      return typeof state === 'object' && state !== null ? (state as Partial<State>) : {};
    },
    save: (state) => api.setState(state),
  };
}
