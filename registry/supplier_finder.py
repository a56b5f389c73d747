"""A `verifier.suppliers.finding.Finder` over the registry's own tables: who holds what, and who is called so.

Only what is published is given. The members of a group's mark are those of the list whose hash the mark names; the
search tables only say where to look.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from keys.signed import read_mark
from registry.models import MarkRow, OrganisationRow, SearchKeyRow
from registry.search import keys_sharing
from registry.services import Services
from schemas import cbor
from schemas.errors import MalformedError
from verifier.search_keys import fold_number, grams, question
from verifier.suppliers.finding import HeldMark, Holder

__all__ = ["SupplierFinder"]

ALIKE = 0.6  # of the parts of two names must be the same for one to be offered for the other
MAX_ENTITIES = 65536  # bytes of a list of a group's members
_SAME = 50  # holders of one name that are looked at
_NAMES = ("name", "latin", "kana", "former", "entity")  # of equal matches the one a holder bears comes first


class SupplierFinder:
    """Opens a session for each question, so that threads may share it. Raises what the database raises."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def mark(self, number: str) -> bytes | None:
        with self._services.sessions() as session:
            row = session.get(MarkRow, number)
        return None if row is None or row.logged_at is None else row.raw

    def marks_of(self, organisation: str) -> Sequence[HeldMark]:
        lists = select(SearchKeyRow.organisation).where(
            SearchKeyRow.key == fold_number(organisation), SearchKeyRow.matched == "entity"
        )
        asked = select(MarkRow).where(
            MarkRow.holder.in_([organisation]) | MarkRow.holder.in_(lists), MarkRow.logged_at.is_not(None)
        )
        with self._services.sessions() as session:
            rows = session.scalars(asked.order_by(MarkRow.place, MarkRow.index)).all()
        found = []
        for row in rows:
            if row.holder == organisation:
                found.append(HeldMark(mark=row.raw, matched="id"))
            elif organisation in self._entities(row):
                found.append(HeldMark(mark=row.raw, matched="entity"))
        return found

    def _entities(self, row: MarkRow) -> Sequence[str]:
        """The members of a group's mark; none where the list is missing or is not the one the mark names."""
        named = read_mark(row.raw).unsafe_claims.entities_sha256
        data = None if named is None else self._services.files.find_entities(row.number)
        if data is None or sha256(data).digest() != named:
            return ()
        try:
            listed = cbor.decode(data, max_size=MAX_ENTITIES)
        except MalformedError:
            return ()
        return [one for one in listed if type(one) is str] if type(listed) is list else ()

    def named(self, name: str, *, limit: int = 5) -> Sequence[Holder]:
        best: dict[str, tuple[float, str]] = {}
        with self._services.sessions() as session:
            for text in question(name).names:
                for holder, matched, score in _same(session, text) or _alike(session, text):
                    if score > best.get(holder, (0.0, ""))[0]:
                        best[holder] = score, matched
            ranked = sorted(best.items(), key=lambda one: (-one[1][0], one[0]))[:limit]
            chosen = select(OrganisationRow).where(OrganisationRow.id.in_([holder for holder, _ in ranked]))
            rows = {row.id: row for row in session.scalars(chosen)}
        return [
            Holder(id=row.id, name=row.name, name_latin=row.name_latin, matched=matched, score=score)
            for holder, (score, matched) in ranked
            if (row := rows.get(holder)) is not None
        ]


_COLUMNS = (SearchKeyRow.organisation, SearchKeyRow.matched, SearchKeyRow.key)


def _same(session: Session, text: str) -> list[tuple[str, str, float]]:
    """Holders that bear this very name once folded."""
    asked = select(*_COLUMNS).where(SearchKeyRow.key == text, SearchKeyRow.matched.in_(_NAMES)).limit(_SAME)
    return [(holder, matched, 1.0) for holder, matched, _ in _names(session, asked)]


def _alike(session: Session, text: str) -> Iterable[tuple[str, str, float]]:
    """Holders of a name that shares most of its parts with this one."""
    wanted = grams(text)
    pairs = sorted(part for part in wanted if len(part) == 2)
    keys = keys_sharing(session, pairs) if pairs else []
    asked = select(*_COLUMNS).where(SearchKeyRow.id.in_(keys), SearchKeyRow.matched.in_(_NAMES))
    for holder, matched, key in _names(session, asked):
        parts = grams(key)
        score = 2 * len(wanted & parts) / (len(wanted) + len(parts))
        if score >= ALIKE:
            yield holder, matched, min(score, 0.99)


def _names(session: Session, asked: Select[str, str, str]) -> list[tuple[str, str, str]]:
    """Run a question about names; the number of a group's member is a key too, and is found as a number only."""
    rows = [(holder, matched, key) for holder, matched, key in session.execute(asked)]
    named = [row for row in rows if row[1] != "entity" or not row[2].isdigit()]
    return sorted(named, key=lambda row: (_NAMES.index(row[1]), row[0]))
