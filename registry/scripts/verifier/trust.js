/* The trust document and the chain of its versions, from an anchor the asker holds (§5). The clock is not asked here. */
import { DAY, MAX_TIME, Malformed, fromBase64, fromHex, hex, need, same, sha256, utf8 } from "./bytes.js";
import { parse } from "./json.js";
import { ED25519, kidOf, publicKey } from "./keys.js";
import { BadSignature, COSIGNATURE, SIGNATURE, countSigners, readNote, readVkey } from "./notes.js";
import { checkText } from "./text.js";
import { checkChange } from "./trust_changes.js";

const MAX_NOTE = 2 ** 20 + 2 ** 18;
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const HOST = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);
const URL_FORM = /^https?:\/\/[a-z0-9.\-[\]:]{1,260}(?:\/[A-Za-z0-9._~/%+-]{0,1000})?$/;
const SCHEME = /^[a-z0-9][a-z0-9-]{0,31}$/;

const int = (value, least = 0, most = Number.MAX_SAFE_INTEGER) =>
  (need(Number.isSafeInteger(value) && value >= least && value <= most, `expected an integer from ${least} to ${most}`), value);
const time = (value) => int(value, 0, MAX_TIME - 1);
const match = (value, form) => (need(typeof value === "string" && form.test(value), "a text of another form"), value);
const list = (value, read, least = 0, most = 10_000) => {
  need(Array.isArray(value) && value.length >= least && value.length <= most, "expected a list");
  return Promise.all(value.map(read));
};
const bytes = (value, size) => {
  need(typeof value === "string", "expected base64");
  const data = fromBase64(value);
  need(data.length === size, `expected base64 of ${size} bytes`);
  return data;
};

function members(value, required, optional = []) {
  need(value instanceof Map, "expected an object");
  need(required.every((name) => value.has(name)), "a member is missing");
  need([...value.keys()].every((name) => required.includes(name) || optional.includes(name)), "an unknown member");
  return Object.fromEntries(value);
}

const maybe = (value, read) => (value === undefined ? null : read(value));

function names(value) {
  need(value instanceof Map && value.size > 0, "expected at least one name");
  for (const [language, name] of value) {
    match(language, /^[a-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}$/);
    checkText(name);
  }
  return Object.fromEntries(value);
}

async function vkey(value, type) {
  const key = await readVkey(checkText(value, 1000));
  need(key.type === type, `expected a verifier key of type ${type}`);
  return key;
}

function ended(found) {
  const window = { from: time(found.from), until: time(found.until) };
  need(window.until >= window.from, "the window ends before it starts");
  return window;
}

const readHost = (value) => {
  const found = members(value, ["host"], ["until"]);
  return { host: match(found.host, HOST), until: maybe(found.until, time) };
};

async function readRoot(value) {
  const found = members(value, ["threshold", "keys"]);
  const keys = await list(found.keys, (key) => vkey(key, SIGNATURE), 2, 100);
  return { threshold: int(found.threshold, 2, keys.length), keys };
}

function readCompromise(value, use) {
  const found = members(value, use === "status" ? ["since"] : ["place", "size", "since"]);
  return { place: maybe(found.place, int), size: maybe(found.size, int), since: time(found.since) };
}

function readKey(value) {
  const use = value instanceof Map ? value.get("use") : null;
  need(["mark", "authority", "status"].includes(use), "expected mark, authority or status");
  const marks = use === "mark" ? ["levels", "series"] : [];
  const found = members(value, ["kid", "alg", "pub", "use", "owner", "from", "until", ...marks], ["names", "compromised"]);
  need(found.alg === -19 || found.alg === -9, "expected -19 (Ed25519) or -9 (ESP256)");
  return {
    kid: fromHex(match(found.kid, /^[0-9a-f]{16}$/)),
    alg: found.alg,
    public: bytes(found.pub, found.alg === -19 ? 32 : 65),
    use,
    owner: checkText(found.owner),
    names: maybe(found.names, names) ?? {},
    levels: marks.length ? readLevels(found.levels) : {},
    series: marks.length ? match(found.series, /^[a-z0-9]{1,4}$/) : null,
    ...ended(found),
    compromised: maybe(found.compromised, (one) => readCompromise(one, use)),
  };
}

