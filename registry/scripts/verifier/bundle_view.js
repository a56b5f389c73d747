/* The view a bundle or register gives: all marks at once (§7). A tile is hashed when it is first used. */
import { DAY, Refused, hex, need, same, utf8 } from "./bytes.js";
import { Checkpoints, checkEnd } from "./checkpoints.js";
import { readEvent, readMark } from "./claims.js";
import { replay } from "./history.js";
import { readLeaf } from "./leaves.js";
import { MAX_CHECKPOINT, readNote } from "./notes.js";
import { checkCheckpoint, checkList, orRefused } from "./transparency.js";
import { oldestLog } from "./trust.js";
import { AuthenticTiles, TILE_WIDTH, entriesAt, entriesOf, leafHash, tileAt } from "./tree.js";

const FIRST_LINES = /^([^\n]*)\n([0-9]{1,16})\n([^\n]*)\n/;

/** [size, member] of each landmark, by the size it says it is of, unproven. Throws Malformed for a fork in plain sight, and beyond the head. */
function landmarksOf(archive, directory, head) {
  const named = new Map();
  const latin1 = (bytes) => new TextDecoder("latin1").decode(bytes);
  const root = btoa(String.fromCharCode(...head.root));
  const said = new Map([[head.size, latin1(utf8(`${head.origin}\n${head.size}\n${root}\n`))]]);
  for (const name of archive.names(`${directory}/landmarks/`)) {
    const found = FIRST_LINES.exec(latin1(archive.get(name)));
    need(found !== null, `${name}: no checkpoint`);
    const size = Number(found[2]);
    need(size <= head.size, `${name}: beyond the head of ${head.size} leaves`);
    if (!said.has(size)) said.set(size, found[0]);
    need(said.get(size) === found[0], `${name}: another head of ${size} leaves than one beside it`);
    if (!named.has(size)) named.set(size, name);
  }
  return named;
}

/** Give `make`'s result, null for what is malformed: a damaged entry is not held, and that is all. */
async function orNull(make) {
  const found = await orRefused("", make);
  return found instanceof Refused ? null : found;
}

class BundleLog {
  static async open(archive, directory, head) {
    const log = new BundleLog();
    const read = (path) => archive.get(`${directory}/${path}`);
    const tiles = await AuthenticTiles.open(read, head.size, head.root);
    Object.assign(log, { archive, directory, head, read, tiles, leafCache: null, placeCache: null });
    return log;
  }

  /** An earlier root; null when the tiles for it are missing or wrong. */
  async rootAt(size) {
    return size > this.head.size ? null : orNull(() => this.tiles.nodes.root(size));
  }

  /** The index at which the log is proven to hold this leaf; null where the file does not say so. */
  async find(leaf) {
    if (this.placeCache === null) {
      this.placeCache = new Map();
      for (let number = 0; number * TILE_WIDTH < this.head.size; number += 1) {
        const hashes = this.tiles.nodes.hashes(0, number);
        hashes.forEach((one, slot) => {
          const name = hex(one);
          if (!this.placeCache.has(name)) this.placeCache.set(name, number * TILE_WIDTH + slot);
        });
      }
    }
    const index = this.placeCache.get(hex(leaf)) ?? null;
    return index !== null && same(await this.tiles.leaf(index), leaf) ? index : null;
  }

  async checkWhole() {
    for (let first = 0; first < this.head.size; first += TILE_WIDTH) await this.tiles.leaf(first);
  }

  /** Every entry the file holds that is proven to be its leaf, read: [index, leaf, hash]; `count` also of others. */
  async leaves() {
    this.leafCache ??= this.readLeaves();
    return this.leafCache;
  }

  async readLeaves() {
    const found = [];
    let count = 0;
    for (const name of this.archive.names(`${this.directory}/tile/entries/`)) {
      const tile = entriesAt(name.slice(this.directory.length + 1));
      const entries = tile && (await orNull(() => entriesOf(this.archive.get(name), tile)));
      for (const [slot, entry] of (entries ?? []).entries()) {
        const index = tile.index * TILE_WIDTH + slot;
        const hash = await leafHash(entry);
        const known = index < this.head.size && (await orNull(() => this.tiles.leaf(index)));
        if (!known || !same(known, hash)) continue;
        count += 1;
        const leaf = await orNull(() => readLeaf(entry));
        if (leaf !== null) found.push([index, leaf, hash]);
      }
    }
    found.sort(([one], [other]) => one - other);
    return { found, count };
  }
}

export class BundleView {
  static async open(archive, chain, now) {
    const view = new BundleView();
    const isRegister = archive.manifest.variant === "register";
    Object.assign(view, { archive, chain, now, document: chain.at(-1), isRegister, logs: new Map(), refused: null, lists: new Map() });
    for (const { dir } of archive.manifest.logs) {
      const opened = await orRefused("log-inconsistent", () => view.openLog(dir));
      if (opened instanceof Refused) view.refused = opened;
    }
    view.heads = [...view.logs.values()].map(({ log }) => log.head);
    view.snapshot = await view.newestSnapshot();
    view.newestList = await view.findNewestList();
    view.trustVersionSeen = await view.findTrustVersion();
    return view;
  }

