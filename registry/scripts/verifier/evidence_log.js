/* One log in evidence of a mark: a few of its checkpoints, each shown to lie on the history of the next (§7). */
import { Refused, need, same } from "./bytes.js";
import { Checkpoints, checkEnd } from "./checkpoints.js";
import { readExtension } from "./notes.js";
import { checkCheckpoint } from "./transparency.js";
import { verifyConsistency, verifyInclusion } from "./tree.js";

export class EvidenceLog {
  /** The checkpoints below a folder, up to the newest: the log's head, or its end. Throws Malformed for a chain that does not hold. */
  static async open(archive, directory, { document, began, now }) {
    const sizes = sizesOf(archive, directory);
    // The greatest first: nobody's invented chain is followed.
    const head = await checkCheckpoint(readExtension(archive.get(`${directory}/heads/${sizes.at(-1)}`)).note, document, now);
    if (head instanceof Refused) return head;
    const refused = checkEnd(head, document);
    if (refused !== null) return refused;
    const extensions = await chainOf(archive, directory, sizes);
    const log = new EvidenceLog();
    const named = [...extensions.keys()].filter((size) => size < head.size).map((size) => [size, `${directory}/heads/${size}`]);
    const read = (name) => noteOf(archive.get(name));
    const rootAt = async (size) => extensions.get(size)?.checkpoint.root ?? null;
    Object.assign(log, { head, rootAt, extensions, checkpoints: new Checkpoints(named, read, head, rootAt, { document, began, now, holdsEveryLeaf: false }) });
    return log;
  }

  async witnessed(size) {
    return (await this.checkpoints.witnessed(size)) ?? new Refused("log-inconsistent", `the file holds no head of ${size} leaves`);
  }

  /** The index at which this leaf is proven to stand, under one of the checkpoints held. */
  async find(leaf, { index, hashes, checkpoint }) {
    const root = await this.rootAt(checkpoint.size);
    if (root === null || !same(root, checkpoint.root)) {
      return new Refused("log-inconsistent", `proven under a head that is not shown to lie under the one of ${this.head.size} leaves`);
    }
    const leads = await verifyInclusion(leaf, index, checkpoint.size, hashes, root);
    return leads ? index : new Refused("not-logged", "the proof does not lead to this entry");
  }

  /** Where this leaf is proven to stand, and when it was logged that was signed at `iat`. */
  async logged(leaf, proof, iat) {
    const index = await this.find(leaf, proof);
    if (index instanceof Refused) return index;
    const bounds = await this.checkpoints.bracket(index, iat);
    if (bounds instanceof Refused) return bounds;
    const [notBefore, loggedBy] = bounds;
    return { place: this.head.place, origin: proof.checkpoint.origin, index, leaf, notBefore, loggedBy, isFirst: false };
  }
}

function noteOf(data) {
  const blank = data.findIndex((byte, at) => byte === 10 && data[at + 1] === 10);
  return data.subarray(blank + 2);
}

/** The sizes of the checkpoints below a folder, ascending. Throws Malformed where there is none. */
function sizesOf(archive, directory) {
  const prefix = `${directory}/heads/`;
  const sizes = archive.names(prefix).map((name) => Number(name.slice(prefix.length)));
  need(sizes.length > 0, "the file holds no head of this log");
  return sizes.sort((one, other) => one - other);
}

/** These checkpoints by size, each of which extends the one before. Throws Malformed. */
async function chainOf(archive, directory, sizes) {
  const found = new Map();
  let before = { origin: null, size: 0, root: new Uint8Array(0) };
  for (const size of sizes) {
    const extension = readExtension(archive.get(`${directory}/heads/${size}`));
    const { checkpoint, old, proof } = extension;
    const isNext = checkpoint.size === size && old === before.size && checkpoint.origin === (before.origin ?? checkpoint.origin);
    need(isNext, `heads/${size} does not go on from the head of ${before.size} leaves`);
    const leads = old === 0 ? proof.length === 0 : await verifyConsistency(old, size, proof, before.root, checkpoint.root);
    need(leads, `heads/${size} lies on another history than the head of ${old} leaves`);
    found.set(size, extension);
    before = checkpoint;
  }
  return found;
}
