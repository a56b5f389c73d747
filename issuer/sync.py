"""What the register says now: newer trust documents, and every leaf about a mark.

Over HTTP from the registry's list of changes, or offline from a register file that the anchor authenticates. Either way
the last leaf of each mark is what the next event will name as `prev`. What a registry claims here can delay an event
or make it fail at the door; it cannot make anybody sign another statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from issuer.books import Books
from issuer.home import Home
from issuer.models import HistoryRow
from issuer.registry_client import Change, RegistryClient, RegistryError
from keys.crash_points import reach
from keys.signed import read_event, read_mark
from schemas.claims import EventKind
from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.leaves import EventLeaf, IssueLeaf, leaf_from_bytes
from schemas.merkle import leaf_hash
from schemas.status_list import Status, StatusUri
from schemas.times import iso, to_seconds
from verifier.bundle_view import BundleView
from verifier.fold import Fold
from verifier.sources import trust_notes

__all__ = [
    "STATUS_AFTER",
    "Seen",
    "SyncError",
    "Synced",
    "read_register",
    "sync_bundle",
    "sync_registry",
    "take",
]

STATUS_AFTER = {
    "issue": "valid",
    "suspend": "suspended",
    "reinstate": "valid",
    "revoke": "revoked",
    "supersede": "superseded",
}
_STATUSES = {status.slug for status in Status}
_KINDS = {"issue", *(kind.slug for kind in EventKind)}


class SyncError(Exception):
    """The file or the registry's answer cannot be used; nothing of it was taken over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One leaf about a mark."""

    leaf: bytes
    number: str
    kind: str
    status: str
    reason: str | None
    successor: str | None
    holder: str
    level: int
    at: int


@dataclass(slots=True, kw_only=True)
class Synced:
    """`new`: leaves not seen before. `by_others`: those of them about our marks that this ledger did not sign."""

    home: Home
    new: int = 0
    by_others: list[Seen] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)  # our numbers, issued with other bytes: an alarm

    def lines(self) -> list[str]:
        """What an officer should know."""
        told = [
            f"{seen.number}: {seen.kind} ({seen.reason or 'no reason'}) at {iso(seen.at)}, not by this ledger; now {seen.status}"
            for seen in self.by_others
        ]
        return told + [
            f"ALARM: {number} is in the register with other bytes than ours" for number in self.foreign
        ]


def sync_registry(home: Home, client: RegistryClient, *, now: int) -> Synced:
    """Take over newer trust documents and all changes since the last time. Raises RegistryError, HomeError."""
    synced = Synced(home=_newer_trust(home, client))
    while True:
        with home.ledger.reading() as books:
            cursor = books.get("cursor")
        changes, following, more = client.changes(cursor)
        with home.ledger.writing() as books:
            take(_page(changes, books), books, synced)
            if following:
                books.put("cursor", following)
            if not more:
                books.put("seen_at", str(now))
        reach("issuer.after-sync")
        if not more:
            return synced
        if not following or following == cursor:
            raise RegistryError("the registry's list of changes does not go on")


def _newer_trust(home: Home, client: RegistryClient) -> Home:
    while (note := client.trust(home.document.version + 1)) is not None:
        longer = home.extended([note])
        if longer is home:
            raise RegistryError(f"/trust/{home.document.version + 1} is another version")
        home = longer
    return home


def _page(changes: Sequence[Change], books: Books) -> list[Seen]:
    latest: dict[str, Seen | HistoryRow] = dict(
        books.latest_of([change.number for change in changes if change.number])
    )
    found = []
    for change in changes:
        if change.number is None or change.kind not in _KINDS:
            continue
        before = latest.get(change.number)
        if change.kind != "issue" and before is None:
            raise RegistryError(f"the registry tells of {change.kind} of {change.number} before its issue")
        status = change.status if change.status in _STATUSES else STATUS_AFTER.get(change.kind)
        seen = Seen(
            leaf=change.leaf,
            number=change.number,
            kind=change.kind,
            status=status or (before.status if before else "valid"),
            reason=change.reason,
            successor=change.successor,
            holder=change.holder or (before.holder if before else ""),
            level=change.level or (before.level if before else 0),
            at=to_seconds(datetime.fromisoformat(change.at)),
        )
        latest[seen.number] = seen
        found.append(seen)
    return found


