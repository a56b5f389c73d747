"""Which marks of the whole register are meant: by who assessed them, whose key signed them, who holds them.

For the day an assessor is struck off or a key was misused: the officer looks at the list, then hands it to `suspend` or
`revoke`. Read from a register file, so that what is chosen from was authenticated, and is all there is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from issuer.home import Home
from issuer.judge import FINAL
from issuer.sync import read_register
from keys.signed import read_mark
from schemas.claims import MarkClaims
from schemas.leaves import IssueLeaf, leaf_from_bytes
from schemas.times import last_day
from verifier.fold import Fold, MarkState

__all__ = ["Asked", "Chosen", "choose"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a mark must be; None is not asked. `kid` is 16 hex digits."""

    assessor: str | None = None
    owner: str | None = None
    kid: str | None = None
    holder: str | None = None
    level: int | None = None

    def fits(self, claims: MarkClaims, state: MarkState, kid: bytes) -> bool:
        found = (claims.assessor, state.owner, kid.hex(), str(claims.holder), claims.level)
        wanted = (self.assessor, self.owner, self.kid, self.holder, self.level)
        return all(want is None or want == one for want, one in zip(wanted, found, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One mark that is meant, and how it stands."""

    number: str
    display: str
    holder: str
    name: str
    level: int
    owner: str
    assessor: str | None
    status: str
    last_day: str

    def to_line(self) -> str:
        by = f"{self.owner}, {self.assessor}" if self.assessor else self.owner
        return f"{self.number}  ★{self.level}  {self.last_day}  {self.status}  {self.holder}  {self.name}  ({by})"


def choose(home: Home, path: Path, asked: Asked, *, now: int) -> Iterator[Chosen]:
    """Give the marks in a register file that fit and that an event could still change.

    Raises SyncError, HomeError, OSError.
    """
    home, leaves, _ = read_register(home, path)
    fold = Fold(document=home.document)
    entries = {}
    for place, index, entry in leaves:
        fold.apply(entry, place=place, index=index)
        entries[place, index] = entry
    for state in fold.marks.values():
        leaf = leaf_from_bytes(entries[state.place, state.index])
        if not isinstance(leaf, IssueLeaf) or state.status.slug in FINAL:
            continue
        mark = read_mark(leaf.mark)
        claims = mark.unsafe_claims  # the fold has verified what it keeps
        if claims.exp > now and asked.fits(claims, state, mark.header.kid):
            yield Chosen(
                number=state.number,
                display=claims.number.display,
                holder=state.holder,
                name=claims.name,
                level=claims.level,
                owner=state.owner,
                assessor=claims.assessor,
                status=state.status.slug,
                last_day=last_day(claims.exp, offset=home.document.scheme.offset),
            )
