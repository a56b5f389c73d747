/* Characters as the frozen repertoire knows them (§0, schemas/repertoire.txt); never this browser's tables. */
import { ALIKE, KINDS, LIKE_LATIN, SCRIPTS, SCRIPT_NAMES, TOGETHER } from "./text_tables.js";

export const words = (text) => text.trim().split(/[ \n]+/);
export const numbers = (token) => token.split(".").map((part) => parseInt(part, 36));

const once = (read) => {
  let found = null;
  return () => (found ??= read());
};

/** Ranges that cover all code points: where they start, and what each one is. */
function ranges(tokens) {
  const [starts, values] = [[], []];
  let at = 0;
  for (const [size, value] of tokens) {
    starts.push(at);
    values.push(value);
    at += size;
  }
  return { starts, values };
}

const allKinds = once(() =>
  ranges(Array.from(KINDS.replaceAll("\n", "").matchAll(/([0-9a-z]*)([A-Z])/g), ([, size, kind]) => [parseInt(size || "1", 36), kind])),
);
const allScripts = once(() => {
  const [names, coming] = [words(SCRIPT_NAMES), words(SCRIPT_NAMES).values()];
  const read = (place) => (place === "+" ? coming.next().value : names[parseInt(place, 36)] ?? "");
  return ranges(words(SCRIPTS).map((token) => token.split(".")).map(([size, place]) => [parseInt(size, 36), read(place)]));
});

function valueAt(character, { starts, values }) {
  const code = character.codePointAt(0);
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= code) low = middle;
    else high = middle;
  }
  return values[low];
}

/** One letter for each character: O other, I ideograph, M mark, J joined mark, V selector, S space, X outside. */
export const kindsOf = (text) => Array.from(text, (character) => valueAt(character, allKinds())).join("");

const sets = (text) => text.split("/").map((part) => new Set(words(part)));
const isLikeLatin = (character) => {
  const code = character.codePointAt(0);
  return words(LIKE_LATIN).map(numbers).some(([first, last]) => first <= code && code <= last);
};

/** The scripts of a name whose letters may be taken for those of another one (§8, note look-alike-scripts); sorted, mostly none. */
export function lookAlikeScripts(name) {
  const found = new Set();
  const letters = new Map(); // of the whole name, by script
  let word = new Set();
  const end = () => {
    const isTogether = word.size < 2 || sets(TOGETHER).some((family) => [...word].every((script) => family.has(script)));
    if (!isTogether) word.forEach((script) => found.add(script));
    word = new Set();
  };
  for (const character of name) {
    const script = valueAt(character, allScripts());
    if (script !== "") {
      word.add(script);
      letters.set(script, [...(letters.get(script) ?? []), character]);
    } else if (!"MJV".includes(kindsOf(character))) {
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
