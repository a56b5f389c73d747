/* What this browser can do, and what it remembers: heads and versions seen, per anchor, so that nothing goes back. */

/** Whether signatures can be verified here: not over plain http, and not in browsers without these algorithms. */
export async function canCheck() {
  try {
    await crypto.subtle.importKey("raw", new Uint8Array(32).fill(1), { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "DataError") return false;
  }
  return typeof DecompressionStream === "function" && typeof Array.prototype.findLast === "function";
}

/** The bytes at an address of this site. Throws TypeError when they cannot be had. */
export async function fetched(path) {
  const answer = await fetch(path, { cache: "no-cache" });
  if (!answer.ok) throw new TypeError(`${path}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

const name = (anchor) => `akashi ${anchor}`;

/** {trust, heads, list, seen} as kept by `remember`; null at the first visit, and where nothing may be kept. */
export function recall(anchor) {
  try {
    return JSON.parse(localStorage.getItem(name(anchor)));
  } catch {
    return null;
  }
}

export function remember(anchor, facts) {
  try {
    localStorage.setItem(name(anchor), JSON.stringify(facts));
  } catch {
    // Private windows keep nothing; the verdict does not depend on it.
  }
}
