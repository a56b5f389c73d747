/* Signed notes, checkpoints, cosignatures and tlog-proofs: C2SP signed-note, tlog-checkpoint, tlog-proof (§5, §6). */
import { MAX_TIME, fromBase64, hex, need, same, sha256, textOf, uint, utf8 } from "./bytes.js";
import { ED25519, verifies } from "./keys.js";

export const SIGNATURE = 1;
export const COSIGNATURE = 4;
const SIZES = { 1: 32, 4: 32, 6: 1312 };
export const MAX_CHECKPOINT = 2 ** 16;
// A plus sign, controls, and the characters with Unicode's White_Space, a list that is closed here.
const NOT_IN_NAMES = /[+\0-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const CONTROL = /[\0-\t\v-\x1f]/;

function checkName(name) {
  const size = utf8(name).length;
  need(size >= 1 && size <= 255 && !NOT_IN_NAMES.test(name), "no key name");
  return name;
}

/** A note, unverified: {text, lines: [{name, id, blob}]}. Throws Malformed. */
export function readNote(bytes, maxSize) {
  need(bytes.length <= maxSize, `more than ${maxSize} bytes`, "too-large");
  const note = textOf(bytes);
  const blank = note.lastIndexOf("\n\n");
  need(blank >= 0, "no blank line between text and signatures");
  const text = note.slice(0, blank + 1);
  need(!CONTROL.test(text), "a note holds no control characters but newline");
  need(note.endsWith("\n"), "the last signature line does not end");
  const lines = note.slice(blank + 2, -1).split("\n");
  need(lines.length <= 64, "more than 64 signatures", "too-large");
  return { text, lines: lines.map(readLine) };
}

function readLine(line) {
  need(line.startsWith("\u2014 "), "a signature line is em dash, space, name, space, base64");
  const space = line.indexOf(" ", 2);
  need(space > 0, "a signature line is em dash, space, name, space, base64");
  const data = fromBase64(line.slice(space + 1));
  need(data.length > 4 && data.length <= 4 + 5 * 1024, "a signature line holds a key id and a signature");
  return { name: checkName(line.slice(2, space)), id: data.subarray(0, 4), blob: data.subarray(4) };
}

/** A verifier key: {name, type, public, id}. Its id must be the one name and key give. Throws Malformed. */
export async function readVkey(text) {
  const found = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text);
  need(found !== null, "a vkey is name, eight hex digits and base64, joined by +");
  const data = fromBase64(found[3]);
  const key = { name: checkName(found[1]), type: data[0], public: data.subarray(1) };
  need(SIZES[key.type] === key.public.length, "a vkey of another type or length");
  key.id = (await sha256(utf8(key.name), Uint8Array.of(10, key.type), key.public)).subarray(0, 4);
  need(hex(key.id) === found[2], "the key id of a vkey is not its own");
  return key;
}

/** A line bears a known key's name and id, and its signature is not that key's: tampering, never just missing. */
export class BadSignature extends Error {}

const linesOf = (note, key) => note.lines.filter((line) => line.name === key.name && same(line.id, key.id));

/** Whether the key signed the note's text; null without a line of it. Throws BadSignature. */
export async function signedBy(note, key) {
  const lines = key.type === SIGNATURE ? linesOf(note, key) : [];
  for (const line of lines) {
    if (!(await verifies(ED25519, key.public, utf8(note.text), line.blob))) throw new BadSignature(key.name);
  }
  return lines.length > 0;
}

/** How many distinct public keys of `keys` signed. Throws BadSignature. */
export async function countSigners(note, keys) {
  const found = new Set();
  for (const key of keys) {
    if (await signedBy(note, key)) found.add(hex(key.public));
  }
  return found.size;
}

/** The times at which witnesses cosigned, by their place in the list; one public key counts once. Throws BadSignature. */
export async function cosignatureTimes(note, witnesses) {
  const times = new Map();
  const counted = new Set();
  for (const [place, { key }] of witnesses.entries()) {
    const found = [];
    for (const line of key.type === COSIGNATURE ? linesOf(note, key) : []) {
      const time = uint(line.blob.subarray(0, 8));
      const message = utf8(`cosignature/v1\ntime ${time}\n${note.text}`);
      const isWhole = line.blob.length === 72 && time < MAX_TIME;
      if (!isWhole || !(await verifies(ED25519, key.public, message, line.blob.subarray(8)))) {
        throw new BadSignature(key.name);
      }
      found.push(time);
    }
    if (found.length && !counted.has(hex(key.public))) {
      counted.add(hex(key.public));
      times.set(place, Math.min(...found));
    }
  }
  return times;
}

export function decimal(text) {
  need(/^(?:0|[1-9][0-9]{0,15})$/.test(text) && Number.isSafeInteger(Number(text)), "not a decimal number below 2^53");
  return Number(text);
}

function hash(text) {
  const data = fromBase64(text);
  need(data.length === 32, "a hash has 32 bytes");
  return data;
}

/** What a checkpoint's text says: exactly three lines. Throws Malformed. */
export function readCheckpoint(text) {
  const lines = text.split("\n");
  need(lines.length === 4 && lines[3] === "", "a checkpoint is exactly three lines");
  need(utf8(lines[0]).length >= 1 && utf8(lines[0]).length <= 255, "no origin");
  return { origin: lines[0], size: decimal(lines[1]), root: hash(lines[2]) };
}

/** A tlog-proof@v1, unverified: {index, hashes, note}. Throws Malformed. */
export function readProof(bytes) {
  need(bytes.length <= MAX_CHECKPOINT, "a proof of more than 65536 bytes", "too-large");
  const blank = bytes.findIndex((byte, at) => byte === 10 && bytes[at + 1] === 10);
  need(blank >= 0, "no checkpoint follows");
  const head = bytes.subarray(0, blank);
  need(head.every((byte) => byte < 0x80), "the lines before the checkpoint are not ASCII");
  const lines = textOf(head).split("\n");
  need(lines.shift() === "c2sp.org/tlog-proof@v1", "the first line is not c2sp.org/tlog-proof@v1");
  if (lines[0]?.startsWith("extra ")) {
    const size = fromBase64(lines.shift().slice(6)).length;
    need(size >= 1 && size <= 4096, "extra data of 1 to 4096 bytes");
  }
  need(lines[0]?.startsWith("index "), "no index line where it belongs");
  const index = decimal(lines.shift().slice(6));
  need(lines.length <= 63, "at most 63 hashes");
  const note = readNote(bytes.subarray(blank + 2), MAX_CHECKPOINT);
  readCheckpoint(note.text);
  return { index, hashes: lines.map(hash), note };
}

