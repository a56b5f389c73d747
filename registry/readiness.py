"""Can this registry do its work? Looked at from outside the publisher, by what it leaves behind."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from keys.notes import BadNoteSignatureError, cosignature_times
from registry import evidence
from registry.models import HeadRow, MarkRow, SubmissionRow
from registry.ratchet import last_head
from registry.services import Services, ServicesUnavailableError
from registry.witness_states import State, WitnessState, WitnessStates
from schemas.errors import MalformedError
from schemas.note import SignedNote
from schemas.times import DAY, HOUR, iso

__all__ = ["Readiness", "look"]

SNAPSHOT_OVERDUE = 6 * HOUR + 600  # seconds: lists are signed anew at least every six hours
QUORUM_LATE = 60  # seconds
QUEUE_LONG = 200
TOO_OLD = DAY  # verifiers that ask online take no older status


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What was found; None where it could not be looked at. Ages in seconds."""

    database: bool
    trust_version: int | None
    trust_days_left: int | None
    checkpoint_age: int | None
    lists_age: int | None
    queue: int | None
    marks: int | None
    log_size: int | None
    ratchet: str
    cosigned: int | None
    quorum: int | None
    life_left_percent: int | None
    trust_warning: str | None
    waiting: int | None  # seconds a head has been waiting for its quorum
    witnesses: tuple[WitnessState, ...]

    @property
    def status(self) -> str:
        """down: questions are answered wrongly or not at all. degraded: somebody should look soon."""
        down = (
            not self.database
            or self.trust_days_left is None
            or self.trust_days_left < 0
            or self.checkpoint_age is None
            or self.checkpoint_age > TOO_OLD
            or (self.lists_age or 0) > TOO_OLD
        )
        degraded = (
            self.trust_warning in ("quarter", "expired")
            or (self.checkpoint_age or 0) > SNAPSHOT_OVERDUE
            or (self.lists_age or 0) > SNAPSHOT_OVERDUE
            or (self.queue or 0) > QUEUE_LONG
            or self.ratchet != "ok"
            or (self.waiting or 0) > QUORUM_LATE
            or any(one.state is not State.OK for one in self.witnesses if one.state is not State.RETIRED)
        )
        return "down" if down else "degraded" if degraded else "ok"

    def checks(self) -> dict[str, Any]:
        return {
            "database": "ok" if self.database else "unavailable",
            "trust": None
            if self.trust_version is None
            else {
                "version": self.trust_version,
                "days_left": self.trust_days_left,
                "life_left_percent": self.life_left_percent,
                "warning": self.trust_warning,
            },
            "checkpoint_age_s": self.checkpoint_age,
            "lists_age_s": self.lists_age,
            "queue": self.queue,
            "ratchet": self.ratchet,
            "witnesses": None
            if self.cosigned is None
            else {
                "cosigned": self.cosigned,
                "quorum": self.quorum,
                "waiting_s": self.waiting,
                "each": [
                    {"name": one.name, "state": one.state.value, "since": iso(one.since)}
                    for one in self.witnesses
                ],
            },
        }


def look(services: Services) -> Readiness:
    """Look at database, trust, newest checkpoint, lists, queue and ratchet; raises nothing."""
    now = services.now()
    facts: dict[str, Any] = dict.fromkeys(
        (
            "trust_version",
            "trust_days_left",
            "life_left_percent",
            "trust_warning",
            "checkpoint_age",
            "lists_age",
            "cosigned",
            "quorum",
        )
    )
    facts |= _database(services)
    uris = facts.pop("uris")
    try:
        document = services.document()
        facts["trust_version"] = document.version
        facts["trust_days_left"] = (document.expires - now) // DAY
        facts["life_left_percent"] = int(document.life_left_at(now) * 100)
        facts["trust_warning"] = document.warning_at(now)
        facts["quorum"] = document.quorum_at(now)
        note = services.newest_log().files.find_checkpoint()
        head = services.head()
        if note is not None and head is not None:
            facts["checkpoint_age"] = max(0, now - head.seen_at)
            times = cosignature_times(
                SignedNote.from_bytes(note), [witness.key for witness in document.witnesses]
            )
            facts["cosigned"] = len(times)
        facts["lists_age"] = _lists_age(services, uris, now)
    except (ServicesUnavailableError, OSError, MalformedError, BadNoteSignatureError):
        pass  # what could not be looked at stays None, and the status says so
    states = WitnessStates.load(services.files.witness_states)
    since = states.waiting_since
    return Readiness(
        ratchet=_ratchet(services, facts.pop("head_size")),
        waiting=None if since is None else max(0, now - since),
        witnesses=tuple(sorted(states.by_url.values(), key=lambda one: (one.name or "", one.url))),
        **facts,
    )


def _database(services: Services) -> dict[str, Any]:
    try:
        with services.sessions() as session:
            head = session.scalars(select(HeadRow).order_by(HeadRow.place.desc())).first()
            waiting = SubmissionRow.state.in_(("queued", "sequenced"))
            return {
                "database": True,
                "queue": session.scalar(select(func.count()).select_from(SubmissionRow).where(waiting)),
                "marks": session.scalar(select(func.count()).select_from(MarkRow)),
                "log_size": None if head is None else head.published_size,
                "head_size": None if head is None else head.size,
                "uris": session.scalars(select(MarkRow.status_uri).distinct()).all(),
            }
    except SQLAlchemyError:
        names = ("queue", "marks", "log_size", "head_size")
        return {"database": False, "uris": [], **dict.fromkeys(names)}


def _lists_age(services: Services, uris: list[str], now: int) -> int | None:
    """Give the age of the oldest list; a missing one is as old as can be."""
    lists = [evidence.find_list(services.files, uri) for uri in uris]
    return max((now if found is None else max(0, now - found[1].iat) for found in lists), default=None)


def _ratchet(services: Services, head_size: int | None) -> str:
    """Compare the last head the log key signed with the database: a restored backup shows here first."""
    try:
        head = last_head(services.files.ratchet, origin=services.settings.origin)
    except FileNotFoundError:
        return "missing"
    except (OSError, MalformedError):
        return "unreadable"
    signed = 0 if head is None else head.size
    if head_size is None or signed == head_size:
        return "ok"
    return "ahead" if signed > head_size else "behind"
