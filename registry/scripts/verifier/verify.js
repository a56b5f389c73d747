/*
 * The verdict on one mark: seven checks, in order (docs/format.md §8). The same steps, reasons and outcomes as the
 * library's `verifier`; both are held to the same vectors.
 *
 *   const source = await open(new Archive(bytes), anchor, EvidenceView);
 *   const report = await verify(await readText(text, dictionary), source, { now });
 */
import { DAY, Malformed, Refused, hex, iso } from "./bytes.js";
import { CLOCK_ROOM, checkIssuer, checkLogged, checkMemory, checkReference, checkStatus, checkWindow } from "./checks.js";
import { readMark } from "./claims.js";
import { readText } from "./code.js";
import { verifiedBy } from "./cose.js";
import { issueEntry } from "./leaves.js";
import { lookAlikeScripts } from "./repertoire.js";
import { listsHost, walk } from "./trust.js";
import { orRefused } from "./transparency.js";

export const CHECKS = ["structure", "issuer", "signature", "window", "logged", "status", "policy"];
const [STRUCTURE, ISSUER, SIGNATURE, WINDOW, LOGGED, STATUS, POLICY] = CHECKS.keys();
const UNKNOWN = new Set([
  ...["mark-unavailable", "trust-unavailable", "trust-expired", "trust-stale", "clock-behind", "not-witnessed"],
  ...["log-inconsistent", "bundle-too-old", "status-unavailable", "status-not-authentic", "status-not-logged"],
  ...["status-stale", "history-unavailable"],
]);

const notMade = (place) => ({ check: CHECKS[place], outcome: "unknown", reason: null, detail: "not made" });

function finding(place, refused) {
  if (refused === null) return { check: CHECKS[place], outcome: "passed", reason: null, detail: "" };
  const { reason, detail, sure } = refused;
  const isUnsure = (reason === "unknown-issuer" || reason === "not-logged") && !sure;
  return { check: CHECKS[place], outcome: isUnsure || UNKNOWN.has(reason) ? "unknown" : "failed", reason, detail };
}

/**
 * A file opened under an anchor: {chain, view, findMark}. `View` is EvidenceView or BundleView, as the file's variant says;
 * a page that meets one kind only is not served the other.
 */
export async function open(archive, anchor, View) {
  const chain = await orRefused("trust-unavailable", async () =>
    anchor === null
      ? new Refused("trust-unavailable", "no anchor")
      : walk(anchor, archive.names("trust/").map((name) => archive.get(name))),
  );
  if (chain instanceof Refused) {
    const isEvidence = archive.manifest.variant === "evidence";
    return { chain, view: null, findMark: () => (isEvidence ? archive.find("mark.cwt") : null) };
  }
  const view = await View.open(archive, chain);
  return { chain, view, findMark: (number) => view.findMark(number) };
}

/** What follows from trust, view and memory alone. `remembered`: {trust, heads, list, seen} or null. */
function groundOf(chain, view, remembered) {
  const newest = view?.newestList?.claims;
  return {
    document: chain.at(-1),
    listTrust: newest?.trustVersion ?? null,
    listUntil: newest?.exp ?? 0,
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
  const report = { at: when, findings: [...CHECKS.keys()].map(notMade), asOf: null, notes: [], mark: null, status: null, logged: null, source };
  const settle = (place, refused) => {
    report.findings[place] = finding(place, refused);
    return refused;
  };
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
  const isTrue = key !== null && report.findings[ISSUER].outcome !== "failed" && (await verifiedBy(mark, key));
  if (key !== null && report.findings[ISSUER].outcome !== "failed") {
    settle(SIGNATURE, isTrue ? null : new Refused("bad-signature", "not signed by its issuer, or changed since"));
  }
  if (!isTrue) {
    partnersMark(mark, ground, report);
    return finished(report, ground, found, policy);
  }
  report.mark = { ...mark, owner: key.owner };
  const { claims } = mark;
  // 4. The window of the mark itself, and what it points to.
  settle(WINDOW, checkWindow(claims, when, now, ground.latestSeen));
  const reference = checkReference(claims, key, ground.document);
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
    return finished({ at: options.now, findings, asOf: null, notes: [], mark: null, status: null, logged: null, source });
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

/** A recognised partner's mark is judged by the partner's register; here its evidence is not at hand (§5 rule 8). */
function partnersMark({ claims }, { document }, report) {
  const ours = ["unknown-issuer", "scheme-mismatch", "level-not-allowed", "wrong-algorithm"];
  const entry = document.recognised.findLast((one) => one.scheme === claims.scheme);
  if (claims.scheme === document.scheme.id || entry === undefined || !ours.includes(report.findings[ISSUER].reason)) return;
  report.findings[ISSUER] = finding(ISSUER, new Refused("trust-unavailable", `a mark of ${entry.scheme}: ask its own register`));
}

function finished(report, ground = null, found = null, policy = null) {
  const outcomes = report.findings.map((one) => one.outcome);
  report.verdict = outcomes.includes("failed") ? "invalid" : outcomes.every((one) => one === "passed") ? "valid" : "undetermined";
  report.reasons = report.findings.map((one) => one.reason).filter((reason) => reason !== null);
  if (ground === null) return report;
  const note = (reason, detail = "") => report.notes.push({ reason, detail });
  if (found.host !== null && !listsHost(ground.document, found.host)) note("unknown-host", found.host);
  if (report.mark === null) return report;
  if (report.source.view.heads.some((head) => head.k === 1)) note("no-independent-witness");
  if (policy?.organisation === undefined) note("holder-not-checked");
  const scripts = lookAlikeScripts(report.mark.claims.name).join(", ");
  if (scripts !== "") note("look-alike-scripts", `the name is written in ${scripts}`);
  const left = report.mark.claims.exp - report.at;
  if (left > 0 && left <= 30 * DAY) note("ends-soon", iso(report.mark.claims.exp));
  return report;
}

/** What a view established, to be remembered; the further of two memories, fact by fact. */
export function grown(remembered, view) {
  const heads = { ...remembered?.heads };
  for (const head of view.heads) {
    if (!(heads[head.place]?.[0] > head.size)) heads[head.place] = [head.size, hex(head.root)];
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

