"""The door as the web sees it: a body comes in, an answer goes out, and sending it again is harmless.

The web worker only judges and queues; the publisher judges again under the lock and publishes.
"""

import json
import time
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from keys.trust import TrustChain
from registry.door import MAX_BAD_SIGNATURES, Accepted, Examined, Known, examine
from registry.models import HeadRow, SubmissionRow
from registry.settings import Settings
from registry.turns import BusyError, Turns
from schemas.checkpoint import Checkpoint
from schemas.cose import objects_in
from schemas.errors import MalformedError, TooLargeError
from schemas.note import base64_of

__all__ = [
    "MAX_BODY",
    "MAX_OBJECTS",
    "WAITING",
    "Outcome",
    "Submitter",
    "accept",
    "answer_for",
    "find",
    "objects_of",
    "refusal",
]

MAX_BODY = 4 << 20
MAX_OBJECTS = 5000
WAIT = 30.0  # seconds an answer may take before it becomes 202
STEP = 0.03
WAITING = 8  # submitters a process lets wait for their answer; each holds a thread
_turns = Turns(WAITING, waiting=0, patience=0)


class Submitter(Protocol):
    """What `accept` needs of the services of the web application."""

    @property
    def settings(self) -> Settings: ...

    @property
    def sessions(self) -> sessionmaker[Session]: ...

    def chain(self) -> TrustChain: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An HTTP answer: status, JSON body, extra headers. A body with "reason" is a problem (RFC 9457)."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


def accept(services: Submitter, body: bytes, *, now: int, wait: float = WAIT) -> Outcome:
    """Judge a body, queue it, and wait until it is published. All of it enters, or nothing.

    When many wait already, the answer is 202 at once: the publisher takes it all the same, the sender comes again for the rest.
    """
    receipt = sha256(body).hexdigest()
    try:
        # 1. The same body again finds its answer.
        if (held := find(services, receipt)) is not None and held.status not in {409, 422}:
            return held if held.status != 202 else _await(services, receipt, wait)
        # 2. Its objects, bounded, counted and then judged one by one.
        objects = objects_of(body)
        if isinstance(objects, Outcome):
            return objects
        document = services.chain().current
        place = document.find_log(services.settings.origin)
        if place is None:
            return _problem(503, "unavailable", "the trust document names no log of this registry")
        with services.sessions() as session:
            found = examine(session, document, objects, place=place, now=now)
            if found.faults:
                return refusal(found, of=len(objects))
            known = [one for one in found.results if isinstance(one, Known)]
            if len(known) == len(objects):
                return _answer_known(session, receipt, known, place)
        # 3. Into the queue; the publisher takes it from here.
        _queue(services, receipt, body)
        return _await(services, receipt, wait)
    except OperationalError:
        # A locked or full database: nothing was taken, and sending again is safe.
        return _problem(
            503, "unavailable", "the register cannot take this now", hint="send the same again", retry_after=5
        )


def _answer_known(session: Session, receipt: str, known: list[Known], place: int) -> Outcome:
    """Answer a body of which all is in the log. It never waits in the queue: anybody can send such bodies without end."""
    head = session.get(HeadRow, place)
    newest = [one.index for one in known if one.index is not None and one.place == place]
    if head is None or max(newest, default=-1) >= head.published_size:
        detail = "all of it is in the log, and some is not published yet"
        return _problem(503, "unavailable", detail, hint="send the same again", retry_after=5)
    at = Checkpoint(origin=head.origin, size=head.size, root=head.root)
    return Outcome(status=200, body=answer_for(receipt, [*known], [], at))


def find(services: Submitter, receipt: str) -> Outcome | None:
    """Give the state of a submission: 200 published, 202 on its way, 409/422 refused; None if never seen."""
    asked = select(SubmissionRow.state, SubmissionRow.answer).where(SubmissionRow.receipt == receipt)
    with services.sessions() as session:
        row = session.execute(asked).first()
        if row is None:
            return None
        if row.answer is None:
            return _on_its_way(receipt)
        answer = json.loads(row.answer)
        return Outcome(status=200 if row.state == "published" else answer["status"], body=answer)


