"""Where a secret comes from: a named file, the file a variable names, or a prompt.

A key file's passphrase: AKASHI_PASSPHRASE_FILE. A token's PIN: AKASHI_PIN_FILE.

Never an argument: arguments are shown to every account of the machine and kept in shell histories.
"""

import getpass
import os
import sys
import unicodedata
from pathlib import Path

from keys.file_signer import KeyFileError, check_private

__all__ = ["PIN_VARIABLE", "VARIABLE", "read_passphrase", "read_pin"]

VARIABLE = "AKASHI_PASSPHRASE_FILE"
PIN_VARIABLE = "AKASHI_PIN_FILE"
_MAX_SIZE = 1024


def read_passphrase(file: str | None, *, prompt: str, again: bool = False) -> bytes:
    """Give the passphrase as UTF-8 in NFC, so that another keyboard types the same; `again` asks twice.

    A file's one trailing newline is not part of it. Raises KeyFileError.
    """
    named = file or os.environ.get(VARIABLE)
    if named:
        return _normalised(_from_file(Path(named)))
    if not sys.stdin.isatty():
        raise KeyFileError("no passphrase", f"name a file by --passphrase-file or {VARIABLE}")
    try:
        first = getpass.getpass(f"{prompt}: ")
        if again and getpass.getpass("once more: ") != first:
            raise KeyFileError("the two passphrases differ", "try again")
    except (EOFError, KeyboardInterrupt):
        raise KeyFileError("no passphrase", "nothing was done") from None
    return _normalised(first)


def read_pin(file: str | None, *, prompt: str) -> str:
    """Give a token's PIN. Its file is its owner's alone. Raises KeyFileError."""
    named = file or os.environ.get(PIN_VARIABLE)
    if named:
        path = Path(named)
        check_private(path)
        pin = _from_file(path)
    elif sys.stdin.isatty():
        try:
            pin = getpass.getpass(f"{prompt}: ")
        except (EOFError, KeyboardInterrupt):
            raise KeyFileError("no PIN", "nothing was done") from None
    else:
        raise KeyFileError(
            "no PIN", f"name a file by pin-source=file:PATH in the key's URI, or {PIN_VARIABLE}"
        )
    if not 0 < len(pin.encode()) <= _MAX_SIZE:
        raise KeyFileError("the PIN is empty or over 1,024 bytes", "check its file")
    return pin


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_SIZE + 1).decode()
    except OSError as error:
        problem = f"the file {path} with the secret cannot be read: {error.strerror}"
        raise KeyFileError(problem, "check its path") from None
    except UnicodeDecodeError:
        raise KeyFileError(f"the file {path} with the secret is not UTF-8", "save it as UTF-8") from None
    return text.removesuffix("\n").removesuffix("\r")


def _normalised(text: str) -> bytes:
    passphrase = unicodedata.normalize("NFC", text).encode()
    if not 0 < len(passphrase) <= _MAX_SIZE:
        raise KeyFileError("the passphrase is empty or over 1,024 bytes", "choose one of several words")
    return passphrase
