"""Walking 50 trust versions from the anchor, beside the bare verification of the signatures on them.

Each version has a key more than the one before, as a register that adds an issuer now and then. Every step needs two
thresholds (its own root's and the one's before), the rules of succession, and every public key checked once.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from nacl.bindings import crypto_sign_open

from bench import world
from bench.table import Row, timed
from bench.world import Key
from keys import trust
from keys.notes import sign_note
from schemas import trust_document
from schemas.note import SignedNote
from schemas.times import DAY
from schemas.trust_document import TrustDocument

__all__ = ["measure"]

SIZES = (10, 50, 200)
GOAL = 50  # milliseconds for 50 versions
ROOTS = {f"root{number}.example": Key(f"root {number}") for number in range(3)}


def measure(_peers: Path | None) -> Iterator[Row]:
    """A row for each number of versions."""
    for count in SIZES:
        notes = _versions(count)
        anchor = TrustDocument.from_text(SignedNote.from_bytes(notes[0]).text).anchor
        ours, bare = [], []
        for _ in range(9):
            trust._public_key.cache_clear()
            trust_document._known.clear()
            ours.append(timed(lambda notes=notes, anchor=anchor: _walk(notes, anchor)))  # type: ignore[misc]
            bare.append(timed(lambda notes=notes: _bare(notes)))  # type: ignore[misc]
        taken, limit = 1000 * median(ours), 1000 * median(bare)
        is_line = count == 50
        yield Row(
            line="trust",
            work=f"walk {count} trust versions",
            beside="bare signatures on them",
            unit="ms",
            ours=taken,
            theirs=limit,
            ratio=taken / limit,
            goal=f"< {GOAL} ms" if is_line else "state it",
            is_met=taken < GOAL or not is_line,
        )


def _walk(notes: list[bytes], anchor: str) -> None:
    if trust.walk(anchor, notes).current.version != len(notes):
        raise SystemExit("the honest chain was not walked to its end")


def _bare(notes: list[bytes]) -> None:
    for raw in notes:
        note = SignedNote.from_bytes(raw)
        message = note.text.encode()
        for line in note.signatures:
            crypto_sign_open(line.blob + message, ROOTS[line.name].public)


def _versions(count: int) -> list[bytes]:
    now = int(time.time())
    start = now - 400 * DAY
    value = TrustDocument.from_text(world._trust(start=start - DAY, now=now - 300 * DAY).text).to_json()
    notes = []
    for version in range(1, count + 1):
        value |= {
            "version": version,
            "issued": start + version * DAY,
            "expires": start + (version + 365) * DAY,
        }
        if version > 1:
            added = world._public(Key(f"authority {version}"))
            window = {"from": start + version * DAY, "until": now + 400 * DAY}
            value["keys"] = [*value["keys"], {"use": "authority"} | added | window]
        document = TrustDocument.from_json(value)
        lines = [sign_note(document.text, name=name, signer=key) for name, key in list(ROOTS.items())[:2]]
        notes.append(SignedNote(text=document.text, signatures=tuple(lines)).to_bytes())
    return notes