def objects_of(body: bytes) -> list[bytes] | Outcome:
    """Cut a body into its objects, or say why it is not taken: all that follows the first fault is left unread. None is judged."""
    if len(body) > MAX_BODY:
        return _problem(413, "too-large", f"a body has at most {MAX_BODY} bytes", hint="send it in parts")
    objects: list[bytes] = []
    try:
        for raw in objects_in(body):
            if len(objects) == MAX_OBJECTS:
                return _problem(400, "malformed", f"more than {MAX_OBJECTS} objects; send it in parts")
            objects.append(raw)
    except TooLargeError as error:
        detail = f"an object is larger than any may be ({error}); nothing was judged"
        return _problem(422, "too-large", detail, item=len(objects))
    except MalformedError as error:
        detail = f"not a CBOR sequence of objects: {error}"
        return _problem(400, "malformed", detail, item=len(objects), hint="send application/cbor-seq")
    return objects or _problem(400, "malformed", f"no objects; 1 to {MAX_OBJECTS} are taken at a time")


def _queue(services: Submitter, receipt: str, body: bytes) -> None:
    row = SubmissionRow(receipt=receipt, arrival=time.time_ns(), body=body, state="queued")
    try:
        with services.sessions.begin() as session:
            session.execute(
                SubmissionRow.__table__.delete().where(  # type: ignore[attr-defined]
                    SubmissionRow.receipt == receipt, SubmissionRow.state == "refused"
                )
            )
            session.add(row)
    except IntegrityError:
        return  # somebody sent the same body a moment ago


def _await(services: Submitter, receipt: str, wait: float) -> Outcome:
    try:
        with _turns.turn():
            return _wait(services, receipt, wait)
    except BusyError:
        return _on_its_way(receipt)


def _wait(services: Submitter, receipt: str, wait: float) -> Outcome:
    deadline = time.monotonic() + wait
    asked = select(SubmissionRow.state, SubmissionRow.answer).where(SubmissionRow.receipt == receipt)
    while True:
        with services.sessions() as session:
            row = session.execute(asked).first()
        if row is not None and row.answer is not None:
            answer = json.loads(row.answer)
            return Outcome(status=201 if row.state == "published" else answer["status"], body=answer)
        if time.monotonic() >= deadline:
            return _on_its_way(receipt)
        time.sleep(STEP)


def _on_its_way(receipt: str) -> Outcome:
    location = f"/api/v1/submissions/{receipt}"
    return Outcome(
        status=202,
        body={"receipt": receipt, "status": "pending"},
        headers={"Location": location, "Retry-After": "5"},
    )


def answer_for(
    receipt: str, results: list[Accepted | Known], indexes: list[int | None], head: Checkpoint
) -> dict[str, Any]:
    """Write the answer of a body that is in `head`; `indexes` are those of the accepted objects, in their order."""
    fresh = iter(indexes)
    items = [
        {
            "item": one.item,
            "kind": one.kind,
            "number": one.number,
            "log": head.origin,
            "index": one.index if isinstance(one, Known) else next(fresh),
        }
        for one in results
    ]
    checkpoint = {"origin": head.origin, "size": head.size, "root": base64_of(head.root)}
    return {"receipt": receipt, "items": items, "checkpoint": checkpoint}


def refusal(found: Examined, *, of: int) -> Outcome:
    """Name all faults at once: 409 when a newer event came first and nothing else is wrong, else 422.

    `of`: how many objects the body has. Where judging stopped early, the detail says so.
    """
    faults = found.faults
    errors = [
        {
            "item": fault.item,
            "pointer": fault.pointer,
            "reason": fault.reason,
            "detail": fault.detail,
            "hint": fault.hint,
        }
        | ({} if fault.last_leaf is None else {"last_leaf": fault.last_leaf.hex()})
        for fault in faults
    ]
    out_of_order = all(fault.reason == "event-out-of-order" for fault in faults)
    status, reason = (409, "event-out-of-order") if out_of_order else (422, faults[0].reason)
    detail = f"{len(faults)} of the objects cannot enter; nothing was taken"
    if found.judged < of:
        detail += f"; judging stopped after {found.judged} of {of}, at {MAX_BAD_SIGNATURES} bad signatures"
    body: dict[str, Any] = {"status": status, "reason": reason, "detail": detail, "errors": errors}
    if out_of_order:
        body["last_leaf"] = errors[0]["last_leaf"]
    return Outcome(status=status, body=body)


def _problem(
    status: int,
    reason: str,
    detail: str,
    *,
    item: int | None = None,
    hint: str = "",
    retry_after: int | None = None,
) -> Outcome:
    """Give a problem about the body as a whole, or about the one object at which it was laid aside."""
    told = bool(hint) or item is not None
    errors = [{"item": item, "pointer": "", "reason": reason, "detail": detail, "hint": hint}] if told else []
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    body = {"status": status, "reason": reason, "detail": detail, "errors": errors}
    return Outcome(status=status, body=body, headers=headers)
