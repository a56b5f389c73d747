/*
 * Public keys and signatures: Ed25519 (−19) and ESP256 (−9), with the rules that leave no signature a twin (§1).
 *
 * The browser verifies. What it takes and §1 does not is refused before: Ed25519 keys that are not canonical or not of
 * the prime-order group, P-256 signatures with a high s. Under a key of the prime-order group the only R of small order
 * that can verify is the neutral element; it is refused too.
 */
import { bigint, join, need, sha256 } from "./bytes.js";

export const ED25519 = -19;
export const ESP256 = -9;

const P256_HALF = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n / 2n;
const SHORT_HEADS = {
  [ED25519]: [0xa3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20],
  [ESP256]: [0xa4, 0x01, 0x02, 0x20, 0x01, 0x21, 0x58, 0x20],
};

/** The first 8 bytes of the key's COSE thumbprint (RFC 9679): it selects a key, and never vouches for one. */
export async function kidOf(alg, key) {
  const middle = alg === ED25519 ? key : join(key.subarray(1, 33), Uint8Array.of(0x22, 0x58, 0x20), key.subarray(33));
  return (await sha256(Uint8Array.from(SHORT_HEADS[alg]), middle)).subarray(0, 8);
}

/** A key that passed every check of §1; says nothing about whose it is. Throws Malformed. */
export async function publicKey(alg, key) {
  const name = `${alg}:${key}`;
  if (!known.has(name)) known.set(name, await imported(alg, key));
  return known.get(name);
}

const known = new Map();

async function imported(alg, key) {
  try {
    if (alg === ED25519) {
      need(key.length === 32 && isPrimeOrder(key), "no Ed25519 key of the prime-order group");
      return await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    }
    need(alg === ESP256 && key.length === 65 && key[0] === 4, "no P-256 key");
    return await crypto.subtle.importKey("raw", key, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError") throw error; // this browser cannot check, which is not the key's fault
    return need(false, `a public key that is none: ${error.message}`);
  }
}

/** Whether `signature` is the key's over exactly `message`. */
export async function verifies(alg, key, message, signature) {
  if (signature.length !== 64) return false;
  const usable = await publicKey(alg, key);
  if (alg === ED25519) {
    const isNeutral = signature[0] === 1 && signature.subarray(1, 32).every((byte) => byte === 0);
    return !isNeutral && crypto.subtle.verify({ name: "Ed25519" }, usable, signature, message);
  }
  if (bigint(signature.subarray(32)) > P256_HALF) return false;
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, usable, signature, message);
}

// Edwards25519 in BigInt, for one question about public keys. Nothing secret passes through here.

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (value) => ((value % P) + P) % P;

function power(base, exponent) {
  let found = 1n;
  for (let left = exponent, square = mod(base); left; left >>= 1n, square = (square * square) % P) {
    if (left & 1n) found = (found * square) % P;
  }
  return found;
}

const D = mod(-121665n * power(121666n, P - 2n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

/** RFC 8032 §5.1.3, and no second encoding; then L times the point must be the neutral element. */
export function isPrimeOrder(key) {
  const encoded = bigint(Uint8Array.from(key).reverse());
  const y = encoded & (2n ** 255n - 1n);
  const sign = encoded >> 255n;
  if (y >= P) return false;
  const x = recovered(y);
  if (x === null || (x === 0n && sign)) return false;
  const point = [(x & 1n) === sign ? x : P - x, y, 1n, 0n];
  point[3] = mod(point[0] * point[1]);
  if (point[0] === 0n && y === 1n) return false;
  let sum = [0n, 1n, 1n, 0n];
  for (let left = L, doubled = point; left; left >>= 1n, doubled = added(doubled, doubled)) {
    if (left & 1n) sum = added(sum, doubled);
  }
  return mod(sum[0]) === 0n && mod(sum[1] - sum[2]) === 0n;
}

function recovered(y) {
  const u = mod(y * y - 1n);
  const v = mod(D * y * y + 1n);
  let x = mod(u * v ** 3n * power(u * v ** 7n, (P - 5n) / 8n));
  const check = mod(v * x * x);
  if (check === mod(-u)) x = mod(x * ROOT_OF_MINUS_ONE);
  else if (check !== u) return null;
  return x;
}

/** Extended coordinates, RFC 8032 §5.1.4. */
function added([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * D * t1 * t2);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}
