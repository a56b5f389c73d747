"""A private key in an encrypted file.

    {"akashi_key": 1, "alg": -19, "public": base64,
     "kdf": {"name": "argon2id", "operations": 2, "memory": 67108864, "salt": base64},
     "box": base64 of XSalsa20-Poly1305 (nonce ‖ tag ‖ ciphertext) over the 32-byte secret}

The secret is an Ed25519 seed (RFC 8032) or a P-256 scalar, big-endian. The public half stands in clear, so
that `show` needs no passphrase, and is compared with the private half whenever the file is opened.
What this does not protect against: whoever can read this process's memory.
"""

import base64
import contextlib
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.bindings import crypto_sign, crypto_sign_seed_keypair
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id
from nacl.secret import SecretBox
from nacl.utils import random

from keys.algorithms import ED25519, ESP256, P256_ORDER, BadKeyError, PublicKey
from keys.whole_files import write_whole
from schemas.errors import MalformedError
from schemas.strict_json import Node, loads

__all__ = ["FileSigner", "KeyFileError", "check_private", "generate", "load", "read_public"]

_MAX_SIZE = 4096
# Bounds on what a file may ask of the machine that opens it: a bent file must not take all its memory.
_MAX_OPERATIONS = 20
_MAX_MEMORY = 2**30
_P256 = ec.SECP256R1()


class KeyFileError(Exception):
    """The key file cannot be used; `hint` says what to do. Carries no secret."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(f"{problem}; {hint}")
        self.problem = problem
        self.hint = hint


class FileSigner:
    """Signs with a key held in memory; made by `load`. Nothing it shows or pickles contains the secret."""

    __slots__ = ("_key", "_sign")

    def __init__(self, alg: int, secret: bytes) -> None:
        public, self._sign = _open_secret(alg, secret)
        self._key = PublicKey(alg, public)

    @property
    def alg(self) -> int:
        return self._key.alg

    @property
    def public(self) -> bytes:
        return self._key.public

    @property
    def kid(self) -> bytes:
        return self._key.kid

    def sign(self, message: bytes) -> bytes:
        """Give 64 bytes that verify. A faulty signature can betray the key, so none leaves unverified."""
        signature = self._sign(message)
        if not self._key.verify(message, signature):
            raise KeyFileError("a signature just made does not verify", "do not use this machine for signing")
        return signature

    def __repr__(self) -> str:
        return f"FileSigner(alg={self.alg}, kid={self.kid.hex()})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a signer is not copied or stored: open its key file where it is needed")


def generate(path: Path, alg: int, passphrase: bytes, *, unsafe_light: bool = False) -> PublicKey:
    """Make a key and write it to `path`, which must not exist yet; on return the file is on the disk.

    `unsafe_light` asks argon2id for its minimum: for tests, whose keys protect nothing. Raises KeyFileError.
    """
    if not passphrase:
        raise KeyFileError("the passphrase is empty", "choose one of several words")
    secret = random(32) if alg == ED25519 else _random_scalar()
    key = PublicKey(alg, _open_secret(alg, secret)[0])
    operations = argon2id.OPSLIMIT_MIN if unsafe_light else argon2id.OPSLIMIT_INTERACTIVE
    memory = argon2id.MEMLIMIT_MIN if unsafe_light else argon2id.MEMLIMIT_INTERACTIVE
    salt = random(argon2id.SALTBYTES)
    box = SecretBox(argon2id.kdf(SecretBox.KEY_SIZE, passphrase, salt, opslimit=operations, memlimit=memory))
    kdf = {"name": "argon2id", "operations": operations, "memory": memory, "salt": _base64(salt)}
    envelope = {
        "akashi_key": 1,
        "alg": alg,
        "public": _base64(key.public),
        "kdf": kdf,
        "box": _base64(bytes(box.encrypt(secret))),
    }
    _create(path, (json.dumps(envelope, indent=1) + "\n").encode())
    return key


def read_public(path: Path) -> PublicKey:
    """Give the public half as the file states it; only `load` proves it. Raises KeyFileError."""
    return _read(path)[0]


def load(path: Path, passphrase: Callable[[], bytes]) -> FileSigner:
    """Open a key file; the passphrase is asked for only when the file is otherwise in order.

    Raises KeyFileError.
    """
    check_private(path)
    stated, kdf, box = _read(path)
    operations, memory, salt = kdf
    try:
        key = argon2id.kdf(SecretBox.KEY_SIZE, passphrase(), salt, opslimit=operations, memlimit=memory)
        secret = SecretBox(key).decrypt(box)
    except CryptoError:
        raise KeyFileError(
            f"{path} does not open", "the passphrase is wrong or the file is damaged"
        ) from None
    try:
        signer = FileSigner(stated.alg, secret)
    except (ValueError, BadKeyError):
        raise KeyFileError(f"{path} holds no usable key", "restore it from a backup") from None
    if signer.public != stated.public:
        raise KeyFileError(
            f"{path} states another public key than its own", "it was altered: restore a backup"
        )
    return signer


def _create(path: Path, data: bytes) -> None:
    try:
        # The name is taken first (no key is ever overwritten), then filled in one step.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise KeyFileError(f"{path} exists", "a key file is never overwritten: choose another name") from None
    except OSError as error:
        raise KeyFileError(
            f"{path} cannot be made: {error.strerror}", "check the folder and its rights"
        ) from None
    try:
        write_whole(path, data)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise KeyFileError(f"{path} cannot be written: {error.strerror}", "check the disk") from None


def check_private(path: Path) -> None:
    """On return no other account may read the file, if it is there. Raises KeyFileError."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):  # absence is said by whoever reads
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFileError(
                f"{path} is open to other accounts", f"chmod 600 {path}, or mount with umask=077"
            )


