/*
 * The verdict on one mark: seven checks, in order (docs/format.md §8). The same steps, reasons and outcomes as the
 * library's `verifier`; both are held to the same vectors.
 *
 *   const source = await open(new Archive(bytes), anchor, EvidenceView);
 *   const report = await verify(await readText(text, dictionary), source, { now });
 */
import { DAY, Malformed, Refused, hex, iso, same } from "./bytes.js";
import { checkDocument, checkIssuer, checkLogged, checkMemory, checkStatus, checkWindow, isSettled } from "./checks.js";
import { readMark } from "./claims.js";
import { readText } from "./code.js";
import { verifiedBy } from "./cose.js";
import { checkReference, entitledMark } from "./entitlement.js";
import { issueEntry } from "./leaves.js";
import { lookAlikeScripts } from "./repertoire.js";
import { listsHost, newestOf, walk } from "./trust.js";
import { CLOCK_ROOM, orRefused } from "./transparency.js";

export const CHECKS = ["structure", "issuer", "signature", "window", "logged", "status", "policy"];
const [STRUCTURE, ISSUER, SIGNATURE, WINDOW, LOGGED, STATUS, POLICY] = CHECKS.keys();
const UNKNOWN = new Set([
  ...["mark-unavailable", "trust-unavailable", "trust-expired", "trust-stale", "clock-behind", "not-witnessed"],
  ...["log-inconsistent", "bundle-too-old", "status-unavailable", "status-not-authentic", "status-not-logged"],
  ...["status-stale", "history-unavailable"],
]);

const UNSURE = new Set(["unknown-issuer", "not-logged", "key-compromised", "status-foreign"]); // unknown unless the view rules the other case out

const notMade = (place) => ({ check: CHECKS[place], outcome: "unknown", reason: null, detail: "not made" });

function finding(place, refused) {
  if (refused === null) return { check: CHECKS[place], outcome: "passed", reason: null, detail: "" };
  const { reason, detail, sure } = refused;
  const isUnsure = UNSURE.has(reason) && !sure;
  return { check: CHECKS[place], outcome: isUnsure || UNKNOWN.has(reason) ? "unknown" : "failed", reason, detail };
}

/**
 * A file opened under an anchor: {chain, view, findMark}. `View` is EvidenceView or BundleView, as the file's variant says;
 * a page that meets one kind only is not served the other.
 */
export async function open(archive, anchor, View, now = Math.floor(Date.now() / 1000)) {
  const chain = await orRefused("trust-unavailable", async () =>
    anchor === null
      ? new Refused("trust-unavailable", "no anchor")
      : walk(anchor, archive.names("trust/").map((name) => archive.get(name))),
  );
  if (chain instanceof Refused) {
    const isEvidence = archive.manifest.variant === "evidence";
    return { chain, view: null, findMark: () => (isEvidence ? archive.find("mark.cwt") : null) };
  }
  const view = await View.open(archive, chain, now);
  return { chain, view, findMark: (number) => view.findMark(number) };
}

/** What follows from trust, view and memory alone. `remembered`: {trust, heads, list, seen} or null. */
function groundOf(chain, view, remembered) {
  return {
    document: chain.at(-1),
    newest: view?.newestList ?? null,
    seenTrust: Math.max(view?.trustVersionSeen ?? 0, remembered?.trust ?? 0),
    latestSeen: Math.max(0, remembered?.seen ?? 0, ...(view?.heads ?? []).map((head) => head.seenAt)),
  };
}

/**
 * Judge what was found, {number, host, mark}, at `at` (POSIX seconds; default `now`). `maxAge` may only shorten how old a
 * status may be. Who has a `policy` brings `checkPolicy`; a page that asks for nothing is not served it. Gives a report of
 * the shape of schemas/report.schema.json; throws only where this browser cannot check.
 */
