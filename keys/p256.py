"""P-256 by OpenSSL, apart from `keys.algorithms` so that it is loaded when the first such key is met.

OpenSSL takes longer to load than a verdict takes, and a register whose keys are Ed25519 never needs it. Which numbers
a signature may hold is decided in `keys.algorithms`.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

__all__ = ["Point"]

_CURVE = ec.SECP256R1()
_ES256 = ec.ECDSA(hashes.SHA256())


class Point:
    """A public key: 65 bytes, `04 ‖ x ‖ y`. Raises ValueError where that is no point of the curve."""

    def __init__(self, public: bytes) -> None:
        self._key = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, public)

    def verify(self, message: bytes, r: int, s: int) -> bool:
        try:
            self._key.verify(encode_dss_signature(r, s), message, _ES256)
        except InvalidSignature:
            return False
        return True
