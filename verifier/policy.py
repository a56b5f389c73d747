"""What the asker wants of a mark, beyond its being real (docs/format.md §8 check 7; `policy.toml`)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from types import NoneType
from typing import Any

from schemas.claims import MarkClaims
from schemas.errors import MalformedError
from schemas.folding import folded
from schemas.organisation_id import OrganisationId
from schemas.times import DAY
from verifier.report import Reason, Refused

__all__ = ["Accept", "Policy", "PolicyError", "check_policy", "parse_duration", "policy_from_file"]


class PolicyError(ValueError):
    """A policy that cannot be applied; says what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """Levels accepted of one scheme. Levels of different schemes are never compared."""

    scheme: str
    levels: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything left None is not asked. `max_status_age` is in seconds. Raises PolicyError for what could never be met.

    `organisation` is written as a mark has it, `0188:7000012050002`; `policy_from_table` takes it as people write it.
    """

    organisation: str | None = None
    min_level: int | None = None
    schemes: frozenset[str] | None = None
    accept: tuple[Accept, ...] = ()
    issuers: frozenset[str] | None = None
    assessment: frozenset[str] | None = None
    units: frozenset[str] | None = None
    scope_contains: str | None = None
    also_in_scope: tuple[str, ...] = ()  # further words the scope must say; for supplier files: the row's own
    valid_until_at_least: date | None = None
    valid_until_column: str | None = None  # for supplier files: the column that holds the date
    max_status_age: int | None = None

    def __post_init__(self) -> None:
        for name in ("schemes", "issuers", "assessment", "units"):
            if isinstance(getattr(self, name), str):  # a part of one text would count as one of several
                raise PolicyError(f"{name} takes a set of texts, not one text")
        for name in ("min_level", "max_status_age"):
            if type(getattr(self, name)) not in (int, NoneType):
                raise PolicyError(f"{name} takes a whole number")
        if not isinstance(self.valid_until_at_least, date | None):
            raise PolicyError("valid_until_at_least takes a date")
        if self.organisation is not None and self.organisation != _canonical(self.organisation):
            raise PolicyError(f"organisation takes an id as marks have it: {_canonical(self.organisation)}")


def _canonical(organisation: str) -> str:
    try:
        return str(OrganisationId.read_loosely(organisation))
    except (MalformedError, TypeError, AttributeError) as error:
        raise PolicyError(f"organisation takes an id such as 0188:7000012050002 ({error})") from error


def check_policy(claims: MarkClaims, owner: str, policy: Policy, *, offset: int) -> Refused | None:
    """Judge verified claims; `offset` is the scheme's, in which a date is a whole day."""
    if policy.organisation is not None and policy.organisation != str(claims.holder):
        return Refused(Reason.POLICY_ORGANISATION, f"the mark is held by {claims.holder}, {claims.name}")
    if not _level_accepted(claims, policy):
        least = "" if policy.min_level is None else f"; at least {policy.min_level} is asked"
        detail = f"level {claims.level} of {claims.scheme}, {claims.assessment.slug}{least}"
        is_lower = policy.min_level is not None and claims.level < policy.min_level
        return Refused(Reason.POLICY_LEVEL, detail, fact=str(policy.min_level) if is_lower else "")
    if policy.units is not None and claims.unit.slug not in policy.units:
        return Refused(Reason.POLICY_SCOPE, f"the mark is for a {claims.unit.slug}")
    asked = (
        policy.also_in_scope
        if policy.scope_contains is None
        else (policy.scope_contains, *policy.also_in_scope)
    )
    if asked:
        said = [folded(claims.statement) or "", folded(claims.statement_latin or "") or ""]
        for words in asked:
            wanted = folded(words)
            if wanted is None or not any(wanted in one for one in said):
                return Refused(Reason.POLICY_SCOPE, f"the scope does not say {words!r}", fact=words)
    if policy.valid_until_column is not None:
        # Whoever reads a table puts the row's day in its place; without one, what was asked is not met.
        return Refused(
            Reason.POLICY_UNTIL, f"the day stands in column {policy.valid_until_column!r} of a table"
        )
    if policy.valid_until_at_least is not None:
        zone = timezone(timedelta(seconds=offset))
        begins = datetime.combine(policy.valid_until_at_least, time.min, zone)
        if claims.exp < begins.timestamp() + DAY:
            day = policy.valid_until_at_least.isoformat()
            return Refused(Reason.POLICY_UNTIL, f"ends before {day} is over", fact=day)
    if policy.issuers is not None and owner not in policy.issuers:
        return Refused(Reason.POLICY_ISSUER, f"issued by {owner}", fact=owner)
    return None


