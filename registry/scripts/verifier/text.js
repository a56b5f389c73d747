/* What text may stand in a signed object (§0): NFC, visible, bounded. A closed list, not this browser's tables. */
import { need, utf8 } from "./bytes.js";

const SELECTORS = "\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}";
const NONCHARACTERS = Array.from({ length: 17 }, (_, plane) => {
  const end = plane * 0x10000 + 0xfffe;
  return `\\u{${end.toString(16)}}\\u{${(end + 1).toString(16)}}`;
}).join("");

// Controls; characters that direct, format, separate; private use, surrogates, noncharacters; what is invisible.
const REFUSED = new RegExp(
  "[\\0-\\x1f\\x7f-\\x9f" +
    "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069" +
    "\\xad\\u0600-\\u0605\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u200b-\\u200d\\u2060-\\u2065\\u206a-\\u206f\\ufeff" +
    "\\ufff0-\\ufffb\\u{110bd}\\u{110cd}\\u{13430}-\\u{1343f}\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}" +
    "\\u2028\\u2029\\ue000-\\uf8ff\\u{f0000}-\\u{ffffd}\\u{100000}-\\u{10fffd}\\ud800-\\udfff\\ufdd0-\\ufdef" +
    NONCHARACTERS +
    "\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u3164\\uffa0" +
    "\\u{e0000}-\\u{e00ff}\\u{e01f0}-\\u{e0fff}]",
  "u",
);
const STRAY_SELECTOR = new RegExp(`(?:^|[\\s${SELECTORS}])[${SELECTORS}]`, "u");
const NOT_LATIN = /[^\0-\u024f\u1e00-\u1eff\u2010-\u2027]/u;

export function checkText(text, maxBytes = 240) {
  need(typeof text === "string", "expected a text");
  need(text.length <= 2 * maxBytes, "text is too long");
  need(!REFUSED.test(text), "text holds a character that is not permitted");
  need(!STRAY_SELECTOR.test(text), "a variation selector has nothing to select");
  need(text.trim() !== "", "text is empty or blank");
  need(utf8(text).length <= maxBytes, "text is too long");
  need(text.normalize("NFC") === text, "text is not NFC");
  return text;
}

export const isLatin = (text) => !NOT_LATIN.test(text);
