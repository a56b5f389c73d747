"""Who holds which mark, and what became of it: frozen values for pages and API alike.

Everything here speaks of *published* leaves only: an event between its signature and its checkpoint has
not happened yet, and a mark in that state is being published.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from keys.signed import read_mark, read_profile
from registry.days import At, days_left, moments, next_confirmation
from registry.models import EventRow, HeadRow, MarkRow, OrganisationRow, ProfileRow
from registry.services import Services
from registry.states import Happened, State, state_of
from schemas.claims import EventReason, MarkClaims
from schemas.organisation_id import OrganisationId
from schemas.times import last_day

__all__ = ["HistoryEntry", "MarkFacts", "OrganisationFacts", "find_mark", "find_organisation", "marks_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One thing that happened to a mark, and the leaf that says so. `at`: logged no later than this."""

    kind: str
    reason: EventReason | None
    at: int | None
    log: str
    index: int
    successor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkFacts:
    """What the register says of one mark at the time asked for. Times are POSIX seconds.

    `as_of` is how old the answer may be; `days_left` and `last_day` count days of the scheme's offset.
    """

    claims: MarkClaims
    raw: bytes
    kid: bytes
    owner: str
    log: str
    place: int
    index: int
    leaf: bytes
    logged_at: int | None
    state: State
    state_since: int | None
    reason: EventReason | None
    as_of: int | None
    last_day: str
    days_left: int | None
    next_confirmation: str | None
    profile: dict[str, Any] | None
    history: tuple[HistoryEntry, ...]
    supersedes: tuple[str, ...]
    successor: str | None
    last_leaf: bytes
    offset: int
    public_url: str

    @property
    def number(self) -> str:
        return str(self.claims.number)

    @property
    def display(self) -> str:
        return self.claims.number.display

    @property
    def url(self) -> str:
        return f"{self.public_url}/m/{self.number}"

    @property
    def is_published(self) -> bool:
        return self.state is not State.BEING_PUBLISHED

    @property
    def links(self) -> dict[str, str]:
        """Everything there is about this mark, by absolute address."""
        names = ["mark.cwt", "proof", "evidence", "qr.svg", "qr.png", "badge.svg"]
        if self.profile is not None:
            names.append("profile")
        if self.claims.entities_sha256 is not None:
            names.append("entities")
        found = {name.replace(".", "_"): f"{self.url}/{name}" for name in names}
        found["organisation"] = f"{self.public_url}/o/{self.claims.holder}"
        found["api"] = f"{self.public_url}/api/v1/marks/{self.number}"
        return {"page": self.url} | found


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationFacts:
    """One holder with all its published marks, newest first."""

    id: OrganisationId
    name: str
    name_latin: str | None
    country: str | None
    marks: tuple[MarkFacts, ...]


def find_mark(services: Services, session: Session, number: str, *, at: At = None) -> MarkFacts | None:
    """Look one mark up; None for a number no entitled mark has. A date is judged at both its ends."""
    row = session.get(MarkRow, number)
    return None if row is None else _facts(services, session, [row], at=at)[0]


def marks_of(services: Services, session: Session, organisations: Sequence[str]) -> list[MarkFacts]:
    """Look up the published marks of some holders, newest first."""
    mine = select(MarkRow).where(MarkRow.holder.in_(organisations))
    rows = session.scalars(mine.order_by(MarkRow.place.desc(), MarkRow.index.desc())).all()
    return [facts for facts in _facts(services, session, rows) if facts.is_published]


def find_organisation(services: Services, session: Session, identifier: str) -> OrganisationFacts | None:
    """Look one holder up by its identifier as written; None unless it holds a published mark."""
    row = session.get(OrganisationRow, identifier)
    marks = [] if row is None else marks_of(services, session, [identifier])
    if row is None or not marks:
        return None
    return OrganisationFacts(
        id=OrganisationId.from_text(identifier),
        name=row.name,
        name_latin=row.name_latin,
        country=row.country,
        marks=tuple(marks),
    )


def _facts(
    services: Services, session: Session, rows: Sequence[MarkRow], *, at: At = None
) -> list[MarkFacts]:
    numbers = [row.number for row in rows]
    published = {head.place: head.published_size for head in session.scalars(select(HeadRow))}
    events: dict[str, list[EventRow]] = {}
    is_out = (HeadRow.place == EventRow.place) & (EventRow.index < HeadRow.published_size)
    effective = select(EventRow).join(HeadRow, is_out).where(EventRow.number.in_(numbers))
    for event in session.scalars(effective.order_by(EventRow.place, EventRow.index)):
        events.setdefault(event.number, []).append(event)
    mine = select(ProfileRow).where(ProfileRow.number.in_(numbers))
    profiles = {one.number: one.raw for one in session.scalars(mine)}
    came_before: dict[str, list[str]] = {}
    pairs = select(MarkRow.successor, MarkRow.number).where(MarkRow.successor.in_(numbers))
    for successor, number in session.execute(pairs.order_by(MarkRow.place, MarkRow.index)):
        came_before.setdefault(str(successor), []).append(number)
    return [
        _one(
            services,
            row,
            is_published=row.index < published.get(row.place, 0),
            events=events.get(row.number, []),
            profile=profiles.get(row.number),
            supersedes=tuple(came_before.get(row.number, ())),
            at=at,
        )
        for row in rows
    ]


def _one(
    services: Services,
    row: MarkRow,
    *,
    is_published: bool,
    events: list[EventRow],
    profile: bytes | None,
    supersedes: tuple[str, ...],
    at: At,
) -> MarkFacts:
    claims, document = read_mark(row.raw).unsafe_claims, services.document()
    offset, now = document.scheme.offset, services.now()
    happened = [Happened.read(event) for event in events if event.effective]
    judged = [
        state_of(claims, happened, logged_at=row.logged_at, is_published=is_published, at=moment)
        for moment in moments(at, now=now, offset=offset)
    ]
    found = max(judged, key=lambda one: one.state.badness)
    log = document.logs[row.place].origin
    issue = HistoryEntry(
        kind="issue", reason=None, at=row.logged_at, log=log, index=row.index, successor=None
    )
    later = [
        HistoryEntry(
            kind=one.kind.slug,
            reason=one.reason,
            at=one.at,
            log=document.logs[one.place].origin,
            index=one.index,
            successor=one.successor,
        )
        for one in happened
    ]
    ended = found.state in (State.REVOKED, State.SUPERSEDED, State.EXPIRED)
    return MarkFacts(
        claims=claims,
        raw=row.raw,
        kid=row.kid,
        owner=row.owner,
        log=log,
        place=row.place,
        index=row.index,
        leaf=row.leaf,
        logged_at=row.logged_at,
        state=found.state,
        state_since=found.since,
        reason=found.reason,
        as_of=services.as_of(row.status_uri) if is_published else None,
        last_day=last_day(claims.exp, offset=offset),
        days_left=None if ended else days_left(claims, at=found.at, offset=offset),
        next_confirmation=None
        if ended
        else next_confirmation(
            claims, happened, months=services.settings.confirm_every_months.get(claims.level), offset=offset
        ),
        profile=None if profile is None else read_profile(profile).unsafe_claims.document,
        history=(issue, *later) if is_published else (),
        supersedes=supersedes,
        successor=found.successor,
        last_leaf=row.last_leaf,  # what the next event must name, published or not
        offset=offset,
        public_url=services.settings.public_url,
    )
