/* Text without differences of case and width, to look for words in a scope (§0, "Folding"). */
import { EXPANSIONS, FOLDS } from "./fold_tables.js";
import { kindsOf, numbers, words } from "./repertoire.js";

let folds = null;

function foldsOf() {
  if (folds !== null) return folds;
  folds = new Map();
  for (const [first, last, step, shift] of words(FOLDS).map(numbers)) {
    for (let code = first; code <= last; code += step) folds.set(String.fromCodePoint(code), String.fromCodePoint(code + shift));
  }
  for (const [code, ...written] of words(EXPANSIONS).map(numbers)) {
    folds.set(String.fromCodePoint(code), String.fromCodePoint(...written));
  }
  return folds;
}

/** `text` without selectors, in NFKC, its case folded, to look for words in it; null if it leaves the repertoire. */
export function folded(text) {
  const kinds = kindsOf(text);
  if (kinds.includes("X")) return null;
  const bare = Array.from(text).filter((character, at) => kinds[at] !== "V");
  const table = foldsOf();
  return Array.from(bare.join("").normalize("NFKC"), (character) => table.get(character) ?? character).join("");
}