export async function verify(found, source, { now, at = null, policy = null, checkPolicy = null, maxAge = null, remembered = null }) {
  const when = at === null ? now : Math.max(0, Math.min(at, now));
  const report = blank(when, source);
  const settle = (place, refused) => {
    report.findings[place] = finding(place, refused);
    return refused;
  };
  // The same number may be somebody else's in another register: the link says whose it is meant to be (§5 rule 8).
  if (!(source.chain instanceof Refused)) {
    const ground = groundOf(source.chain, source.view, remembered);
    report.partner = partnerOfHost(found, ground.document, when);
    if (report.partner !== null) {
      settle(ISSUER, checkDocument(ground, when) ?? unasked(report.partner));
      return finished(report);
    }
  }
  // 1. Structure: the bytes are a mark, and the one the link names.
  const mark = await readFound(found, source);
  if (settle(STRUCTURE, mark instanceof Refused ? mark : null)) return finished(report);
  // 2 and 3. Issuer and signature, under the trust held. A failure ends the work.
  const { chain, view } = source;
  if (chain instanceof Refused) {
    settle(ISSUER, chain);
    return finished(report);
  }
  const ground = groundOf(chain, view, remembered);
  const { key, refused: issuer } = checkIssuer(mark, ground, when);
  settle(ISSUER, issuer);
  report.partner = found.mark === null ? null : partnersMark(mark, ground, report);
  if (report.partner !== null) {
    settle(ISSUER, checkDocument(ground, when) ?? unasked(report.partner));
    return finished(report, ground, found, policy);
  }
  const isTrue = key !== null && report.findings[ISSUER].outcome !== "failed" && (await verifiedBy(mark, key));
  if (key !== null && report.findings[ISSUER].outcome !== "failed") {
    settle(SIGNATURE, isTrue ? null : new Refused("bad-signature", "not signed by its issuer, or changed since"));
  }
  if (!isTrue) {
    const isUnsure = report.findings[ISSUER].reason === "unknown-issuer" && report.findings[ISSUER].outcome === "unknown";
    if (isUnsure && (await isAnothers(mark, view))) {
      settle(ISSUER, new Refused("unknown-issuer", `${issuer.detail}, and the number is another mark's`, true));
    }
    return finished(report, ground, found, policy);
  }
  report.mark = { ...mark, owner: key.owner };
  const { claims } = mark;
  // 4. The window of the mark itself, and what it points to.
  settle(WINDOW, checkWindow(claims, when, now, ground.latestSeen));
  const reference = checkReference(claims, key, ground.document);
  if (reference?.sure === false) reference.sure = isSettled(claims, ground, when);
  // 5. Logged. "Now", asked a moment late, is not the past.
  const logged = await view.logged(issueEntry(mark.raw), claims.iat);
  const memory = await checkMemory(view, remembered, when < now - CLOCK_ROOM);
  settle(LOGGED, checkLogged(mark, key, logged, memory));
  if (!(logged instanceof Refused)) report.logged = logged;
  // 6. Status.
  if (reference !== null) {
    settle(STATUS, reference);
  } else {
    const status = await checkStatus(mark, logged, view, { at: when, maxAge, isPast: when < now });
    settle(STATUS, status.refused);
    Object.assign(report, { status: status.facts, asOf: status.asOf });
  }
  // 7. What the asker wants.
  settle(POLICY, policy === null ? null : checkPolicy(claims, key.owner, policy, ground.document.scheme.offset));
  return finished(report, ground, found, policy);
}

/** Judge a text: what cannot be read as a mark, a link, digits or a number is a report too. */
export async function verifyText(text, dictionary, source, options) {
  let found;
  try {
    found = await readText(text, dictionary);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const reason = error.reason === "too-large" ? "too-large" : "malformed";
    const findings = [finding(STRUCTURE, new Refused(reason, error.message)), ...[1, 2, 3, 4, 5, 6].map(notMade)];
    return finished({ ...blank(options.now, source), findings });
  }
  return verify(found, source, options);
}

async function readFound({ number, mark }, source) {
  let data = mark;
  if (data === null && number !== null) data = await orRefused("mark-unavailable", () => source.findMark(number));
  if (data instanceof Refused) return data;
  if (data === null) return new Refused("mark-unavailable", "no signed mark could be obtained");
  let read;
  try {
    read = readMark(data);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return new Refused(error.reason, error.message);
  }
  if (number !== null && number !== read.claims.number) return new Refused("number-mismatch", `the mark inside is ${read.claims.number}`);
  return read;
}

