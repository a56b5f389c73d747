/* COSE_Sign1 in the one shape Akashi signs (§1); unverified until `verifiedBy` says otherwise. */
import { join, need, uint, utf8 } from "./bytes.js";
import { byteString, closed, isBytes, needDeterministic, read } from "./cbor.js";
import { verifies } from "./keys.js";

export const MARK = "application/mark+cwt";
export const EVENT = "application/mark-event+cwt";
export const STATUS_LIST = "application/statuslist+cwt";
const MAX = { [MARK]: 1024, [EVENT]: 512, [STATUS_LIST]: 40 * 1024 };

/**
 * Read one object of the media type `typ`: {raw, alg, kid, payload, …}. Throws Malformed for what is too large or malformed.
 * `settle` refuses what is only encoded otherwise, there or in the payload, or unsigned: whoever calls reads the payload first,
 * because it may hold worse (§8).
 */
export function readSign1(raw, typ) {
  need(raw.length <= MAX[typ], `more than ${MAX[typ]} bytes`, "too-large");
  const tag = sizeOfTag18(raw);
  need(tag > 0, "does not begin with tag 18");
  const { value: parts, isDeterministic } = read(raw.subarray(tag));
  need(Array.isArray(parts) && parts.length === 4, "expected an array of four");
  const [header, unprotected, payload, signature] = parts;
  need(isBytes(header) && isBytes(payload) && isBytes(signature, 64), "header, payload, signature are byte strings");
  need(unprotected instanceof Map, "the unprotected header is a map");
  const { alg, kid, type, isDeterministic: isHeader } = readHeader(header);
  need(type === typ, `is ${type}, expected ${typ}`);
  const settle = (isPayload) => {
    needDeterministic(tag === 1, isDeterministic, isHeader, isPayload);
    need(unprotected.size === 0, "the unprotected header must be empty", "unsigned-header");
  };
  const signed = join(Uint8Array.of(0x84, 0x6a), utf8("Signature1"), byteString(header), Uint8Array.of(0x40), byteString(payload));
  return { object: { raw, alg, kid, payload, signed, signature }, settle };
}

/** How many bytes tag 18 takes in front; 0 where it does not stand there. */
function sizeOfTag18(raw) {
  if (raw[0] === 0xd2) return 1;
  const width = raw[0] >= 0xd8 && raw[0] <= 0xdb ? 2 ** (raw[0] - 0xd8) : 0;
  return width > 0 && uint(raw.subarray(1, 1 + width)) === 18 ? 1 + width : 0;
}

function readHeader(bytes) {
  const { value, isDeterministic } = read(bytes);
  const header = closed(value, [1, 4, 16]);
  const [alg, kid, type] = [header.get(1), header.get(4), header.get(16)];
  need(Number.isInteger(alg) && isBytes(kid, 8) && typeof type === "string", "not {1: alg, 4: kid, 16: typ}");
  return { alg, kid, type, isDeterministic };
}

/** Whether that key made this object's signature. */
export async function verifiedBy(object, key) {
  return object.alg === key.alg && verifies(key.alg, key.public, object.signed, object.signature);
}
