"""Drafts become marks: judge all, reserve all, sign, let the verifier agree, store.

Nothing is reserved unless every row is in order; nothing is signed that was not reserved; nothing leaves unsigned.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from issuer.agreement import DisagreementError, agree_event, agree_mark, agree_profile
from issuer.draft import Draft, read_row
from issuer.drafts import Row, Sheet
from issuer.home import Home
from issuer.ledger import Books
from issuer.models import DraftRow, MarkRow, ObjectRow
from issuer.numbering import Slot
from issuer.problems import Note, Problem
from issuer.statements import mark_claims, profile_document
from keys.crash_points import reach
from keys.signer import Signer
from schemas.claims import MarkClaims
from schemas.cose import EVENT_TYPE, MARK_TYPE, PROFILE_TYPE, Sign1, header_bytes, to_be_signed
from schemas.errors import MalformedError
from schemas.leaves import EventLeaf, IssueLeaf
from schemas.mark_number import MarkNumber
from schemas.merkle import leaf_hash
from schemas.profile import ProfileClaims
from schemas.times import DAY

__all__ = ["Judged", "ReissueError", "judge", "reissue", "reserve", "sign_reserved"]

STALE_RESERVATION = DAY  # seconds; an older one is not signed any more but given out anew
DOOR = 5 * DAY + DAY // 2  # seconds; the registry lets nothing in that was signed earlier (docs/format.md §6)
PUBLISHING = 3600  # seconds within which what was let in is in the register
CHUNK = 500
SURELY_SMALL = 480  # bytes; what else a mark holds has less than half of its 1,024
FINAL = ("revoked", "superseded")
_TYPES = {"mark": MARK_TYPE, "profile": PROFILE_TYPE, "event": EVENT_TYPE}


class ReissueError(Exception):
    """The mark of a draft cannot be voided (now); says why and what to do."""


@dataclass(slots=True, kw_only=True)
class Judged:
    """A file of drafts after judging. `known`: rows whose draft was accepted before, with the same content."""

    new: list[Draft] = field(default_factory=list)
    known: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def draft_ids(self) -> list[str]:
        return [draft.draft_id for draft in sorted((*self.new, *self.known), key=lambda draft: draft.row)]


def judge(sheet: Sheet, home: Home, books: Books, *, now: int, lang: str = "en") -> Judged:
    """Everything wrong with every row, and which rows are new. Changes nothing."""
    judged = Judged(problems=list(sheet.problems))
    rows_by_id: dict[str, int] = {}
    accepted = books.known_drafts([row.draft_id for row in sheet.rows if row.draft_id is not None])
    for row in sheet.rows:
        draft, problems, notes = read_row(row)
        judged.notes += notes
        if row.draft_id is not None and row.draft_id in rows_by_id:
            detail = f"the same draft_id stands in row {rows_by_id[row.draft_id]}"
            problems.append(_problem(row, "draft_id", "duplicate-draft-id", detail))
        elif row.draft_id is not None:
            rows_by_id[row.draft_id] = row.number
        if draft is not None and not problems:
            known = accepted.get(draft.draft_id)
            if known is None:
                problems = _judge_new(draft, home, books, now=now, lang=lang)
                judged.new.append(draft)
            elif known == draft.content:
                judged.known.append(draft)
            else:
                mark = books.mark_of(draft.draft_id)
                detail = f"already-issued {mark.number if mark else '?'}; use supersedes"
                problems = [_problem(row, "draft_id", "already-issued", detail)]
        judged.problems += problems
    judged.problems.sort(key=lambda problem: problem.row)
    return judged


def _judge_new(draft: Draft, home: Home, books: Books, *, now: int, lang: str) -> list[Problem]:
    rules = home.rules(now, lang)
    problems = rules.judge(draft)
    faults = list(_supersedes(draft, books))
    if not problems:
        faults += _sizes(draft, home, now)
    return problems + [
        Problem(row=draft.row, draft_id=draft.draft_id, field=name, reason=reason, detail=detail)
        for name, reason, detail in faults
    ]


def _supersedes(draft: Draft, books: Books) -> list[tuple[str, str, str]]:
    if draft.supersedes is None:
        return []
    number = str(draft.supersedes)
    old = books.latest(number)
    if old is None:
        return [("supersedes", "unknown-mark", f"the register, as last seen here, holds no {number}: sync")]
    if old.status in FINAL:
        return [("supersedes", "illegal-transition", f"{number} is {old.status} already")]
    if old.holder != str(draft.organisation_id):
        return [("supersedes", "other-holder", f"{number} is held by {old.holder}")]
    return []


def _sizes(draft: Draft, home: Home, now: int) -> list[tuple[str, str, str]]:
    """Whether mark and profile fit their bounds, with the longest number and index there are."""
    texts = (draft.legal_name, draft.legal_name_latin, draft.scope, draft.scope_latin)
    if sum(len(text.encode()) for text in texts if text) <= SURELY_SMALL and not (
        draft.entities or draft.other_names
    ):
        return []
    slot = Slot(
        number=MarkNumber(value=2**45 - 1), uri=f"https://{home.host(now)}/status/zzzz/999", index=2**17 - 1
    )
    claims = mark_claims(draft, slot, home.rules(now).window(draft), scheme=home.scheme.id, iat=now)
    protected = header_bytes(alg=home.key.alg, kid=home.key.kid, typ=MARK_TYPE)
    try:
        Sign1.assemble(protected=protected, payload=claims.to_bytes(), signature=bytes(64))
        MarkClaims.from_bytes(claims.to_bytes())
    except MalformedError as error:
        return [("scope", error.reason, f"the mark cannot be made: {error}: shorten names and scope")]
    try:
        payload = ProfileClaims(
            iat=now, number=slot.number, document=profile_document(draft, home.scheme)
        ).to_bytes()
        ProfileClaims.from_bytes(payload)
    except MalformedError as error:
        return [("entities", error.reason, f"the profile cannot be made: {error}")]
    return []


def _problem(row: Row, name: str, reason: str, detail: str) -> Problem:
    return Problem(row=row.number, draft_id=row.draft_id, field=name, reason=reason, detail=detail)


def reserve(judged: Judged, home: Home, books: Books, *, now: int) -> None:
    """Give every new draft its number, index and exact claims. The caller's transaction makes it all or nothing."""
    if judged.new:
        books.insert(DraftRow, [_draft_values(draft, now) for draft in judged.new])
        _reserve(judged.new, home, books, now=now)
    for (
        draft
    ) in judged.known:  # effort and remarks may be added later: they were never part of what is signed
        known = books.find_draft(draft.draft_id) if draft.private else None
        if known is not None:
            known.private = json.dumps(json.loads(known.private) | draft.private, ensure_ascii=False)


