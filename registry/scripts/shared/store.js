/*
 * What this device keeps for days without a connection: the register's bundle, about 32 bytes a mark (docs/format.md §7).
 *
 * Renewed by difference. The bundle is a file without any freedom: members in order, nothing between them. So its directory,
 * fetched alone, says which members are new, and only these are asked for, as ranges; tiles and kept checkpoints never change.
 * What comes of it is verified as a whole before it replaces what was kept, and never goes back.
 */
import { Archive, directoryAt, membersOf } from "../verifier/archive.js";
import { BundleView } from "../verifier/bundle_view.js";
import { Malformed, join } from "../verifier/bytes.js";
import { open } from "../verifier/verify.js";

const KEPT = "knowledge";
const ADDRESS = "/bundle";
const WHOLE = 65536; // bytes up to which a bundle is fetched in one piece

/** {bytes, tag, checked, heads}: the kept file, its ETag, when it was last found newest (ms), its heads; null without one. */
export async function kept() {
  const answer = await (await caches.open(KEPT)).match(ADDRESS);
  if (answer === undefined) return null;
  const { headers } = answer;
  const [checked, heads] = [Number(headers.get("X-Checked")), JSON.parse(headers.get("X-Heads"))];
  return { bytes: new Uint8Array(await answer.arrayBuffer()), tag: headers.get("ETag"), checked, heads };
}

/** Renew what is kept. Gives how many bytes were fetched, 0 when it was the newest already. Throws, and keeps the old. */
export async function renew(anchor) {
  const held = await kept();
  const { bytes, tag, fetched } = await newest(held);
  const heads = bytes === held?.bytes ? held.heads : await verified(bytes, anchor, held?.heads ?? {});
  const headers = { ETag: tag, "X-Checked": String(Date.now()), "X-Heads": JSON.stringify(heads) };
  await (await caches.open(KEPT)).put(ADDRESS, new Response(bytes, { headers }));
  return fetched;
}

/** {place: size} of its logs, when the file is vouched for and goes on from what was kept. Throws Malformed. */
async function verified(bytes, anchor, before) {
  const { view } = await open(new Archive(bytes), anchor, BundleView);
  if (view === null || view.heads.length === 0) throw new Malformed("a bundle nobody vouches for");
  if (view.heads.some((head) => before[head.place] > head.size)) throw new Malformed("an older bundle");
  return Object.fromEntries(view.heads.map((head) => [head.place, head.size]));
}

async function newest(held) {
  const end = await ranged("bytes=-22");
  if (held !== null && end.tag === held.tag) return { ...held, fetched: 0 };
  if (held === null || end.whole || end.size <= WHOLE) return whole();
  const { start } = directoryAt(end.bytes);
  const directory = await ranged(`bytes=${start}-`, end.tag);
  if (directory.whole) return { bytes: directory.bytes, tag: directory.tag, fetched: directory.bytes.length };
  const old = new Archive(held.bytes);
  const pieces = [];
  let fetched = end.bytes.length + directory.bytes.length;
  for (const piece of lacking(membersOf(directory.bytes, 0), start, old)) {
    if (piece.held) {
      pieces.push(piece.held);
      continue;
    }
    const part = await ranged(`bytes=${piece.from}-${piece.to - 1}`, end.tag);
    if (part.whole) return { bytes: part.bytes, tag: part.tag, fetched: fetched + part.bytes.length };
    pieces.push(part.bytes);
    fetched += part.bytes.length;
  }
  return { bytes: join(...pieces, directory.bytes), tag: end.tag, fetched };
}

/** The file's members in order: kept ones as bytes, and the stretches between them that have to be fetched. */
function lacking(members, end, old) {
  const pieces = [];
  members.forEach((member, at) => {
    const to = members[at + 1]?.offset ?? end;
    const before = old.members.get(member.name);
    const isSame = before !== undefined && before.crc === member.crc && before.size === member.size;
    const last = pieces.at(-1);
    if (isSame) pieces.push({ held: old.bytes.subarray(before.offset, before.offset + to - member.offset) });
    else if (last !== undefined && last.to === member.offset) last.to = to;
    else pieces.push({ from: member.offset, to });
  });
  return pieces;
}

async function whole() {
  const answer = await fetch(ADDRESS, { cache: "no-store" });
  if (!answer.ok) throw new TypeError(`${ADDRESS}: ${answer.status}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return { bytes, tag: answer.headers.get("ETag"), fetched: bytes.length };
}

/** A part of the file; the whole of it where the server gives no parts, or has another file by now. */
async function ranged(range, tag) {
  const headers = tag === undefined ? { Range: range } : { Range: range, "If-Range": tag };
  const answer = await fetch(ADDRESS, { headers, cache: "no-store" });
  if (!answer.ok) throw new TypeError(`${ADDRESS}: ${answer.status}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const size = Number(answer.headers.get("Content-Range")?.split("/")[1] ?? bytes.length);
  return { bytes, tag: answer.headers.get("ETag"), size, whole: answer.status === 200 };
}
