"""What it takes to sign: the shape of a private key that can be asked, wherever it lives."""

from typing import Protocol

__all__ = ["Signer", "SignerUnavailableError"]


class SignerUnavailableError(Exception):
    """The place the URI names cannot be reached from here; the message says what is missing."""


class Signer(Protocol):
    """A private key that can be asked to sign, and its public half."""

    @property
    def alg(self) -> int: ...

    @property
    def public(self) -> bytes: ...

    @property
    def kid(self) -> bytes: ...

    def sign(self, message: bytes) -> bytes:
        """Give a 64-byte signature that `PublicKey.verify` accepts; it was verified before it is given."""
