"""The search tables of one holder, made from its marks and their profiles."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from keys.signed import read_mark, read_profile
from registry.models import MarkRow, OrganisationRow, ProfileRow, SearchGramRow, SearchKeyRow
from schemas.claims import MarkClaims
from schemas.errors import MalformedError
from verifier.search_keys import Key, grams, keys_of

__all__ = ["index_organisation"]

_Facts = tuple[MarkClaims, Mapping[str, Any] | None]


def index_organisation(session: Session, organisation: str) -> None:
    """Replace all search rows of a holder by what its marks and profiles say now; none of either, no rows."""
    marks = session.scalars(
        select(MarkRow).where(MarkRow.holder == organisation).order_by(MarkRow.place, MarkRow.index)
    ).all()
    numbers = [row.number for row in marks]
    profiles = {
        row.number: _document(row.raw)
        for row in session.scalars(select(ProfileRow).where(ProfileRow.number.in_(numbers)))
    }
    facts = [(read_mark(row.raw).unsafe_claims, profiles.get(row.number)) for row in marks]
    mine = select(SearchKeyRow.id).where(SearchKeyRow.organisation == organisation)
    session.execute(delete(SearchGramRow).where(SearchGramRow.key_id.in_(mine)))
    session.execute(delete(SearchKeyRow).where(SearchKeyRow.organisation == organisation))
    row = session.get(OrganisationRow, organisation)
    if not facts:
        if row is not None:
            session.delete(row)
        return
    if row is None:
        row = OrganisationRow(id=organisation)
        session.add(row)
    newest = facts[-1][0]
    row.name, row.name_latin = newest.name, newest.name_latin
    told: Mapping[str, Any] = next((profile for _, profile in reversed(facts) if profile), {})
    row.country, row.region = told.get("country"), told.get("region")
    session.flush()
    _write(session, organisation, _keys(facts))


def _document(raw: bytes) -> Mapping[str, Any] | None:
    try:
        return read_profile(raw).unsafe_claims.document
    except MalformedError:
        return None  # a profile is a courtesy: without it the mark is found by what it says itself


def _keys(facts: Sequence[_Facts]) -> list[Key]:
    """The keys of all marks; a name that the newest mark no longer bears is a former one."""
    newest = facts[-1][0]
    found = set(keys_of(*facts[-1]))
    borne = {key.text for key in found}
    for claims, profile in facts[:-1]:
        for key in keys_of(claims, profile):
            is_name = key.matched in ("name", "latin", "kana") and key.text not in borne
            is_former = is_name and claims.name != newest.name
            found.add(replace(key, matched="former") if is_former else key)
    return sorted(found)


def _write(session: Session, organisation: str, keys: Sequence[Key]) -> None:
    rows = [SearchKeyRow(organisation=organisation, matched=key.matched, key=key.text) for key in keys]
    session.add_all(rows)
    session.flush()
    parts = [
        {"gram": gram, "key_id": row.id}
        for row, key in zip(rows, keys, strict=True)
        if key.by_parts
        for gram in sorted(grams(key.text))
    ]
    if parts:
        session.execute(insert(SearchGramRow), parts)
