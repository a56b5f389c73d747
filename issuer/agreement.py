"""The verifier's own agreement: nothing leaves this machine that a verifier would not believe.

Checks 1–3 of docs/format.md §8 pass under the trust document held, the key's window taken at now; window, log and status are
not asked, for the mark is not logged yet. What differs from a verdict is only that "unknown" does not suffice.
"""

import hashlib

from keys.signed import read_event, read_mark, read_profile
from keys.trust import TrustChain, public_key
from schemas.claims import MarkClaims
from schemas.errors import MalformedError
from schemas.trust_entries import KeyUse, TrustedKey
from verifier.checks import check_issuer
from verifier.fold import entitlement, signer_of

__all__ = ["DisagreementError", "agree_event", "agree_mark", "agree_profile"]


class DisagreementError(Exception):
    """The verifier would not believe what was just signed; it is not stored and not sent."""


def agree_mark(raw: bytes, chain: TrustChain, *, now: int) -> MarkClaims:
    """Give the claims of a mark of which a verifier believes who signed it, that they may, and what it points to.

    Raises DisagreementError.
    """
    try:
        mark = read_mark(raw)
    except MalformedError as error:
        raise DisagreementError(f"structure: {error.reason}: {error}") from error
    key, refused = check_issuer(mark, chain.current, at=now, list_trust=None, seen_trust=0)
    if refused is not None or key is None:
        raise DisagreementError(
            "issuer: " + ("no key" if refused is None else f"{refused.reason}: {refused.detail}")
        )
    signed = mark.verified_by(public_key(key))
    if signed is None:
        raise DisagreementError("signature: bad-signature")
    problem = entitlement(mark.unsafe_claims, key, chain.current) or _not_in_force(key, now)
    if problem is not None:
        raise DisagreementError(problem)
    return signed.claims


def agree_event(raw: bytes, chain: TrustChain, *, now: int) -> None:
    """On return the event is signed by a mark or authority key in force. That it is legal is asked before signing.

    Raises DisagreementError.
    """
    try:
        found = signer_of(read_event(raw), chain.current)
    except MalformedError as error:
        raise DisagreementError(str(error)) from error
    problem = "no mark or authority key in force" if found is None else _not_in_force(found[1], now)
    if problem is not None or chain.current.is_expired_at(now):
        raise DisagreementError(problem or "the trust document has expired: sync")


def agree_profile(raw: bytes, chain: TrustChain, mark: MarkClaims, *, now: int) -> None:
    """On return the profile is signed by a mark key in force and lists the entities the mark commits to.

    Raises DisagreementError.
    """
    try:
        profile = read_profile(raw)
    except MalformedError as error:
        raise DisagreementError(str(error)) from error
    key = chain.current.find_key(profile.header.kid)
    if key is None or key.use is not KeyUse.MARK or profile.verified_by(public_key(key)) is None:
        raise DisagreementError("the profile is not signed by a mark key of this scheme")
    if problem := _not_in_force(key, now):
        raise DisagreementError(problem)
    digest = hashlib.sha256(profile.unsafe_claims.entities()).digest()
    if mark.entities_sha256 is not None and digest != mark.entities_sha256:
        raise DisagreementError("the profile lists other entities than the mark commits to")


def _not_in_force(key: TrustedKey, now: int) -> str | None:
    if not key.holds_at(now):
        return "the key is outside its window"
    if key.compromised is not None:
        return "the key is marked as compromised"
    return None
