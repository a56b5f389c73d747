"""One run of the command: whose folder, what time it is, where things are sent, how the outcome is told."""

import argparse
import json
import os
import sys
from dataclasses import dataclass
from typing import Any

from issuer.home import Home
from issuer.publish import Sent, publish_http, write_files
from issuer.registry_client import RegistryClient
from keys.passphrase import read_passphrase
from keys.signer import Signer

__all__ = ["COULD_NOT", "ERRORS", "Desk", "UsageError", "client_of", "send", "sent_code", "sent_json"]

ERRORS, COULD_NOT = 1, 3


class UsageError(Exception):
    """The command was not given what it needs; exit 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One run of the command: whose folder, at what time, in which language, with which passphrase."""

    home: Home
    arguments: argparse.Namespace
    now: int
    lang: str

    def signer(self) -> Signer:
        return self.home.signer(self.passphrase)

    def passphrase(self) -> bytes:
        return read_passphrase(
            getattr(self.arguments, "passphrase_file", None), prompt=f"passphrase for {self.home.key_uri}"
        )

    @property
    def public_url(self) -> str:
        return os.environ.get("AKASHI_PUBLIC_URL") or f"https://{self.home.host(self.now)}"

    def say(self, value: dict[str, Any], lines: list[str]) -> None:
        if getattr(self.arguments, "json", False):
            print(json.dumps(value, ensure_ascii=False))
        elif lines:
            print("\n".join(lines))


def client_of(desk: Desk) -> RegistryClient:
    return RegistryClient(desk.arguments.registry)


def send(desk: Desk) -> Sent | None:
    """Send what waits to wherever the arguments say; None when they name no place."""
    if desk.arguments.registry is not None:
        return publish_http(desk.home, client_of(desk), desk.signer, now=desk.now)
    if desk.arguments.out is not None:
        return write_files(desk.home, desk.arguments.out, desk.signer, now=desk.now)
    return None


def sent_json(sent: Sent | None) -> dict[str, Any]:
    if sent is None:
        return {"published": 0, "rejected": [], "changed": [], "written": []}
    return {
        "published": sent.published,
        "rejected": [one.to_json() for one in sent.rejected],
        "changed": sent.changed,
        "written": [str(path) for path in sent.written],
    }


def sent_code(sent: Sent | None, about: set[str] | None = None) -> int:
    """Say on stderr what did not get in; 1 for what waited too long, 3 for what the registry refused.

    `about`: the marks this command was asked for; others, still waiting from earlier, are said and do not count.
    """
    if sent is None:
        return 0
    for line in sent.changed:
        print(line, file=sys.stderr)
    for one in sent.rejected:
        print(one.to_line(), file=sys.stderr)
    counted = [one for one in sent.rejected if about is None or one.number in about]
    if any(one.reason != "too-old" for one in counted):
        return COULD_NOT
    return ERRORS if counted else 0
