"""Who is meant by what somebody typed: exact before prefix before shared parts.

Every step reads a bounded range of an index, so that a search at a million holders costs what it costs
at a thousand; a question that fits very many is answered with some of them, and asks to be narrowed.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.models import MarkRow, OrganisationRow, SearchGramRow, SearchKeyRow
from registry.search_index import index_organisation
from schemas.status_list import Status
from verifier.search_keys import Question, grams, question

__all__ = [
    "STATES",
    "CursorError",
    "Filters",
    "Hit",
    "Page",
    "countries",
    "index_organisation",
    "keys_sharing",
    "search",
]

STATES = ("valid", "suspended", "revoked", "superseded", "expired", "not-yet-valid", "being-published")

_AT_MOST = 200  # rows an exact or prefix step reads
_POSTINGS = 600  # rows read of one gram
_RAREST = 4  # grams whose postings are read
_BY_PARTS = 200  # keys compared in full
_WINDOW = 2_000  # holders a page without a question looks through
_MOST_GRAMS = 32
# Of equal matches the name a holder bears comes first, then what it bore, then what belongs to it.
_RANK = {"id": 0.0, "number": 0.0, "name": 0.0, "kana": 0.01, "latin": 0.01, "former": 0.03, "entity": 0.05}


class CursorError(ValueError):
    """The cursor was not made here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Level, state and holder's country; a mark has to fit level and state at once. None asks nothing."""

    level: int | None = None
    state: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A holder found. `score`: 1 exact, from 0.6 prefix, below by shared parts; a guide, not a likelihood."""

    id: str
    name: str
    name_latin: str | None
    country: str | None
    matched: str | None
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some hits, best first; `next` goes on, and is None at the end."""

    hits: tuple[Hit, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    organisation: str
    matched: str
    score: float


def search(
    session: Session,
    typed: str,
    *,
    now: int,
    filters: Filters | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Find holders. Without a question all that fit the filters, by number. Raises CursorError."""
    filters = filters or Filters()
    after = None if cursor is None else _read_cursor(cursor)
    asked = question(typed)
    if not asked.numbers and not asked.names:
        return Page(hits=(), next=None) if typed.strip() else _browse(session, filters, after, limit, now)
    ranked = sorted(_matches(session, asked).values(), key=lambda match: (-match.score, match.organisation))
    if after is not None:
        ranked = [match for match in ranked if (-match.score, match.organisation) > (-after[0], after[1])]
    if filters == Filters():
        ranked = ranked[: limit + 1]
    fitting = _fitting(session, [match.organisation for match in ranked], filters, now)
    found = [match for match in ranked if match.organisation in fitting]
    hits = tuple(_hit(fitting[match.organisation], match.matched, match.score) for match in found[:limit])
    return Page(hits=hits, next=_cursor(hits[-1]) if len(found) > limit else None)


def countries(session: Session) -> list[str]:
    """Give the countries holders have, each found by one step in the index."""
    found: list[str] = []
    beyond = ""
    while one := session.scalar(
        select(func.min(OrganisationRow.country)).where(OrganisationRow.country > beyond)
    ):
        found.append(one)
        beyond = one
    return found


def _matches(session: Session, asked: Question) -> dict[str, _Match]:
    best: dict[str, _Match] = {}

    def keep(organisation: str, matched: str, score: float) -> None:
        score = round(score - _RANK[matched], 3)
        if organisation not in best or score > best[organisation].score:
            best[organisation] = _Match(organisation=organisation, matched=matched, score=score)

    columns = (SearchKeyRow.organisation, SearchKeyRow.matched, SearchKeyRow.key)
    texts = (*asked.numbers, *asked.names)
    for organisation, matched, _ in session.execute(
        select(*columns).where(SearchKeyRow.key.in_(texts)).limit(_AT_MOST)
    ):
        keep(organisation, matched, 1.0)
    for begun in texts:
        for organisation, matched, key in session.execute(
            select(*columns)
            .where(_begins(SearchKeyRow.key, begun))
            .order_by(SearchKeyRow.key)
            .limit(_AT_MOST)
        ):
            keep(organisation, matched, 0.65 + 0.3 * len(begun) / len(key) if key != begun else 1.0)
    is_exact = any(match.score >= 0.99 and match.matched in ("id", "number") for match in best.values())
    if asked.names and len(best) < _BY_PARTS and not is_exact:
        bare = asked.names[-1]
        wanted = frozenset(gram for gram in grams(bare) if len(gram) == 2)
        for organisation, matched, key in session.execute(_by_parts(session, bare, sorted(wanted))):
            keep(organisation, matched, _likeness(wanted, key))
    return {one: match for one, match in best.items() if match.score > 0}


def _by_parts(session: Session, bare: str, wanted: Sequence[str]) -> Select[str, str, str]:
    if wanted:
        keys = keys_sharing(session, wanted)
    else:
        begins = select(SearchGramRow.key_id).where(_begins(SearchGramRow.gram, bare)).limit(_BY_PARTS)
        keys = list(session.scalars(begins))
    return select(SearchKeyRow.organisation, SearchKeyRow.matched, SearchKeyRow.key).where(
        SearchKeyRow.id.in_(keys)
    )


# Written out, since building them from expressions anew for every question costs more than answering it. `{n}` is a number.
_COUNT = (
    "SELECT {n} AS place, count(*) AS found FROM"
    " (SELECT 1 AS one FROM search_grams WHERE gram = :gram{n} LIMIT :most) AS counted{n}"
)
_KEYS = (
    "SELECT key_id FROM"
    " (SELECT key_id FROM search_grams WHERE gram = :gram{n} ORDER BY key_id LIMIT :most) AS keys{n}"
)
_MOST = (
    "SELECT key_id FROM ({together}) AS together GROUP BY key_id ORDER BY count(*) DESC, key_id LIMIT :best"
)


def keys_sharing(session: Session, wanted: Sequence[str]) -> list[int]:
    """The keys that share most of the rarest of these bigrams; how rare is counted up to a bound."""
    wanted = wanted[:_MOST_GRAMS]
    values: dict[str, object] = {f"gram{place}": gram for place, gram in enumerate(wanted)} | {
        "most": _POSTINGS
    }
    asked = text(" UNION ALL ".join(_COUNT.format(n=place) for place in range(len(wanted))))
    counts = sorted((found, place) for place, found in session.execute(asked, values) if found)
    rarest = [place for _, place in counts[:_RAREST]]
    if not rarest:
        return []
    most = _MOST.format(together=" UNION ALL ".join(_KEYS.format(n=place) for place in rarest))
    chosen = {f"gram{place}": wanted[place] for place in rarest}
    return list(session.scalars(text(most), chosen | {"most": _POSTINGS, "best": _BY_PARTS}))


def _likeness(wanted: frozenset[str], key: str) -> float:
    """Below 0.6; 0.0 where less than half of what was typed stands in the key."""
    if not wanted:
        return 0.3 / len(key) + 0.2
    shared = sum(gram in key for gram in wanted)
    contained = shared / len(wanted)
    if contained < 0.5:
        return 0.0
    held = len({key[at : at + 2] for at in range(len(key) - 1)})
    return 0.3 * contained + 0.28 * shared / max(held, len(wanted))


def _browse(
    session: Session, filters: Filters, after: tuple[float, str] | None, limit: int, now: int
) -> Page:
    if filters == Filters():
        return Page(hits=(), next=None)
    start = "" if after is None else after[1]
    window = session.scalars(
        select(OrganisationRow.id)
        .where(OrganisationRow.id > start)
        .order_by(OrganisationRow.id)
        .limit(_WINDOW)
    ).all()
    fitting = _fitting(session, window, filters, now)
    shown = [fitting[one] for one in window if one in fitting]
    hits = tuple(_hit(row, None, 0.0) for row in shown[:limit])
    if len(shown) > limit:
        return Page(hits=hits, next=_cursor(hits[-1]))
    return Page(hits=hits, next=_encode(0.0, window[-1]) if len(window) == _WINDOW else None)


def _fitting(
    session: Session, organisations: Sequence[str], filters: Filters, now: int
) -> dict[str, OrganisationRow]:
    conditions: list[ColumnElement[bool]] = [OrganisationRow.id.in_(organisations)]
    if filters.country is not None:
        conditions.append(OrganisationRow.country == filters.country)
    of_mark: list[ColumnElement[bool]] = []
    if filters.level is not None:
        of_mark.append(MarkRow.level == filters.level)
    if filters.state is not None:
        of_mark.append(_in_state(filters.state, now))
    if of_mark:
        conditions.append(
            select(MarkRow.number).where(MarkRow.holder == OrganisationRow.id, *of_mark).exists()
        )
    return {row.id: row for row in session.scalars(select(OrganisationRow).where(*conditions))}


def _in_state(state: str, now: int) -> ColumnElement[bool]:
    """The order of states is that of docs/format.md §8: what ended a mark comes before its dates."""
    if state == "being-published":
        return MarkRow.logged_at.is_(None)
    published = MarkRow.logged_at.is_not(None)
    if state in ("suspended", "revoked", "superseded"):
        return and_(published, MarkRow.status == Status[state.upper()].value)
    sound = and_(published, MarkRow.status == Status.VALID.value)
    return {
        "valid": and_(sound, MarkRow.valid_from <= now, MarkRow.valid_until > now),
        "expired": and_(sound, MarkRow.valid_until <= now),
        "not-yet-valid": and_(sound, MarkRow.valid_from > now),
    }.get(state, or_(False))


def _begins(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """A range of the index instead of LIKE: nothing to escape, and never a scan. Code point order is meant."""
    last = ord(text[-1])
    following = 0xE000 if last == 0xD7FF else last + 1
    beyond = text[:-1] + chr(following) if following <= 0x10FFFF else None
    start = column >= text
    return start if beyond is None else and_(start, column < beyond)


def _hit(row: OrganisationRow, matched: str | None, score: float) -> Hit:
    return Hit(
        id=row.id,
        name=row.name,
        name_latin=row.name_latin,
        country=row.country,
        matched=matched,
        score=score,
    )


def _cursor(hit: Hit) -> str:
    return _encode(hit.score, hit.id)


def _encode(score: float, organisation: str) -> str:
    return urlsafe_b64encode(json.dumps([score, organisation]).encode()).decode().rstrip("=")


def _read_cursor(text: str) -> tuple[float, str]:
    try:
        score, organisation = json.loads(urlsafe_b64decode(text[:200] + "=" * (-len(text[:200]) % 4)))
        return float(score), str(organisation)
    except (ValueError, TypeError) as error:
        raise CursorError("this cursor does not come from here") from error
