/* The view one mark's evidence gives (§7). */
import { Malformed, Refused, same } from "./bytes.js";
import { readEvent } from "./claims.js";
import { EvidenceLog } from "./evidence_log.js";
import { replay } from "./history.js";
import { eventEntry, readSnapshot } from "./leaves.js";
import { readProof } from "./notes.js";
import { checkList, orRefused } from "./transparency.js";
import { leafHash } from "./tree.js";
import { oldestLog } from "./trust.js";

export class EvidenceView {
  static async open(archive, chain, now) {
    const view = new EvidenceView();
    Object.assign(view, { archive, chain, document: chain.at(-1), logs: new Map(), refused: null });
    for (const { dir } of archive.manifest.logs) {
      const log = await orRefused("log-inconsistent", () => EvidenceLog.open(archive, dir, { document: view.document, began: oldestLog(chain), now }));
      if (log instanceof Refused) view.refused = log;
      else if (view.logs.has(log.head.place)) view.refused = new Refused("log-inconsistent", `${log.head.origin} stands there twice`);
      else view.logs.set(log.head.place, log);
    }
    view.heads = [...view.logs.values()].map((log) => log.head);
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
      const found = await this.proof("snapshot.proof");
      if (found instanceof Refused) return new Refused("status-not-logged", found.detail);
      const { log, proof } = found;
      const index = await log.find(await leafHash(entry), proof);
      if (index instanceof Refused) return new Refused("status-not-logged", index.detail);
      const head = await log.witnessed(proof.checkpoint.size);
      if (head instanceof Refused) return new Refused("status-not-logged", head.detail);
      return checkList(data, listed.uri, { snapshot: readSnapshot(entry), index, head, document: this.document });
    });
  }

  logged(entry, iat) {
    return this.proven(entry, "proof", iat);
  }

  async rootAt(place, size) {
    return this.logs.get(place)?.rootAt(size) ?? null;
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
      let claims;
      try {
        raw = this.archive.get(`events/${position}.cwt`);
        ({ claims } = readEvent(raw));
        // Before its proof: a thousand copies of one event must not cost a thousand.
        if (!same(claims.prev, last)) {
          return new Refused("history-unavailable", `event ${position} does not follow the one before`);
        }
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
        return new Refused("history-unavailable", error.message);
      }
      const entry = eventEntry(raw);
      last = await leafHash(entry);
      const proven = await this.proven(entry, `events/${position}.proof`, claims.iat);
      if (proven instanceof Refused) return new Refused("history-unavailable", proven.detail);
      events.push({ raw, logged: proven });
    }
    return replay(mark, logged, events, this.document);
  }

  async proven(entry, name, iat) {
    const found = await this.proof(name);
    return found instanceof Refused ? found : found.log.logged(await leafHash(entry), found.proof, iat);
  }

  /** A proof of the file, and the log it is of. */
  async proof(name) {
    const proof = await orRefused("not-logged", () => readProof(this.archive.get(name)));
    if (proof instanceof Refused) return proof;
    const { origin } = proof.checkpoint;
    const place = this.document.logs.findIndex((log) => log.origin === origin);
    if (place < 0) return new Refused("not-logged", `${origin} is no log of this scheme`);
    const log = this.logs.get(place);
    if (log === undefined) return this.refused ?? new Refused("not-logged", `the file holds no head of ${origin}`);
    return { log, proof };
  }
}
