// Runs in the page before the panel: the webview API, and the colour theme as VS Code sets it.
window.installFakeVsCode = (theme, state) => {
  const harness = {
    sent: [],
    state,
    send: (message) => window.dispatchEvent(new MessageEvent('message', { data: message })),
    setTheme: ({ className, data, variables }) => {
      const { style } = document.documentElement;
      for (const name of [...style]) if (!(name in variables)) style.removeProperty(name);
      for (const [name, value] of Object.entries(variables)) style.setProperty(name, value);
      document.body.className = className;
      Object.assign(document.body.dataset, data);
    },
  };
  window.panelHarness = harness;
  // As VS Code's webviews do: what the page leaves alone goes to the keybindings.
  window.addEventListener('keydown', ({ key, shiftKey, ctrlKey, metaKey, altKey }) => {
    if (harness.forwardsKeys) harness.sent.push({ type: 'did-keydown', key, shiftKey, ctrlKey, metaKey, altKey });
  });
  document.addEventListener('securitypolicyviolation', (event) =>
    console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
  );
  let acquired = false;
  window.acquireVsCodeApi = () => {
    if (acquired) throw new Error('acquireVsCodeApi was called twice');
    acquired = true;
    // The panel's script is what calls this, so the body is there and no frame has been drawn yet.
    harness.setTheme(theme);
    return {
      postMessage: (message) => {
        harness.sent.push(structuredClone(message));
        harness.respond?.(structuredClone(message));
      },
      getState: () => harness.state,
      setState: (next) => {
        harness.state = structuredClone(next);
      },
    };
  };
};
