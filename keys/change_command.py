"""`akashi-keys trust change`: draft the next version by saying what is to change."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path

from keys.changes import Changes, NewKey, changed, final_of
from keys.commands import CommandError, Result, read_file
from keys.signer import read_public
from keys.trust_commands import json_object, now_or, read_previous, written_draft
from schemas.times import DAY
from schemas.trust_entries import KeyUse

__all__ = ["add_change_options", "draft_change"]


def add_change_options(parser: argparse.ArgumentParser, *, time: Callable[[str], int]) -> None:
    close = parser.add_argument_group("closing (nothing is ever dropped: it ends)")
    for name, what in (("key", "KID"), ("host", "HOST"), ("witness", "NAME"), ("partner", "SCHEME")):
        close.add_argument(f"--close-{name}", action="append", default=[], metavar=what)
    close.add_argument(
        "--close-mirror", action="append", default=[], metavar="URL", help="from this version on"
    )
    close.add_argument(
        "--until", type=time, metavar="TIME", help="when it ends (default: when this version is issued)"
    )
    close.add_argument(
        "--compromise",
        action="append",
        default=[],
        metavar="KID[:PLACE:SIZE]",
        help="void a stolen key's leaves from this position on; a status key has none",
    )
    add = parser.add_argument_group("adding a key (one a version; --use mark needs --levels and --series)")
    add.add_argument("--add-key", metavar="URI", help="file:PATH or pkcs11:…; only its public half is read")
    add.add_argument("--use", choices=[use.value for use in KeyUse])
    add.add_argument("--owner", metavar="NAME")
    add.add_argument("--levels", metavar="3:366,4:1096", help="level and longest mark in days")
    add.add_argument("--series", metavar="a1", help="its status lists' name, nobody else's")
    add.add_argument(
        "--key-days", type=int, default=3 * 365, metavar="N", help="how long it may sign (default 1095)"
    )
    more = parser.add_argument_group("adding others")
    more.add_argument("--add-host", action="append", default=[], metavar="HOST")
    more.add_argument("--add-mirror", action="append", default=[], metavar="URL")
    more.add_argument(
        "--add-partner",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="an entry of `recognised` as JSON: scheme, names, country, anchor, url, hosts, and levels and editions to narrow it",
    )
    more.add_argument("--add-witness", action="append", default=[], metavar="NAME=VKEY")
    more.add_argument("--quorum", type=int, metavar="K", help="cosignatures needed from this version on")
    log = parser.add_argument_group("ending the log")
    log.add_argument(
        "--end-log", metavar="CHECKPOINT", help="its last kept checkpoint, a file; what is in it is verified"
    )
    log.add_argument("--next-log", metavar="VKEY", help="the log that follows")
    log.add_argument("--next-url", metavar="URL")
    root = parser.add_argument_group("replacing the root (all keys of the new one)")
    root.add_argument("--root-key", action="append", default=[], metavar="VKEY")
    root.add_argument("--root-threshold", type=int, metavar="M")


def draft_change(arguments: argparse.Namespace) -> Result:
    """Write the next version's text; nothing is signed. Without a change it is renewed."""
    previous = read_previous(arguments)
    if previous is None:
        raise CommandError("--previous is missing; name the newest trust document", 2)
    if (arguments.next_log is None) != (arguments.next_url is None):
        raise CommandError("--next-log and --next-url go together", 2)
    if arguments.next_log is not None and arguments.end_log is None:
        raise CommandError("--next-log: the log before it must end; name its last checkpoint by --end-log", 2)
    final = None if arguments.end_log is None else final_of(read_file(Path(arguments.end_log)), previous)
    changes = Changes(
        close_keys=tuple(arguments.close_key),
        close_hosts=tuple(arguments.close_host),
        close_witnesses=tuple(arguments.close_witness),
        close_partners=tuple(arguments.close_partner),
        add_partners=tuple(json_object(path) for path in arguments.add_partner),
        until=arguments.until,
        compromised=tuple(_position(text) for text in arguments.compromise),
        add_keys=_new_key(arguments),
        add_hosts=tuple(arguments.add_host),
        add_mirrors=tuple(arguments.add_mirror),
        close_mirrors=tuple(arguments.close_mirror),
        add_witnesses=tuple(_witness(text) for text in arguments.add_witness),
        quorum=arguments.quorum,
        final=final,
        next_log=None if arguments.next_log is None else (arguments.next_log, arguments.next_url),
        root_keys=tuple(arguments.root_key),
        root_threshold=arguments.root_threshold,
    )
    issued = now_or(arguments.issued)
    document = changed(previous, changes, issued=issued, lifetime=arguments.days * DAY)
    return written_draft(arguments, document, previous)


def _position(text: str) -> tuple[str, tuple[int, int] | None]:
    found = re.fullmatch(r"([0-9a-f]{16})(?::([0-9]{1,6}):([0-9]{1,15}))?", text)
    if found is None:
        raise CommandError(f"--compromise {text}: write KID:PLACE:SIZE, or KID alone for a status key", 2)
    return found[1], None if found[2] is None else (int(found[2]), int(found[3]))


def _witness(text: str) -> tuple[str, str]:
    name, equals, vkey = text.partition("=")
    if not equals:
        raise CommandError(f"--add-witness {text}: write NAME=VKEY", 2)
    return name, vkey


def _new_key(arguments: argparse.Namespace) -> tuple[NewKey, ...]:
    if arguments.add_key is None:
        return ()
    if arguments.use is None or arguments.owner is None:
        raise CommandError("--add-key needs --use and --owner", 2)
    use = KeyUse(arguments.use)
    if (use is KeyUse.MARK) != (arguments.levels is not None and arguments.series is not None):
        raise CommandError("--levels and --series are a mark key's, and it needs both", 2)
    key = read_public(arguments.add_key)
    if key is None:
        raise CommandError("the token does not show the key's public half; store it beside the private one")
    return (
        NewKey(
            key=key,
            use=use,
            owner=arguments.owner,
            days=arguments.key_days,
            levels=_levels(arguments.levels or ""),
            series=arguments.series,
        ),
    )


def _levels(text: str) -> dict[int, int]:
    found: dict[int, int] = {}
    for part in filter(None, text.split(",")):
        level, colon, days = part.partition(":")
        if not colon or not level.isdecimal() or not days.isdecimal():
            raise CommandError(f"--levels {text}: write level:days, for example 3:366,4:1096", 2)
        found[int(level)] = int(days)
    return found
