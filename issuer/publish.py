"""Sending what is signed, until the register has it: by HTTP, or as files that somebody carries.

A submission is all or nothing and may be repeated: the registry answers what it knows from its index. So before it is
sent everything in it is noted as `submitted`, and whatever is not known to be published is sent again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from issuer.books import SENDABLE, Books
from issuer.events import follow_ups
from issuer.home import Home
from issuer.issue import sign_reserved
from issuer.models import HistoryRow, ObjectRow
from issuer.registry_client import Accepted, ItemError, Refused, RegistryClient, RegistryError
from issuer.sync import STATUS_AFTER, Seen, sync_registry, take
from keys.crash_points import reach
from keys.signer import Signer
from keys.whole_files import write_whole
from schemas.claims import EventClaims, MarkClaims
from schemas.times import DAY, iso

__all__ = ["TOO_OLD", "Rejected", "Sent", "publish_http", "write_files"]

MAX_BODY = 4 << 20
MAX_OBJECTS = 5_000
TOO_OLD = 5 * DAY  # seconds from signing; the registry's door closes half a day later


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """An object that did not get in, or was not sent, and why."""

    number: str
    kind: str
    draft_id: str | None
    reason: str
    detail: str

    def to_json(self) -> dict[str, str | None]:
        return {
            "number": self.number,
            "kind": self.kind,
            "draft_id": self.draft_id,
            "reason": self.reason,
            "detail": self.detail,
        }

    def to_line(self) -> str:
        draft = "" if self.draft_id is None else f" (draft {self.draft_id})"
        return f"{self.kind} {self.number}{draft}: {self.reason}: {self.detail}"


@dataclass(slots=True, kw_only=True)
class Sent:
    """`home` may hold newer trust than before; `changed`: what others did to our marks, met on the way."""

    home: Home
    published: int = 0
    written: list[Path] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def _batches(rows: Sequence[ObjectRow]) -> Iterator[list[ObjectRow]]:
    """Cut objects into submissions within the registry's limits; a mark and its first profile stay together."""
    batch: list[ObjectRow] = []
    size = 0
    for group in _groups(rows):
        weight = sum(len(row.raw or b"") for row in group)
        if batch and (size + weight > MAX_BODY or len(batch) + len(group) > MAX_OBJECTS):
            yield batch
            batch, size = [], 0
        batch += group
        size += weight
    if batch:
        yield batch


def _groups(rows: Sequence[ObjectRow]) -> Iterator[list[ObjectRow]]:
    group: list[ObjectRow] = []
    for row in rows:
        if group and not (
            row.kind == "profile" and group[0].kind == "mark" and row.number == group[0].number
        ):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def publish_http(home: Home, client: RegistryClient, signer: Callable[[], Signer], *, now: int) -> Sent:
    """Send everything that waits, and the events that follow from it. Raises RegistryError, HomeError, KeyFileError."""
    sent = Sent(home=home)
    with home.ledger.reading() as books:
        unsure = any(row.iat < now - TOO_OLD for row in books.objects("submitted"))
    if unsure:  # it may have got in long ago
        _sync(sent, client, now=now)
    refused: set[int] = set()
    while True:
        with home.ledger.reading() as books:
            rows, old = _waiting(books, now=now, without=refused)
        batch = next(_batches(rows), None)
        if batch is not None:
            refused |= _send(batch, sent, client, now=now)
            continue
        with home.ledger.writing() as books:
            follow_ups(sent.home, books, now=now)
        if not sign_reserved(sent.home, signer, now=now):
            sent.rejected += old
            return sent


def _waiting(books: Books, *, now: int, without: set[int]) -> tuple[list[ObjectRow], list[Rejected]]:
    """What may be sent, and what has waited too long."""
    rows = [row for row in books.objects(*SENDABLE) if row.id not in without]
    old = {row.number for row in rows if row.kind == "mark" and row.iat < now - TOO_OLD}
    fresh, rejected = [], []
    for row in rows:
        if row.number not in old and row.iat >= now - TOO_OLD:
            fresh.append(row)
        elif row.kind != "profile" or row.number not in old:
            rejected.append(_rejected(row, books, "too-old", _advice(row, books)))
    return fresh, rejected


def _advice(row: ObjectRow, books: Books) -> str:
    mark = books.find_mark(row.number)
    if row.kind == "mark" and mark is not None:
        return f"signed {iso(row.iat)}, more than 5 days ago: run reissue {mark.draft_id}"
    return f"signed {iso(row.iat)}, more than 5 days ago: give the {row.kind} again"


def _rejected(row: ObjectRow, books: Books, reason: str, detail: str) -> Rejected:
    mark = books.find_mark(row.number)
    draft_id = None if mark is None else mark.draft_id
    return Rejected(number=row.number, kind=row.kind, draft_id=draft_id, reason=reason, detail=detail)


