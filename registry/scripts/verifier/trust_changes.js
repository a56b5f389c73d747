/* What may follow a trust document (§5 rule 2): nothing is dropped, and an entry changes in three ways only. */
import { hex, need } from "./bytes.js";

// By content: in which order the members of an object were written says nothing.
const plain = (value) =>
  JSON.stringify(value, (_, inner) => {
    if (inner instanceof Uint8Array) return hex(inner);
    if (inner === null || typeof inner !== "object" || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
const equal = (one, other) => plain(one) === plain(other);

export function checkChange(old, now) {
  need(now.version === old.version + 1 && now.issued >= old.issued, "does not follow the version before");
  need(now.scheme.id === old.scheme.id && now.scheme.offset === old.scheme.offset, "the scheme never changes");
  const until = (before, after) => {
    if (after === before) return;
    need(after !== null && (before === null || after <= before), "an end is added or lowered, never raised");
    need(after >= now.issued, "an end before this version was issued rewrites the past");
  };
  const final = (before, after) => need(before === null || equal(before, after), "a final head stays what it is");
  const changes = { until, final, compromised };
  const held = (before, after, free) => {
    need(after !== undefined, "an entry was dropped");
    const frozen = Object.fromEntries(free.map((name) => [name, before[name]]));
    need(equal(before, { ...after, ...frozen }), "an entry changed in more than until, compromised, final");
    free.forEach((name) => changes[name](before[name], after[name]));
  };
  const pairs = (before, after, identity, free) =>
    before.forEach((one) => held(one, after.find((other) => equal(identity(one), identity(other))), free));
  pairs(old.hosts, now.hosts, (one) => one.host, ["until"]);
  pairs(old.keys, now.keys, (one) => one.kid, ["until", "compromised"]);
  pairs(old.witnesses, now.witnesses, (one) => one.key, ["until"]);
  pairs(old.recognised, now.recognised, (one) => [one.scheme, one.anchor, one.from], ["until", "final"]);
  // Logs and quorums are named by their place: none may move.
  old.logs.forEach((log, place) => held(log, now.logs[place], ["final"]));
  old.quorum.forEach((one, place) => held(one, now.quorum[place], []));
  now.quorum.slice(old.quorum.length).forEach((one) => need(one.from >= now.issued, "a quorum rewrites the past"));
}

function compromised(before, after) {
  if (before === null || equal(before, after)) return;
  need(after !== null && equal(before, { ...after, size: before.size }), "of a compromise only the size may change");
  need(before.size !== null && after.size !== null && after.size <= before.size, "a position is lowered, never raised");
}
