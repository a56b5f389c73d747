"""What Python answers to a question, in the words and shapes of `browser_side.mjs`."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from hashlib import sha256
from typing import Any

from keys.algorithms import BadKeyError, PublicKey
from keys.signed import Unverified, read_event, read_mark, read_status_list
from keys.trust import TrustRefusedError, walk
from schemas.checkpoint import MAX_CHECKPOINT, Checkpoint
from schemas.claims import EventClaims, MarkClaims
from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.extension import Extension
from schemas.leaves import EventLeaf, Genesis, IssueLeaf, SnapshotLeaf, TrustLeaf, leaf_from_bytes
from schemas.mark_number import BadMarkNumberError, MarkNumber
from schemas.merkle import verify_consistency, verify_inclusion
from schemas.note import SignedNote, VerifierKey
from schemas.organisation_id import OrganisationId
from schemas.qr import read
from schemas.status_list import StatusListClaims, StatusUri
from schemas.tlog_proof import TlogProof
from schemas.trust_document import TrustDocument
from verifier import Report, Verifier
from verifier.policy import policy_from_table
from verifier.report import Refused
from verifier.sources import FileSource
from verifier.state import Remembered
from verifier.transparency import Witnessed, check_checkpoint

__all__ = ["answer_to"]

Answer = Any


def answer_to(question: dict[str, Any]) -> Answer:
    """Give the answer as JSON has it. What raises where nothing may is an answer too, and differs from any other."""
    asked = {name: value for name, value in question.items() if name != "ask"}
    try:
        return _plain(_QUESTIONS[question["ask"]](**asked))
    except BadMarkNumberError:
        return {"refused": "malformed"}  # of a text only what it comes to is asked here
    except MalformedError as error:
        return {"refused": error.reason}
    except (BadKeyError, TrustRefusedError):
        return {"refused": "malformed"}
    except Exception as error:  # noqa: BLE001 (never expected: it must be seen as a difference, with the question beside it)
        return {"raised": repr(error)}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


# ---------------------------------------------------------------------- one thing, read


def _text(text: str) -> Answer:
    found = read(text)
    return {"number": found.number, "host": found.host, "mark": found.mark}


def _list_name(text: str) -> Answer:
    found = StatusUri.find(text)
    return None if found is None else {"host": found.host, "series": found.series}


def _said(object_: Unverified[Any], claims: dict[str, Any]) -> Answer:
    return {"alg": object_.header.alg, "kid": object_.header.kid, "claims": claims}


def _mark(data: str) -> Answer:
    object_ = read_mark(b64decode(data))
    claims: MarkClaims = object_.unsafe_claims
    return _said(
        object_,
        {
            "holder": str(claims.holder),
            "exp": claims.exp,
            "nbf": claims.nbf,
            "iat": claims.iat,
            "number": str(claims.number),
            "statusIndex": claims.status_index,
            "statusUri": claims.status_uri,
            "scheme": claims.scheme,
            "edition": claims.edition,
            "level": claims.level,
            "assessment": claims.assessment.slug,
            "name": claims.name,
            "nameLatin": claims.name_latin,
            "unit": claims.unit.slug,
            "statement": claims.statement,
            "statementLatin": claims.statement_latin,
            "assessor": claims.assessor,
            "entities": claims.entities_sha256,
        },
    )


def _event(data: str) -> Answer:
    object_ = read_event(b64decode(data))
    claims: EventClaims = object_.unsafe_claims
    return _said(
        object_,
        {
            "iat": claims.iat,
            "number": str(claims.number),
            "kind": claims.kind.slug,
            "reason": None if claims.reason is None else claims.reason.slug,
            "prev": claims.prev,
            "successor": None if claims.successor is None else str(claims.successor),
        },
    )


def _list(data: str) -> Answer:
    object_ = read_status_list(b64decode(data))
    claims: StatusListClaims = object_.unsafe_claims
    said = {
        "uri": claims.uri,
        "exp": claims.exp,
        "iat": claims.iat,
        "place": claims.place,
        "size": claims.size,
        "trustVersion": claims.trust_version,
        "statuses": sha256(claims.statuses).digest(),
    }
    return _said(object_, said)


def _leaf(data: str) -> Answer:
    match leaf_from_bytes(b64decode(data)):
        case Genesis() as leaf:
            return {"kind": "genesis", "scheme": leaf.scheme}
        case IssueLeaf() as leaf:
            return {"kind": "issue", "mark": leaf.mark}
        case EventLeaf() as leaf:
            return {"kind": "event", "event": leaf.event}
        case TrustLeaf() as leaf:
            return {"kind": "trust", "version": leaf.version}
        case SnapshotLeaf() as leaf:
            return {
                "kind": "snapshot",
                "size": leaf.size,
                "lists": sorted(leaf.lists, key=lambda one: one[0].encode("utf-16-be")),
                "trustVersion": leaf.trust_version,
            }


def _note(data: str) -> Answer:
    note = SignedNote.from_bytes(b64decode(data), max_size=MAX_CHECKPOINT)
    return {"text": note.text, "lines": [[line.name, line.key_id, line.blob] for line in note.signatures]}


def _checkpoint(text: str) -> Answer:
    found = Checkpoint.from_text(text)
    return {"origin": found.origin, "size": found.size, "root": found.root}


def _proof(data: str) -> Answer:
    found = TlogProof.from_bytes(b64decode(data))
    head: dict[str, Any] = _checkpoint(found.checkpoint.to_text())
    return {"index": found.index, "hashes": found.hashes} | head


def _extension(data: str) -> Answer:
    found = Extension.from_bytes(b64decode(data))
    head: dict[str, Any] = _checkpoint(found.checkpoint.to_text())
    return {"old": found.old, "proof": found.proof} | head


def _key_said(key: VerifierKey) -> Answer:
    return [key.name, key.type, key.public]


def _public_key(given: tuple[int, str]) -> Answer:
    alg, data = given
    PublicKey(alg, b64decode(data))


def _fields(value: Any) -> dict[str, Any]:
    said = asdict(value)
    return {"from" if name == "start" else name: one for name, one in said.items()}


def _document(text: str) -> Answer:
    document = TrustDocument.from_text(text)
    return {
        "anchor": document.anchor,
        "version": document.version,
        "issued": document.issued,
        "expires": document.expires,
        "scheme": _fields(document.scheme),
        "hosts": [_fields(one) for one in document.hosts],
        "root": {
            "threshold": document.root.threshold,
            "keys": [_key_said(key) for key in document.root.keys],
        },
        "keys": [_fields(one) for one in document.keys],
        "logs": [
            {"url": log.url, "key": _key_said(log.key), "final": log.final and _fields(log.final)}
            for log in document.logs
        ],
        "witnesses": [_fields(one) | {"key": _key_said(one.key)} for one in document.witnesses],
        "quorum": [_fields(one) for one in document.quorum],
        "recognised": [_fields(one) for one in document.recognised],
    }


def _archive(data: str) -> Answer:
    archive = Archive.open(b64decode(data))
    manifest = asdict(archive.manifest) | {"format": 1}
    return {"manifest": manifest, "names": archive.names()}


_READERS: dict[str, Callable[[Any], Answer]] = {
    "text": _text,
    "number": lambda text: str(MarkNumber.from_text(text)),
    "organisation": lambda text: str(OrganisationId.from_text(text)),
    "listName": _list_name,
    "mark": _mark,
    "event": _event,
    "list": _list,
    "leaf": _leaf,
    "note": _note,
    "checkpoint": _checkpoint,
    "proof": _proof,
    "extension": _extension,
    "verifierKey": lambda text: _key_said(VerifierKey.from_text(text)),
    "publicKey": _public_key,
    "document": _document,
    "archive": _archive,
}


def _read(reader: str, given: Any) -> Answer:
    return _READERS[reader](given)


# ---------------------------------------------------------------------- more than one thing, or under a document


def _signed(alg: int, public: str, message: str, signature: str) -> Answer:
    return PublicKey(alg, b64decode(public)).verify(b64decode(message), b64decode(signature))


def _walk(anchor: str, notes: list[str]) -> Answer:
    chain = walk(anchor, map(b64decode, notes))
    return {"versions": [document.version for document in chain.documents], "anchor": chain.current.anchor}


@lru_cache(maxsize=64)
def _held(text: str) -> TrustDocument:
    return TrustDocument.from_text(text)


def _head_said(found: Witnessed) -> dict[str, Any]:
    said = {"place": found.place, "loggedBy": found.logged_by, "seenAt": found.seen_at, "k": found.k}
    head: dict[str, Any] = _checkpoint(found.checkpoint.to_text())
    return said | head


def _head(document: str, checkpoint: str) -> Answer:
    try:
        note = SignedNote.from_bytes(b64decode(checkpoint), max_size=MAX_CHECKPOINT)
    except MalformedError:
        return {"refused": "not-logged"}
    found = check_checkpoint(note, _held(document))
    return {"refused": found.reason} if isinstance(found, Refused) else _head_said(found)


def _included(leaf: str, index: int, size: int, hashes: list[str], root: str) -> Answer:
    return verify_inclusion(b64decode(leaf), index, size, [b64decode(one) for one in hashes], b64decode(root))


def _consistent(old: int, new: int, hashes: list[str], roots: list[str]) -> Answer:
    before, after = map(b64decode, roots)
    # From nothing there is no proof: whoever follows heads says so himself (schemas.extension).
    return old > 0 and verify_consistency(old, new, [b64decode(one) for one in hashes], before, after)


@lru_cache(maxsize=4)
def _opened(name: str, file: str, anchor: str | None, now: int) -> FileSource:  # noqa: ARG001 (the name is for the other side)
    return FileSource(b64decode(file), anchor=anchor, now=now)


def _judged(
    *,
    name: str,
    file: str,
    anchor: str | None,
    mark: str | None,
    text: str | None,
    now: int,
    at: int | None,
    policy: dict[str, Any] | None,
    maxAge: int | None,  # noqa: N803 (the other side's word)
    remembered: dict[str, Any] | None,
) -> Answer:
    source = _opened(name, file, anchor, now)
    verifier = Verifier(lambda _: source, anchor=anchor, clock=lambda: now)
    before = Remembered()
    if remembered is not None:
        before = Remembered(
            trust_version=remembered["trust"],
            heads={
                int(place): (size, bytes.fromhex(root)) for place, (size, root) in remembered["heads"].items()
            },
            list_position=(remembered["list"][0], remembered["list"][1]),
            seen=remembered["seen"],
        )
    verifier._remembered = before
    report = verifier.verify(
        b64decode(mark) if mark is not None else text or "",
        at=None if at is None else datetime.fromtimestamp(at, UTC),
        policy=None if policy is None else policy_from_table(policy),
        max_age=maxAge,
    )
    view = source.held()
    return _report_said(report) | {"grown": None if view is None else _memory_said(before.with_view(view))}


def _memory_said(remembered: Remembered) -> Answer:
    return {
        "trust": remembered.trust_version,
        "heads": {str(place): [size, root.hex()] for place, (size, root) in remembered.heads.items()},
        "list": remembered.list_position,
        "seen": remembered.seen,
    }


def _report_said(report: Report) -> dict[str, Any]:
    logged, status = report.log, report.status
    return {
        "verdict": report.verdict,
        "findings": [
            f"{one.outcome} {one.reason}" if one.reason else str(one.outcome) for one in report.findings
        ],
        "notes": [note.reason for note in report.notes],
        "shown": None if report.mark is None else str(report.mark.claims.number),
        "asOf": report.as_of,
        "logged": logged and [logged.place, logged.index, logged.not_before, logged.logged_by],
        "status": status and [status.value, status.since, status.reason, status.successor],
    }


_QUESTIONS: dict[str, Callable[..., Answer]] = {
    "read": _read,
    "signed": _signed,
    "walk": _walk,
    "head": _head,
    "included": _included,
    "consistent": _consistent,
    "judged": _judged,
}
