"""The public keys of a trust document, ready to verify with."""

from functools import lru_cache

from keys.algorithms import PublicKey
from schemas.trust_entries import TrustedKey

__all__ = ["public_key"]


@lru_cache(maxsize=4096)
def _public_key(alg: int, public: bytes) -> PublicKey:
    return PublicKey(alg, public)


def public_key(key: TrustedKey) -> PublicKey:
    """Give the key of an entry of a *walked* document, whose keys were all checked on the way."""
    return _public_key(key.alg, key.public)
