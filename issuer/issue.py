"""Drafts become marks: reserve all, sign, let the verifier agree, store.

Nothing is signed that was not reserved; nothing leaves unsigned.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from issuer.agreement import DisagreementError, agree_event, agree_mark, agree_profile
from issuer.books import Books
from issuer.draft import Draft, read_row
from issuer.drafts import Row
from issuer.home import Home
from issuer.judge import Judged, judge_new
from issuer.models import DraftRow, MarkRow, ObjectRow
from issuer.problems import Problem
from issuer.statements import mark_claims, profile_document
from keys.crash_points import reach
from keys.signer import Signer
from schemas.claims import MarkClaims
from schemas.cose import EVENT_TYPE, MARK_TYPE, PROFILE_TYPE, Sign1, header_bytes, to_be_signed
from schemas.leaves import EventLeaf, IssueLeaf
from schemas.merkle import leaf_hash
from schemas.profile import ProfileClaims
from schemas.times import DAY

__all__ = ["DOOR", "ReissueError", "reissue", "reserve", "sign_reserved"]

STALE_RESERVATION = DAY  # seconds; an older one is not signed any more but given out anew
DOOR = 5 * DAY + DAY // 2  # seconds; the registry lets nothing in that was signed earlier (docs/format.md §6)
PUBLISHING = 3600  # seconds within which what was let in is in the register
CHUNK = 500
_TYPES = {"mark": MARK_TYPE, "profile": PROFILE_TYPE, "event": EVENT_TYPE}


class ReissueError(Exception):
    """The mark of a draft cannot be voided (now); says why and what to do."""


def reserve(judged: Judged, home: Home, books: Books, *, now: int) -> None:
    """Give every new draft its number, index and exact claims. The caller's transaction makes it all or nothing."""
    if judged.new:
        books.insert(DraftRow, [_draft_values(draft, now) for draft in judged.new])
        _reserve(judged.new, home, books, now=now)
    for draft in judged.known:  # effort and remarks may be added later: they are no part of what is signed
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
        problems = judge_new(draft, home, books, now=now, lang=lang)
        if not problems:
            books.void(mark.number)
            _reserve([draft], home, books, now=now)
        return mark.number, problems
