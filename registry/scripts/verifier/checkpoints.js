/*
 * The checkpoints of one log that a file holds, and what they say of a leaf: logged after this, and by that (§6). A proof
 * says "there by then", never "not before". One is believed when it is first used.
 */
import { Refused, iso, same } from "./bytes.js";
import { MAX_CHECKPOINT, readNote } from "./notes.js";
import { CLOCK_ROOM, checkCheckpoint, orRefused } from "./transparency.js";

/**
 * [after, by]: the times between which a leaf was logged that was signed at `iat`. Every use of a logged time begins here.
 * `before` is a checkpoint under which the leaf surely is not, or null, `covering` one under which it is; no log is older than `began`.
 */
function bracket(before, covering, iat, began) {
  const by = covering.standing?.loggedBy ?? covering.loggedBy;
  const after = Math.max(began, iat - CLOCK_ROOM, before?.standing?.seenAt ?? 0);
  if (after <= by) return [after, by];
  // Whoever holds keys of witnesses that are over can give a true head any time of theirs.
  if (covering.standing !== null) return [by, by];
  return new Refused("history-unavailable", `logged by ${iso(by)}, say witnesses that are over, and signed ${iso(iat)}`);
}

export class Checkpoints {
  /**
   * Those of one log. `named` gives the member of each size, `read` a member's note, `rootAt` the head's own history; `now`
   * says which witnesses are over. `holdsEveryLeaf`: only then is a leaf found behind a checkpoint not under it, too.
   */
  constructor(named, read, head, rootAt, { document, began, now, holdsEveryLeaf }) {
    Object.assign(this, { read, head, rootAt, document, began, now, holdsEveryLeaf, believed: new Map() });
    this.all = [...named].sort(([one], [other]) => one - other);
  }

  async bracket(index, iat) {
    const after = this.all.filter(([size]) => size <= index).length;
    const covering = await this.at(after);
    if (covering instanceof Refused) return covering;
    const before = after > 0 && this.holdsEveryLeaf ? await this.at(after - 1) : null;
    return before instanceof Refused ? before : bracket(before, covering, iat, this.began);
  }

  /** The checkpoint of exactly this size; null where the file holds none. */
  async witnessed(size) {
    if (this.head.size === size) return this.head;
    const position = this.all.findIndex(([one]) => one === size);
    return position < 0 ? null : this.at(position);
  }

  at(position) {
    if (position === this.all.length) return this.head;
    if (!this.believed.has(position)) this.believed.set(position, this.look(position));
    return this.believed.get(position);
  }

  async look(position) {
    const [size, name] = this.all[position];
    return orRefused("log-inconsistent", async () => {
      const found = await checkCheckpoint(readNote(this.read(name), MAX_CHECKPOINT), this.document, this.now);
      if (found instanceof Refused) return found;
      const root = await this.rootAt(found.size);
      if (found.size !== size || root === null || !same(root, found.root)) {
        return new Refused("log-inconsistent", `${name} lies on another history than the head`);
      }
      return found;
    });
  }
}

/** Why a log's head in a file is not its end, where the trust document ended the log (§5 rule 6); null if it is. */
export function checkEnd(head, document) {
  const { final } = document.logs[head.place];
  if (final === null || head.size === final.size) return null;
  return new Refused("bundle-too-old", `its log ended at size ${final.size}; that it lies under that head is not shown`);
}
