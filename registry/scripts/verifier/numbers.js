/* Mark numbers and organisations' identifiers: what their check characters say (§1). */
import { need, uint } from "./bytes.js";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const DROPPED = new Set("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d\uff70\ufe63_ \t\r\n\u00a0\u2007\u2009\u202f\u3000");
const LOOK_ALIKES = { O: "0", I: "1", L: "1" };

function checkCharacter(data) {
  let total = 0;
  [...data].reverse().forEach((character, place) => {
    const value = ALPHABET.indexOf(character);
    const times = place % 2 ? value : 2 * value;
    total += Math.floor(times / 32) + (times % 32);
  });
  return ALPHABET[(32 - (total % 32)) % 32];
}

/** The ten characters of the number a person, a link or a file means. Throws Malformed. */
export function markNumber(text) {
  need(text.length <= 64, "far too long for a mark number");
  const typed = [...text]
    .filter((character) => !DROPPED.has(character))
    .map((character) => {
      const code = character.codePointAt(0);
      const narrow = code >= 0xff01 && code <= 0xff5e ? String.fromCodePoint(code - 0xfee0) : character;
      const capital = /^[a-z]$/.test(narrow) ? narrow.toUpperCase() : narrow;
      return LOOK_ALIKES[capital] ?? capital;
    });
  need(typed.length === 10 && typed.every((character) => ALPHABET.includes(character)), "no mark number");
  need(checkCharacter(typed.slice(0, 9).join("")) === typed[9], "the check character of the mark number is wrong");
  return typed.join("");
}

/** The number in claim `cti`: six bytes, 45 bits. */
export function markNumberOf(bytes) {
  let value = uint(bytes);
  need(bytes.length === 6 && value < 2 ** 45, "a mark number has 45 bits");
  let data = "";
  for (let place = 0; place < 9; place += 1) {
    data = ALPHABET[value % 32] + data;
    value = Math.floor(value / 32);
  }
  return data + checkCharacter(data);
}

const digits = (value) => [...value].map(Number);
const weighed = (value, weights) => digits(value).reduce((sum, digit, at) => sum + digit * weights[at], 0);

function luhn(value) {
  const sum = digits(value)
    .reverse()
    .reduce((total, digit, at) => total + (at % 2 ? (2 * digit > 9 ? 2 * digit - 9 : 2 * digit) : digit), 0);
  return sum % 10 === 0;
}

function siret(value) {
  const isPostOffice = value.startsWith("356000000") && value !== "35600000000048";
  const right = isPostOffice ? digits(value).reduce((sum, digit) => sum + digit) % 5 === 0 : luhn(value);
  return right && luhn(value.slice(0, 9));
}

function mod97(text) {
  return [...text].reduce((rest, letter) => Number(`${rest}${parseInt(letter, 36)}`) % 97, 0);
}

const corporate = (value) =>
  value[0] !== "0" && mod9(value) === 0;

// The check digit is 9 − (Σ of the others, from the right every second one twice) mod 9: all together make 0.
function mod9(value) {
  const others = digits(value.slice(1)).reverse();
  return (Number(value[0]) + others.reduce((sum, digit, at) => sum + digit * (at % 2 ? 2 : 1), 0)) % 9;
}

const gln = (value) =>
  (digits(value.slice(0, -1)).reverse().reduce((sum, digit, at) => sum + digit * (at % 2 ? 1 : 3), 0) +
    Number(value.at(-1))) % 10 === 0;

const lei = (value) => String(98 - mod97(`${value.slice(0, 18)}00`)).padStart(2, "0") === value.slice(18);

function abn(value) {
  const sum = weighed(value.slice(2), [3, 5, 7, 9, 11, 13, 15, 17, 19]);
  return String(11 + (89 - ((sum + 1) % 89)) % 89) === value.slice(0, 2);
}

const SCHEMES = {
  "0188": [/^[0-9]{13}$/, corporate],
  "0199": [/^[0-9A-Z]{18}[0-9]{2}$/, lei],
  "0088": [/^[0-9]{13}$/, gln],
  "0060": [/^[0-9]{9}$/, () => true],
  "0002": [/^[0-9]{9}$/, luhn],
  "0007": [/^[0-9]{10}$/, luhn],
  "0009": [/^[0-9]{14}$/, siret],
  "0151": [/^[0-9]{11}$/, abn],
  "0184": [/^[1-9][0-9]{7}$/, (value) => weighed(value, [2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0],
  "0192": [/^[0-9]{9}$/, (value) => weighed(value, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0],
  "0208": [/^[01][0-9]{9}$/, (value) => Number(value.slice(8)) === 97 - (Number(value.slice(0, 8)) % 97)],
};

/** Check an identifier in the one form signed objects have, `ICD:value`. Throws Malformed. */
export function organisation(text) {
  need(typeof text === "string", "expected a text");
  const [icd, value] = [text.slice(0, 4), text.slice(5)];
  need(text[4] === ":" && Object.hasOwn(SCHEMES, icd), "an unknown kind of organisation identifier");
  const [form, isRight] = SCHEMES[icd];
  need(form.test(value) && /[^0]/.test(value) && isRight(value), "an organisation identifier that is not right");
  return text;
}
