/* The daily checkpoints of a log: between which two a leaf was logged (§7). One is believed when it is first used. */
import { Refused, need, same } from "./bytes.js";
import { MAX_CHECKPOINT, readNote } from "./notes.js";
import { checkCheckpoint, orRefused } from "./transparency.js";

const SECOND_LINE = /^[^\n]*\n([0-9]{1,16})\n/;

export class Landmarks {
  /** Their sizes are read as the file gives them, unproven; one head under many dates is one. */
  constructor(archive, directory, log, document) {
    Object.assign(this, { archive, log, document, believed: new Map() });
    const named = new Map();
    for (const name of archive.names(`${directory}/landmarks/`)) {
      const said = SECOND_LINE.exec(new TextDecoder("latin1").decode(archive.get(name)));
      need(said !== null, "no checkpoint");
      const size = Number(said[1]);
      if (!named.has(size)) named.set(size, name);
    }
    this.all = [...named].sort(([one], [other]) => one - other);
  }

  /** [before, after]: the times by which the heads around a leaf were witnessed, null where no landmark is before. */
  async around(index) {
    const after = this.all.filter(([size]) => size <= index).length;
    const later = await this.time(after);
    const earlier = after > 0 ? await this.time(after - 1) : null;
    if (later instanceof Refused) return later;
    return earlier instanceof Refused ? earlier : [earlier, later];
  }

  time(position) {
    if (position === this.all.length) return this.log.head.loggedBy;
    if (!this.believed.has(position)) this.believed.set(position, this.read(position));
    return this.believed.get(position);
  }

  async read(position) {
    const [size, name] = this.all[position];
    return orRefused("log-inconsistent", async () => {
      const found = await checkCheckpoint(readNote(this.archive.get(name), MAX_CHECKPOINT), this.document);
      if (found instanceof Refused) return found;
      const root = await this.log.rootAt(found.size);
      if (found.size !== size || root === null || !same(root, found.root)) {
        return new Refused("log-inconsistent", `${name} lies on another history than the head`);
      }
      return found.loggedBy;
    });
  }
}
