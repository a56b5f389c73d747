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
from verifier.entitlement import entitled_event, entitled_mark
from verifier.report import Refused

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
    _check_trust(chain, now)
    entitled = entitled_mark(mark, chain.current, place=0, index=0)
    if isinstance(entitled, Refused):
        raise DisagreementError(f"{entitled.reason}: {entitled.detail}")
    _check_in_force(entitled[1], now)
    return entitled[0].claims


def agree_event(raw: bytes, chain: TrustChain, *, now: int) -> None:
    """On return the event is signed by a mark or authority key in force. That it is legal is asked before signing.

    Raises DisagreementError.
    """
    try:
        _check_trust(chain, now)
        entitled = entitled_event(read_event(raw), chain.current, place=0, index=0)
    except MalformedError as error:
        raise DisagreementError(str(error)) from error
    if isinstance(entitled, Refused):
        raise DisagreementError(f"{entitled.reason}: {entitled.detail}")
    _check_in_force(entitled[1], now)


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
    _check_trust(chain, now)
    _check_in_force(key, now)
    digest = hashlib.sha256(profile.unsafe_claims.entities()).digest()
    if mark.entities_sha256 is not None and digest != mark.entities_sha256:
        raise DisagreementError("the profile lists other entities than the mark commits to")


def _check_trust(chain: TrustChain, now: int) -> None:
    if chain.current.is_expired_at(now):
        raise DisagreementError("trust-expired: the trust document has ended: sync")


def _check_in_force(key: TrustedKey, now: int) -> None:
    """On return the key may sign now. Where its signature will stand in the log is not known yet: stolen is stolen."""
    if not key.holds_at(now):
        raise DisagreementError("key-window: the key is outside its window")
    if key.compromised is not None:
        raise DisagreementError("key-compromised: the key is marked as compromised")