function readLevels(value) {
  need(value instanceof Map && value.size > 0, "a mark key needs at least one level it may issue");
  return Object.fromEntries(
    [...value].map(([level, rule]) => [match(level, /^[1-9]$/), int(members(rule, ["max_days"]).max_days, 1, 36_600)]),
  );
}

function readFinal(value) {
  const found = members(value, ["size", "root"]);
  return { size: int(found.size), root: bytes(found.root, 32) };
}

async function readLog(value) {
  const found = members(value, ["vkey", "url"], ["final"]);
  const key = await vkey(found.vkey, SIGNATURE);
  return { origin: key.name, key, url: match(found.url, URL_FORM), final: maybe(found.final, readFinal) };
}

async function readWitness(value) {
  const found = members(value, ["name", "vkey", "from", "until"]);
  return { name: checkText(found.name), key: await vkey(found.vkey, COSIGNATURE), ...ended(found) };
}

function readQuorum(value) {
  const found = members(value, ["k", "from"]);
  return { k: int(found.k, 1, 1000), from: time(found.from) };
}

async function readRecognised(value) {
  const required = ["scheme", "names", "country", "anchor", "url", "hosts", "from"];
  const found = members(value, required, ["until", "levels", "editions", "final"]);
  const distinct = (one) => (need(new Set(one).size === one.length, "the same value stands twice"), one);
  return {
    scheme: match(found.scheme, SCHEME),
    names: names(found.names),
    country: match(found.country, /^[A-Z]{2}$/),
    anchor: match(found.anchor, /^[0-9a-f]{64}$/),
    url: match(found.url, URL_FORM),
    hosts: await list(found.hosts, (host) => match(host, HOST), 0, 100),
    ...(found.until === undefined ? { from: time(found.from), until: null } : ended(found)),
    levels: found.levels === undefined ? null : distinct(await list(found.levels, (level) => int(level, 1, 9), 1, 9)),
    editions: found.editions === undefined ? null : distinct(await list(found.editions, (edition) => checkText(edition), 1, 100)),
    final: maybe(found.final, (one) => {
      const { place = 0, ...rest } = members(one, ["size", "root"], ["place"]);
      return { place: int(place), size: int(rest.size), root: bytes(rest.root, 32) };
    }),
  };
}

/** A note's text as a trust document, well formed; who signed it is not asked. Throws Malformed. */
export async function readDocument(text) {
  const [first, body] = [text.slice(0, text.indexOf("\n")), text.slice(text.indexOf("\n") + 1)];
  need(first === "akashi/trust/v1" && body.endsWith("\n"), "no trust document");
  need(utf8(body).length <= 2 ** 20 - first.length - 1, "a trust document of more than 1 MiB", "too-large");
  const top = parse(body);
  need(!(top instanceof Map && Array.isArray(top.get("crit")) && top.get("crit").length), "an unknown critical extension");
  const found = members(top, [
    ...["version", "issued", "expires", "crit", "scheme", "hosts", "mirrors", "root"],
    ...["keys", "logs", "witnesses", "quorum", "recognised"],
  ]);
  await list(found.crit, () => null, 0, 0);
  const scheme = members(found.scheme, ["id", "names", "offset"]);
  const document = {
    text,
    anchor: hex(await sha256(utf8(text))),
    version: int(found.version, 1),
    issued: time(found.issued),
    expires: time(found.expires),
    scheme: { id: match(scheme.id, SCHEME), names: names(scheme.names), offset: int(scheme.offset, -14 * 3600, 14 * 3600) },
    hosts: await list(found.hosts, readHost),
    mirrors: await list(found.mirrors, (url) => match(url, URL_FORM)),
    root: await readRoot(found.root),
    keys: await list(found.keys, readKey),
    logs: await list(found.logs, readLog),
    witnesses: await list(found.witnesses, readWitness),
    quorum: await list(found.quorum, readQuorum),
    recognised: await list(found.recognised, readRecognised),
  };
  checkWhole(document);
  return document;
}

function unique(values) {
  need(new Set(values).size === values.length, "an entry stands twice");
}

