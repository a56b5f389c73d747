"""What the log and its witnesses establish (docs/format.md §5 rules 4–7, §6). Decisions only, no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from keys.notes import BadNoteSignatureError, cosignature_times, verify_note_signature
from keys.signed import read_status_list
from keys.trust import public_key
from schemas.checkpoint import Checkpoint
from schemas.errors import MalformedError
from schemas.leaves import SnapshotLeaf, leaf_from_bytes
from schemas.note import SignedNote
from schemas.status_list import Status, StatusListClaims
from schemas.trust_document import TrustDocument
from schemas.trust_entries import KeyUse
from verifier.report import Logged, Reason, Refused, StatusFacts, StatusResult

__all__ = [
    "CLOCK_ROOM",
    "AuthenticList",
    "Logged",
    "Witnessed",
    "check_checkpoint",
    "check_list",
    "quorum_times",
    "read_snapshot",
    "snapshot_digest",
]

CLOCK_ROOM = 300  # seconds two honest clocks may differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """A checkpoint signed by its log and by a quorum; times are POSIX seconds.

    `logged_by`: everything in it was logged no later than this (k-th smallest cosignature time).
    `seen_at`: the view is no older than this (k-th largest).
    `standing`: both by witnesses alone whose windows are still open, None where they are no quorum: a witness whose key was
    given up can be made to say any time of its own.
    """

    place: int
    checkpoint: Checkpoint
    logged_by: int
    seen_at: int
    standing: tuple[int, int] | None
    k: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticList:
    """A status list that is signed, and named by a snapshot leaf in a witnessed checkpoint.

    `in_force` is what it comes to for every mark it calls valid.
    """

    claims: StatusListClaims
    as_of: int
    in_force: StatusResult = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        facts = StatusFacts(value=Status.VALID.slug, uri=self.claims.uri, issued=self.claims.iat)
        object.__setattr__(self, "in_force", StatusResult(None, facts, self.as_of))


def quorum_times(times: Sequence[int], document: TrustDocument) -> tuple[int, int, int] | None:
    """Give (k-th smallest, k-th largest, k) of the cosignature times, or None below the quorum.

    k is that of the last quorum entry in force at the time in question, so the k-th smallest is the
    first time at which enough witnesses had signed, and the k-th largest the last since which enough have.
    """
    ascending = sorted(times)

    def enough(time: int, count: int) -> bool:
        k = document.quorum_at(time)
        return k is not None and count >= k

    first = next((t for n, t in enumerate(ascending, 1) if enough(t, n)), None)
    last = next((t for n, t in enumerate(reversed(ascending), 1) if enough(t, n)), None)
    if first is None or last is None:
        return None
    return first, last, document.quorum_at(last) or 0


def check_checkpoint(note: SignedNote, document: TrustDocument, *, now: int = 0) -> Witnessed | Refused:
    """Establish that one of the document's logs signed this head and that a quorum saw it.

    `now` (POSIX seconds) says which witnesses' windows are still open; the document's own time does where that is later.

    A log with a `final` head takes exactly that head, or smaller ones with a quorum (rule 6).
    """
    try:
        checkpoint = Checkpoint.from_text(note.text)
    except MalformedError as error:
        return Refused(Reason.NOT_LOGGED, f"the checkpoint is malformed: {error}")
    place = document.find_log(checkpoint.origin)
    if place is None:
        return Refused(Reason.NOT_LOGGED, f"{checkpoint.origin} is no log of this scheme")
    log = document.logs[place]
    if not verify_note_signature(note, log.key):
        return Refused(Reason.NOT_LOGGED, "the checkpoint is not signed by its log")
    try:
        cosigned = cosignature_times(note, [witness.key for witness in document.witnesses])
    except BadNoteSignatureError as error:
        return Refused(Reason.NOT_WITNESSED, str(error))
    counted = [
        (cosigned[witness.key], witness.until > max(now, document.issued))
        for witness in document.witnesses
        if witness.key in cosigned and witness.holds_at(cosigned[witness.key])
    ]
    times = [time for time, _ in counted]
    quorum = quorum_times(times, document)
    if quorum is None:
        return Refused(Reason.NOT_WITNESSED, f"{len(times)} cosignatures of known witnesses, too few")
    if log.final is not None:
        beyond = checkpoint.size > log.final.size
        forked = checkpoint.size == log.final.size and checkpoint.root != log.final.root
        if beyond or forked:
            return Refused(Reason.LOG_INCONSISTENT, "beyond or beside the head this log ended with")
    logged_by, seen_at, k = quorum
    open_still = [time for time, is_open in counted if is_open]
    standing = quorum if len(open_still) == len(times) else quorum_times(open_still, document)
    return Witnessed(
        place=place,
        checkpoint=checkpoint,
        logged_by=logged_by,
        seen_at=seen_at,
        standing=None if standing is None else standing[:2],
        k=k,
    )


def check_list(
    data: bytes,
    uri: str,
    *,
    snapshot: SnapshotLeaf | None,
    snapshot_index: int,
    head: Witnessed,
    document: TrustDocument,
) -> AuthenticList | Refused:
    """Establish that a list is the scheme's, for this uri, and published for everybody (§4).

    `snapshot` was proven by the caller to be leaf `snapshot_index` of `head`. Freshness is not judged here.
    """
    # 1. The scheme's own signature, under a status key in force when the list was made.
    try:
        unverified = read_status_list(data)
    except MalformedError as error:
        return Refused(Reason.STATUS_NOT_AUTHENTIC, str(error))
    key = document.find_key(unverified.header.kid)
    if key is None or key.use is not KeyUse.STATUS:
        return Refused(Reason.STATUS_NOT_AUTHENTIC, "signed by no status key of the scheme")
    if key.compromised is not None:
        return Refused(Reason.STATUS_NOT_AUTHENTIC, "signed by a status key that was compromised")
    if not key.holds_at(unverified.unsafe_claims.iat):
        return Refused(Reason.STATUS_NOT_AUTHENTIC, "signed outside the window of its key")
    signed = unverified.verified_by(public_key(key))
    if signed is None:
        return Refused(Reason.STATUS_NOT_AUTHENTIC, "its signature does not verify")
    claims = signed.claims
    # 2. The list of this name, of the log that head belongs to.
    if claims.uri != uri:
        return Refused(Reason.STATUS_NOT_AUTHENTIC, f"is the list {claims.uri}")
    # 3. The same for everybody: a snapshot leaf names these very bytes.
    if snapshot is None or claims.place != head.place or claims.size != snapshot.size:
        return Refused(Reason.STATUS_NOT_LOGGED, "no snapshot in the log names this state of the list")
    names_it = snapshot.find(uri) == snapshot_digest(claims.statuses) and claims.size == snapshot_index
    if not names_it or claims.trust_version != snapshot.trust_version:
        return Refused(Reason.STATUS_NOT_LOGGED, "the snapshot in the log names another list")
    # 4. The newest state there is under this head: every publication ends with its snapshot, so nothing may follow it.
    # Else an old list, signed anew, could be shown with its old snapshot under today's head.
    if snapshot_index + 1 != head.checkpoint.size:
        return Refused(
            Reason.STATUS_NOT_LOGGED,
            f"{head.checkpoint.size - snapshot_index - 1} leaves follow its snapshot",
        )
    return AuthenticList(claims=claims, as_of=min(claims.iat, head.seen_at))


def snapshot_digest(statuses: bytes) -> bytes:
    """Give the hash a snapshot leaf names: SHA-256 of the 32,768 bytes before compression."""
    return sha256(statuses).digest()


def read_snapshot(entry: bytes) -> SnapshotLeaf | None:
    """Give the snapshot in a log entry, None when it is another leaf or none at all."""
    try:
        leaf = leaf_from_bytes(entry)
    except MalformedError:
        return None
    return leaf if isinstance(leaf, SnapshotLeaf) else None
