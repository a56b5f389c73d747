/* COSE_Sign1 in the one shape Akashi signs (§1); unverified until `verifiedBy` says otherwise. */
import { join, need, uint, utf8 } from "./bytes.js";
import { byteString, closed, isBytes, read } from "./cbor.js";
import { verifies } from "./keys.js";

export const MARK = "application/mark+cwt";
export const EVENT = "application/mark-event+cwt";
export const STATUS_LIST = "application/statuslist+cwt";
const MAX = { [MARK]: 1024, [EVENT]: 512, [STATUS_LIST]: 40 * 1024 };

/** Read one object of the media type `typ`: {raw, alg, kid, payload, …}. Throws Malformed with its reason. */
export function readSign1(raw, typ) {
  need(raw.length <= MAX[typ], `more than ${MAX[typ]} bytes`, "too-large");
  if (raw[0] !== 0xd2) {
    const width = 2 ** (raw[0] - 0xd8);
    const isLong = raw[0] >= 0xd8 && raw[0] <= 0xdb && uint(raw.subarray(1, 1 + width)) === 18;
    need(!isLong, "tag 18 is not in its shortest form", "not-deterministic");
    need(false, "does not begin with tag 18");
  }
  const { value: parts, settle } = read(raw.subarray(1), raw.length);
  need(Array.isArray(parts) && parts.length === 4, "expected an array of four");
  const [header, unprotected, payload, signature] = parts;
  need(isBytes(header) && isBytes(payload) && isBytes(signature, 64), "header, payload, signature are byte strings");
  need(unprotected instanceof Map, "the unprotected header is a map");
  const { alg, kid, type } = readHeader(header);
  need(type === typ, `is ${type}, expected ${typ}`);
  settle();
  need(unprotected.size === 0, "the unprotected header must be empty", "unsigned-header");
  const signed = join(Uint8Array.of(0x84, 0x6a), utf8("Signature1"), byteString(header), Uint8Array.of(0x40), byteString(payload));
  return { raw, alg, kid, payload, signed, signature };
}

function readHeader(bytes) {
  const { value, settle } = read(bytes, 64);
  const header = closed(value, [1, 4, 16]);
  const [alg, kid, type] = [header.get(1), header.get(4), header.get(16)];
  need(Number.isInteger(alg) && isBytes(kid, 8) && typeof type === "string", "not {1: alg, 4: kid, 16: typ}");
  settle();
  return { alg, kid, type };
}

/** Whether that key made this object's signature. */
export async function verifiedBy(object, key) {
  return object.alg === key.alg && verifies(key.alg, key.public, object.signed, object.signature);
}
