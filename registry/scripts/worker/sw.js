/*
 * The service worker: pages come from the register while it answers; without it, every address is answered by a page
 * that judges the code in it against what this device keeps. So any camera that opens links checks marks in flight mode.
 *
 * `VERSION` and `SHELL`, what that page is made of, are put in front by the register.
 */
/* global VERSION, SHELL */
import { kept, renew } from "../shared/store.js";

const NAME = `shell ${VERSION}`;
const PATIENCE = 6000; // ms until a register that says nothing counts as unreachable
const EVERY = 3600_000; // ms between two looks for a newer bundle
const UNASKED = 4_000_000; // bytes up to which a device is given the bundle without asking

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll(SHELL.map((path) => new Request(path, { cache: "reload" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const isOld = (name) => name.startsWith("shell ") && name !== NAME;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, address));
  else if (SHELL.includes(address.pathname)) event.respondWith(part(request, address.pathname));
});

// Pages say when they have all they need; what is kept is renewed then, and a failure leaves it as it was.
self.addEventListener("message", (event) => {
  event.waitUntil(prepare(event.data).catch(() => {}));
});

async function prepare({ anchor, spare }) {
  const held = await kept();
  if (held !== null && Date.now() - held.checked < EVERY) return;
  if (held === null && (spare || (await size()) > UNASKED)) return;
  await renew(anchor);
}

async function size() {
  const answer = await fetch("/bundle", { method: "HEAD" });
  return Number(answer.headers.get("Content-Length"));
}

let lost = 0; // when the register last gave no answer

async function page(request, address) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    lost = 0;
    return answer;
  } catch {
    lost = Date.now();
    const asked = address.searchParams.get("lang") ?? self.navigator.language;
    return stored(asked.startsWith("ja") ? "/offline/ja" : "/offline/en");
  }
}

/** What a page is made of comes from where the page came from: a connection that says nothing is not waited for again. */
async function part(request, path) {
  if (Date.now() - lost < PATIENCE) return stored(path);
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    return stored(path);
  }
}

async function stored(path) {
  const cache = await caches.open(NAME);
  return (await cache.match(path, { ignoreSearch: true })) ?? Response.error();
}
