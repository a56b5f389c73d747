"""Who was entitled to sign what stands in the log: the one rule of every reader (docs/format.md §5, Entitled).

The door, the fold with its tables and lists, evidence, bundles and the monitor all ask here, so what one of them counts none of the
others ignores. It depends on the leaf's bytes, its position and the trust document, and on no clock but the signer's: two readers
of one log never differ. When a leaf was logged is another question, for `verifier.checks` (docs/format.md §6).

A mark key signs marks from `from` to `until`. An event counts from `from` on: `until` ends what a key may sign, which the door holds
against its own clock, and undoes nothing that was logged; else closing a key would bring back to life what it had revoked.
What a stolen key signed is undone by a position (rule 5), which no thief can choose.
"""

from collections.abc import Callable
from typing import TypeVar

from keys.algorithms import ALGORITHM_NAMES
from keys.signed import Signed, Unverified
from keys.trust import public_key
from schemas.claims import EventClaims, MarkClaims
from schemas.cose import Header
from schemas.status_list import ENTRIES, StatusUri
from schemas.times import DAY, iso
from schemas.trust_document import TrustDocument
from schemas.trust_entries import KeyUse, TrustedKey
from verifier.report import Reason, Refused

__all__ = [
    "check_issuing",
    "check_position",
    "check_reference",
    "check_signed_in_window",
    "entitled_event",
    "entitled_mark",
    "find_signer",
]

C = TypeVar("C", MarkClaims, EventClaims)

_MARKS = (KeyUse.MARK,)
_EVENTS = (KeyUse.MARK, KeyUse.AUTHORITY)


def find_signer(header: Header, document: TrustDocument, uses: tuple[KeyUse, ...]) -> TrustedKey | Refused:
    """Give the key the header names, if it has one of these uses and that algorithm."""
    key = document.find_key(header.kid)
    if key is not None and key.use not in uses:
        key = None
    if header.alg not in ALGORITHM_NAMES or (key is not None and key.alg != header.alg):
        return Refused(Reason.WRONG_ALGORITHM, f"algorithm {header.alg} is not this key's")
    if key is None:
        names = " or ".join(use.value for use in uses)
        return Refused(Reason.UNKNOWN_ISSUER, f"no {names} key {header.kid.hex()}")
    return key


def check_issuing(claims: MarkClaims, key: TrustedKey, document: TrustDocument) -> Refused | None:
    """Say why a mark key may not issue such a mark: its level, its length, its scheme (rule 3)."""
    max_days = key.levels.get(claims.level)
    if max_days is None:
        return Refused(Reason.LEVEL_NOT_ALLOWED, f"{key.owner} may not issue level {claims.level}")
    if claims.exp - claims.nbf > max_days * DAY:
        return Refused(Reason.LEVEL_NOT_ALLOWED, f"level {claims.level} lasts {max_days} days at most")
    if claims.scheme != document.scheme.id:
        return Refused(Reason.SCHEME_MISMATCH, f"the mark is of {claims.scheme}, not {document.scheme.id}")
    return None


def check_signed_in_window(iat: int, key: TrustedKey) -> Refused | None:
    """Say that a mark was signed, by its own word, when its key might not (rule 4)."""
    if key.start <= iat < key.until:
        return None
    return Refused(Reason.KEY_WINDOW, f"signed {iso(iat)}, outside the window of its key")


def check_position(key: TrustedKey, *, place: int, index: int) -> Refused | None:
    """Say that a leaf stands where its key counts as stolen (rule 5)."""
    if key.compromised is None or not key.is_void_at(place, index):
        return None
    return Refused(Reason.KEY_COMPROMISED, "logged after its key was compromised")


def check_reference(claims: MarkClaims, key: TrustedKey, document: TrustDocument) -> Refused | None:
    """Say why a mark does not point to a list of its own key, on a host of the scheme (§1). Asked before any fetch.

    `sure` is False where only the host is strange: a newer document may name it.
    """
    uri = StatusUri.find(claims.status_uri)
    is_own = uri is not None and uri.series == key.series
    if uri is None or not is_own or not document.lists_host(uri.host):
        return Refused(Reason.STATUS_FOREIGN, f"{claims.status_uri} is no list of this key", sure=not is_own)
    if claims.status_index >= ENTRIES:
        return Refused(Reason.STATUS_OUT_OF_RANGE, f"a list has {ENTRIES} entries")
    return None


def _verify(signed: Unverified[C], key: TrustedKey) -> Signed[C] | None:
    return signed.verified_by(public_key(key))


def entitled_mark(
    mark: Unverified[MarkClaims],
    document: TrustDocument,
    *,
    place: int,
    index: int,
    verify: Callable[[Unverified[MarkClaims], TrustedKey], Signed[MarkClaims] | None] = _verify,
) -> tuple[Signed[MarkClaims], TrustedKey] | Refused:
    """Give the mark and its key if a leaf that holds it, at this position, counts; else the first reason why not, in the order of §8.

    `verify` checks a signature; who judges many objects may remember what it came to.
    """
    key, claims = find_signer(mark.header, document, _MARKS), mark.unsafe_claims
    if isinstance(key, Refused):
        return key
    if refused := check_issuing(claims, key, document):
        return refused
    signed = verify(mark, key)
    if signed is None:
        return Refused(Reason.BAD_SIGNATURE, f"not signed by {key.owner}")
    refused = (
        check_signed_in_window(claims.iat, key)
        or check_position(key, place=place, index=index)
        or check_reference(claims, key, document)
    )
    return refused or (signed, key)


def entitled_event(
    event: Unverified[EventClaims],
    document: TrustDocument,
    *,
    place: int,
    index: int,
    verify: Callable[[Unverified[EventClaims], TrustedKey], Signed[EventClaims] | None] = _verify,
) -> tuple[Signed[EventClaims], TrustedKey] | Refused:
    """Give the event and its key if a leaf that holds it, at this position, counts; that it is legal is not established."""
    key = find_signer(event.header, document, _EVENTS)
    if isinstance(key, Refused):
        return key
    signed = verify(event, key)
    if signed is None:
        return Refused(Reason.BAD_SIGNATURE, f"not signed by {key.owner}")
    iat = event.unsafe_claims.iat
    if iat < key.start:
        return Refused(Reason.KEY_WINDOW, f"signed {iso(iat)}, before the window of its key")
    return check_position(key, place=place, index=index) or (signed, key)
