"""Evidence of one mark, and of the register's present state: what a verifier fetches (docs/format.md §7).

Proofs of a mark and of its events are for ever against the first kept checkpoint over them. The list
goes with the snapshot leaf that names its own N, so that a publication going on meanwhile tears nothing.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from keys.signed import read_status_list
from registry.files import FilesError, RegistryFiles
from registry.models import EventRow, LeafRow, MarkRow, ProfileRow
from schemas.checkpoint import Checkpoint, read_checkpoint
from schemas.entry_bundles import read_entry
from schemas.errors import MalformedError
from schemas.evidence import ListedLog
from schemas.leaves import SnapshotLeaf, leaf_from_bytes
from schemas.status_list import StatusListClaims, StatusUri
from verifier.evidence_file import evidence_file, head_members, leaf_proof

if TYPE_CHECKING:
    from registry.services import Services

__all__ = [
    "find_list",
    "newest_checkpoint",
    "of_mark",
    "of_state",
    "proof_of_leaf",
    "read_claims",
]


def of_mark(services: "Services", number: str) -> bytes | None:
    """Give the ZIP about one mark; None when it is not published (yet). Raises FilesError."""
    with services.sessions() as session:
        row = session.get(MarkRow, number)
        if row is None:
            return None
        written = _Written(services, session)
        proof = written.proof(row.place, row.index)
        if proof is None:
            return None
        listed = _listed(services, session, row.status_uri)
        written.members |= {"mark.cwt": row.raw, "proof": proof}
        profile = session.get(ProfileRow, number)
        if profile is not None:
            written.members["profile.cwt"] = profile.raw
        before = (row.place, row.index + 1) if listed is None else (listed.claims.place, listed.claims.size)
        written.events(number, before=before)
        return written.file(listed)


def of_state(services: "Services") -> bytes | None:
    """Give the ZIP about no mark: head, newest snapshot, one list, trust chain. None before the first snapshot.

    A verifier asks for it to learn how new our trust documents are. Raises FilesError.
    """
    with services.sessions() as session:
        uri = session.scalar(select(MarkRow.status_uri).order_by(MarkRow.status_uri).limit(1))
        listed = None if uri is None else _listed(services, session, uri)
        has_begun = newest_checkpoint(services.newest_log().files) is not None
        return _Written(services, session).file(listed) if has_begun else None


def proof_of_leaf(files: RegistryFiles, session: Session, place: int, index: int) -> bytes | None:
    """Give a leaf's tlog-proof against the first kept checkpoint over it; None while there is none."""
    leaf = session.get(LeafRow, (place, index))
    if leaf is None or leaf.checkpoint_size is None:
        return None
    return _proof_of(files, index=index, size=leaf.checkpoint_size)


def _proof_of(files: RegistryFiles, *, index: int, size: int) -> bytes:
    """Give a leaf's tlog-proof against the kept checkpoint of `size`. Raises FilesError."""
    note, newest = files.find_checkpoint(size), newest_checkpoint(files)
    if note is None or newest is None:
        raise FilesError(f"the checkpoint of size {size} is missing")
    return leaf_proof(files.read_tile, index, note, size=size, held=max(size, newest[0].size))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """A list with the leaf of the snapshot that names it."""

    data: bytes
    claims: StatusListClaims
    index: int
    entry: bytes


