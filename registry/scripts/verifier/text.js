/* What text may stand in a signed object (§0): of the repertoire, visible, NFC, bounded. */
import { need, utf8 } from "./bytes.js";
import { kindsOf } from "./repertoire.js";

const NOT_LATIN = /[^\0-\u024f\u1e00-\u1eff\u2010-\u2027]/u;

export function checkText(text, maxBytes = 240) {
  need(typeof text === "string", "expected a text");
  need(text.length <= 2 * maxBytes, "text is too long");
  const kinds = kindsOf(text);
  need(!kinds.includes("X"), "text holds a character that is not in the repertoire");
  need(!/(?<!I)V/.test(kinds), "a variation selector has no ideograph to select for");
  need(!/^S*$/.test(kinds), "text is empty or blank");
  need(!/(?<![OIMJV])[MJ]/.test(kinds), "a mark has nothing to stand on");
  need(!/M{5}/.test(kinds), "more than 4 marks stand one upon another");
  need(!isDoubled(text, kinds), "a mark stands twice in a row");
  need(utf8(text).length <= maxBytes, "text is too long");
  need(text.normalize("NFC") === text, "text is not NFC");
  return text;
}

const isDoubled = (text, kinds) =>
  kinds.includes("MM") && Array.from(text).some((character, at, all) => kinds[at] === "M" && character === all[at - 1]);

export const isLatin = (text) => !NOT_LATIN.test(text);
