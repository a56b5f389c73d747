/* The checks, one function each (§8): a Refused, or null. Nothing a mark says makes one throw. */
import { DAY, Refused, hex, iso } from "./bytes.js";
import { statusAt } from "./claims.js";
import { checkIssuing, checkPosition, checkSignedInWindow, findSigner } from "./entitlement.js";
import { stateAt } from "./history.js";
import { CLOCK_ROOM } from "./transparency.js";

/** A document speaks at `at` if it has not run out by then, and nobody has named a newer one. */
export function checkDocument({ document, seenTrust }, at) {
  if (at >= document.expires) return new Refused("trust-expired", `version ${document.version} ended ${iso(document.expires)}`);
  if (seenTrust <= document.version) return null;
  return new Refused("trust-stale", `version ${seenTrust} is in force, ${document.version} is held`);
}

/** {key, refused}: who issued the mark, under a document in force at `at` and the newest anybody named. */
export function checkIssuer(mark, ground, at) {
  const { document } = ground;
  const found = findSigner(mark, document, ["mark"]);
  const key = found instanceof Refused ? null : found;
  const old = checkDocument(ground, at);
  if (old !== null) return { key, refused: old };
  const { claims } = mark;
  if (key === null) {
    const isPartner = document.recognised.some((one) => one.scheme === claims.scheme); // for whom ours cannot speak
    return { key, refused: new Refused(found.reason, found.detail, isSettled(claims, ground, at) && !isPartner) };
  }
  return { key, refused: checkIssuing(claims, key, document) };
}

/**
 * Whether what the document does not name was not named when this mark must have been logged: signed so long before the
 * freshest list that it would be in the log by then, where that list was made under the very version held.
 */
export function isSettled(claims, { document, newest }, at) {
  if (newest === null || newest.claims.trustVersion !== document.version || at >= newest.claims.exp) return false;
  return claims.iat + 7 * DAY < newest.asOf;
}

/** [nbf, exp) at `at`; and a clock that lags behind authentic times decides nothing, but that what is over is over. */
export function checkWindow(claims, at, now, latestSeen) {
  const isBehind = now < latestSeen - CLOCK_ROOM;
  if (at < claims.nbf && !(isBehind && at >= now - CLOCK_ROOM)) return new Refused("not-yet-valid", `valid from ${iso(claims.nbf)}`);
  if (at >= claims.exp) return new Refused("expired", `ended ${iso(claims.exp)}`);
  if (isBehind) return new Refused("clock-behind", `${iso(latestSeen)} has been witnessed`);
  return null;
}

/** Nothing authentic that was seen before may go back. `isPast`: evidence filed then is rightly older. */
export async function checkMemory(view, remembered, isPast) {
  if (remembered === null || view === null) return null;
  for (const head of view.heads) {
    const before = remembered.heads[head.place];
    if (before === undefined) continue;
    const [size, root] = before;
    if (size === head.size) {
      if (root !== hex(head.root)) return new Refused("log-inconsistent", `another tree of size ${size} was seen before`);
    } else if (size > head.size) {
      if (!isPast) return new Refused("bundle-too-old", `${head.size} leaves; ${size} were seen before`);
    } else {
      const earlier = await view.rootAt(head.place, size);
      if (earlier !== null && hex(earlier) !== root) {
        return new Refused("log-inconsistent", `does not continue the tree of size ${size} seen before`);
      }
    }
  }
  const claims = view.newestList?.claims;
  if (isPast || claims === undefined) return null;
  const [place, size] = remembered.list;
  const isOlder = claims.place < place || (claims.place === place && claims.size < size);
  return isOlder ? new Refused("bundle-too-old", "its status lists are older than those seen before") : null;
}

const LOGGED_ORDER = [
  ...["not-logged", "backdated", "key-window", "key-compromised", "not-witnessed", "log-inconsistent"],
  ...["bundle-too-old", "history-unavailable"],
];

/** In the log, logged when it says it was signed, while its key might sign. */
export function checkLogged(mark, key, logged, memory) {
  if (logged instanceof Refused) {
    const isFirst = memory === null || LOGGED_ORDER.indexOf(logged.reason) <= LOGGED_ORDER.indexOf(memory.reason);
    return isFirst ? logged : memory;
  }
  const { iat } = mark.claims;
  const { notBefore: after, loggedBy: by } = logged;
  if (by < iat - CLOCK_ROOM || after > iat + 7 * DAY) return new Refused("backdated", `signed ${iso(iat)}, logged by ${iso(by)}`);
  const signed = checkSignedInWindow(iat, key);
  if (signed !== null) return signed;
  if (after >= key.until) return new Refused("key-window", `logged after ${iso(after)}, outside the window of its key`);
  const stolen = checkPosition(key, logged.place, logged.index);
  if (stolen !== null) return new Refused(stolen.reason, stolen.detail, logged.isFirst);
  if (memory !== null) return memory;
  const between = `between ${iso(after)} and ${iso(by)}`;
  if (by > iat + 7 * DAY) return new Refused("history-unavailable", `logged ${between}, signed ${iso(iat)}`);
  if (by >= key.until) {
    return new Refused("history-unavailable", `logged ${between}, which the window of its key divides`);
  }
  return null;
}

/** {refused, facts, asOf}: the status at `at`; `maxAge` (seconds) may only shorten what the list itself allows. */
export async function checkStatus(mark, logged, view, { at, maxAge, isPast }) {
  const { claims } = mark;
  // 1. An authentic list that everybody gets.
  const found = await view.statusList(claims.statusUri);
  if (found instanceof Refused) return { refused: found, facts: null, asOf: null };
  const { claims: listed, asOf } = found;
  const refuse = (reason, detail) => ({ refused: new Refused(reason, detail), facts: null, asOf });
  // 2. It speaks of this mark.
  const isLogged = !(logged instanceof Refused);
  if (isLogged && (logged.place > listed.place || (logged.place === listed.place && logged.index >= listed.size))) {
    return refuse("status-stale", "the list is older than the mark");
  }
  // 3. It is fresh.
  // Signing an old state anew does not make it newer: what was known then ends with the list's life from then on.
  if (at >= Math.min(listed.exp, asOf + 14 * DAY) || (maxAge !== null && at - asOf > maxAge)) return refuse("status-stale", `known as of ${iso(asOf)}`);
  // 4. What it says, now or then. A list that says valid of today says it all.
  let value = statusAt(listed.statuses, claims.statusIndex);
  const facts = { value, since: null, reason: null, successor: null, list: listed.uri, issued: listed.iat };
  if (value === "valid" && !isPast) return { refused: null, facts, asOf };
  let history = isLogged
    ? await view.history(mark, logged)
    : new Refused("history-unavailable", "the mark's place in the log is not known");
  if (!(history instanceof Refused) && history.current.status !== value) {
    history = new Refused("history-unavailable", "the events do not add up to what the list says");
  }
  let cause = null;
  if (isPast && at < asOf) {
    const past = history instanceof Refused ? history : stateAt(history, at);
    if (past instanceof Refused) return { refused: past, facts: null, asOf };
    ({ cause } = past);
    value = past.state.status;
  } else if (!(history instanceof Refused)) {
    cause = history.events.findLast((one) => one.after.status === value && one.claims.reason !== null) ?? null;
  }
  facts.value = value;
  if (value === "valid") return { refused: null, facts, asOf };
  if (cause !== null) {
    Object.assign(facts, { since: cause.logged.loggedBy, reason: cause.after.reason, successor: cause.after.successor });
  }
  return { refused: new Refused(value, facts.reason ?? ""), facts, asOf };
}
