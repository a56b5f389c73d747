/* The verifier pages are served, asked over standard input: a question a line, its answer a line, in the order asked. */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { webcrypto } from "node:crypto";
import vm from "node:vm";
import zlib from "node:zlib";

globalThis.crypto ??= webcrypto; // Node 18
Array.prototype.toReversed ??= function toReversed() {
  return [...this].reverse();
};

/**
 * Node's own takes whatever follows the end of a stream; the standard's and every browser's refuses it, and so does this.
 */
globalThis.DecompressionStream = class extends TransformStream {
  constructor(format) {
    const parts = [];
    super({
      transform: (part) => void parts.push(part),
      flush(controller) {
        const whole = Buffer.concat(parts);
        const inflate = format === "deflate" ? zlib.inflateSync : zlib.inflateRawSync;
        const { buffer, engine } = inflate(whole, { info: true });
        if (engine.bytesWritten !== whole.length) throw new TypeError("bytes after the end");
        controller.enqueue(new Uint8Array(buffer));
      },
    });
  }
};

vm.runInThisContext(readFileSync(process.argv[2], "utf8"), { filename: "verifier/all.js" });
const read = (name) => vm.runInThisContext(`$verifier_${name}`);
const names = ["all", "bytes", "claims", "code", "keys", "leaves", "notes", "numbers", "transparency", "trust", "tree"];
const [all, bytes, claims, code, keys, leaves, notes, numbers, transparency, trust, tree] = names.map(read);
const { Archive } = read("archive");
const { grown } = read("verify");

const raw = (text) => new Uint8Array(Buffer.from(text, "base64"));
const dictionary = raw(process.argv[3]);

/** What JSON can say of a value: bytes in hex, a Map as its entries. Keys of an object are sorted, so that two are compared. */
function plain(value) {
  if (value instanceof Uint8Array) return bytes.hex(value);
  if (value instanceof Map) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}

const head = ({ place, origin, size, root, loggedBy, seenAt, k }) => ({ place, origin, size, root, loggedBy, seenAt, k });
const line = ({ name, id, blob }) => [name, id, blob];
const key = ({ name, type, public: bytes_ }) => [name, type, bytes_];

/** The readers, each of one argument: what it gives is compared as it is, a refusal by its reason. */
const READERS = {
  text: async (text) => code.readText(text, dictionary),
  number: (text) => numbers.markNumber(text),
  organisation: (text) => numbers.organisation(text),
  listName: (text) => claims.statusUri(text),
  mark: (data) => said(claims.readMark(raw(data))),
  event: (data) => said(claims.readEvent(raw(data))),
  list: async (data) => {
    const list = await claims.readStatusList(raw(data));
    return said({ ...list, claims: { ...list.claims, statuses: await bytes.sha256(list.claims.statuses) } });
  },
  leaf: (data) => leafSaid(leaves.readLeaf(raw(data))),
  note: (data) => {
    const { text, lines } = notes.readNote(raw(data), notes.MAX_CHECKPOINT);
    return { text, lines: lines.map(line) };
  },
  checkpoint: (text) => notes.readCheckpoint(text),
  proof: (data) => {
    const { index, hashes, checkpoint } = notes.readProof(raw(data));
    return { index, hashes, ...checkpoint };
  },
  extension: (data) => {
    const { old, proof, checkpoint } = notes.readExtension(raw(data));
    return { old, proof, ...checkpoint };
  },
  verifierKey: async (text) => key(await notes.readVkey(text)),
  publicKey: async ([alg, data]) => (await keys.publicKey(alg, raw(data)), null),
  document: async (text) => documentSaid(await trust.readDocument(text)),
  archive: (data) => {
    const archive = new Archive(raw(data));
    return { manifest: archive.manifest, names: archive.names("") };
  },
};

const said = ({ alg, kid, claims: found }) => ({ alg, kid, claims: found });

