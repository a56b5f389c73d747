/* Bytes, and the two refusals everything here ends in. Names and sections are those of docs/format.md. */

/** The bytes do not say what their grammar allows; `reason` is a structure reason of §8. */
export class Malformed extends Error {
  constructor(problem, reason = "malformed") {
    super(problem);
    this.reason = reason;
  }
}

/** Why something could not be established or is wrong, before it becomes a finding. A value, never thrown. */
export class Refused {
  constructor(reason, detail = "", sure = false) {
    Object.assign(this, { reason, detail, sure });
  }
}

export function need(condition, problem, reason) {
  if (!condition) throw new Malformed(problem, reason);
}

export const utf8 = (text) => new TextEncoder().encode(text);

export function textOf(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed("not UTF-8");
  }
}

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** Standard base64 with its padding, in its one spelling (RFC 4648 §4). */
export function fromBase64(text) {
  let data;
  try {
    data = atob(text);
  } catch {
    throw new Malformed("not standard base64");
  }
  need(btoa(data) === text, "base64 in another spelling");
  return Uint8Array.from(data, (letter) => letter.charCodeAt(0));
}

export async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));
}

/** A big-endian number of up to 8 bytes; above 2^53 − 1 it is rounded, and never equal to anything here. */
export const uint = (bytes) => bytes.reduce((value, byte) => value * 256 + byte, 0);

export const bigint = (bytes) => BigInt("0x" + (hex(bytes) || "0"));

/**
 * Everything a stream of compressed bytes holds, at most `limit` bytes of it; more, bytes behind its end, and no end
 * at all are refused. `format`: "deflate" (zlib) or "deflate-raw".
 */
export async function inflate(format, bytes, limit) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const parts = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return join(...parts);
      size += value.length;
      if (size > limit) {
        reader.cancel().catch(() => {});
        break;
      }
      parts.push(value);
    }
  } catch {
    throw new Malformed("not a whole compressed stream");
  }
  // Of a stream that is long and also broken, one browser says this and another that: so both have one reason.
  throw new Malformed(`inflates to more than ${limit} bytes`);
}

/** RFC 3339 UTC, as reports write times. */
export const iso = (seconds) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

export const MAX_TIME = 253402300800;
export const DAY = 86400;
