/* What the log and its witnesses establish (§5 rules 4–7, §6). Decisions only: a value or a Refused. */
import { Malformed, Refused, same, sha256 } from "./bytes.js";
import { readStatusList } from "./claims.js";
import { verifiedBy } from "./cose.js";
import { BadSignature, cosignatureTimes, readCheckpoint, signedBy } from "./notes.js";
import { findKey, holdsAt, quorumAt } from "./trust.js";

export const CLOCK_ROOM = 300; // seconds two honest clocks may differ

/** Give `make`'s result; of Malformed, a Refused with this reason. */
export async function orRefused(reason, make) {
  try {
    return await make();
  } catch (error) {
    if (error instanceof Malformed) return new Refused(reason, error.message);
    throw error;
  }
}

/** {loggedBy, seenAt, k}: the k-th smallest and the k-th largest of the times; null below the quorum (§6). */
export function quorumTimes(times, document) {
  const ascending = [...times].sort((one, other) => one - other);
  const enough = (time, count) => count >= (quorumAt(document, time) ?? Infinity);
  const loggedBy = ascending.find((time, at) => enough(time, at + 1));
  const seenAt = ascending.toReversed().find((time, at) => enough(time, at + 1));
  if (loggedBy === undefined || seenAt === undefined) return null;
  return { loggedBy, seenAt, k: quorumAt(document, seenAt) ?? 0 };
}

/**
 * One of the document's logs signed this head, and a quorum saw it: {place, origin, size, root, loggedBy, seenAt, k, standing}.
 * `standing` is {loggedBy, seenAt} by witnesses alone whose windows are open at `now`, null where they are no quorum.
 */
export async function checkCheckpoint(note, document, now = 0) {
  const checkpoint = await orRefused("not-logged", () => readCheckpoint(note.text));
  if (checkpoint instanceof Refused) return checkpoint;
  const place = document.logs.findIndex((log) => log.origin === checkpoint.origin);
  if (place < 0) return new Refused("not-logged", `${checkpoint.origin} is no log of this scheme`);
  const log = document.logs[place];
  let cosigned;
  try {
    if (!(await signedBy(note, log.key))) return new Refused("not-logged", "the checkpoint is not signed by its log");
  } catch (error) {
    if (!(error instanceof BadSignature)) throw error;
    return new Refused("not-logged", "the checkpoint is not signed by its log");
  }
  try {
    cosigned = await cosignatureTimes(note, document.witnesses);
  } catch (error) {
    if (!(error instanceof BadSignature)) throw error;
    return new Refused("not-witnessed", `a signature by ${error.message} does not verify`);
  }
  const counted = [...cosigned].filter(([at, time]) => holdsAt(document.witnesses[at], time));
  const times = counted.map(([, time]) => time);
  const quorum = quorumTimes(times, document);
  if (quorum === null) return new Refused("not-witnessed", `${times.length} cosignatures of known witnesses, too few`);
  if (log.final !== null) {
    const { size, root } = log.final;
    if (checkpoint.size > size || (checkpoint.size === size && !same(checkpoint.root, root))) {
      return new Refused("log-inconsistent", "beyond or beside the head this log ended with");
    }
  }
  const open = counted.filter(([at]) => document.witnesses[at].until > Math.max(now, document.issued)).map(([, time]) => time);
  return { place, ...checkpoint, ...quorum, standing: quorumTimes(open, document) };
}

/** A list that is the scheme's, for this uri, and published for everybody (§4): {claims, asOf}. */
export async function checkList(data, uri, { snapshot, index, head, document }) {
  const refuse = (detail) => new Refused("status-not-authentic", detail);
  // 1. The scheme's own signature, under a status key in force when the list was made.
  const list = await orRefused("status-not-authentic", () => readStatusList(data));
  if (list instanceof Refused) return list;
  const { claims } = list;
  const key = findKey(document, list.kid);
  if (key?.use !== "status") return refuse("signed by no status key of the scheme");
  if (key.compromised !== null) return refuse("signed by a status key that was compromised");
  if (!holdsAt(key, claims.iat)) return refuse("signed outside the window of its key");
  if (!(await verifiedBy(list, key))) return refuse("its signature does not verify");
  // 2. The list of this name, of the log that head belongs to.
  if (claims.uri !== uri) return refuse(`is the list ${claims.uri}`);
  // 3. The same for everybody: a snapshot leaf names these very bytes.
  if (snapshot === null || claims.place !== head.place || claims.size !== snapshot.size) {
    return new Refused("status-not-logged", "no snapshot in the log names this state of the list");
  }
  const named = snapshot.lists.get(uri);
  const isNamed = named !== undefined && same(named, await sha256(claims.statuses)) && claims.size === index;
  if (!isNamed || claims.trustVersion !== snapshot.trustVersion) {
    return new Refused("status-not-logged", "the snapshot in the log names another list");
  }
  // 4. The newest state there is under this head: every publication ends with its snapshot, so nothing may follow it.
  if (index + 1 !== head.size) return new Refused("status-not-logged", `${head.size - index - 1} leaves follow its snapshot`);
  return { claims, asOf: Math.min(claims.iat, head.seenAt) };
}
