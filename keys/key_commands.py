"""`akashi-keys generate` and `show`."""

import argparse
from pathlib import Path
from typing import Any

from keys.algorithms import ALGORITHM_NAMES, ESP256, PublicKey
from keys.commands import CommandError, Result
from keys.file_signer import generate, read_public
from keys.passphrase import read_passphrase
from schemas import note
from schemas.errors import MalformedError
from schemas.note import VerifierKey, base64_of

__all__ = ["ALGORITHMS", "NOTE_TYPES", "generate_key", "show_key"]

ALGORITHMS = {name: alg for alg, name in ALGORITHM_NAMES.items()}
NOTE_TYPES = {"log": note.ED25519, "witness": note.COSIGNATURE, "root": note.ED25519}


def generate_key(arguments: argparse.Namespace) -> Result:
    algorithm = ALGORITHMS[arguments.algorithm]
    _check_note_name(arguments, algorithm)
    path = Path(arguments.out)
    if path.exists():
        raise CommandError(f"{path} exists; a key file is never overwritten: choose another name")
    passphrase = read_passphrase(arguments.passphrase_file, prompt=f"new passphrase for {path}", again=True)
    return _shown(arguments, path, generate(path, algorithm, passphrase))


def show_key(arguments: argparse.Namespace) -> Result:
    path = Path(arguments.file.removeprefix("file:"))
    key = read_public(path)
    _check_note_name(arguments, key.alg)
    return _shown(arguments, path, key)


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


def _shown(arguments: argparse.Namespace, path: Path, key: PublicKey) -> Result:
    found: dict[str, Any] = {
        "key": f"file:{path}",
        "alg": key.alg,
        "kid": key.kid.hex(),
        "pub": base64_of(key.public),
    }
    if arguments.note_name is not None:
        vkey = VerifierKey(name=arguments.note_name, type=NOTE_TYPES[arguments.type], public=key.public)
        found["vkey"] = vkey.to_text()
    return found, [f"{name:5}{value}" for name, value in found.items()]