def _read(path: Path) -> tuple[PublicKey, tuple[int, int, bytes], bytes]:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_SIZE + 1)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}", "check the path") from None
    if not data:
        raise KeyFileError(f"{path} is empty", "its making was interrupted: delete it and generate again")
    try:
        return _parse(loads(data.decode(), max_size=_MAX_SIZE))
    except (MalformedError, BadKeyError, UnicodeError) as error:
        raise KeyFileError(f"{path} is no key file ({error})", "restore it from a backup") from None


def _parse(top: Node) -> tuple[PublicKey, tuple[int, int, bytes], bytes]:
    found = top.members(("akashi_key", "alg", "public", "kdf", "box"))
    found["akashi_key"].integer(at_least=1, at_most=1)
    alg = found["alg"].integer(at_least=ED25519, at_most=ESP256)
    key = PublicKey(alg, found["public"].base64(32, 65))
    kdf = found["kdf"].members(("name", "operations", "memory", "salt"))
    if kdf["name"].value != "argon2id":
        kdf["name"].refuse("expected argon2id")
    operations = kdf["operations"].integer(at_least=argon2id.OPSLIMIT_MIN, at_most=_MAX_OPERATIONS)
    memory = kdf["memory"].integer(at_least=argon2id.MEMLIMIT_MIN, at_most=_MAX_MEMORY)
    box = found["box"].base64(SecretBox.NONCE_SIZE + SecretBox.MACBYTES + 32)
    return key, (operations, memory, kdf["salt"].base64(argon2id.SALTBYTES)), box


def _open_secret(alg: int, secret: bytes) -> tuple[bytes, Callable[[bytes], bytes]]:
    if alg == ED25519:
        public, pair = crypto_sign_seed_keypair(secret)
        return public, lambda message: crypto_sign(message, pair)[:64]
    private = ec.derive_private_key(int.from_bytes(secret), _P256)
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return point, lambda message: _sign_p256(private, message)


def _sign_p256(private: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    r, s = decode_dss_signature(private.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))
    return r.to_bytes(32) + min(s, P256_ORDER - s).to_bytes(32)


def _random_scalar() -> bytes:
    while True:
        secret = random(32)
        if 0 < int.from_bytes(secret) < P256_ORDER:
            return secret


def _base64(data: bytes | Any) -> str:
    return base64.b64encode(data).decode()
