"""`akashi-keys trust draft|sign|check` and `compromise`."""

import argparse
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

from keys import ceremony
from keys.commands import CommandError, Result, read_file, write_file
from keys.meaning import meaning_of
from keys.passphrase import read_passphrase
from keys.signer import open_signer
from keys.trust import walk
from schemas.errors import MalformedError
from schemas.strict_json import loads
from schemas.times import DAY, iso
from schemas.trust_document import MAX_SIZE, TrustDocument
from schemas.typed import is_value

__all__ = [
    "check_notes",
    "draft_compromise",
    "draft_version",
    "join_copies",
    "json_object",
    "now_or",
    "read_previous",
    "sign_version",
    "written_draft",
]


def draft_version(arguments: argparse.Namespace) -> Result:
    """Write the next version's text; nothing is signed."""
    previous = read_previous(arguments)
    skeleton = json_object(Path(arguments.skeleton))
    issued = now_or(arguments.issued)
    document = ceremony.draft(skeleton, previous=previous, issued=issued, lifetime=arguments.days * DAY)
    return written_draft(arguments, document, previous)


def draft_compromise(arguments: argparse.Namespace) -> Result:
    """Write the version that voids a key's leaves from a position on (rule 5); nothing is signed."""
    previous = read_previous(arguments)
    if previous is None:
        raise CommandError("--previous is missing; name the newest trust document", 2)
    if (arguments.place is None) != (arguments.size is None):
        raise CommandError("--place and --size go together; only a status key has neither", 2)
    now = now_or(arguments.issued)
    document = ceremony.compromise(
        previous,
        key=bytes.fromhex(arguments.kid),
        position=None if arguments.place is None else (arguments.place, arguments.size),
        since=arguments.since,
        issued=now,
    )
    return written_draft(arguments, document, previous)


def written_draft(
    arguments: argparse.Namespace, document: TrustDocument, previous: TrustDocument | None
) -> Result:
    out = Path(arguments.out)
    if out.exists():
        raise CommandError(f"{out} exists; it may carry signatures: choose another name")
    write_file(out, document.text.encode())
    lines = ceremony.describe(document, previous)
    means = meaning_of(document, previous, lang=language(arguments))
    result = {"file": str(out), "version": document.version, "anchor": document.anchor, "changes": lines}
    return result, [
        *lines,
        "",
        *means,
        f"written to {out}; each root holder now runs: akashi-keys trust sign --key URI {out}",
    ]


def sign_version(arguments: argparse.Namespace) -> Result:
    """Show what a version changes, then add one root signature to it."""
    path = Path(arguments.file)
    document, found = ceremony.read_draft(read_file(path))
    previous = read_previous(arguments)
    if previous is None and document.version > 1:
        raise CommandError(
            f"version {document.version} changes an earlier one; name it by --previous FILE", 2
        )
    ceremony.check_draft(document, previous)
    # Shown before the key is opened, on stderr, so that stdout stays the result's.
    means = meaning_of(document, previous, lang=language(arguments))
    print("\n".join([*ceremony.describe(document, previous), "", *means]), file=sys.stderr)
    if not arguments.yes:
        _confirm()
    signer = open_signer(
        arguments.key,
        passphrase=lambda: read_passphrase(
            arguments.passphrase_file, prompt=f"passphrase for {arguments.key}"
        ),
    )
    signed = ceremony.add_signature(document, found, previous=previous, signer=signer)
    out = Path(arguments.out) if arguments.out else path
    write_file(out, signed.to_bytes())
    names = [line.name for line in signed.signatures]
    result = {"file": str(out), "version": document.version, "anchor": document.anchor, "signatures": names}
    counted = ceremony.progress(signed, document, previous)
    return result | {"thresholds": counted}, [
        f"signed by {', '.join(names)}: {out}",
        *(f"{name}: {count} of {needed}" for name, (count, needed) in counted.items()),
        f"anchor {document.anchor}",
    ]


def join_copies(arguments: argparse.Namespace) -> Result:
    """Put together what root holders signed at the same time, each on a copy of one draft."""
    previous = read_previous(arguments)
    copies = [ceremony.read_draft(read_file(Path(name))) for name in arguments.copies]
    document, signed = ceremony.joined(copies, previous=previous)
    out = Path(arguments.out)
    write_file(out, signed.to_bytes())
    counted = ceremony.progress(signed, document, previous)
    names = [line.name for line in signed.signatures]
    result = {"file": str(out), "version": document.version, "anchor": document.anchor, "signatures": names}
    return result | {"thresholds": counted}, [
        f"signed by {', '.join(names)}: {out}",
        *(f"{name}: {count} of {needed}" for name, (count, needed) in counted.items()),
    ]


def language(arguments: argparse.Namespace) -> str:
    """The language of sentences: as asked, else the account's."""
    stated: str | None = getattr(arguments, "lang", None)
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return stated or ("ja" if named.startswith("ja") else "en")


def check_notes(arguments: argparse.Namespace) -> Result:
    """Walk versions from the anchor, or, without one, from the oldest of them."""
    notes = [read_file(Path(name)) for name in arguments.notes]
    given = _anchor(arguments.anchor) if arguments.anchor else None
    oldest = min((ceremony.read_draft(raw)[0] for raw in notes), key=lambda document: document.version)
    chain = walk(given or oldest.anchor, notes)
    versions = [
        {
            "version": held.version,
            "anchor": held.anchor,
            "issued": iso(held.issued),
            "expires": iso(held.expires),
        }
        for held in chain.documents
    ]
    scheme = chain.current.scheme.id
    lines = [
        f"version {held['version']} anchor {held['anchor']} expires {held['expires']}" for held in versions
    ]
    if given is None:
        lines.append("no --anchor was given: that versions follow one another does not say whose they are")
    result = {"scheme": scheme, "anchor": chain.anchor, "anchored": given is not None, "versions": versions}
    return result, [f"{scheme}: {len(versions)} version(s) in order", *lines]


def read_previous(arguments: argparse.Namespace) -> TrustDocument | None:
    """Read the version to follow: complete, since nobody builds on a draft. Whose it is, its anchor tells people."""
    if arguments.previous is None:
        return None
    raw = read_file(Path(arguments.previous))
    return walk(ceremony.read_draft(raw)[0].anchor, [raw]).current


def _confirm() -> None:
    if not sys.stdin.isatty():
        raise CommandError("nobody is there to confirm; read the summary and add --yes", 2)
    print("Sign this? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise CommandError("not signed; nothing was written")


def _anchor(text: str) -> str:
    stated = text
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        if is_value(text):
            raise CommandError(f"{text:.200} is not 64 hex digits; if it is a file, write ./{text:.100}", 2)
        stated = read_file(Path(text)).decode("ascii", "replace").strip()
    if not re.fullmatch(r"[0-9a-fA-F]{64}", stated):
        raise CommandError(f"{text} is no anchor; expected 64 hex digits or a file with them", 2)
    return stated.lower()


def json_object(path: Path) -> dict[str, Any]:
    try:
        value = loads(read_file(path).decode("utf-8-sig"), max_size=MAX_SIZE).value
    except (MalformedError, UnicodeError) as error:
        raise CommandError(f"{path} is refused: {error}; check the file") from None
    if not isinstance(value, dict):
        raise CommandError(f"{path} is no JSON object; see docs/format.md §5")
    return value


def now_or(stated: int | None) -> int:
    return int(time.time()) if stated is None else stated
