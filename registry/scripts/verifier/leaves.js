/* What the log records (§6): its leaves, read strictly. */
import { Malformed, join, need } from "./bytes.js";
import { byteString, closed, isBytes, isUint, needDeterministic, read } from "./cbor.js";

export const issueEntry = (mark) => join(Uint8Array.of(0x83, 1, 1), byteString(mark));
export const eventEntry = (event) => join(Uint8Array.of(0x83, 1, 2), byteString(event));

/** One log entry: {kind: "genesis" | "issue" | "event" | "trust" | "snapshot", …}. Throws Malformed. */
export function readLeaf(entry) {
  const { value, isDeterministic } = read(entry, 65535);
  needDeterministic(isDeterministic);
  need(Array.isArray(value) && value.length >= 3 && value[0] === 1, "expected [1, kind, …]");
  const [, kind, one, two, three] = value;
  if (kind === 0 && value.length === 3) return { kind: "genesis", ...genesis(one) };
  if (kind === 1 && value.length === 3 && isBytes(one)) return { kind: "issue", mark: one };
  if (kind === 2 && value.length === 3 && isBytes(one)) return { kind: "event", event: one };
  if (kind === 3 && value.length === 4 && isUint(one) && one >= 1 && isBytes(two, 32)) return { kind: "trust", version: one };
  if (kind === 5 && value.length === 5 && isUint(one) && two instanceof Map && isUint(three) && three >= 1) {
    need([...two].every(([uri, digest]) => typeof uri === "string" && isBytes(digest, 32)), "expected {uri: sha256}");
    return { kind: "snapshot", size: one, lists: two, trustVersion: three };
  }
  throw new Malformed("no leaf has this kind and shape");
}

function genesis(value) {
  const facts = closed(value, [1, 2], [3]);
  const previous = facts.get(3);
  need(typeof facts.get(1) === "string" && isBytes(facts.get(2), 32), "expected {1: scheme, 2: hash}");
  const isHead = Array.isArray(previous) && previous.length === 3;
  need(previous === undefined || (isHead && typeof previous[0] === "string" && isUint(previous[1]) && isBytes(previous[2], 32)), "expected [origin, size, root]");
  return { scheme: facts.get(1) };
}

/** The snapshot in a log entry, null when it is another leaf or none at all. */
export function readSnapshot(entry) {
  try {
    const leaf = readLeaf(entry);
    return leaf.kind === "snapshot" ? leaf : null;
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}