def _send(batch: list[ObjectRow], sent: Sent, client: RegistryClient, *, now: int) -> set[int]:
    """Send one submission; give the ids it was refused for, empty when it is published."""
    ledger, ids = sent.home.ledger, [row.id for row in batch]
    with ledger.writing() as books:
        books.set_state(ids, "submitted")
    reach("issuer.before-submit")
    answer = client.submit(b"".join(row.raw or b"" for row in batch))
    reach("issuer.after-submit")
    if isinstance(answer, Refused):
        return _take_refusal(batch, answer, sent, client, now=now)
    with ledger.writing() as books:
        _take_published(batch, answer, books, now=now)
    sent.published += len(batch)
    reach("issuer.after-publish")
    return set()


def _take_published(batch: Sequence[ObjectRow], answer: Accepted, books: Books, *, now: int) -> None:
    latest: dict[str, Seen | HistoryRow] = dict(
        books.latest_of([row.number for row in batch if row.kind == "event"])
    )
    seen = [one for row in batch if (one := _seen(row, latest, now=now)) is not None]
    take(seen, books)
    books.set_published({row.id: answer.indexes.get(place) for place, row in enumerate(batch)})


def _seen(row: ObjectRow, latest: dict[str, Seen | HistoryRow], *, now: int) -> Seen | None:
    if row.leaf is None:
        return None
    if row.kind == "mark":
        mark = MarkClaims.from_bytes(row.payload)
        seen = Seen(
            leaf=row.leaf,
            number=row.number,
            kind="issue",
            status="valid",
            reason=None,
            successor=None,
            holder=str(mark.holder),
            level=mark.level,
            at=now,
        )
    else:
        event, before = EventClaims.from_bytes(row.payload), latest.get(row.number)
        if before is None:
            return None
        seen = Seen(
            leaf=row.leaf,
            number=row.number,
            kind=event.kind.slug,
            status=STATUS_AFTER.get(event.kind.slug, before.status),
            reason=None if event.reason is None else event.reason.slug,
            successor=None if event.successor is None else str(event.successor),
            holder=before.holder,
            level=before.level,
            at=now,
        )
    latest[row.number] = seen
    return seen


def _take_refusal(
    batch: list[ObjectRow], answer: Refused, sent: Sent, client: RegistryClient, *, now: int
) -> set[int]:
    """Show each refusal. Marks stay signed, for a later attempt or `reissue`; events are voided: decide anew."""
    faults: dict[int, ItemError] = {}
    for error in answer.errors:
        if error.item is None or not 0 <= error.item < len(batch):
            raise RegistryError(f"the registry refuses the submission: {error.reason} {error.detail}".strip())
        faults.setdefault(error.item, error)
    numbers = {batch[place].number for place in faults if batch[place].kind != "event"}
    out = {row.id for place, row in enumerate(batch) if place in faults}
    out |= {row.id for row in batch if row.kind != "event" and row.number in numbers}
    with sent.home.ledger.writing() as books:
        books.set_state([row.id for row in batch], "signed", among=("submitted",))
        for place, error in sorted(faults.items()):
            kept = books.session.get(ObjectRow, batch[place].id)
            if kept is not None:
                kept.trouble = f"{error.reason}: {error.detail}"
                kept.state = "voided" if kept.kind == "event" else kept.state
            sent.rejected.append(_rejected(batch[place], books, error.reason, error.detail))
        books.session.flush()
    if any(error.reason == "event-out-of-order" for error in faults.values()):
        _sync(sent, client, now=now)
        late = [place for place, error in faults.items() if error.reason == "event-out-of-order"]
        with sent.home.ledger.reading() as books:
            sent.changed += [_history(batch[place].number, books) for place in late]
    return out


def _history(number: str, books: Books) -> str:
    told = [" ".join(filter(None, (row.kind, row.reason, iso(row.at)))) for row in books.history(number)]
    return f"{number} changed since it was last seen here: {', then '.join(told)}"


def _sync(sent: Sent, client: RegistryClient, *, now: int) -> None:
    synced = sync_registry(sent.home, client, now=now)
    sent.home = synced.home
    sent.changed += synced.lines()


def write_files(home: Home, path: Path, signer: Callable[[], Signer], *, now: int) -> Sent:
    """Write everything that waits to `path`, and on to `-2`, `-3` … where one file holds no more. Raises OSError."""
    sent = Sent(home=home)
    with home.ledger.writing() as books:
        follow_ups(home, books, now=now)
    sign_reserved(home, signer, now=now)
    with home.ledger.reading() as books:
        rows, sent.rejected = _waiting(books, now=now, without=set())
    for place, batch in enumerate(_batches(rows), 1):
        target = path if place == 1 else path.with_name(f"{path.stem}-{place}{path.suffix}")
        with home.ledger.writing() as books:
            books.set_state([row.id for row in batch], "submitted")
        write_whole(target, b"".join(row.raw or b"" for row in batch), mode=0o644)
        sent.written.append(target)
        reach("issuer.after-out")
    return sent
