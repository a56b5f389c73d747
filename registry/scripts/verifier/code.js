/* A mark in a QR code that is also a plain link (§2). Identity is the mark's bytes, never the code's text. */
import { Malformed, inflate, join, need } from "./bytes.js";
import { markNumber } from "./numbers.js";

const MAX_MARK = 1024;
const MAX_TEXT = 4096;
// Unicode's White_Space, in full, for a set: what \s and trim take for it differs from language to language.
const WHITE = "\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const LINK = new RegExp(
  `^https?://(\\[[0-9a-f:.]+\\]|[^${WHITE}/?#@:\\\\[\\]]+)(?::[0-9]{1,5})?` +
    `/m/([^${WHITE}/?#]+)/?(?:\\?[^${WHITE}#]*)?(?:#(.*))?$`,
  "is",
);
// A byte order mark is no part of what follows it.
const AROUND = new RegExp(`^[${WHITE}\ufeff]+|[${WHITE}\ufeff]+$`, "g");

/** The bytes in the digits; that they are a mark is not established. `dictionary`: preset dictionary no. 1. */
export async function fromDigits(digits, dictionary) {
  need(/^[1-9][0-9]*$/.test(digits), "not decimal digits without a leading zero");
  need(digits.length <= 2480, "more than 2480 digits", "too-large");
  const text = BigInt(digits).toString(16);
  const packed = Uint8Array.from((text.length % 2 ? `0${text}` : text).match(/../g), (pair) => parseInt(pair, 16));
  need(packed[0] === 1 && packed.length >= 3, "the digits do not start with 01, form and data");
  const [form, data] = [packed[1], packed.subarray(2)];
  need(form === 0 || form === 1, `form ${form} is not known here`);
  const mark = form === 0 ? data : await inflated(data, dictionary);
  need(mark.length <= MAX_MARK, `more than ${MAX_MARK} bytes`, "too-large");
  return mark;
}

/** A browser takes no preset dictionary; a stored block in front of the data that holds it comes to the same. */
async function inflated(data, dictionary) {
  const size = dictionary.length;
  const stored = Uint8Array.of(0, size & 255, size >> 8, ~size & 255, (~size >> 8) & 255);
  const whole = await inflate("deflate-raw", join(stored, dictionary, data), size + MAX_MARK);
  need(whole.length > size, "inflates to nothing");
  return whole.subarray(size);
}

/** What a scanned or pasted text holds, unverified: {number, host, mark}, each perhaps null. Throws Malformed. */
export async function readText(given, dictionary) {
  need(given.length <= 2 * MAX_TEXT && [...given].length <= MAX_TEXT, `text of more than ${MAX_TEXT} characters`, "too-large");
  const text = given.replace(AROUND, "");
  const link = LINK.exec(text);
  if (link === null) {
    if (text.length > 10 && /^[1-9][0-9]*$/.test(text)) {
      return { number: null, host: null, mark: await fromDigits(text, dictionary) };
    }
    need(!text.includes("/"), "a link that is not http(s)://host/m/number");
    return { number: markNumber(text), host: null, mark: null };
  }
  const [, host, named, digits] = link;
  const mark = digits ? await fromDigits(digits, dictionary) : null;
  let number = named;
  try {
    number = markNumber(decoded(named));
  } catch (error) {
    if (mark === null || !(error instanceof Malformed)) throw error;
  }
  return { number, host: /^[\0-\x7f]*$/.test(host) ? host.toLowerCase() : host, mark };
}

/** Take percent-encoding off once, as the server of the link does (RFC 3986 §2.1). Throws Malformed. */
function decoded(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Malformed("percent-encoding that is none, or not of UTF-8");
  }
}
