/* JSON read so that two readers cannot understand it differently: no duplicate keys, integers only. Objects are Maps. */
import { need } from "./bytes.js";

const TOKEN = /[ \t\n\r]*(?:([{}[\],:])|(-?(?:0|[1-9][0-9]*)(?![0-9.eE]))|"((?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)")/y;
const MAX_DEPTH = 32;

export function parse(text) {
  let at = 0;

  function token() {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    need(found !== null, "not JSON of this kind");
    at = TOKEN.lastIndex;
    return found;
  }

  function isNext(sign) {
    while (" \t\n\r".includes(text[at] ?? "?")) at += 1;
    return text[at] === sign;
  }

  function value(depth) {
    const [whole, sign, number] = token();
    if (number !== undefined) {
      need(Number.isSafeInteger(Number(number)), "an integer is beyond 2^53-1");
      return Number(number);
    }
    if (sign === undefined) return JSON.parse(whole);
    need((sign === "{" || sign === "[") && depth < MAX_DEPTH, "not JSON of this kind");
    return sign === "[" ? list(depth) : object(depth);
  }

  function list(depth) {
    const items = [];
    if (isNext("]")) return token() && items;
    for (;;) {
      items.push(value(depth + 1));
      const [, sign] = token();
      if (sign === "]") return items;
      need(sign === ",", "not JSON");
    }
  }

  function object(depth) {
    const found = new Map();
    if (isNext("}")) return token() && found;
    for (;;) {
      const key = value(depth + 1);
      need(typeof key === "string" && !found.has(key), "a key that is no text, or stands twice");
      need(token()[1] === ":", "not JSON");
      found.set(key, value(depth + 1));
      const [, sign] = token();
      if (sign === "}") return found;
      need(sign === ",", "not JSON");
    }
  }

  const found = value(0);
  need(/^[ \t\n\r]*$/.test(text.slice(at)), "something follows the JSON text");
  return found;
}
