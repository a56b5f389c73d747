"""What the tables hold about the objects of a body, read for many of them by one query each.

Nothing about marks, list entries and profiles is read before the door asks, and it asks only about objects whose
signature is good: whoever has no key costs the look for objects that are known, and nothing more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from keys.signed import read_mark
from registry.models import EventRow, LeafRow, MarkRow, ProfileRow
from registry.projection import read_state
from schemas.claims import EventClaims, MarkClaims
from schemas.profile import ProfileClaims
from verifier.fold import MarkState

__all__ = ["Claims", "Held", "Known", "find_known"]

Claims: TypeAlias = MarkClaims | EventClaims | ProfileClaims


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An object that is in the register already: at leaf `index` of the log at `place`, or a mark's profile."""

    kind: str
    number: str
    place: int | None
    index: int | None
    item: int = 0  # which object of the body


def find_known(session: Session, digests: Collection[bytes]) -> dict[bytes, Known]:
    """Find objects by their SHA-256; of two leaves with the same object the first counts.

    A leaf that the fold ignores, as since a compromise of its key, makes nothing known: its sender is told why.
    """
    here = [(row.place == LeafRow.place) & (row.index == LeafRow.index) for row in (MarkRow, EventRow)]
    leaves = (
        select(LeafRow.object_sha256, LeafRow.kind, LeafRow.number, LeafRow.place, LeafRow.index)
        .where(LeafRow.object_sha256.in_(digests))
        .where(exists().where(here[0]) | exists().where(here[1] & EventRow.effective))
        .order_by(LeafRow.place.desc(), LeafRow.index.desc())
    )
    profiles = select(ProfileRow.sha256, ProfileRow.number).where(ProfileRow.sha256.in_(digests))
    found = {
        digest: Known(kind="profile", number=number, place=None, index=None)
        for digest, number in session.execute(profiles)
    }
    for digest, kind, number, place, index in session.execute(leaves):
        if digest is not None:
            kind = "mark" if kind == "issue" else "event"
            found[digest] = Known(kind=kind, number=number or "", place=place, index=index)
    return found


class Held:
    """The tables' view of what these claims are about, as the log has it; questions about anything else find nothing."""

    def __init__(self, session: Session, claims: Sequence[Claims]) -> None:
        self._session, self._claims = session, claims
        self._entries: dict[str, frozenset[int]] = {}  # by the uri of a list

    def find_state(self, number: str) -> MarkState | None:
        row = self._marks.get(number)
        return None if row is None else read_state(row)

    def entities_hash(self, number: str) -> bytes | None:
        """Give claim 9 of a mark."""
        row = self._marks.get(number)
        return None if row is None else read_mark(row.raw).unsafe_claims.entities_sha256

    def find_profile(self, number: str) -> tuple[int, bytes] | None:
        """Give the `iat` and the SHA-256 of a mark's profile."""
        return self._profiles.get(number)

    def has_entry(self, uri: str, index: int) -> bool:
        """Whether an entry of a status list is some mark's."""
        if uri not in self._entries:
            marks = [one for one in self._claims if isinstance(one, MarkClaims) and one.status_uri == uri]
            wanted = [one.status_index for one in marks]
            taken = select(MarkRow.status_index).where(
                MarkRow.status_uri == uri, MarkRow.status_index.in_(wanted)
            )
            self._entries[uri] = frozenset(self._session.scalars(taken))
        return index in self._entries[uri]

    @cached_property
    def _marks(self) -> dict[str, MarkRow]:
        numbers = {str(one.number) for one in self._claims}
        numbers |= {
            str(one.successor) for one in self._claims if isinstance(one, EventClaims) and one.successor
        }
        rows = self._session.scalars(select(MarkRow).where(MarkRow.number.in_(numbers)))
        return {row.number: row for row in rows}

    @cached_property
    def _profiles(self) -> dict[str, tuple[int, bytes]]:
        numbers = {str(one.number) for one in self._claims if isinstance(one, ProfileClaims)}
        held = select(ProfileRow.number, ProfileRow.iat, ProfileRow.sha256)
        rows = self._session.execute(held.where(ProfileRow.number.in_(numbers)))
        return {number: (iat, digest) for number, iat, digest in rows}
