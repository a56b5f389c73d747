"""Keys from their labels: nothing is random, so every file the forge writes can be written again."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from forge.trust_documents import base64_of, key_of, kid_of, public_of

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_DETERMINISTIC = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)  # RFC 6979


@dataclass(frozen=True)
class Ed25519Signer:
    label: str
    alg: int = -19

    @property
    def public(self) -> bytes:
        return public_of(self.label)

    @property
    def kid(self) -> bytes:
        return bytes.fromhex(kid_of(self.label))

    def sign(self, message: bytes) -> bytes:
        return key_of(self.label).sign(message).signature


@dataclass(frozen=True)
class P256Signer:
    """`high_s` makes the twin signature that anybody can make: (r, n − s)."""

    label: str
    alg: int = -9
    high_s: bool = False

    @property
    def _private(self) -> ec.EllipticCurvePrivateKey:
        return _p256_key(self.label)

    @property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def kid(self) -> bytes:
        x, y = self.public[1:33], self.public[33:]
        return sha256(cbor2.dumps({1: 2, -1: 1, -2: x, -3: y})).digest()[:8]

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self._private.sign(message, _DETERMINISTIC))
        low = min(s, P256_ORDER - s)
        return r.to_bytes(32, "big") + (P256_ORDER - low if self.high_s else low).to_bytes(32, "big")


@lru_cache
def _p256_key(label: str) -> ec.EllipticCurvePrivateKey:
    scalar = int.from_bytes(sha256(label.encode()).digest(), "big") % (P256_ORDER - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1())


def signer_named(label: str) -> Ed25519Signer | P256Signer:
    """The key of this label; labels ending in -p are P-256 keys, all others Ed25519."""
    return P256Signer(label) if label.endswith("-p") else Ed25519Signer(label)


def p256_entry(label: str) -> dict[str, Any]:
    """What a trust document says differently about a P-256 key."""
    signer = P256Signer(label)
    return {"alg": -9, "kid": signer.kid.hex(), "pub": base64_of(signer.public)}
