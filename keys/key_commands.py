"""`akashi-keys generate` and `show`."""

import argparse
from pathlib import Path
from typing import Any

from keys.algorithms import ALGORITHM_NAMES, ESP256, PublicKey
from keys.commands import CommandError, Result
from keys.passphrase import read_passphrase
from keys.signer import generate, read_public
from schemas import note
from schemas.errors import MalformedError
from schemas.note import VerifierKey, base64_of

__all__ = ["ALGORITHMS", "NOTE_TYPES", "generate_key", "show_key"]

ALGORITHMS = {name: alg for alg, name in ALGORITHM_NAMES.items()}
NOTE_TYPES = {"log": note.ED25519, "witness": note.COSIGNATURE, "root": note.ED25519}


def generate_key(arguments: argparse.Namespace) -> Result:
    """Make a key in an encrypted file, or in a token (`--out pkcs11:…`)."""
    algorithm = ALGORITHMS[arguments.algorithm]
    _check_note_name(arguments, algorithm)
    uri = _uri(arguments.out)
    path = uri.removeprefix("file:")
    if uri.startswith("file:") and Path(path).exists():
        raise CommandError(f"{path} exists; a key file is never overwritten: choose another name")
    key = generate(
        uri,
        algorithm,
        lambda: read_passphrase(arguments.passphrase_file, prompt=f"new passphrase for {path}", again=True),
    )
    return _shown(arguments, uri, key)


def show_key(arguments: argparse.Namespace) -> Result:
    """Show the public half of a key file, or of a key in a token."""
    uri = _uri(arguments.file)
    key = read_public(uri)
    if key is None:
        raise CommandError("the token does not show the key's public half; store it beside the private one")
    _check_note_name(arguments, key.alg)
    return _shown(arguments, uri, key)


def _uri(text: str) -> str:
    return text if text.startswith(("file:", "pkcs11:")) else f"file:{text}"


def _check_note_name(arguments: argparse.Namespace, algorithm: int) -> None:
    if (arguments.note_name is None) != (arguments.type is None):
        raise CommandError(
            "--note-name and --type go together; for example --note-name me.example --type root", 2
        )
    if arguments.note_name is not None:
        if algorithm == ESP256:
            raise CommandError("notes are signed with Ed25519 only; use --algorithm ed25519", 2)
        try:
            VerifierKey(name=arguments.note_name, type=NOTE_TYPES[arguments.type], public=bytes(32))
        except MalformedError as error:
            raise CommandError(f"--note-name: {error.problem}", 2) from None


def _shown(arguments: argparse.Namespace, uri: str, key: PublicKey) -> Result:
    found: dict[str, Any] = {
        "key": uri,
        "alg": key.alg,
        "kid": key.kid.hex(),
        "pub": base64_of(key.public),
    }
    if arguments.note_name is not None:
        vkey = VerifierKey(name=arguments.note_name, type=NOTE_TYPES[arguments.type], public=key.public)
        found["vkey"] = vkey.to_text()
    return found, [f"{name:5}{value}" for name, value in found.items()]