def _draft_values(draft: Draft, now: int) -> dict[str, Any]:
    return {
        "draft_id": draft.draft_id,
        "content": draft.content,
        "cells": json.dumps(draft.cells, ensure_ascii=False),
        "private": json.dumps(draft.private, ensure_ascii=False),
        "supersedes": None if draft.supersedes is None else str(draft.supersedes),
        "accepted_at": now,
    }


def _reserve(drafts: Sequence[Draft], home: Home, books: Books, *, now: int) -> None:
    slots, rules = home.numbering(books, now=now).give(len(drafts)), home.rules(now)
    marks, objects = list[dict[str, Any]](), list[dict[str, Any]]()
    for draft, slot in zip(drafts, slots, strict=True):
        claims = mark_claims(draft, slot, rules.window(draft), scheme=home.scheme.id, iat=now)
        profile = ProfileClaims(iat=now, number=slot.number, document=profile_document(draft, home.scheme))
        marks.append(_mark_values(draft, claims))
        row = {"number": str(slot.number), "iat": now, "state": "reserved"}
        objects.append(row | {"kind": "mark", "payload": claims.to_bytes()})
        objects.append(row | {"kind": "profile", "payload": profile.to_bytes()})
    books.insert(MarkRow, marks)
    books.insert(ObjectRow, objects)


def _mark_values(draft: Draft, claims: MarkClaims) -> dict[str, Any]:
    return {
        "number": str(claims.number),
        "draft_id": draft.draft_id,
        "status_uri": claims.status_uri,
        "status_index": claims.status_index,
        "holder": str(claims.holder),
        "name": claims.name,
        "level": claims.level,
        "nbf": claims.nbf,
        "exp": claims.exp,
        "voided": False,
    }