def _level_accepted(claims: MarkClaims, policy: Policy) -> bool:
    if policy.min_level is not None and claims.level < policy.min_level:
        return False
    if policy.schemes is not None and claims.scheme not in policy.schemes:
        return False
    if policy.accept and not any(
        a.scheme == claims.scheme and claims.level in a.levels for a in policy.accept
    ):
        return False
    return policy.assessment is None or claims.assessment.slug in policy.assessment


def policy_from_file(path: Path) -> Policy:
    """Read policy.toml. Raises PolicyError naming the key and what it takes; OSError when unreadable."""
    import tomllib

    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:  # no UTF-8, no TOML, a number or a depth beyond all measure
        raise PolicyError(f"{path}: not TOML: {error}") from error
    return policy_from_table(table)


def policy_from_table(table: dict[str, Any]) -> Policy:
    """Read the same keys from a table. Raises PolicyError."""
    version = table.get("version")
    if type(version) is not int or version != 1:
        raise PolicyError("a policy begins with version = 1")
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key == "version":
            continue
        if key not in _KEYS:
            raise PolicyError(f"unknown key {key!r}; known are {', '.join(sorted(_KEYS))}")
        values |= _KEYS[key](key, value)
    return Policy(**values)


def parse_duration(text: str) -> int:
    """Read "90s", "30m", "24h", "7d" as seconds. Raises PolicyError."""
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", text, re.ASCII)
    if found is None:
        raise PolicyError(f"{text!r} is no duration; write for example 90s, 30m, 24h or 7d")
    return int(found[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[found[2]]


def _level(key: str, value: Any) -> dict[str, Any]:
    if type(value) is not int or not 1 <= value <= 9:
        raise PolicyError(f"{key} takes a level from 1 to 9")
    return {key: value}


def _texts(key: str, value: Any, allowed: tuple[str, ...] = ()) -> frozenset[str]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not listed or not all(isinstance(one, str) for one in listed):
        raise PolicyError(f"{key} takes a list of texts")
    if allowed and not set(listed) <= set(allowed):
        raise PolicyError(f"{key} takes {', '.join(allowed)}")
    return frozenset(listed)


def _organisation(key: str, value: Any) -> dict[str, Any]:
    return {key: _canonical(value)}


def _scope(key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, str) or not value:
        raise PolicyError(f"{key} takes a text")
    return {key: value}


def _until(key: str, value: Any) -> dict[str, Any]:
    if isinstance(value, date) and not isinstance(value, datetime):
        return {key: value}
    if isinstance(value, str) and value.startswith("column:") and value != "column:":
        return {"valid_until_column": value.removeprefix("column:")}
    try:
        return {key: date.fromisoformat(value)}
    except (ValueError, TypeError) as error:
        raise PolicyError(f"{key} takes a date such as 2027-03-31, or column:NAME") from error


def _accept(key: str, value: Any) -> dict[str, Any]:
    accepted = [_accepted(one) for one in value] if isinstance(value, list) else []
    found = tuple(one for one in accepted if one is not None)
    if not found or len(found) < len(accepted):  # an empty list would ask for nothing, and look as if it did
        raise PolicyError(f"[[{key}]] takes scheme and levels, for example levels = [3, 4]")
    return {key: found}


def _accepted(entry: Any) -> Accept | None:
    match entry:
        case {"scheme": str(scheme), "levels": [_, *_] as levels} if len(entry) == 2:
            if all(type(level) is int and 1 <= level <= 9 for level in levels):
                return Accept(scheme=scheme, levels=frozenset(levels))
    return None


def _age(key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, str):
        raise PolicyError(f"{key} takes a duration such as 24h")
    return {key: parse_duration(value)}


_UNITS = ("legal-entity", "group", "division")
_ASSESSMENTS = ("expert-confirmed", "third-party")
_KEYS: dict[str, Callable[[str, Any], dict[str, Any]]] = {
    "min_level": _level,
    "schemes": lambda key, value: {key: _texts(key, value)},
    "accept": _accept,
    "issuers": lambda key, value: {key: _texts(key, value)},
    "organisation": _organisation,
    "assessment": lambda key, value: {key: _texts(key, value, _ASSESSMENTS)},
    "units": lambda key, value: {key: _texts(key, value, _UNITS)},
    "scope_contains": _scope,
    "valid_until_at_least": _until,
    "max_status_age": _age,
}
