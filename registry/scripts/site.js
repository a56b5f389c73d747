/* On every page, after everything the reader waits for: let this device check codes without a connection from now on. */

async function prepare() {
  await navigator.serviceWorker.register("/sw.js");
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ anchor: document.body.dataset.anchor, spare: navigator.connection?.saveData === true });
}

if ("serviceWorker" in navigator) {
  const later = globalThis.requestIdleCallback ?? ((then) => setTimeout(then, 2000));
  addEventListener("load", () => later(() => prepare().catch(() => {})));
}
