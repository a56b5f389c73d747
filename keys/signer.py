"""One door to private keys, wherever they live.

A key is named by a URI: `file:PATH` (an encrypted file, `keys.file_signer`), `pkcs11:…` (RFC 7512, a hardware
module). Whoever signs knows a `Signer` and nothing about the place.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from keys import file_signer
from keys.file_signer import KeyFileError

__all__ = ["KeyFileError", "Signer", "SignerUnavailableError", "open_signer"]


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


def open_signer(uri: str, *, passphrase: Callable[[], bytes], expected: bytes | None = None) -> Signer:
    """Open the private key a URI names; `expected` is the public key it must have, where that is known.

    Raises KeyFileError; SignerUnavailableError for a place this installation cannot reach.
    """
    scheme, separator, rest = uri.partition(":")
    if scheme == "pkcs11" and separator:
        raise SignerUnavailableError(
            "pkcs11: keys are not available here: this release has no PKCS#11 support; use file:PATH"
        )
    if scheme != "file" or not rest:
        raise SignerUnavailableError(f"{uri!r} names no key: expected file:PATH or pkcs11:…")
    signer = file_signer.load(Path(rest), passphrase)
    if expected is not None and signer.public != expected:
        raise KeyFileError(f"{rest} holds another key than expected", "check which key belongs here")
    return signer
