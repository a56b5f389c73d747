"""The checks, one function each; every one gives a finding and never raises (docs/format.md §8)."""

from dataclasses import replace

from keys.signed import Signed, Unverified
from schemas.claims import MarkClaims
from schemas.status_list import LIFETIME, Status, status_at
from schemas.times import DAY, iso
from schemas.trust_document import TrustDocument
from schemas.trust_entries import KeyUse, TrustedKey
from verifier.entitlement import check_issuing, check_position, check_signed_in_window, find_signer
from verifier.fold import MarkState
from verifier.report import Reason, Refused, StatusFacts, StatusResult
from verifier.state import Remembered
from verifier.transparency import CLOCK_ROOM, AuthenticList, Logged
from verifier.view import History, PastEvent, View
from verifier.view import status_at as state_at

__all__ = [
    "CLOCK_ROOM",
    "StatusResult",
    "check_document",
    "check_issuer",
    "check_logged",
    "check_memory",
    "check_status",
    "check_window",
    "is_settled",
]

LOGGED_WITHIN = 7 * DAY


def check_document(document: TrustDocument, *, at: int, seen_trust: int) -> Refused | None:
    """A document speaks at `at` if it has not run out by then, and nobody has named a newer one."""
    if document.is_expired_at(at):
        return Refused(Reason.TRUST_EXPIRED, f"version {document.version} ended {iso(document.expires)}")
    if seen_trust > document.version:
        held = f"version {seen_trust} is in force, {document.version} is held"
        return Refused(Reason.TRUST_STALE, held)
    return None


def check_issuer(
    mark: Unverified[MarkClaims],
    document: TrustDocument,
    *,
    at: int,
    newest: AuthenticList | None,
    seen_trust: int,
) -> tuple[TrustedKey | None, Refused | None]:
    """Say who issued the mark, under a document that is in force at `at` and the newest anybody named.

    `newest` is the freshest list held: only beside it is a stranger surely none of ours.
    """
    found, claims = find_signer(mark.header, document, (KeyUse.MARK,)), mark.unsafe_claims
    key = None if isinstance(found, Refused) else found
    if refused := check_document(document, at=at, seen_trust=seen_trust):
        return key, refused
    if isinstance(found, Refused):
        # Ours cannot speak for a register it recognises.
        sure = is_settled(claims, document, newest, at=at) and not document.find_recognised(claims.scheme)
        return None, replace(found, sure=sure)
    return found, check_issuing(claims, found, document)


def is_settled(claims: MarkClaims, document: TrustDocument, newest: AuthenticList | None, *, at: int) -> bool:
    """Whether what the document does not name was not named when this mark must have been logged.

    Sure only of a mark that was signed so long before the freshest list that it would be in the log by then, where that list was made
    under the very version held: else whoever was admitted since is honest, and unknown here.
    """
    if newest is None or newest.claims.trust_version != document.version or at >= newest.claims.exp:
        return False
    return claims.iat + LOGGED_WITHIN < newest.as_of


def check_window(claims: MarkClaims, *, at: int, now: int, latest_seen: int) -> Refused | None:
    """[nbf, exp) at `at`; and a clock that lags behind authentic times decides nothing, but that what is over is over."""
    is_behind = now < latest_seen - CLOCK_ROOM
    if at < claims.nbf and not (is_behind and at >= now - CLOCK_ROOM):
        return Refused(Reason.NOT_YET_VALID, f"valid from {iso(claims.nbf)}")
    if at >= claims.exp:
        return Refused(Reason.EXPIRED, f"ended {iso(claims.exp)}")
    if is_behind:
        return Refused(
            Reason.CLOCK_BEHIND, f"this clock says {iso(now)}; {iso(latest_seen)} has been witnessed"
        )
    return None


def check_memory(view: View, remembered: Remembered | None, *, is_past: bool = False) -> Refused | None:
    """Nothing authentic that was seen before may go back: the log's size, its history, N of the lists.

    `is_past`: a time before now was asked for. Evidence filed then is rightly older than what was seen
    since; another history is refused all the same.
    """
    if remembered is None:
        return None
    for head in view.heads:
        before = remembered.heads.get(head.place)
        if before is None:
            continue
        size, root = before
        if size == head.checkpoint.size:
            if root != head.checkpoint.root:
                return Refused(Reason.LOG_INCONSISTENT, f"another tree of size {size} was seen before")
            continue
        if size > head.checkpoint.size:
            if is_past:
                continue
            return Refused(Reason.BUNDLE_TOO_OLD, f"{head.checkpoint.size} leaves; {size} were seen before")
        earlier = view.root_at(head.place, size)
        if earlier is not None and earlier != root:
            return Refused(Reason.LOG_INCONSISTENT, f"does not continue the tree of size {size} seen before")
    newest = view.newest_list
    if is_past or newest is None:
        return None
    if (newest.claims.place, newest.claims.size) < remembered.list_position:
        return Refused(Reason.BUNDLE_TOO_OLD, "its status lists are older than those seen before")
    return None


