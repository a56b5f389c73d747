"""The two signature algorithms, as a closed table (docs/format.md §1).

    alg   name      public key                        signature
    -19   Ed25519   32 bytes, RFC 8032 encoding       64 bytes, R ‖ S        (RFC 9864)
    -9    ESP256    65 bytes, 04 ‖ x ‖ y on P-256     64 bytes, r ‖ s, low s  (RFC 9864)

Two verifiers must never disagree about one signature, and no signature may have a twin. So:

* An Ed25519 key is canonically encoded and lies in the prime-order group. OpenSSL and WebCrypto accept
  keys that do not; under such a key one signature fits many messages.
* Ed25519 verification is libsodium's: cofactorless, S < L, R canonical and not of small order. What it
  accepts, OpenSSL and WebCrypto accept under the keys admitted here.
* A P-256 signature with s > n/2 is refused: (r, n − s) verifies as well, and a mark with two valid
  encodings would have two leaf hashes.
"""

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nacl.bindings import crypto_core_ed25519_is_valid_point, crypto_sign_open
from nacl.exceptions import BadSignatureError

if TYPE_CHECKING:
    from keys.p256 import Point

__all__ = [
    "ALGORITHM_NAMES",
    "ED25519",
    "ESP256",
    "P256_ORDER",
    "BadKeyError",
    "PublicKey",
    "kid",
    "thumbprint",
]

ED25519 = -19
ESP256 = -9
ALGORITHM_NAMES = {ED25519: "ed25519", ESP256: "p256"}

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ED25519_PRIME = 2**255 - 19
_SIGNATURE_SIZE = 64

# Deterministic CBOR of the required COSE_Key members (RFC 9679 §3), the coordinates left out:
# {1: 1 (OKP), -1: 6 (Ed25519), -2: bstr .size 32}
_OKP_PREFIX = bytes.fromhex("a3 01 01 20 06 21 5820")
# {1: 2 (EC2), -1: 1 (P-256), -2: bstr .size 32, -3: bstr .size 32}
_EC2_PREFIX = bytes.fromhex("a4 01 02 20 01 21 5820")
_EC2_MIDDLE = bytes.fromhex("22 5820")


class BadKeyError(ValueError):
    """These bytes are no public key of that algorithm; `reason` is a stable slug.

    Slugs: unknown-algorithm, wrong-length, not-canonical, not-prime-order, not-on-curve.
    """

    def __init__(self, reason: str, problem: str) -> None:
        super().__init__(problem)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that passed every check of docs/format.md §1 when it was made.

    Says nothing about whose key it is: only a trust document does. Raises BadKeyError.
    """

    alg: int
    public: bytes
    kid: bytes = field(init=False, compare=False)
    _p256: "Point | None" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_p256", _check(self.alg, self.public))
        object.__setattr__(self, "kid", kid(self.alg, self.public))

    def verify(self, message: bytes, signature: bytes) -> bool:
        """True only for a signature over exactly `message`; never raises for bad input."""
        if len(signature) != _SIGNATURE_SIZE:
            return False
        if self._p256 is None:
            # The attached form: one C call and no key object, a third faster than VerifyKey.verify.
            try:
                crypto_sign_open(signature + message, self.public)
            except BadSignatureError:
                return False
            return True
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        return 0 < r < P256_ORDER and 0 < s <= P256_ORDER // 2 and self._p256.verify(message, r, s)


def thumbprint(alg: int, public: bytes) -> bytes:
    """SHA-256 COSE Key Thumbprint (RFC 9679), 32 bytes; does not check the key. Raises BadKeyError."""
    if alg == ED25519 and len(public) == 32:
        return hashlib.sha256(_OKP_PREFIX + public).digest()
    if alg == ESP256 and len(public) == 65:
        return hashlib.sha256(_EC2_PREFIX + public[1:33] + _EC2_MIDDLE + public[33:]).digest()
    if alg in ALGORITHM_NAMES:
        raise BadKeyError("wrong-length", f"{len(public)} bytes are no {ALGORITHM_NAMES[alg]} public key")
    raise BadKeyError("unknown-algorithm", f"algorithm {alg} is none of -19 (Ed25519), -9 (ESP256)")


def kid(alg: int, public: bytes) -> bytes:
    """The first 8 bytes of the thumbprint. It selects a key; it never vouches for one."""
    return thumbprint(alg, public)[:8]


def _check(alg: int, public: bytes) -> "Point | None":
    thumbprint(alg, public)  # algorithm and length
    if alg == ESP256:
        if public[0] != 4:
            raise BadKeyError("wrong-length", "a P-256 public key is the uncompressed point, 04 ‖ x ‖ y")
        from keys.p256 import Point

        try:
            return Point(public)
        except ValueError:
            raise BadKeyError("not-on-curve", "the point does not lie on P-256") from None
    if int.from_bytes(public, "little") & (2**255 - 1) >= _ED25519_PRIME:
        raise BadKeyError("not-canonical", "the Ed25519 public key is not canonically encoded")
    if not crypto_core_ed25519_is_valid_point(public):
        raise BadKeyError("not-prime-order", "the Ed25519 public key is no point of the prime-order group")
    return None
