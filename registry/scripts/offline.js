/*
 * The page a device shows by itself when the register cannot be reached: it judges the code in the address against the
 * bundle it keeps, and says how old its knowledge is. What is too old is undetermined, never valid.
 */
import { Archive } from "./verifier/archive.js";
import { BundleView } from "./verifier/bundle_view.js";
import { Malformed } from "./verifier/bytes.js";
import { open, verifyText } from "./verifier/verify.js";
import { canCheck, recall } from "./shared/browser.js";
import { listChecks } from "./shared/said.js";
import { kept } from "./shared/store.js";

const place = document.getElementById("offline");
const lang = document.documentElement.lang;
const words = JSON.parse(place.dataset.words);
const { anchor, offset } = place.dataset;
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

function say(what) {
  for (const part of document.querySelectorAll("[data-say]")) part.hidden = part.dataset.say !== what;
  const isVerdict = ["valid", "invalid", "undetermined"].includes(what);
  place.className = isVerdict ? `sheet verdict ${what}` : "sheet";
  document.getElementById("found").hidden = !isVerdict;
}

function write(name, text) {
  for (const part of place.querySelectorAll(`[data-put="${name}"]`)) {
    part.textContent = text ?? "";
    (part.closest("[data-if]") ?? part).hidden = !text;
  }
}

const day = (seconds) =>
  new Intl.DateTimeFormat(lang, { dateStyle: "long", timeZone: "UTC" }).format((seconds + Number(offset)) * 1000);

function ago(seconds, now) {
  const [unit, length] = UNITS.find(([, size]) => now - seconds >= size) ?? UNITS[2];
  return new Intl.RelativeTimeFormat(lang).format(-Math.max(0, Math.round((now - seconds) / length)), unit);
}

function show(report, now) {
  const { mark, asOf } = report;
  write("age", asOf === null ? null : `${new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" }).format(asOf * 1000)} (${ago(asOf, now)})`);
  document.getElementById("who").hidden = mark === null;
  if (mark === null) return;
  const { claims } = mark;
  const isJapanese = lang === "ja";
  write("name", isJapanese ? claims.name : claims.nameLatin ?? claims.name);
  write("other", isJapanese ? claims.nameLatin : claims.nameLatin && claims.name);
  write("holder", claims.holder);
  write("number", `${claims.number.slice(0, 5)}-${claims.number.slice(5)}`);
  write("level", `${"★".repeat(claims.level)} ${place.dataset.level.replace("0", claims.level)}`);
  write("unit", words[claims.unit][0]);
  write("statement", isJapanese ? claims.statement : claims.statementLatin ?? claims.statement);
  write("last", day(claims.exp - 1));
}

async function judge() {
  if (!/^\/m\/[^/]+\/?$/.test(location.pathname)) return say("elsewhere");
  if (!(await canCheck())) return say("cannot");
  const held = await kept();
  if (held === null) return say("nothing");
  if (location.hash.length < 2) return say("number");
  const now = Math.floor(Date.now() / 1000);
  const dictionary = new Uint8Array(await (await fetch("/dictionary/1")).arrayBuffer());
  let report;
  try {
    const source = await open(new Archive(held.bytes), anchor, BundleView);
    const address = `https://${location.hostname}${location.pathname}${location.hash}`;
    report = await verifyText(address, dictionary, source, { now, remembered: recall(anchor) });
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return say("nothing"); // the kept file is damaged: as good as none
  }
  await listChecks(place.querySelector("ol"), report, lang);
  show(report, now);
  say(report.verdict);
  document.title = `${document.querySelector(`[data-say="${report.verdict}"]`).textContent.trim()} · Akashi`;
}

for (const link of document.querySelectorAll("nav a[hreflang]")) {
  link.href = `${location.pathname}?lang=${link.hreflang}${location.hash}`;
}
addEventListener("hashchange", () => location.reload());
// Who is on the way to another page, perhaps in the other language, is not called back because the connection is.
let isLeaving = false;
addEventListener("beforeunload", () => (isLeaving = true));
addEventListener("pageshow", () => (isLeaving = false));
addEventListener("online", () => {
  if (!isLeaving) location.reload();
});
document.getElementById("again").addEventListener("click", () => location.reload());
judge().catch(() => say("cannot"));
