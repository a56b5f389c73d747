"""Two checks of one table: what changed, and what ends soon. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from verifier.watch.standing import Standing

__all__ = ["Change", "Kind", "Tone", "compare", "ending"]


class Kind(StrEnum):
    """What is no longer as it was, the weightiest first."""

    VERDICT = "verdict-changed"
    STATE = "state-changed"
    LEVEL = "level-changed"
    MARK = "mark-changed"
    SCOPE = "scope-changed"
    HOLDER = "holder-changed"
    LAST_DAY = "last-day-changed"
    REASONS = "reasons-changed"
    ENDS_SOON = "ends-soon"
    ADDED = "supplier-added"
    REMOVED = "supplier-removed"


class Tone(StrEnum):
    WORSE = "worse"
    OTHER = "other"
    BETTER = "better"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One supplier that stands otherwise than before; `before` or `after` is None for one that came or went."""

    kinds: tuple[Kind, ...]
    tone: Tone
    before: Standing | None
    after: Standing | None

    @property
    def standing(self) -> Standing:
        """As the supplier stands now, or stood last."""
        found = self.after or self.before
        if found is None:
            raise AssertionError("a change has at least one side")
        return found


_RANK = {"valid": 3, "undetermined": 2, "no-mark": 1, "invalid": 0}
_ORDER = {Tone.WORSE: 0, Tone.OTHER: 1, Tone.BETTER: 2}


def compare(
    before: Mapping[str, Standing],
    after: Mapping[str, Standing],
    *,
    then: date,
    today: date,
    within: int,
) -> list[Change]:
    """Give what changed between two checks by supplier's key, what got worse first.

    `then` and `today` are their days; a mark that ends in at most `within` days is a change on the first check that sees it so.
    """
    changes = [*_changes(before, after, then=then, today=today, within=within)]
    return sorted(changes, key=lambda one: _ORDER[one.tone])


def ending(standings: Sequence[Standing], *, today: date, within: int) -> list[Standing]:
    """Give the suppliers whose mark is in force and ends in at most `within` days, the nearest end first."""
    soon = [one for one in standings if _is_soon(one, today, within)]
    return sorted(soon, key=lambda one: one.last_day or "")


def _changes(
    before: Mapping[str, Standing], after: Mapping[str, Standing], *, then: date, today: date, within: int
) -> Iterator[Change]:
    for key, now in after.items():
        old = before.get(key)
        if old is None:
            yield Change(kinds=(Kind.ADDED,), tone=Tone.OTHER, before=None, after=now)
            continue
        kinds = [*_kinds(old, now)]
        if _is_soon(now, today, within) and not (
            _is_soon(old, then, within) and old.last_day == now.last_day
        ):
            kinds.append(Kind.ENDS_SOON)
        if kinds:
            yield Change(kinds=tuple(kinds), tone=_tone(old, now, kinds), before=old, after=now)
    for key, old in before.items():
        if key not in after:
            yield Change(kinds=(Kind.REMOVED,), tone=Tone.OTHER, before=old, after=None)


def _kinds(old: Standing, now: Standing) -> Iterator[Kind]:
    if old.verdict != now.verdict:
        yield Kind.VERDICT
    elif set(old.reasons) != set(now.reasons):
        yield Kind.REASONS
    if old.number is None or now.number is None:
        return  # of one of the two nothing is known: that is the verdict's change, and no mark's
    if (old.state, old.state_reason, old.successor) != (now.state, now.state_reason, now.successor):
        yield Kind.STATE
    if (old.partner, old.level) != (now.partner, now.level):
        yield Kind.LEVEL
    if old.number != now.number:
        yield Kind.MARK
    if (old.unit, old.scope) != (now.unit, now.scope):
        yield Kind.SCOPE
    if (old.holder, old.name) != (now.holder, now.name):
        yield Kind.HOLDER
    if old.last_day != now.last_day:
        yield Kind.LAST_DAY


def _tone(old: Standing, now: Standing, kinds: Sequence[Kind]) -> Tone:
    """By the verdict first; then by the level, then by what ends soon."""
    was, will = _RANK.get(old.verdict, 0), _RANK.get(now.verdict, 0)
    if was != will:
        return Tone.WORSE if will < was else Tone.BETTER
    # Between two schemes no level is the higher one.
    is_same_scheme = old.partner == now.partner
    if is_same_scheme and old.level is not None and now.level is not None and old.level != now.level:
        return Tone.WORSE if now.level < old.level else Tone.BETTER
    return Tone.WORSE if Kind.ENDS_SOON in kinds else Tone.OTHER


def _is_soon(one: Standing, today: date, within: int) -> bool:
    left = one.days_left(today)
    return left is not None and left <= within