class _Written:
    """A file of evidence in the making: its members, and for each log the sizes of the checkpoints it needs."""

    def __init__(self, services: "Services", session: Session) -> None:
        self._services, self._session = services, session
        self.members: dict[str, bytes] = {}
        self._sizes: dict[int, set[int]] = {}

    def proof(self, place: int, index: int) -> bytes | None:
        """Give a leaf's proof, and have the checkpoint it is under in the file."""
        leaf = self._session.get(LeafRow, (place, index))
        if leaf is None or leaf.checkpoint_size is None:
            return None
        self._sizes.setdefault(place, set()).add(leaf.checkpoint_size)
        return _proof_of(self._services.files_at(place), index=index, size=leaf.checkpoint_size)

    def events(self, number: str, *, before: tuple[int, int]) -> None:
        """Add the events the list speaks of, in the log's order; a newer one comes with the next list."""
        mine = select(EventRow).where(EventRow.number == number)
        rows = self._session.scalars(mine.order_by(EventRow.place, EventRow.index))
        for position, row in enumerate(row for row in rows if (row.place, row.index) < before):
            proof = self.proof(row.place, row.index)
            if proof is None:
                return
            self.members[f"events/{position}.cwt"] = row.raw
            self.members[f"events/{position}.proof"] = proof

    def file(self, listed: _Listed | None) -> bytes:
        """Give the ZIP. Raises FilesError."""
        services = self._services
        witnessed = services.head()
        as_of = None if witnessed is None else witnessed.seen_at
        if listed is not None:
            # Proven against the checkpoint the snapshot was published with: nothing follows it there (docs/format.md §4).
            proof = self.proof(listed.claims.place, listed.index)
            if proof is None:
                listed = None
            else:
                self.members |= {
                    "status.cwt": listed.data,
                    "snapshot.leaf": listed.entry,
                    "snapshot.proof": proof,
                }
                as_of = None if as_of is None else min(as_of, listed.claims.iat)
        logs = self._heads()
        self.members |= _trust_members(services.files)
        return evidence_file(
            self.members,
            as_of=as_of,
            hosts=[host.host for host in services.document().hosts],
            trust=services.files.trust_versions(),
            logs=logs,
            status_uri=None if listed is None else listed.claims.uri,
        )

    def _heads(self) -> list[ListedLog]:
        """Add each log's checkpoints up to its head, or its end."""
        logs = self._services.logs()
        self._sizes.setdefault(self._services.newest_log().place, set())
        found: list[ListedLog] = []
        for place, sizes in sorted(self._sizes.items()):
            log, directory = logs[place], f"log/{place}"
            newest = newest_checkpoint(log.files)
            if newest is None:
                raise FilesError(f"no checkpoint of {log.origin} is kept")
            end = newest[0].size if log.final is None else log.final.size
            notes = {size: log.files.find_checkpoint(size) for size in {*sizes, end}}
            held = {size: note for size, note in notes.items() if note is not None}
            if end not in held:
                raise FilesError(f"the checkpoint of size {end} of {log.origin} is missing")
            self.members |= head_members(directory, held, log.files.read_tile, held=max(newest[0].size, end))
            found.append(ListedLog(dir=directory, origin=log.origin, size=end))
        return found


def newest_checkpoint(files: RegistryFiles) -> tuple[Checkpoint, bytes] | None:
    """Give the newest kept checkpoint and its note's bytes. Raises FilesError when it is damaged."""
    note = files.find_checkpoint()
    if note is None:
        return None
    try:
        return read_checkpoint(note)[0], note
    except MalformedError as error:
        raise FilesError(f"the newest checkpoint: {error}") from error


def _snapshot(files: RegistryFiles, session: Session, place: int, size: int) -> tuple[int, bytes] | None:
    """Give index and bytes of the snapshot leaf that names the lists after `size` leaves; None if unpublished."""
    newest = newest_checkpoint(files)
    held = 0 if newest is None else newest[0].size
    later = select(LeafRow.index).where(
        LeafRow.place == place, LeafRow.kind == "snapshot", LeafRow.index >= size, LeafRow.index < held
    )
    for index in session.scalars(later.order_by(LeafRow.index)):
        entry = read_entry(files.read_tile, index, held)
        leaf = leaf_from_bytes(entry)
        if isinstance(leaf, SnapshotLeaf) and leaf.size == size:
            return index, entry
    return None


def _trust_members(files: RegistryFiles) -> dict[str, bytes]:
    return {f"trust/{version}": files.find_trust(version) or b"" for version in files.trust_versions()}


def _listed(services: "Services", session: Session, status_uri: str) -> _Listed | None:
    """Give a list with its snapshot's leaf; None before it is published."""
    found = find_list(services.files, status_uri)
    if found is None or found[1].place >= len(services.logs()):
        return None
    data, claims = found
    snapshot = _snapshot(services.files_at(claims.place), session, claims.place, claims.size)
    return (
        None if snapshot is None else _Listed(data=data, claims=claims, index=snapshot[0], entry=snapshot[1])
    )


def find_list(files: RegistryFiles, status_uri: str) -> tuple[bytes, StatusListClaims] | None:
    """Give a list of ours and its claims; None when it is missing or damaged."""
    uri = StatusUri.find(status_uri)
    data = None if uri is None else files.find_list(uri.series, uri.n)
    claims = None if data is None else read_claims(data)
    return None if data is None or claims is None else (data, claims)


@lru_cache(maxsize=64)
def read_claims(data: bytes) -> StatusListClaims | None:
    """Read one of our own lists; None when it is damaged: then it is as good as missing."""
    try:
        return read_status_list(data).unsafe_claims
    except MalformedError:
        return None
