/*
 * Deterministic CBOR, strictly (§0; RFC 8949 §4.2.1). `read` takes any one item and says whether its encoding is the
 * permitted one; whoever calls checks the types first and then calls `needDeterministic`, because a wrong type is *malformed*
 * and a right one in another encoding is *not-deterministic*.
 *
 * Integers come as numbers, texts as strings, byte strings as Uint8Array, arrays as arrays, maps as Map.
 */
import { hex, join, need, textOf, utf8 } from "./bytes.js";

const MAX_UINT = Number.MAX_SAFE_INTEGER;
const MAX_DEPTH = 6;

/** Stands for what is CBOR and not permitted here: floats, booleans, null, simple values. It has no type of ours. */
const FOREIGN = Symbol("not permitted");

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
    this.deterministic = true;
    this.foreign = false;
  }

  take(size) {
    need(this.at + size <= this.bytes.length, "ends within an item");
    const part = this.bytes.subarray(this.at, this.at + size);
    this.at += size;
    return part;
  }

  /** [major type, number]; the number is null where the length is left open. */
  head() {
    const [first] = this.take(1);
    const major = first >> 5;
    const info = first & 31;
    if (info < 24) return [major, BigInt(info), info];
    if (info === 31 && major >= 2 && major <= 5) {
      this.deterministic = false;
      return [major, null, info];
    }
    need(info < 28, "not CBOR");
    const bytes = this.take(1 << (info - 24));
    const number = bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
    const least = info === 24 ? 24n : 1n << BigInt(4 << (info - 24));
    if (major < 7 && number < least) this.deterministic = false;
    return [major, number, info];
  }

  item(depth) {
    const start = this.at;
    const [major, number] = this.head();
    if (major === 0 || major === 1) {
      need(number <= BigInt(MAX_UINT), "an integer is beyond 2^53-1");
      return major === 0 ? Number(number) : -1 - Number(number);
    }
    if (major === 2 || major === 3) return this.string(major, number);
    need(major !== 6, "a tag inside is not permitted");
    if (major === 7) {
      this.foreign = true;
      need(start < this.bytes.length && this.bytes[start] !== 0xff, "not CBOR");
      return FOREIGN;
    }
    need(depth < MAX_DEPTH, "nested too deeply");
    return major === 4 ? this.array(number, depth) : this.map(number, depth);
  }

  string(major, number) {
    const parts = [];
    if (number !== null) {
      need(number <= BigInt(this.bytes.length), "ends within a string");
      parts.push(this.take(Number(number)));
    } else {
      while (!this.broke()) {
        const [inner, size] = this.head();
        need(inner === major && size !== null && size <= BigInt(this.bytes.length), "not CBOR");
        parts.push(this.take(Number(size)));
      }
    }
    if (major === 2) return join(...parts);
    return parts.map(textOf).join("");
  }

  broke() {
    need(this.at < this.bytes.length, "ends within an item");
    if (this.bytes[this.at] !== 0xff) return false;
    this.at += 1;
    return true;
  }

  array(number, depth) {
    const items = [];
    for (let left = number; left === null ? !this.broke() : left > 0n; left = left === null ? null : left - 1n) {
      items.push(this.item(depth + 1));
    }
    return items;
  }

  map(number, depth) {
    const found = new Map();
    const seen = new Set();
    let last = null;
    for (let left = number; left === null ? !this.broke() : left > 0n; left = left === null ? null : left - 1n) {
      const start = this.at;
      const key = this.item(depth + 1);
      const isPlain = typeof key === "number" || typeof key === "string";
      const encoded = this.bytes.subarray(start, this.at);
      if (!isPlain && !isBytes(key)) this.foreign = true;
      const name = isPlain ? `${typeof key} ${key}` : isBytes(key) ? `bytes ${hex(key)}` : null;
      need(name === null || !seen.has(name), "a key stands twice");
      seen.add(name);
      if (last !== null && !before(last, encoded)) this.deterministic = false; // bytewise, not length first
      last = encoded;
      found.set(isPlain ? key : encoded, this.item(depth + 1));
    }
    return found;
  }
}

function before(one, other) {
  const size = Math.min(one.length, other.length);
  for (let at = 0; at < size; at += 1) {
    if (one[at] !== other[at]) return one[at] < other[at];
  }
  return one.length < other.length;
}

/** One item and whether its encoding is the permitted one: {value, isDeterministic}. Throws Malformed. */
export function read(bytes, maxSize = Infinity) {
  need(bytes.length <= maxSize, `more than ${maxSize} bytes`, "too-large");
  const reader = new Reader(bytes);
  const value = reader.item(0);
  need(!reader.foreign, "a value of a type that is not permitted");
  need(reader.at === bytes.length, "bytes after the end");
  return { value, isDeterministic: reader.deterministic };
}

/** Refuse another encoding: once nothing is malformed, which is said before. */
export function needDeterministic(...parts) {
  need(parts.every(Boolean), "not the shortest, sorted, definite-length encoding", "not-deterministic");
}

/** `value` as a map whose keys are exactly the required ones and some optional ones. */
export function closed(value, required, optional = []) {
  need(value instanceof Map, "expected a map");
  need(required.every((key) => value.has(key)), "a key is missing");
  need([...value.keys()].every((key) => required.includes(key) || optional.includes(key)), "an unknown key");
  return value;
}

export const isUint = (value) => Number.isSafeInteger(value) && value >= 0;
export const isBytes = (value, size) => value instanceof Uint8Array && (size === undefined || value.length === size);

function head(major, number) {
  if (number < 24) return Uint8Array.of((major << 5) | number);
  const width = number < 0x100 ? 1 : number < 0x10000 ? 2 : number < 0x100000000 ? 4 : 8;
  const bytes = new Uint8Array(1 + width);
  bytes[0] = (major << 5) | (24 + Math.log2(width));
  for (let at = width, rest = number; at > 0; at -= 1, rest = Math.floor(rest / 256)) bytes[at] = rest % 256;
  return bytes;
}

/** A byte string: what signature structures and leaves are made of. */
export const byteString = (bytes) => join(head(2, bytes.length), bytes);

export const textString = (text) => join(head(3, utf8(text).length), utf8(text));

