/**
 * Passes the page script's nonce on where the UI kit looks for it: the kit tests for `:focus-visible` with a `<style>`
 * element of its own, which the Content-Security-Policy otherwise refuses. Has to run before the kit is loaded.
 */
const { currentScript } = document;
if (currentScript?.nonce) {
  const meta = document.createElement('meta');
  meta.setAttribute('property', 'csp-nonce');
  meta.setAttribute('content', currentScript.nonce);
  document.head.append(meta);
}
