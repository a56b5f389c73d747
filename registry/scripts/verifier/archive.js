/* Evidence, bundles, registers: a ZIP with every freedom taken away (§7). The container only is established here. */
import { Malformed, join, need, same, textOf, utf8 } from "./bytes.js";

const NUMBER = "[0-9A-HJKMNP-TV-Z]{10}";
const TILE = "(?:x[0-9]{3}/)*[0-9]{3}(?:\\.p/[1-9][0-9]{0,2})?";
const MEMBERS = [
  ["bundle\\.json", 1 << 20],
  ["trust/[1-9][0-9]{0,5}", (1 << 20) + 65536],
  ["log/[0-9]{1,2}/checkpoint", 65536],
  ["log/[0-9]{1,2}/heads/[1-9][0-9]{0,15}", 65536 + 4096],
  ["log/[0-9]{1,2}/landmarks/[0-9]{8}", 65536],
  [`log/[0-9]{1,2}/tile/[0-9]{1,2}/${TILE}`, 8192],
  [`log/[0-9]{1,2}/tile/entries/${TILE}`, 256 * 65537],
  ["status/[a-z0-9]{1,4}/[0-9]{1,9}\\.cwt", 40 * 1024],
  [`profile/${NUMBER}\\.cwt`, 66 * 1024],
  [`entities/${NUMBER}\\.cbor`, 65536],
  ["mark\\.cwt", 1024],
  ["profile\\.cwt", 66 * 1024],
  ["proof|snapshot\\.proof", 65536],
  ["snapshot\\.leaf", 65535],
  ["status\\.cwt", 40 * 1024],
  ["events/(?:0|[1-9][0-9]{0,3})\\.cwt", 512],
  ["events/(?:0|[1-9][0-9]{0,3})\\.proof", 65536],
].map(([form, bound]) => [new RegExp(`^(?:${form})$`), bound]);

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes) {
  let value = ~0;
  for (const byte of bytes) value = CRC[(value ^ byte) & 255] ^ (value >>> 8);
  return ~value >>> 0;
}

/** Fields of a ZIP header: pairs of [width in bytes, value], little-endian. */
function fields(...pairs) {
  const bytes = new Uint8Array(pairs.reduce((size, [width]) => size + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of pairs) {
    if (width === 1) view.setUint8(at, value);
    else if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return bytes;
}

const common = ({ crc, size, name }) => [[2, 0], [2, 0], [2, 0], [2, 0x21], [4, crc], [4, size], [4, size], [2, name.length], [2, 0]];
const localHeader = (member) => join(fields([4, 0x04034b50], [2, 20], ...common(member)), utf8(member.name));
const entryOf = (member) =>
  join(fields([4, 0x02014b50], [1, 20], [1, 3], [2, 20], ...common(member), [2, 0], [2, 0], [2, 0], [4, 0], [4, member.offset]), utf8(member.name));
const endOf = (count, size, offset) => fields([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, offset], [2, 0]);

/** A file of this format, opened. Throws Malformed. */
export class Archive {
  constructor(bytes) {
    this.bytes = bytes;
    this.members = new Map(readDirectory(bytes).map((member) => [member.name, member]));
    this.manifest = readManifest(this.get("bundle.json"));
  }

  names(prefix) {
    return [...this.members.keys()].filter((name) => name.startsWith(prefix));
  }

  /** A member's bytes, null when there is no such member. */
  find(name) {
    const member = this.members.get(name);
    if (member === undefined) return null;
    const header = localHeader(member);
    const start = member.offset + header.length;
    const data = this.bytes.subarray(start, start + member.size);
    const isWhole = same(this.bytes.subarray(member.offset, start), header) && data.length === member.size;
    need(isWhole && crc32(data) === member.crc, `${name}: damaged`);
    return data;
  }

  get(name) {
    const data = this.find(name);
    need(data !== null, `${name}: missing from the file`);
    return data;
  }
}

/** Where the directory starts, by the file's last 22 bytes. */
export function directoryAt(end) {
  need(end.length === 22, "not a bundle or evidence file");
  return { start: new DataView(end.buffer, end.byteOffset).getUint32(16, true) };
}

/** What a directory, followed by the end record, lists from `at` on: {name, crc, size, offset}. Throws Malformed. */
export function membersOf(bytes, at) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const members = [];
  let offset = 0;
  let last = "";
  while (at < bytes.length - 22) {
    need(at + 46 <= bytes.length - 22, "not a bundle or evidence file");
    const length = view.getUint16(at + 28, true);
    const name = textOf(bytes.subarray(at + 46, at + 46 + length));
    const member = { name, crc: view.getUint32(at + 16, true), size: view.getUint32(at + 24, true), offset };
    const bound = MEMBERS.find(([form]) => form.test(name))?.[1];
    need(bound !== undefined, "no member has this name");
    need((members.length === 0) === (name === "bundle.json") && (members.length < 2 || name > last), "members out of order");
    need(member.size <= bound, `${name}: more than ${bound} bytes`, "too-large");
    members.push(member);
    offset += 30 + name.length + member.size;
    last = name;
    at += 46 + length;
  }
  return members;
}

/** Read the directory, then establish that it is the one a writer of this format makes: so nothing can be hidden. */
function readDirectory(bytes) {
  need(bytes.length >= 22, "not a bundle or evidence file");
  const { start } = directoryAt(bytes.subarray(-22));
  const members = membersOf(bytes, start);
  const directory = join(...members.map(entryOf));
  const last = members.at(-1);
  const offset = last === undefined ? 0 : last.offset + 30 + last.name.length + last.size;
  const end = endOf(members.length, directory.length, offset);
  need(offset === start && same(bytes.subarray(start), join(directory, end)), "not the one directory this format permits");
  return members;
}

/** `bundle.json`: a table of contents; it vouches for nothing. In RFC 8785 form: its members sorted, no blanks. */
function readManifest(data) {
  let value;
  try {
    value = JSON.parse(textOf(data));
  } catch {
    throw new Malformed("bundle.json: not JSON");
  }
  const has = (one, names) => one !== null && typeof one === "object" && Object.keys(one).sort().join() === names;
  const text = (one) => typeof one === "string";
  const list = (one) => has(one, "file,uri") && text(one.file) && text(one.uri);
  const log = (one) => has(one, "dir,origin,size") && text(one.dir) && text(one.origin) && Number.isSafeInteger(one.size);
  const once = (names) => new Set(names).size === names.length; // what stands there twice would be authenticated twice
  const right =
    has(value, "as_of,format,hosts,lists,logs,trust,variant") &&
    value.format === 1 &&
    ["evidence", "plain", "register"].includes(value.variant) &&
    Array.isArray(value.lists) && value.lists.every(list) &&
    Array.isArray(value.logs) && value.logs.every(log) &&
    [value.lists.map(({ file }) => file), value.lists.map(({ uri }) => uri), value.logs.map(({ dir }) => dir)].every(once);
  need(right && JSON.stringify(sorted(value)) === textOf(data), "bundle.json: not a table of contents of format 1");
  return value;
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]));
}