def take(leaves: Sequence[Seen], books: Books, synced: Synced | None = None) -> None:
    """Write leaves down in their order; objects of ours that became one are published."""
    known = books.known_leaves([seen.leaf for seen in leaves])
    new = list({seen.leaf: seen for seen in leaves if seen.leaf not in known}.values())
    books.insert(HistoryRow, [{name: getattr(seen, name) for name in Seen.__slots__} for seen in new])
    own = books.own_leaves([seen.leaf for seen in new])
    first = {row.number: row.iat for row in own.values() if row.kind == "mark"}
    # The first profile of a mark came in with it: a submission is all or nothing.
    profiles = books.objects("submitted", kind="profile") if first and synced else []
    ids = [row.id for row in own.values()] + [row.id for row in profiles if first.get(row.number) == row.iat]
    books.set_state(ids, "published")
    if synced is None:
        return
    synced.new += len(new)
    ours = books.mark_objects([seen.number for seen in new if seen.leaf not in own])
    for seen in new:
        if seen.leaf not in own and seen.number in ours:
            if seen.kind == "issue":
                synced.foreign.append(seen.number)
            else:
                synced.by_others.append(seen)


def sync_bundle(home: Home, path: Path) -> Synced:
    """Take over a register file, after authenticating it under our anchor. Raises SyncError, HomeError, OSError."""
    home, leaves, seen_at = read_register(home, path)
    synced = Synced(home=home)
    with home.ledger.writing() as books:
        take(_fold(home, leaves, books), books, synced)
        books.put("seen_at", str(max(seen_at, int(books.get("seen_at") or 0))))
    reach("issuer.after-sync")
    return synced


def read_register(home: Home, path: Path) -> tuple[Home, list[tuple[int, int, bytes]], int]:
    """Give the home under the file's newest trust, all leaves as (place, index, entry), and of when they are.

    Raises SyncError, HomeError, OSError.
    """
    archive = None
    try:
        archive = Archive.open(path)
        if archive.manifest.variant != "register":
            raise SyncError(f"{path} is {archive.manifest.variant}; a register is needed: /bundle/register")
        home = home.extended(trust_notes(archive))
        view = BundleView(archive, home.chain)
        if view.refused is not None:
            raise SyncError(f"{path}: {view.refused.reason}: {view.refused.detail}")
        leaves = list(view.leaves())
        if not view.heads or len(leaves) != sum(head.checkpoint.size for head in view.heads):
            raise SyncError(f"{path} does not hold every entry of its log")
        return home, leaves, max(head.seen_at for head in view.heads)
    except MalformedError as error:
        raise SyncError(f"{path}: {error}") from error
    finally:
        if archive is not None:
            archive.close()


def _fold(home: Home, leaves: Sequence[tuple[int, int, bytes]], books: Books) -> list[Seen]:
    """The leaves about marks with the status after each, as every reader of the log computes it."""
    fold, found = Fold(document=home.document), []
    for place, index, entry in leaves:
        fold.apply(entry, place=place, index=index)
        try:
            about = _about(entry, home, books)
        except MalformedError:
            continue
        if about is None:
            continue
        number, kind, reason, successor, iat = about
        state = fold.marks.get(number)
        if state is None or state.last_leaf != leaf_hash(entry):
            continue  # it changed nothing and links to nothing
        found.append(
            Seen(
                leaf=state.last_leaf,
                number=number,
                kind=kind,
                status=state.status.slug,
                reason=reason,
                successor=successor,
                holder=state.holder,
                level=state.level,
                at=iat,
            )
        )
    return found


def _about(entry: bytes, home: Home, books: Books) -> tuple[str, str, str | None, str | None, int] | None:
    """Number, kind, reason, successor and iat of a leaf about a mark; None for other leaves. Raises MalformedError."""
    leaf = leaf_from_bytes(entry)
    if isinstance(leaf, IssueLeaf):
        mark = read_mark(leaf.mark).unsafe_claims
        _keep_index(mark.status_uri, mark.status_index, home, books)
        return str(mark.number), "issue", None, None, mark.iat
    if isinstance(leaf, EventLeaf):
        event = read_event(leaf.event).unsafe_claims
        reason = None if event.reason is None else event.reason.slug
        successor = None if event.successor is None else str(event.successor)
        return str(event.number), event.kind.slug, reason, successor, event.iat
    return None


def _keep_index(uri: str, index: int, home: Home, books: Books) -> None:
    """Never give out a place of our series that is taken, even if this ledger was lost and begun anew."""
    name = StatusUri.find(uri)
    if name is not None and name.series == home.key.series and index > int(books.get(f"floor {uri}") or -1):
        books.put(f"floor {uri}", str(index))
