"""The status lists that are served, beside what the log adds up to (docs/format.md §4)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from keys.signed import read_status_list
from schemas.errors import MalformedError
from schemas.leaves import SnapshotLeaf
from schemas.status_list import StatusListClaims, StatusUri
from schemas.times import iso
from schemas.trust_document import TrustDocument
from verifier.fold import Fold
from verifier.http import Fetcher
from verifier.monitor.findings import Finding, Kind
from verifier.monitor.moments import SNAPSHOT_EVERY
from verifier.report import Reason, Refused
from verifier.transparency import Witnessed, check_list

__all__ = ["Beside", "check_lists"]

MAX_LIST = 40_960
MAX_NAMES = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What lists are held against: the fold at the newest snapshot, its leaf, and the head that proves it."""

    document: TrustDocument
    fold: Fold
    head: Witnessed
    origin: str
    index: int
    snapshot: SnapshotLeaf


def check_lists(source: Fetcher, beside: Beside, *, now: int) -> tuple[list[Finding], bool]:
    """Hold every list against the log; also whether a list is newer than the head: then look again.

    Raises FetchError.
    """
    findings: list[Finding] = []
    named = _names(source, findings, beside)
    for uri in sorted(beside.fold.lists):
        if named is not None and uri not in named:
            detail = f"{uri} is not among the lists the registry names"
            findings.append(Finding(kind=Kind.LIST_MISSING, detail=detail, log=beside.origin))
        parsed = StatusUri.find(uri)
        data = None if parsed is None else source.get(parsed.path, max_size=MAX_LIST)
        if data is None:
            findings.append(Finding(kind=Kind.LIST_MISSING, detail=f"{uri} is not served", log=beside.origin))
            continue
        claims = _claims(data)
        if claims is not None and (claims.place, claims.size) > (beside.head.place, beside.index):
            return findings, True
        findings += _check(data, uri, claims, beside, now=now)
    return findings, False


def _check(
    data: bytes, uri: str, claims: StatusListClaims | None, beside: Beside, *, now: int
) -> Iterator[Finding]:
    found = check_list(
        data,
        uri,
        snapshot=beside.snapshot,
        snapshot_index=beside.index,
        head=beside.head,
        document=beside.document,
    )
    if isinstance(found, Refused):
        if claims is not None and (claims.place, claims.size) < (beside.head.place, beside.index):
            # Lists follow their checkpoint within seconds. An old one is no lie, but it hides what happened since.
            detail = f"{uri} speaks of {claims.size} leaves, the newest snapshot of {beside.index}"
            yield Finding(kind=Kind.LIST_STALE, detail=detail, log=beside.origin)
            return
        authentic = found.reason is Reason.STATUS_NOT_LOGGED
        kind = Kind.LIST_CONTRADICTS_SNAPSHOT if authentic else Kind.LIST_NOT_AUTHENTIC
        yield Finding(kind=kind, detail=f"{uri}: {found.detail}", log=beside.origin)
        return
    listed = found.claims
    if bytes(beside.fold.lists[uri]) != listed.statuses:
        detail = f"{uri} says otherwise than the log's leaves"
        yield Finding(kind=Kind.LIST_CONTRADICTS_LOG, detail=detail, log=beside.origin)
    if now >= listed.exp or now - listed.iat > SNAPSHOT_EVERY:
        detail = f"{uri} was signed {iso(listed.iat)}"
        yield Finding(kind=Kind.LIST_STALE, detail=detail, log=beside.origin)
    if listed.trust_version > beside.document.version:
        detail = f"{uri} names trust version {listed.trust_version}, {beside.document.version} is served"
        yield Finding(kind=Kind.TRUST_WITHHELD, detail=detail, log=beside.origin)


def _names(source: Fetcher, findings: list[Finding], beside: Beside) -> set[str] | None:
    data = source.get("status/aggregation", max_size=MAX_NAMES)
    try:
        value = None if data is None else json.loads(data)
    except (ValueError, RecursionError):
        value = None
    names = value.get("status_lists") if isinstance(value, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        detail = "the list of status lists is not served, or cannot be read"
        findings.append(Finding(kind=Kind.NOT_SERVED, detail=detail, log=beside.origin))
        return None
    for extra in sorted(set(names) - set(beside.fold.lists)):
        detail = f"{extra:.300} is named, and no mark in the log has it"
        findings.append(Finding(kind=Kind.LIST_CONTRADICTS_LOG, detail=detail, log=beside.origin))
    return set(names)


def _claims(data: bytes) -> StatusListClaims | None:
    try:
        return read_status_list(data).unsafe_claims
    except MalformedError:
        return None