function leafSaid(leaf) {
  return leaf.kind === "snapshot" ? { ...leaf, lists: [...leaf.lists].sort(([one], [other]) => (one < other ? -1 : 1)) } : leaf;
}

function documentSaid({ anchor, version, issued, expires, scheme, hosts, root, keys: entries, logs, witnesses, quorum, recognised }) {
  return {
    ...{ anchor, version, issued, expires, scheme, hosts, quorum, recognised },
    root: { threshold: root.threshold, keys: root.keys.map(key) },
    keys: entries,
    logs: logs.map((log) => ({ url: log.url, key: key(log.key), final: log.final })),
    witnesses: witnesses.map((one) => ({ ...one, key: key(one.key) })),
  };
}

/** Questions about more than one thing, or under a document that is held. */
const QUESTIONS = {
  read: async ({ reader, given }) => READERS[reader](given),
  signed: async ({ alg, public: data, message, signature }) => keys.verifies(alg, raw(data), raw(message), raw(signature)),
  walk: async ({ anchor, notes: all_ }) => {
    const chain = await trust.walk(anchor, all_.map(raw));
    return { versions: chain.map((document) => document.version), anchor: chain.at(-1).anchor };
  },
  head: async ({ document, checkpoint }) => {
    const note = await transparency.orRefused("not-logged", () => notes.readNote(raw(checkpoint), notes.MAX_CHECKPOINT));
    const found = note instanceof bytes.Refused ? note : await transparency.checkCheckpoint(note, await held(document));
    return found instanceof bytes.Refused ? { refused: found.reason } : head(found);
  },
  included: async ({ leaf, index, size, hashes, root }) =>
    tree.verifyInclusion(raw(leaf), index, size, hashes.map(raw), raw(root)),
  consistent: async ({ old, new: size, hashes, roots }) => tree.verifyConsistency(old, size, hashes.map(raw), ...roots.map(raw)),
  judged,
};

const documents = new Map();

async function held(text) {
  if (!documents.has(text)) documents.set(text, await trust.readDocument(text));
  return documents.get(text);
}

let opened = { name: null };

/** The last file stays open: its neighbours in time, input and memory are asked of it too. */
async function sourceOf({ file, name, anchor, now }) {
  if (opened.name !== `${name} ${anchor} ${now}`) {
    opened = { name: `${name} ${anchor} ${now}`, source: null, error: null };
    try {
      opened.source = await all.openFile(raw(file), anchor, now);
    } catch (error) {
      if (!(error instanceof bytes.Malformed)) throw error;
      opened.error = error;
    }
  }
  if (opened.error !== null) throw opened.error;
  return opened.source;
}

async function judged(question) {
  const source = await sourceOf(question);
  const { now, at, policy: table, maxAge, remembered, mark, text } = question;
  const options = { now, at, policy: table, maxAge, remembered };
  const report =
    mark === null
      ? await all.judgeText(text, dictionary, source, options)
      : await all.judge({ number: null, host: null, mark: raw(mark) }, source, options);
  const { logged, status } = report;
  return {
    verdict: report.verdict,
    findings: report.findings.map((one) => (one.reason === null ? one.outcome : `${one.outcome} ${one.reason}`)),
    notes: report.notes.map((one) => one.reason),
    shown: report.mark === null ? null : report.mark.claims.number,
    asOf: report.asOf,
    logged: logged && [logged.place, logged.index, logged.notBefore, logged.loggedBy],
    status: status && [status.value, status.since, status.reason, status.successor],
    grown: source.view === null ? null : await grown(remembered, source.view),
  };
}

for await (const asked of createInterface({ input: process.stdin })) {
  const { ask, ...question } = JSON.parse(asked);
  let answer;
  try {
    answer = plain(await QUESTIONS[ask](question));
  } catch (error) {
    answer = error instanceof bytes.Malformed ? { refused: error.reason } : { raised: `${error.stack}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
