/*
 * The mark's page, checked by the reader's own browser. Opened from a code, the page's address carries the signed mark
 * behind "#"; it is verified with the register's files under the page's anchor, and compared with what the page says.
 *
 * This protects against forged codes. It does not protect against a register that lies: the script is the register's own.
 */
import { Archive } from "./verifier/archive.js";
import { Malformed } from "./verifier/bytes.js";

import { EvidenceView } from "./verifier/evidence_view.js";
import { grown, open, verify, verifyText } from "./verifier/verify.js";
import { canCheck, fetched, recall, remember } from "./shared/browser.js";
import { listChecks } from "./shared/said.js";

const place = document.getElementById("own-check");
const { number, kind, anchor } = place.dataset;

function say(what) {
  for (const part of place.querySelectorAll("[data-say]")) part.hidden = part.dataset.say !== what;
  const isLoud = what === "alarm";
  place.classList.toggle("alarm", isLoud);
  if (isLoud) document.querySelector("main").prepend(place); // above the verdict it contradicts
}

async function check(digits) {
  say("checking");
  place.querySelector("ol").replaceChildren();
  if (!(await canCheck())) return say("cannot");
  let report;
  try {
    report = await judged(digits);
  } catch (error) {
    return say(error instanceof Malformed || error instanceof TypeError ? "unreachable" : "cannot");
  }
  await listChecks(place.querySelector("ol"), report, document.documentElement.lang);
  say(outcome(report, digits !== ""));
}

async function judged(digits) {
  const [evidence, dictionary] = await Promise.all([
    fetched(`/m/${number}/evidence`),
    digits === "" ? null : fetched("/dictionary/1"),
  ]);
  const source = await open(new Archive(evidence), anchor, EvidenceView);
  const options = { now: Math.floor(Date.now() / 1000), maxAge: 86400, remembered: recall(anchor) };
  const address = `https://${location.hostname}/m/${number}#${digits}`;
  const report =
    digits === ""
      ? await verify({ number, host: null, mark: null }, source, options)
      : await verifyText(address, dictionary, source, options);
  if (source.view !== null && !report.reasons.some((reason) => reason === "log-inconsistent" || reason === "bundle-too-old")) {
    remember(anchor, await grown(options.remembered, source.view));
  }
  return report;
}

/** What is to be said. A code that is not this mark is called out whatever the page says; else both must agree. */
function outcome(report, hasCode) {
  const isForeign = report.findings.slice(0, 3).some((one) => one.outcome === "failed");
  if (hasCode && (isForeign || report.partner !== null)) return "alarm";
  if (report.verdict === "undetermined") return "undetermined";
  if (report.verdict !== kind) return "disagrees";
  return kind === "valid" ? "agrees" : "agrees-not";
}

function start() {
  place.hidden = false;
  const behind = location.hash.slice(1);
  const isCode = behind !== "" && document.getElementById(behind) === null;
  if (isCode) check(behind);
  else say("ask");
}

place.querySelector("button").addEventListener("click", () => check(""));
window.addEventListener("hashchange", start);
start();

