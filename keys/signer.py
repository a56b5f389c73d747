"""One door to private keys, wherever they live.

A key is named by a URI: `file:PATH` (an encrypted file, `keys.file_signer`), `pkcs11:…` (RFC 7512, a hardware
module). Whoever signs knows a `Signer` and nothing about the place.
"""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from keys import file_signer
from keys.algorithms import PublicKey
from keys.file_signer import KeyFileError
from keys.signing import Signer, SignerUnavailableError

__all__ = ["KeyFileError", "Signer", "SignerUnavailableError", "generate", "open_signer", "read_public"]


def open_signer(uri: str, *, passphrase: Callable[[], bytes], expected: bytes | None = None) -> Signer:
    """Open the private key a URI names; `expected` is the public key it must have, where that is known.

    A token's PIN is not the passphrase: it comes from `pin-source` in the URI, AKASHI_PIN_FILE or a prompt.
    Raises KeyFileError; SignerUnavailableError for a place this installation cannot reach.
    """
    if _place(uri) == "pkcs11":
        from keys import pkcs11_signer

        return pkcs11_signer.load(uri, expected=expected)
    path = Path(uri.removeprefix("file:"))
    signer = file_signer.load(path, passphrase)
    if expected is not None and signer.public != expected:
        raise KeyFileError(f"{path} holds another key than expected", "check which key belongs here")
    return signer


def read_public(uri: str) -> PublicKey | None:
    """Give a key's public half without its secret; None where its place does not show it.

    Raises KeyFileError, SignerUnavailableError.
    """
    if _place(uri) == "pkcs11":
        from keys import pkcs11_signer

        return pkcs11_signer.read_public(uri)
    return file_signer.read_public(Path(uri.removeprefix("file:")))


def generate(uri: str, alg: int, passphrase: Callable[[], bytes]) -> PublicKey:
    """Make a key at a place nobody has taken: a file, or a token it can never leave.

    Raises KeyFileError, SignerUnavailableError.
    """
    if _place(uri) == "pkcs11":
        from keys import pkcs11_signer

        return pkcs11_signer.generate(uri, alg)
    return file_signer.generate(Path(uri.removeprefix("file:")), alg, passphrase())


def _place(uri: str) -> str:
    """Give "file" or "pkcs11". Raises SignerUnavailableError for neither, or for a library that is missing."""
    scheme, separator, rest = uri.partition(":")
    if scheme == "file" and rest:
        return scheme
    if scheme != "pkcs11" or not separator:
        raise SignerUnavailableError(f"{uri!r} names no key: expected file:PATH or pkcs11:…")
    if find_spec("pkcs11") is None:
        raise SignerUnavailableError("keys in tokens need the extra: pip install 'akashi-marks[pkcs11]'")
    return scheme