  async openLog(directory) {
    const head = await checkCheckpoint(readNote(this.archive.get(`${directory}/checkpoint`), MAX_CHECKPOINT), this.document, this.now);
    if (head instanceof Refused) return head;
    const refused = checkEnd(head, this.document);
    if (refused !== null) return refused;
    const log = await BundleLog.open(this.archive, directory, head);
    const named = landmarksOf(this.archive, directory, head);
    need(!this.logs.has(head.place), `${head.origin} stands there twice`);
    const read = (name) => this.archive.get(name);
    const landmarks = new Checkpoints(named, read, head, (size) => log.rootAt(size), {
      ...{ document: this.document, began: oldestLog(this.chain), now: this.now, holdsEveryLeaf: true },
    });
    this.logs.set(head.place, { log, landmarks });
    return null;
  }

  async rootAt(place, size) {
    return this.logs.get(place)?.log.rootAt(size) ?? null;
  }

  async logged(entry, iat) {
    const leaf = await leafHash(entry);
    return orRefused("log-inconsistent", async () => {
      for (const [place, { log }] of this.logs) {
        const index = await log.find(leaf);
        if (index !== null) return this.place(place, index, leaf, iat);
      }
      if (this.refused !== null || this.heads.length === 0) {
        return this.refused ?? new Refused("not-logged", "the file holds no log");
      }
      const complete = await this.isComplete(iat + 7 * DAY);
      return new Refused("not-logged", "the log does not hold this mark", complete);
    });
  }

  /** Whether every log is held to its end, the last one beyond `after`: only then is a leaf surely absent. */
  async isComplete(after) {
    if (this.document.logs.at(-1).final !== null) return false; // its successor is not named yet, and may hold the leaf
    for (const [place, { final }] of this.document.logs.entries()) {
      const log = this.logs.get(place)?.log;
      if (log === undefined || (final !== null && log.head.size < final.size)) return false;
      if (final === null && log.head.seenAt <= after) return false;
      await log.checkWhole();
    }
    return true;
  }

  /** Bound the logged time by the landmarks on both sides; the head is the last of them. */
  async place(place, index, leaf, iat) {
    const { log, landmarks } = this.logs.get(place);
    const bounds = await landmarks.bracket(index, iat);
    if (bounds instanceof Refused) return bounds;
    const [notBefore, loggedBy] = bounds;
    return { place, origin: log.head.origin, index, leaf, notBefore, loggedBy, isFirst: true };
  }

  sortedLogs() {
    return [...this.logs].sort(([one], [other]) => one - other).map(([place, { log }]) => [place, log]);
  }

  async newestSnapshot() {
    for (const [, log] of this.sortedLogs().reverse()) {
      const { found } = await log.leaves();
      const last = found.findLast(([, leaf]) => leaf.kind === "snapshot");
      if (last !== undefined) return { head: log.head, index: last[0], snapshot: last[1] };
    }
    return null;
  }

  async statusList(uri) {
    if (!this.lists.has(uri)) this.lists.set(uri, this.readList(uri));
    return this.lists.get(uri);
  }

  async readList(uri) {
    const listed = this.archive.manifest.lists.find((one) => one.uri === uri);
    const data = await orRefused("status-unavailable", () => (listed === undefined ? null : this.archive.find(listed.file)));
    if (data instanceof Refused) return data;
    if (data === null) return new Refused("status-unavailable", `the file does not hold ${uri}`);
    if (this.snapshot === null) return new Refused("status-not-logged", "the file holds no snapshot");
    return checkList(data, uri, { ...this.snapshot, document: this.document });
  }

  async findNewestList() {
    let newest = null;
    for (const { uri } of this.archive.manifest.lists) {
      const list = await this.statusList(uri);
      if (!(list instanceof Refused) && (newest === null || list.asOf > newest.asOf)) newest = list;
    }
    return newest;
  }

  async findTrustVersion() {
    let version = this.newestList?.claims.trustVersion ?? 0;
    for (const { log } of this.logs.values()) {
      const { found } = await log.leaves();
      for (const [, leaf] of found) if (leaf.kind === "trust") version = Math.max(version, leaf.version);
    }
    return version;
  }

  /** The first mark logged under a number; null without one, or in a plain bundle. */
  async findMark(number) {
    if (!this.isRegister) return null;
    for (const [, log] of this.sortedLogs()) {
      for (const [, leaf] of (await log.leaves()).found) {
        if (leaf.kind !== "issue") continue;
        const mark = await orNull(() => readMark(leaf.mark));
        if (mark?.claims.number === number) return leaf.mark;
      }
    }
    return null;
  }

  async history(mark, logged) {
    if (!this.isRegister) return new Refused("history-unavailable", "a plain bundle holds no events");
    const events = [];
    for (const [place, log] of this.sortedLogs()) {
      const { found, count } = await log.leaves();
      if (count < log.head.size) {
        // An entry that is missing or altered could be the very event that was asked about.
        return new Refused("history-unavailable", "the register does not hold every entry of its log");
      }
      for (const [index, leaf, hash] of found) {
        if (leaf.kind !== "event") continue;
        const event = await orNull(() => readEvent(leaf.event));
        if (event?.claims.number !== mark.claims.number) continue;
        const logged = await this.place(place, index, hash, event.claims.iat);
        if (logged instanceof Refused) return logged;
        events.push({ raw: leaf.event, logged });
      }
    }
    return replay(mark, logged, events, this.document);
  }
}