function checkWhole(document) {
  const { issued, expires, root, keys, logs, witnesses, quorum, recognised } = document;
  need(issued < expires && expires <= issued + 400 * DAY, "a version expires after it was issued, and within 400 days");
  unique(document.hosts.map((one) => one.host));
  unique(keys.map((key) => hex(key.kid)));
  unique(keys.filter((key) => key.use === "mark").map((key) => key.series));
  unique(logs.map((log) => log.origin));
  unique(recognised.map((one) => `${one.scheme} ${one.anchor} ${one.from}`));
  unique(root.keys.map((key) => `${key.name} ${hex(key.id)}`));
  // A public key has one use: a signature made for one purpose must never serve another.
  unique([...root.keys, ...keys, ...logs.map((log) => log.key), ...witnesses.map((one) => one.key)].map((key) => hex(key.public)));
  need(logs.slice(0, -1).every((log) => log.final !== null), "a log with a successor has a final head");
  need(keys.every((key) => !(key.compromised?.place >= logs.length)), "there is no log at that place");
  need(quorum.length > 0 && quorum.every((one, at) => at === 0 || quorum[at - 1].from < one.from), "quorums ascend");
  for (const at of [...quorum.map((one) => one.from), ...witnesses.map((one) => one.from)]) {
    const k = quorumAt(document, at);
    const n = witnesses.filter((one) => one.from <= at).length - witnesses.filter((one) => one.until <= at).length;
    need(k === null || 2 * k > n, `${k} of ${n} witnesses is no majority`);
  }
  need(recognised.every((one) => one.scheme !== document.scheme.id), "a scheme does not recognise itself");
}

export const findKey = (document, kid) => document.keys.find((key) => same(key.kid, kid)) ?? null;
export const listsHost = (document, host) => document.hosts.some((one) => one.host === host);
export const quorumAt = (document, at) => document.quorum.findLast((one) => one.from <= at)?.k ?? null;
/** Of several recognised entries for one scheme the last that holds at the time, else the last; null without any. */
export const newestOf = (entries, at) =>
  entries.findLast((one) => one.from <= at && (one.until === null || at < one.until)) ?? entries.at(-1) ?? null;
export const holdsAt = (entry, at) => entry.from <= at && at < entry.until;

/** Whether a leaf this key signed counts as absent: a position, not a date (rule 5). */
export function isVoidAt(key, place, index) {
  if (key.compromised === null) return false;
  const { place: from, size } = key.compromised;
  return from === null || place > from || (place === from && index >= size);
}

/** No log is older than version 1 of the trust document, whose hash is its genesis leaf; 0 where that is not held. */
export const oldestLog = (chain) => (chain[0].version === 1 ? chain[0].issued : 0);

/** Every version from the anchored one to the newest among `notes`, in any order. Throws Malformed. */
export async function walk(anchor, notes) {
  const parsed = await Promise.all(notes.map(parseNote));
  const first = parsed.find(({ document }) => document.anchor === anchor);
  need(first !== undefined, `none of ${notes.length} documents has the anchor ${anchor}`);
  await checkKeys(first.document);
  await checkThreshold(first.note, first.document.root);
  return extended([first.document], parsed);
}

async function parseNote(raw) {
  const note = readNote(raw, MAX_NOTE);
  return { note, document: await readDocument(note.text) };
}

async function extended(chain, parsed) {
  for (const { note, document } of parsed.sort((one, other) => one.document.version - other.document.version)) {
    const current = chain.at(-1);
    const held = chain[document.version - chain[0].version];
    if (document.version < chain[0].version) continue; // before the anchor: nothing vouches for it
    if (held !== undefined) {
      if (note.text === held.text) continue;
      await checkThreshold(note, (chain[held.version - 1 - chain[0].version] ?? held).root);
      need(false, `version ${held.version} was signed with two texts`);
    }
    need(document.version === current.version + 1, `version ${current.version + 1} is missing`);
    await checkThreshold(note, current.root);
    await checkKeys(document);
    await checkThreshold(note, document.root);
    checkChange(current, document);
    chain.push(document);
  }
  return chain;
}

async function checkThreshold(note, root) {
  let count;
  try {
    count = await countSigners(note, root.keys);
  } catch (error) {
    throw error instanceof BadSignature ? new Malformed(`a signature by ${error.message} does not verify`) : error;
  }
  need(count >= root.threshold, `${count} of ${root.threshold} root signatures`);
}

async function checkKeys(document) {
  const notes = [...document.root.keys, ...document.logs.map((log) => log.key), ...document.witnesses.map((one) => one.key)];
  await Promise.all(notes.map((key) => publicKey(ED25519, key.public)));
  for (const key of document.keys) {
    await publicKey(key.alg, key.public);
    need(same(await kidOf(key.alg, key.public), key.kid), "a kid that is not the key's own");
  }
}
