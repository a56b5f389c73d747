/* Characters as the frozen repertoire knows them (§0, schemas/repertoire.txt); never this browser's tables. */
import { ALIKE, CHARACTERS, EXPANSIONS, FOLDS, LIKE_LATIN, SCRIPTS, TOGETHER } from "./text_tables.js";

const words = (text) => text.trim().split(/[ \n]+/);
const numbers = (token) => token.split(".").map((part) => parseInt(part, 36));

let opened = null;

/** The tables, opened when a text first needs them: starts of ranges, their kinds and scripts. */
function characters() {
  if (opened !== null) return opened;
  const [names, starts, kinds, scripts] = [words(SCRIPTS), [], [], []];
  let at = 0;
  for (const [, size, kind, script] of CHARACTERS.matchAll(/([0-9a-z]+)([A-Z])([0-9a-z]*)/g)) {
    starts.push(at);
    kinds.push(kind);
    scripts.push(script === "" ? "" : names[parseInt(script, 36)]);
    at += parseInt(size, 36);
  }
  opened = { starts, kinds, scripts };
  return opened;
}

function rangeOf(character, starts) {
  const code = character.codePointAt(0);
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= code) low = middle;
    else high = middle;
  }
  return low;
}

/** One letter for each character: O other, I ideograph, M mark, J joined mark, V selector, S space, X outside. */
export function kindsOf(text) {
  const { starts, kinds } = characters();
  return Array.from(text, (character) => kinds[rangeOf(character, starts)]).join("");
}

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

const sets = (text) => text.split("/").map((part) => new Set(words(part)));
const isLikeLatin = (character) => {
  const code = character.codePointAt(0);
  return words(LIKE_LATIN).map(numbers).some(([first, last]) => first <= code && code <= last);
};

/** The scripts of a name whose letters may be taken for those of another one (§8, note look-alike-scripts); sorted, mostly none. */
export function lookAlikeScripts(name) {
  const { starts, kinds, scripts } = characters();
  const found = new Set();
  const letters = new Map(); // of the whole name, by script
  let word = new Set();
  const end = () => {
    const isTogether = word.size < 2 || sets(TOGETHER).some((family) => [...word].every((script) => family.has(script)));
    if (!isTogether) word.forEach((script) => found.add(script));
    word = new Set();
  };
  for (const character of name) {
    const range = rangeOf(character, starts);
    const script = scripts[range];
    if (script !== "") {
      word.add(script);
      letters.set(script, [...(letters.get(script) ?? []), character]);
    } else if (!"MJV".includes(kinds[range])) {
      end();
    }
  }
  end();
  const alike = words(ALIKE).filter((script) => letters.has(script));
  if (alike.length > 1) alike.forEach((script) => found.add(script));
  for (const script of alike) {
    if (letters.get(script).every(isLikeLatin)) found.add(script);
  }
  return [...found].sort();
}
