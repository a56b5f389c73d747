/* The view one mark's evidence gives (§7). */
import { Malformed, Refused, same } from "./bytes.js";
import { readEvent } from "./claims.js";
import { replay } from "./history.js";
import { eventEntry, readSnapshot } from "./leaves.js";
import { MAX_CHECKPOINT, readNote, readProof } from "./notes.js";
import { checkCheckpoint, checkList, checkProof, orRefused } from "./transparency.js";
import { leafHash } from "./tree.js";

export class EvidenceView {
  static async open(archive, chain) {
    const view = new EvidenceView();
    const document = chain.at(-1);
    Object.assign(view, { archive, chain, document });
    view.head = await orRefused("not-logged", async () =>
      checkCheckpoint(readNote(archive.get("checkpoint"), MAX_CHECKPOINT), document),
    );
    view.heads = view.head instanceof Refused ? [] : [view.head];
    view.list = await view.readList();
    view.newestList = view.list instanceof Refused ? null : view.list;
    view.trustVersionSeen = view.newestList?.claims.trustVersion ?? 0;
    return view;
  }

  findMark() {
    return this.archive.find("mark.cwt");
  }

  async readList() {
    return orRefused("status-unavailable", async () => {
      const [data, entry] = [this.archive.find("status.cwt"), this.archive.find("snapshot.leaf")];
      const [listed] = this.archive.manifest.lists;
      if (data === null || entry === null || listed === undefined) {
        return new Refused("status-unavailable", "the file holds no status list");
      }
      const proven = await this.proven(entry, "snapshot.proof");
      if (proven instanceof Refused) return new Refused("status-not-logged", proven.detail);
      const { logged, head } = proven;
      return checkList(data, listed.uri, { snapshot: readSnapshot(entry), index: logged.index, head, document: this.document });
    });
  }

  async logged(entry) {
    const proven = await this.proven(entry, "proof");
    if (proven instanceof Refused) return proven;
    // Without a head nothing can be compared with what was seen before.
    return this.head instanceof Refused ? this.head : proven.logged;
  }

  async rootAt() {
    return null; // evidence holds no tree
  }

  async statusList(uri) {
    if (!(this.list instanceof Refused) && this.list.claims.uri !== uri) {
      return new Refused("status-unavailable", `the file holds the list ${this.list.claims.uri}`);
    }
    return this.list;
  }

  async history(mark, logged) {
    const events = [];
    let last = logged.leaf;
    for (let position = 0; position < Math.floor(this.archive.names("events/").length / 2); position += 1) {
      let raw;
      try {
        raw = this.archive.get(`events/${position}.cwt`);
        // Before its proof: a thousand copies of one event must not cost a thousand.
        if (!same(readEvent(raw).claims.prev, last)) {
          return new Refused("history-unavailable", `event ${position} does not follow the one before`);
        }
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
        return new Refused("history-unavailable", error.message);
      }
      const entry = eventEntry(raw);
      last = await leafHash(entry);
      const proven = await this.proven(entry, `events/${position}.proof`);
      if (proven instanceof Refused) return new Refused("history-unavailable", proven.detail);
      events.push({ raw, logged: proven.logged });
    }
    return replay(mark, logged, events, this.document);
  }

  async proven(entry, name) {
    const proof = await orRefused("not-logged", () => readProof(this.archive.get(name)));
    if (proof instanceof Refused) return proof;
    const proven = await checkProof(entry, proof, this.document);
    if (proven instanceof Refused || this.head instanceof Refused) return proven;
    const [ours, head] = [proven.head, this.head];
    if (ours.origin === head.origin && ours.size === head.size && !same(ours.root, head.root)) {
      return new Refused("log-inconsistent", `two heads of size ${head.size} were both witnessed`);
    }
    return proven;
  }
}