/** Whether another mark, entitled and in the log, owns the number: then whoever signed this one, it will never count. */
async function isAnothers({ raw, claims }, view) {
  const { document } = view;
  if (document.scheme.id !== claims.scheme) return false;
  const held = await orRefused("malformed", async () => {
    const found = await view.findMark(claims.number);
    return found === null || same(found, raw) ? null : readMark(found);
  });
  if (held === null || held instanceof Refused || held.claims.number !== claims.number) return false;
  const logged = await view.logged(issueEntry(held.raw), held.claims.iat);
  // Logged before this one was signed: or it could be the one that came second.
  if (logged instanceof Refused || logged.loggedBy >= claims.iat - CLOCK_ROOM) return false;
  return !((await entitledMark(held, document, logged.place, logged.index)) instanceof Refused);
}

/** Nothing found yet; `partner` is the recognised entry whose register is the one to ask, null where that is ours. */
const blank = (at, source) => ({
  ...{ at, findings: [...CHECKS.keys()].map(notMade), asOf: null, notes: [], partner: null },
  ...{ mark: null, status: null, logged: null, source },
});

/** The recognised register a link without a mark in it leads to; null for one of ours, or a stranger's. */
function partnerOfHost({ host, mark }, document, at) {
  if (mark !== null || host === null || listsHost(document, host)) return null;
  return newestOf(document.recognised.filter((one) => one.hosts.includes(host)), at);
}

/** The recognised register that a mark we could not judge belongs to; null for a mark of ours, or a stranger's. */
function partnersMark({ claims }, { document }, { at, findings }) {
  const notOurs = ["trust-expired", "trust-stale", "unknown-issuer", "scheme-mismatch", "level-not-allowed", "wrong-algorithm"];
  if (!notOurs.includes(findings[ISSUER].reason)) return null;
  return newestOf(document.recognised.filter((one) => one.scheme === claims.scheme), at);
}

/** A partner's mark is judged by the partner's register, whose evidence is not at hand here (§5 rule 8). */
const unasked = ({ scheme, url }) => new Refused("trust-unavailable", `a mark of ${scheme}: ask its own register, ${url}`);

function finished(report, ground = null, found = null, policy = null) {
  const outcomes = report.findings.map((one) => one.outcome);
  report.verdict = outcomes.includes("failed") ? "invalid" : outcomes.every((one) => one === "passed") ? "valid" : "undetermined";
  report.reasons = report.findings.map((one) => one.reason).filter((reason) => reason !== null);
  if (ground === null) return report;
  const note = (reason, detail = "") => report.notes.push({ reason, detail });
  const theirs = ground.document.recognised.filter((one) => one.scheme === report.partner?.scheme).flatMap((one) => one.hosts);
  if (found.host !== null && !listsHost(ground.document, found.host) && !theirs.includes(found.host)) note("unknown-host", found.host);
  if (report.mark === null) return report;
  if (report.source.view.heads.some((head) => head.k === 1)) note("no-independent-witness");
  if (policy?.organisation === undefined) note("holder-not-checked");
  const scripts = lookAlikeScripts(report.mark.claims.name).join(", ");
  if (scripts !== "") note("look-alike-scripts", `the name is written in ${scripts}`);
  const left = report.mark.claims.exp - report.at;
  if (left > 0 && left <= 30 * DAY) note("ends-soon", iso(report.mark.claims.exp));
  return report;
}

/** What a view established, to be remembered. A head gives way only to one that the view proves to extend it. */
export async function grown(remembered, view) {
  const heads = { ...remembered?.heads };
  for (const head of view.heads) {
    const before = heads[head.place];
    const root = before === undefined ? null : await view.rootAt(head.place, before[0]);
    if (before === undefined || (root !== null && hex(root) === before[1])) heads[head.place] = [head.size, hex(head.root)];
  }
  const claims = view.newestList?.claims;
  const lists = [remembered?.list ?? [0, 0], claims === undefined ? [0, 0] : [claims.place, claims.size]];
  lists.sort(([one, two], [three, four]) => one - three || two - four);
  return {
    trust: Math.max(remembered?.trust ?? 0, view.document.version),
    heads,
    list: lists[1],
    seen: Math.max(remembered?.seen ?? 0, ...view.heads.map((head) => head.seenAt)),
  };
}

