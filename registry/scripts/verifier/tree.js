/* The Merkle tree of RFC 6962 and its tiles (§6; C2SP tlog-tiles). Positions are numbers below 2^53. */
import { need, same, sha256 } from "./bytes.js";

export const TILE_WIDTH = 256;
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export const leafHash = (entry) => sha256(LEAF, entry);
export const nodeHash = (left, right) => sha256(NODE, left, right);

/** Whether `proof` shows the leaf at `index` of the tree of `size` with `root` (RFC 9162 §2.1.3.2). */
export async function verifyInclusion(leaf, index, size, proof, root) {
  if (index >= size) return false;
  let [node, last, found] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false; // longer than the path
    if (node % 2 === 1 || node === last) {
      found = await nodeHash(sibling, found);
      while (node % 2 === 0 && node > 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
    } else {
      found = await nodeHash(found, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && same(found, root);
}

/** Whether `proof` shows that the tree of `size2` begins with that of `size1`, which is not empty (RFC 9162 §2.1.4.2). */
export async function verifyConsistency(size1, size2, proof, root1, root2) {
  if (size1 < 1 || size1 > size2) return false;
  if (size1 === size2) return proof.length === 0 && same(root1, root2);
  if (proof.length === 0) return false;
  let odd = size1;
  while (odd % 2 === 0) odd /= 2;
  const path = odd === 1 ? [root1, ...proof] : proof; // one full subtree of the new tree: its root is not repeated
  let [node, last] = [size1 - 1, size2 - 1];
  while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  let [before, after] = [path[0], path[0]];
  for (const sibling of path.slice(1)) {
    if (last === 0) return false; // longer than the path
    if (node % 2 === 1 || node === last) {
      [before, after] = [await nodeHash(sibling, before), await nodeHash(sibling, after)];
      while (node % 2 === 0 && node > 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
    } else {
      after = await nodeHash(after, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && same(before, root1) && same(after, root2);
}

/** The root over these hashes: a last one without a partner moves up unchanged. */
export async function rootOf(hashes) {
  if (hashes.length === 0) return sha256();
  let row = hashes;
  while (row.length > 1) {
    const pairs = row.length >> 1;
    const above = await Promise.all(Array.from({ length: pairs }, (_, at) => nodeHash(row[2 * at], row[2 * at + 1])));
    row = row.length % 2 ? [...above, row.at(-1)] : above;
  }
  return row[0];
}

/** A tile's path; level −1 are the entries. `width` as it is in a tree of `size`. */
export function tileAt(level, index, size) {
  const row = level < 0 ? size : Math.floor(size / 256 ** level);
  return tile(level, index, Math.min(TILE_WIDTH, row - index * TILE_WIDTH));
}

function tile(level, index, width) {
  const groups = [String(index % 1000).padStart(3, "0")];
  for (let rest = Math.floor(index / 1000); rest; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  }
  const partial = width === TILE_WIDTH ? "" : `.p/${width}`;
  return { level, index, width, path: `tile/${level < 0 ? "entries" : level}/${groups.join("/")}${partial}` };
}

/** Read the path of a bundle of entries; null for another spelling, or another tile. */
export function entriesAt(path) {
  const found = /^tile\/entries\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/.exec(path);
  if (found === null) return null;
  const made = tile(-1, Number(found[1].replace(/[x/]/g, "")), found[2] === undefined ? TILE_WIDTH : Number(found[2]));
  return made.path === path && made.width >= 1 && made.width <= TILE_WIDTH ? made : null;
}

export function hashesOf(data, { width, path }) {
  need(data.length === 32 * width, `${path}: ${data.length} bytes where ${width} hashes belong`);
  return Array.from({ length: width }, (_, at) => data.subarray(32 * at, 32 * at + 32));
}

/** Split a bundle of entries, which holds exactly as many as its tile is wide. */
export function entriesOf(data, { width, path }) {
  const entries = [];
  let at = 0;
  for (let count = 0; count < width; count += 1) {
    need(at + 2 <= data.length, `${path}: ends within an entry`);
    const end = at + 2 + data[at] * 256 + data[at + 1];
    need(end <= data.length, `${path}: ends within an entry`);
    entries.push(data.subarray(at + 2, end));
    at = end;
  }
  need(at === data.length, `${path}: bytes after its entries`);
  return entries;
}

/** The tiles of one tree, unproven: `read` gives a path's bytes or throws Malformed. What was hashed is kept. */
export class Nodes {
  constructor(read, size) {
    Object.assign(this, { read, size, tiles: new Map(), subtrees: new Map() });
  }

  hashes(level, index) {
    const at = tileAt(level, index, this.size);
    if (!this.tiles.has(at.path)) this.tiles.set(at.path, hashesOf(this.read(at.path), at));
    return this.tiles.get(at.path);
  }

  async subtree(height, index) {
    const name = `${height}/${index}`;
    if (!this.subtrees.has(name)) {
      const [level, above] = [Math.floor(height / 8), height % 8];
      const first = index * 2 ** above;
      const hashes = this.hashes(level, Math.floor(first / TILE_WIDTH));
      const slot = first % TILE_WIDTH;
      this.subtrees.set(name, await rootOf(hashes.slice(slot, slot + 2 ** above)));
    }
    return this.subtrees.get(name);
  }

  /** The root of the first `size` leaves, of a tree that may have grown since. */
  async root(size) {
    if (size === 0) return sha256();
    const parts = [];
    for (let start = 0; start < size; ) {
      let height = 0;
      while (2 ** (height + 1) <= size - start) height += 1;
      parts.push(await this.subtree(height, start / 2 ** height));
      start += 2 ** height;
    }
    let joined = parts.pop();
    while (parts.length) joined = await nodeHash(parts.pop(), joined);
    return joined;
  }
}

/** The leaves of the tree with this head, each tile proven when it is first used. */
export class AuthenticTiles {
  static async open(read, size, root) {
    const tiles = new AuthenticTiles();
    Object.assign(tiles, { nodes: new Nodes(read, size), size, proven: new Map() });
    need(same(await tiles.nodes.root(size), root), "the tiles are another tree's than the checkpoint's");
    return tiles;
  }

  /** The hashes of a tile, which the root, or the tile above, is known to be over. */
  authentic(level, index) {
    const name = `${level}/${index}`;
    if (!this.proven.has(name)) this.proven.set(name, this.prove(level, index));
    return this.proven.get(name);
  }

  async prove(level, index) {
    const hashes = this.nodes.hashes(level, index);
    if (hashes.length < TILE_WIDTH) return hashes; // on the right edge, which the root was computed from
    const above = await this.authentic(level + 1, Math.floor(index / TILE_WIDTH));
    need(same(await rootOf(hashes), above[index % TILE_WIDTH]), "not the tile whose root stands in the tile above");
    return hashes;
  }

  async leaf(index) {
    return (await this.authentic(0, Math.floor(index / TILE_WIDTH)))[index % TILE_WIDTH];
  }
}

