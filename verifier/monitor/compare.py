"""Another's view beside ours: whoever was shown another log, or another list, can prove it here.

What may be compared: another address that serves the log (a mirror, the registry seen from elsewhere), or a file somebody
has: a checkpoint, a status list, evidence, a bundle, a register.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from keys.notes import verify_note_signature
from keys.signed import read_status_list
from keys.trust import TrustChain, public_key
from schemas.checkpoint import MAX_CHECKPOINT, Checkpoint
from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.leaves import SnapshotLeaf, leaf_from_bytes
from schemas.merkle import verify_consistency
from schemas.note import SignedNote
from schemas.tiles import consistency_proof
from schemas.tlog_proof import TlogProof
from schemas.trust_entries import KeyUse
from verifier.checks import CLOCK_ROOM
from verifier.http import Fetcher
from verifier.monitor.findings import Finding, Kind
from verifier.monitor.follow import reader, root_at
from verifier.monitor.kept import Kept, Store
from verifier.monitor.places import segment_of
from verifier.transparency import snapshot_digest

__all__ = ["compare_file", "compare_place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What somebody was shown: heads and lists, unverified."""

    notes: list[bytes]
    lists: list[bytes]


def compare_file(path: Path, chain: TrustChain, kept: Kept, store: Store) -> Iterator[Finding]:
    """Hold a file against our copy of the log. Raises MalformedError for a file that shows nothing, OSError."""
    shown = _shown(path.read_bytes())
    for note in shown.notes:
        yield from _compare_note(note, chain, kept, store, None, what=path.name)
    for data in shown.lists:
        yield from _compare_list(data, chain, kept, store, what=path.name)


def compare_place(
    source: Fetcher, address: str, chain: TrustChain, kept: Kept, store: Store
) -> Iterator[Finding]:
    """Hold what another address serves against our copy of the log. Raises FetchError."""
    for log in chain.current.logs[: len(kept.logs)]:
        note = source.get(f"{segment_of(log.origin)}/checkpoint", max_size=MAX_CHECKPOINT)
        if note is None:
            detail = f"{address} serves no checkpoint"
            yield Finding(kind=Kind.NOT_SERVED, detail=detail, log=log.origin)
        else:
            yield from _compare_note(note, chain, kept, store, source, what=address)


def _shown(data: bytes) -> _Shown:
    if not data.startswith(b"PK\x03\x04"):
        if data.startswith(b"\xd2"):
            return _Shown(notes=[], lists=[data])
        SignedNote.from_bytes(data, max_size=MAX_CHECKPOINT)
        return _Shown(notes=[data], lists=[])
    archive = Archive.open(data)
    try:
        names = archive.names()
        notes = [archive.get(name) for name in names if name.endswith("checkpoint") or "/landmarks/" in name]
        notes += [
            TlogProof.from_bytes(archive.get(name)).checkpoint_note.to_bytes()
            for name in names
            if name == "proof" or name.endswith(".proof")
        ]
        lists = [archive.get(name) for name in names if name.startswith("status") and name.endswith(".cwt")]
    finally:
        archive.close()
    return _Shown(notes=notes, lists=lists)


def _compare_note(
    note: bytes, chain: TrustChain, kept: Kept, store: Store, source: Fetcher | None, *, what: str
) -> Iterator[Finding]:
    """Of a head the log signed: is it a state of the tree we hold, or of one that grew from it?"""
    try:
        signed = SignedNote.from_bytes(note, max_size=MAX_CHECKPOINT)
        head = Checkpoint.from_text(signed.text)
    except MalformedError as error:
        yield Finding(kind=Kind.CHECKPOINT_NOT_SIGNED, detail=f"{what}: {error}")
        return
    place = chain.current.find_log(head.origin)
    if (
        place is None
        or place >= len(kept.logs)
        or not verify_note_signature(signed, chain.current.logs[place].key)
    ):
        detail = f"{what}: size {head.size} is signed by no log of this scheme"
        yield Finding(kind=Kind.CHECKPOINT_NOT_SIGNED, detail=detail, log=head.origin)
        return
    ours = kept.logs[place].frontier
    if head.size <= ours.size:
        same: bool | None = root_at(store, place, head.size) == head.root
    elif source is None:
        same = None  # larger than what we hold, and nothing here joins the two
    else:
        try:
            read = reader(source, segment_of(head.origin))
            proof = consistency_proof(read, ours.size, head.size) if ours.size else []
            same = not ours.size or verify_consistency(ours.size, head.size, proof, ours.root, head.root)
        except MalformedError:
            same = False
    if same is None:
        detail = (
            f"{what}: size {head.size} is newer than what this monitor has seen; run it against the registry"
        )
        yield Finding(kind=Kind.NOT_SERVED, detail=detail, log=head.origin)
    elif not same:
        detail = f"{what}: size {head.size} was signed over another tree than the one seen here"
        finding = Finding(kind=Kind.TWO_HEADS, detail=detail, log=head.origin)
        for name, data in (("seen", kept.logs[place].note), ("shown", note)):
            store.keep_evidence(f"{finding.id}-{name}.checkpoint", data)
        yield finding


def _compare_list(
    data: bytes, chain: TrustChain, kept: Kept, store: Store, *, what: str
) -> Iterator[Finding]:
    """Of a list a status key signed: does a snapshot in the log name these very bytes?"""
    try:
        unverified = read_status_list(data)
    except MalformedError as error:
        yield Finding(kind=Kind.LIST_NOT_AUTHENTIC, detail=f"{what}: {error}")
        return
    claims, key = unverified.unsafe_claims, chain.current.find_key(unverified.header.kid)
    if key is None or key.use is not KeyUse.STATUS or unverified.verified_by(public_key(key)) is None:
        detail = f"{what}: {claims.uri} is signed by no status key of this scheme"
        yield Finding(kind=Kind.LIST_NOT_AUTHENTIC, detail=detail)
        return
    origin = chain.current.logs[claims.place].origin if claims.place < len(kept.logs) else ""
    held = kept.logs[claims.place].frontier.size if origin else 0
    if claims.size >= held:
        detail = f"{what}: {claims.uri} is newer than what this monitor has seen; run it against the registry"
        yield Finding(kind=Kind.NOT_SERVED, detail=detail, log=origin)
        return
    entry = next(one for index, one in enumerate(store.entries(claims.place)) if index == claims.size)
    try:
        leaf = leaf_from_bytes(entry)
    except MalformedError:
        leaf = None
    if not isinstance(leaf, SnapshotLeaf) or leaf.find(claims.uri) != snapshot_digest(claims.statuses):
        detail = f"{what}: {claims.uri} after {claims.size} leaves was signed, and is not the one in the log"
        yield Finding(kind=Kind.LIST_CONTRADICTS_SNAPSHOT, detail=detail, log=origin)
        return
    # An old state signed anew, after a newer one was published, is made for somebody who is not to see the newer one.
    newest = kept.logs[claims.place]
    if (
        newest.snapshot is None
        or newest.snapshot == claims.size
        or claims.iat <= newest.logged_by + CLOCK_ROOM
    ):
        return
    now = leaf_from_bytes(newest.snapshot_entry)
    if isinstance(now, SnapshotLeaf) and now.find(claims.uri) != leaf.find(claims.uri):
        detail = (
            f"{what}: {claims.uri} after {claims.size} leaves was signed anew when the log said otherwise"
        )
        yield Finding(kind=Kind.LIST_CONTRADICTS_SNAPSHOT, detail=detail, log=origin)
