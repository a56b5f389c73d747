/*
 * Who was entitled to sign what stands in the log: the one rule of every reader (§5, Entitled). It depends on the leaf's
 * bytes, its position and the trust document; when a leaf was logged is another question.
 */
import { DAY, Refused, hex, iso } from "./bytes.js";
import { LIST_ENTRIES, statusUri } from "./claims.js";
import { verifiedBy } from "./cose.js";
import { ED25519, ESP256 } from "./keys.js";
import { findKey, isVoidAt, listsHost } from "./trust.js";

/** The key a header names, if it has one of these uses and that algorithm. */
export function findSigner({ kid, alg }, document, uses) {
  const found = findKey(document, kid);
  const key = uses.includes(found?.use) ? found : null;
  if ((alg !== ED25519 && alg !== ESP256) || (key !== null && key.alg !== alg)) {
    return new Refused("wrong-algorithm", `algorithm ${alg} is not this key's`);
  }
  return key ?? new Refused("unknown-issuer", `no ${uses.join(" or ")} key ${hex(kid)}`);
}

/** Why a mark key may not issue such a mark: its level, its length, its scheme (rule 3). */
export function checkIssuing(claims, key, document) {
  const maxDays = key.levels[claims.level];
  if (maxDays === undefined) return new Refused("level-not-allowed", `${key.owner} may not issue level ${claims.level}`);
  if (claims.exp - claims.nbf > maxDays * DAY) {
    return new Refused("level-not-allowed", `level ${claims.level} lasts ${maxDays} days at most`);
  }
  if (claims.scheme !== document.scheme.id) return new Refused("scheme-mismatch", `the mark is of ${claims.scheme}`);
  return null;
}

/** A mark was signed, by its own word, when its key might not (rule 4). */
export function checkSignedInWindow(iat, key) {
  if (key.from <= iat && iat < key.until) return null;
  return new Refused("key-window", `signed ${iso(iat)}, outside the window of its key`);
}

/** A leaf stands where its key counts as stolen (rule 5). */
export function checkPosition(key, place, index) {
  return isVoidAt(key, place, index) ? new Refused("key-compromised", "logged after its key was compromised") : null;
}

/** The mark points to a list of its own key, on a host of the scheme. Not `sure` of a host alone: a newer document may name it. */
export function checkReference(claims, key, document) {
  const uri = statusUri(claims.statusUri);
  const isOwn = uri !== null && uri.series === key.series;
  if (!isOwn || !listsHost(document, uri.host)) {
    return new Refused("status-foreign", `${claims.statusUri} is no list of this key`, !isOwn);
  }
  if (claims.statusIndex >= LIST_ENTRIES) return new Refused("status-out-of-range", `a list has ${LIST_ENTRIES} entries`);
  return null;
}

/** The key of a mark whose leaf, at this position, counts; else the first reason why not, in the order of §8. */
export async function entitledMark(mark, document, place, index) {
  const key = findSigner(mark, document, ["mark"]);
  if (key instanceof Refused) return key;
  const { claims } = mark;
  const issuing = checkIssuing(claims, key, document);
  if (issuing !== null) return issuing;
  if (!(await verifiedBy(mark, key))) return new Refused("bad-signature", `not signed by ${key.owner}`);
  return checkSignedInWindow(claims.iat, key) ?? checkPosition(key, place, index) ?? checkReference(claims, key, document) ?? key;
}

/** The key of an event whose leaf, at this position, counts; that the event is legal is not established. */
export async function entitledEvent(event, document, place, index) {
  const key = findSigner(event, document, ["mark", "authority"]);
  if (key instanceof Refused) return key;
  if (!(await verifiedBy(event, key))) return new Refused("bad-signature", `not signed by ${key.owner}`);
  const { iat } = event.claims;
  if (iat < key.from) return new Refused("key-window", `signed ${iso(iat)}, before the window of its key`);
  return checkPosition(key, place, index) ?? key;
}