def sign_reserved(home: Home, signer: Callable[[], Signer], *, now: int) -> set[str]:
    """Sign whatever is reserved, now or by a run that was killed; give the numbers of the marks it is about.

    The key is opened only if there is something to sign. Raises DisagreementError, KeyFileError.
    """
    with home.ledger.reading() as books:
        stale = [row.number for row in books.objects("reserved") if row.iat < now - STALE_RESERVATION]
    if stale:
        with home.ledger.writing() as books:
            _renew_stale(home, books, now=now)
    with home.ledger.reading() as books:
        waiting = books.objects("reserved")
    if not waiting:
        return set()
    key = signer()
    marks: dict[str, MarkClaims] = {}
    for start in range(0, len(waiting), CHUNK):
        signed = [
            (row.id, *_signed(row, home, key, marks, now=now)) for row in waiting[start : start + CHUNK]
        ]
        reach("issuer.after-sign")
        with home.ledger.writing() as books:
            books.store_signed(signed)
        reach("issuer.after-store")
    return {row.number for row in waiting}


def _renew_stale(home: Home, books: Books, *, now: int) -> None:
    """Reservations of a run killed long ago: their claims are too old to sign. Void them, and reserve marks anew."""
    for row in books.objects("reserved"):
        if row.iat >= now - STALE_RESERVATION:
            continue
        if row.kind == "mark":
            mark = books.find_mark(row.number)
            draft = None if mark is None else _stored_draft(books, mark.draft_id)
            books.void(row.number)
            if draft is not None:
                _reserve([draft], home, books, now=now)
        else:
            row.state = "voided"
    books.session.flush()


def _signed(
    row: ObjectRow, home: Home, signer: Signer, marks: dict[str, MarkClaims], *, now: int
) -> tuple[bytes, bytes | None]:
    """The signed object, agreed upon, and the hash of the leaf it becomes; `marks` remembers claims for profiles.

    What is signed is the reserved payload itself; that it says what its type allows is part of the agreement.
    """
    protected = header_bytes(alg=signer.alg, kid=signer.kid, typ=_TYPES[row.kind])
    signature = signer.sign(to_be_signed(protected, row.payload))
    raw = Sign1.assemble(protected=protected, payload=row.payload, signature=signature).raw
    if row.kind == "mark":
        marks[row.number] = agree_mark(raw, home.chain, now=now)
        return raw, leaf_hash(IssueLeaf(mark=raw).to_bytes())
    if row.kind == "event":
        agree_event(raw, home.chain, now=now)
        return raw, leaf_hash(EventLeaf(event=raw).to_bytes())
    agree_profile(raw, home.chain, marks.get(row.number) or _mark(home, row.number), now=now)
    return raw, None


def _mark(home: Home, number: str) -> MarkClaims:
    with home.ledger.reading() as books:
        row = books.mark_object(number)
    if row is None:
        raise DisagreementError(f"the ledger holds a profile of {number} and no such mark")
    return MarkClaims.from_bytes(row.payload)


def _stored_draft(books: Books, draft_id: str) -> Draft | None:
    row = books.find_draft(draft_id)
    if row is None:
        return None
    return read_row(Row(number=0, cells=json.loads(row.cells) | json.loads(row.private)))[0]


def reissue(draft_id: str, home: Home, *, now: int, lang: str = "en") -> tuple[str, list[Problem]]:
    """Void the mark of a draft that never was published, and reserve a new one for it; give the voided number.

    The rules are applied again, for time has passed; with problems nothing changes. Raises ReissueError.
    """
    with home.ledger.writing() as books:
        mark = books.mark_of(draft_id)
        draft = _stored_draft(books, draft_id)
        if mark is None or draft is None:
            raise ReissueError(f"no mark was signed for the draft {draft_id!r}; see `list`")
        row = books.mark_object(mark.number)
        if row is None or row.state == "published" or books.latest(mark.number) is not None:
            raise ReissueError(f"{mark.number} is published: use `revoke`, or a new draft with supersedes")
        seen = int(books.get("seen_at") or 0)
        if row.state == "submitted" and seen < row.iat + DOOR + PUBLISHING:
            raise ReissueError(
                f"{mark.number} was sent and may yet be published: publish it again, or sync after 5.5 days from signing"
            )
        problems = _judge_new(draft, home, books, now=now, lang=lang)
        if not problems:
            books.void(mark.number)
            _reserve([draft], home, books, now=now)
        return mark.number, problems