def check_logged(
    mark: Signed[MarkClaims], key: TrustedKey, logged: Logged | Refused, memory: Refused | None
) -> Refused | None:
    """In the log, logged when it says it was signed, while its key might sign."""
    if isinstance(logged, Refused):
        return logged if memory is None or _rank(logged) <= _rank(memory) else memory
    iat, after, by = mark.claims.iat, logged.not_before, logged.logged_by
    if by < iat - CLOCK_ROOM or after > iat + LOGGED_WITHIN:
        return Refused(Reason.BACKDATED, f"signed {iso(iat)}, logged by {iso(by)}")
    if refused := check_signed_in_window(iat, key):
        return refused
    if after >= key.until:
        return Refused(Reason.KEY_WINDOW, f"logged after {iso(after)}, outside the window of its key")
    if refused := check_position(key, place=logged.place, index=logged.index):
        return replace(refused, sure=logged.is_first)
    if memory is not None:
        return memory
    if by > iat + LOGGED_WITHIN:
        # There may be fewer checkpoints in this file than were published.
        between = f"between {iso(after)} and {iso(by)}"
        return Refused(Reason.HISTORY_UNAVAILABLE, f"logged {between}, signed {iso(iat)}")
    if by >= key.until:
        between = f"between {iso(after)} and {iso(by)}"
        return Refused(Reason.HISTORY_UNAVAILABLE, f"logged {between}, which the window of its key divides")
    return None


_STATUSES = tuple(Status)  # by value, 0 to 3
_ENDED = {
    Status.REVOKED: Reason.REVOKED,
    Status.SUSPENDED: Reason.SUSPENDED,
    Status.SUPERSEDED: Reason.SUPERSEDED,
}


def check_status(
    mark: Signed[MarkClaims],
    logged: Logged | Refused,
    view: View,
    *,
    at: int,
    max_age: int | None,
    is_past: bool,
) -> StatusResult:
    """The status at `at`; `max_age` (seconds) may only shorten what the list itself allows.

    `is_past`: a time was asked for. If it lies before what the list speaks of, the events decide.
    """
    claims = mark.claims
    # 1. An authentic list that everybody gets.
    found = view.status_list(claims.status_uri)
    if isinstance(found, Refused):
        return StatusResult(found)
    listed = found.claims
    # 2. It speaks of this mark.
    if isinstance(logged, Logged) and (
        logged.place > listed.place or (logged.place == listed.place and logged.index >= listed.size)
    ):
        return StatusResult(
            Refused(Reason.STATUS_STALE, "the list is older than the mark"), None, found.as_of
        )
    # 3. It is fresh.
    # Signing an old state anew does not make it newer: what was known then ends with the list's life from then on.
    ends = min(listed.exp, found.as_of + LIFETIME)
    if at >= ends or (max_age is not None and at - found.as_of > max_age):
        return StatusResult(
            Refused(Reason.STATUS_STALE, f"known as of {iso(found.as_of)}"), None, found.as_of
        )
    # 4. What it says, now or then. A list that says valid of today says it all.
    said = status_at(listed.statuses, claims.status_index)
    if not said and not is_past:
        return found.in_force
    value = _STATUSES[said]
    history = (
        view.history(mark, logged)
        if isinstance(logged, Logged)
        else Refused(Reason.HISTORY_UNAVAILABLE, "the mark's place in the log is not known")
    )
    if isinstance(history, History) and history.current.status is not value:
        history = Refused(Reason.HISTORY_UNAVAILABLE, "the events do not add up to what the list says")
    cause: PastEvent | None = history.events[-1] if isinstance(history, History) and history.events else None
    if is_past and at < found.as_of:
        past = history if isinstance(history, Refused) else state_at(history, at)
        if isinstance(past, Refused):
            return StatusResult(past, None, found.as_of)
        state, cause = past
        value = state.status
    elif isinstance(history, History):
        cause = next(
            (one for one in reversed(history.events) if one.after.status is value and one.claims.reason), None
        )
    facts = _facts(value, cause if value is not Status.VALID else None, found)
    ended = _ENDED.get(value)
    return StatusResult(None if ended is None else Refused(ended, _since(facts)), facts, found.as_of)


def _facts(value: Status, cause: PastEvent | None, found: AuthenticList) -> StatusFacts:
    after: MarkState | None = None if cause is None else cause.after
    return StatusFacts(
        value=value.slug,
        since=None if cause is None else cause.logged.logged_by,
        reason=None if after is None or after.reason is None else after.reason.slug,
        successor=None if after is None else after.successor,
        uri=found.claims.uri,
        issued=found.claims.iat,
    )


def _since(facts: StatusFacts) -> str:
    said = [f"since {iso(facts.since)}" if facts.since else "", facts.reason or "", facts.successor or ""]
    return ", ".join(part for part in said if part)


_ORDER = {reason: place for place, reason in enumerate(Reason)}


def _rank(refused: Refused) -> int:
    return _ORDER[refused.reason]
