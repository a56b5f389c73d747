/* What marks, events and status lists say, as plain values (§1, §3, §4). Nothing here is believed. */
import { DAY, MAX_TIME, inflate, need } from "./bytes.js";
import { closed, isBytes, isUint, read } from "./cbor.js";
import { EVENT, MARK, STATUS_LIST, readSign1 } from "./cose.js";
import { markNumberOf, organisation } from "./numbers.js";
import { checkText, isLatin } from "./text.js";

export const UNITS = [null, "legal-entity", "group", "division"];
export const ASSESSMENTS = [null, "expert-confirmed", "third-party"];
export const STATUSES = ["valid", "revoked", "suspended", "superseded"];
export const KINDS = [null, "suspend", "reinstate", "revoke", "supersede", "confirm"];
export const REASONS = [
  ...[null, "holder-request", "requirements-unmet", "confirmation-missed", "misuse", "under-investigation"],
  ...["issued-in-error", "replaced", "organisation-ceased", "key-compromised", "investigation-closed"],
  ...["clerical-correction", "renamed"],
];
export const LIST_ENTRIES = 2 ** 17;
const LIST_BYTES = 32768;
const SCHEME = /^[a-z0-9][a-z0-9-]{0,31}$/;

const time = (value) => (need(isUint(value) && value < MAX_TIME, "expected POSIX seconds before the year 10000"), value);
const integer = (value) => (need(isUint(value), "expected an integer from 0 to 2^53-1"), value);
const member = (value, names) => (need(isUint(value) && value > 0 && value < names.length, "an unknown number"), value);
const latin = (value) => (need(isLatin(checkText(value)), "expected Latin script only"), value);
const hash = (value) => (need(isBytes(value, 32), "expected the 32 bytes of a SHA-256"), value);
const number = (value) => (need(isBytes(value), "a mark number is a byte string"), markNumberOf(value));

/** A mark, unverified: its object and `claims`. Throws Malformed. */
export function readMark(raw) {
  const { object, settle } = readSign1(raw, MARK);
  const { value, isDeterministic } = read(object.payload, 1024);
  const top = closed(value, [2, 4, 5, 6, 7, 65535, -65537]);
  const reference = closed(closed(top.get(65535), ["status_list"]).get("status_list"), ["idx", "uri"]);
  const facts = closed(top.get(-65537), [1, 2, 3, 4, 5, 7], [6, 8, 9]);
  const scope = facts.get(7);
  need(Array.isArray(scope) && (scope.length === 2 || scope.length === 3), "scope is [unit, statement, ?Latin statement]");
  need(typeof facts.get(1) === "string" && SCHEME.test(facts.get(1)), "no scheme id");
  const optional = (key, take) => (facts.has(key) ? take(facts.get(key)) : null);
  const claims = {
    holder: organisation(top.get(2)),
    exp: time(top.get(4)),
    nbf: time(top.get(5)),
    iat: time(top.get(6)),
    number: number(top.get(7)),
    statusIndex: integer(reference.get("idx")),
    statusUri: checkText(reference.get("uri")),
    scheme: facts.get(1),
    edition: checkText(facts.get(2)),
    level: member(facts.get(3), Array(10)),
    assessment: ASSESSMENTS[member(facts.get(4), ASSESSMENTS)],
    name: checkText(facts.get(5)),
    nameLatin: optional(6, latin),
    unit: UNITS[member(scope[0], UNITS)],
    statement: checkText(scope[1]),
    statementLatin: scope.length === 3 ? latin(scope[2]) : null,
    assessor: optional(8, checkText),
    entities: optional(9, hash),
  };
  need(claims.nbf < claims.exp, "valid-from is not before valid-until");
  need(claims.nbf >= claims.iat - 7 * DAY, "covers a time more than 7 days before it was signed");
  need(claims.nameLatin !== null || isLatin(claims.name), "a name outside Latin script needs a Latin name beside it");
  need((claims.unit === "group") === (claims.entities !== null), "the hash of entities belongs to a group");
  settle(isDeterministic);
  return { ...object, claims };
}

/** An event, unverified. Throws Malformed. */
export function readEvent(raw) {
  const { object, settle } = readSign1(raw, EVENT);
  const { value, isDeterministic } = read(object.payload, 512);
  const top = closed(value, [6, 7, -65538]);
  const facts = closed(top.get(-65538), [1, 3], [2, 4]);
  const claims = {
    iat: time(top.get(6)),
    number: number(top.get(7)),
    kind: KINDS[member(facts.get(1), KINDS)],
    reason: facts.has(2) ? REASONS[member(facts.get(2), REASONS)] : null,
    prev: hash(facts.get(3)),
    successor: facts.has(4) ? number(facts.get(4)) : null,
  };
  need((claims.kind === "confirm") === (claims.reason === null), "a reason belongs to every kind but the confirmation");
  need((claims.kind === "supersede") === (claims.successor !== null), "a successor belongs to supersede");
  need(claims.successor !== claims.number, "a mark cannot succeed itself");
  settle(isDeterministic);
  return { ...object, claims };
}

/** A status list, unverified; `statuses` are its 32,768 bytes. Throws Malformed. */
export async function readStatusList(raw) {
  const { object, settle } = readSign1(raw, STATUS_LIST);
  const { value, isDeterministic } = read(object.payload, 39 * 1024);
  const top = closed(value, [2, 4, 6, 65533, 65534, -65540]);
  const body = closed(top.get(65533), ["lst", "bits", "aggregation_uri"]);
  const position = top.get(-65540);
  need(Array.isArray(position) && position.length === 3 && position.every(isUint), "expected [place, leaves, version]");
  need(body.get("bits") === 2 && isBytes(body.get("lst")), "a list has two bits an entry");
  checkText(body.get("aggregation_uri"));
  const statuses = await inflate("deflate", body.get("lst"), LIST_BYTES);
  need(statuses.length === LIST_BYTES, `does not inflate to exactly ${LIST_BYTES} bytes`);
  const [place, size, trustVersion] = position;
  const claims = { uri: checkText(top.get(2)), exp: time(top.get(4)), iat: time(top.get(6)), place, size, trustVersion, statuses };
  need(claims.exp === claims.iat + 14 * DAY && top.get(65534) === 3600, "a list ends 14 days after its iat");
  settle(isDeterministic);
  return { ...object, claims };
}

export const statusAt = (statuses, index) => STATUSES[(statuses[index >> 2] >> (2 * (index & 3))) & 3];

const STATUS_URI = /^https:\/\/([a-z0-9.-]{1,253})\/status\/([a-z0-9]{1,4})\/(0|[1-9][0-9]{0,8})$/;

/** {host, series} of a list's name; null for any other form. */
export function statusUri(uri) {
  const found = STATUS_URI.exec(uri);
  return found && { host: found[1], series: found[2] };
}

