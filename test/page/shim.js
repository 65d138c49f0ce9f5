/** In the page: what VS Code puts into a webview, and how the test speaks to the page. A plain script, sent as it is. */
/* global window, document, MutationObserver */
(() => {
  let kept;
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => void window.tellHost(message),
    setState: (state) => void (kept = state),
    getState: () => kept,
  });

  /** Takes in messages in which typed arrays are written as `{ float32: [...] }`. */
  window.deliver = (text) => {
    const revive = (_name, value) => (value?.float32 ? Float32Array.from(value.float32, (one) => one ?? NaN) : value);
    for (const message of JSON.parse(text, revive)) window.postMessage(message, '*');
  };

  /** Puts on the colours of a theme, and the class that tells its kind. */
  window.dress = ({ variables, kind }) => {
    const { style } = document.documentElement;
    for (const name of [...style]) style.removeProperty(name);
    for (const [name, value] of Object.entries(variables)) style.setProperty(`--vscode-${name}`, value);
    document.body.className = kind;
  };

  new MutationObserver((_changes, observer) => {
    if (!document.body) return;
    observer.disconnect();
    window.dress(window.firstDress);
  }).observe(document, { childList: true, subtree: true });
})();
