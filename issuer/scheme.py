"""The scheme file: what may be issued, by whom assessed, for how long. Data, never code.

    id, names, timezone, fiscal_year_start, demonstration
    [editions."…"]  names from until
    [levels.N]      issue refusal assessment months renew_from_days display_mark rules_of_use evidence
                    qualifications training_max_months confirm_every_months overdue
    [units]         allowed
    [limits]        assessed_oldest_days valid_from_future_days may_be_shorter
    [[assessors]]   code names levels from until contact
    [targets."FY2027"]

An unknown key is an error: a rule that is misspelt must not be a rule that is not applied.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import date

from issuer.columns import COLUMNS
from schemas.claims import Assessment, Unit
from schemas.errors import MalformedError
from schemas.strict_json import Node

__all__ = ["Assessor", "Edition", "Level", "Limits", "Qualification", "SchemeError", "SchemeFile"]

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,31}", re.ASCII)
_OFFSET = re.compile(r"[+-][0-9]{2}:[0-9]{2}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)
_YEAR = re.compile(r"FY[0-9]{4}", re.ASCII)
_ASSESSMENTS = {one.slug: one for one in Assessment}
_UNITS = {one.slug: one for one in Unit}


class SchemeError(Exception):
    """The scheme file cannot be used; names the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    names: dict[str, str]
    start: date
    until: date | None  # the first day on which nobody is assessed against it any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """An expert's qualification; a draft may say its code or any of its names."""

    code: str
    names: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """`months`: longest validity. `evidence`: columns a draft must fill. `refusal`: why it is not issued here."""

    issue: bool
    refusal: dict[str, str]
    assessment: Assessment | None
    months: int
    renew_from_days: int
    display_mark: bool
    rules_of_use: str | None
    evidence: tuple[str, ...]
    qualifications: tuple[Qualification, ...]
    training_max_months: int | None
    confirm_every_months: int | None
    overdue: str  # "show" | "suspend": what becomes of a mark whose confirmation is missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    assessed_oldest_days: int
    valid_from_future_days: int
    may_be_shorter: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessor:
    """An assessing organisation, by the code that stands in a mark."""

    code: str
    names: dict[str, str]
    levels: frozenset[int]
    start: date
    until: date | None
    contact: str | None

    def may_assess(self, level: int, day: date) -> bool:
        return level in self.levels and self.start <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeFile:
    """A scheme's rules. `offset`: seconds east of UTC, the boundary of its days."""

    id: str
    names: dict[str, str]
    offset: int
    fiscal_year_start: int
    demonstration: bool
    editions: dict[str, Edition]
    levels: dict[int, Level]
    units: frozenset[Unit]
    limits: Limits
    assessors: dict[str, Assessor]
    targets: dict[str, dict[int, int]]

    @classmethod
    def from_toml(cls, text: str) -> "SchemeFile":
        """Read a scheme file. Raises SchemeError."""
        try:
            return _scheme(Node(tomllib.loads(text)))
        except tomllib.TOMLDecodeError as error:
            raise SchemeError(f"not TOML: {error}") from None
        except MalformedError as error:
            raise SchemeError(str(error)) from None

    def level(self, number: int) -> Level | None:
        return self.levels.get(number)


def _scheme(top: Node) -> SchemeFile:
    found = top.members(
        ("id", "names", "timezone", "editions", "levels", "units", "limits"),
        ("fiscal_year_start", "demonstration", "assessors", "targets"),
    )
    assessors = [_assessor(node) for node in _default(found, "assessors", []).items()]
    if len({one.code for one in assessors}) != len(assessors):
        found["assessors"].refuse("a code stands twice")
    units = found["units"].members(("allowed",))["allowed"].items(at_least=1)
    return SchemeFile(
        id=found["id"].match(_ID, "jp-scs"),
        names=_names(found["names"]),
        offset=_offset(found["timezone"]),
        fiscal_year_start=_default(found, "fiscal_year_start", 4).integer(at_least=1, at_most=12),
        demonstration=_flag(_default(found, "demonstration", False)),
        editions={name: _edition(node) for name, node in found["editions"].any_members().items()},
        levels={
            _level_number(node, name): _level(node) for name, node in found["levels"].any_members().items()
        },
        units=frozenset(_UNITS[_choice(node, tuple(_UNITS))] for node in units),
        limits=_limits(found["limits"]),
        assessors={one.code: one for one in assessors},
        targets={
            _year(node, name): _target(node)
            for name, node in _default(found, "targets", {}).any_members().items()
        },
    )


def _edition(node: Node) -> Edition:
    found = node.members(("names", "from"), ("until",))
    return Edition(names=_names(found["names"]), start=_date(found["from"]), until=_until(found))


def _level(node: Node) -> Level:
    may_be = (
        "refusal",
        "assessment",
        "months",
        "renew_from_days",
        "display_mark",
        "rules_of_use",
        "evidence",
    )
    found = node.members(
        ("issue",), (*may_be, "qualifications", "training_max_months", "confirm_every_months", "overdue")
    )
    issue = _flag(found["issue"])
    for name in ("assessment", "months", "evidence") if issue else ("refusal",):
        if name not in found:
            node.refuse(f"missing {name}, with issue = {str(issue).lower()}")
    evidence = _default(found, "evidence", [])
    return Level(
        issue=issue,
        refusal=_names(found["refusal"]) if "refusal" in found else {},
        assessment=_ASSESSMENTS[_choice(found["assessment"], tuple(_ASSESSMENTS))] if issue else None,
        months=_default(found, "months", 0).integer(at_least=int(issue), at_most=120),
        renew_from_days=_default(found, "renew_from_days", 90).integer(at_most=1000),
        display_mark=_flag(_default(found, "display_mark", True)),
        rules_of_use=found["rules_of_use"].text() if "rules_of_use" in found else None,
        evidence=tuple(_choice(item, tuple(COLUMNS)) for item in evidence.items()),
        qualifications=tuple(_qualification(item) for item in _default(found, "qualifications", []).items()),
        training_max_months=_months(found, "training_max_months"),
        confirm_every_months=_months(found, "confirm_every_months"),
        overdue=_choice(_default(found, "overdue", "show"), ("show", "suspend")),
    )


def _qualification(node: Node) -> Qualification:
    found = node.members(("code", "names"))
    return Qualification(code=found["code"].text(), names=_names(found["names"]))


def _limits(node: Node) -> Limits:
    found = node.members(("assessed_oldest_days", "valid_from_future_days", "may_be_shorter"))
    return Limits(
        assessed_oldest_days=found["assessed_oldest_days"].integer(at_most=3660),
        valid_from_future_days=found["valid_from_future_days"].integer(at_most=3660),
        may_be_shorter=_flag(found["may_be_shorter"]),
    )


def _assessor(node: Node) -> Assessor:
    found = node.members(("code", "names", "levels", "from"), ("until", "contact"))
    return Assessor(
        code=found["code"].match(_CODE, "AB01"),
        names=_names(found["names"]),
        levels=frozenset(item.integer(at_least=1, at_most=9) for item in found["levels"].items(at_least=1)),
        start=_date(found["from"]),
        until=_until(found),
        contact=found["contact"].text() if "contact" in found else None,
    )


def _target(node: Node) -> dict[int, int]:
    return {_level_number(item, name): item.integer() for name, item in node.any_members().items()}


def _year(node: Node, name: str) -> str:
    Node(name, node.path).match(_YEAR, "FY2027")
    return name


def _default(found: dict[str, Node], name: str, value: object) -> Node:
    return found.get(name, Node(value, f"/{name}"))


def _months(found: dict[str, Node], name: str) -> int | None:
    return found[name].integer(at_least=1, at_most=120) if name in found else None


def _flag(node: Node) -> bool:
    if type(node.value) is not bool:
        node.refuse("expected true or false")
    return node.value


def _choice(node: Node, choices: tuple[str, ...]) -> str:
    if node.value not in choices:
        node.refuse(f"expected one of {', '.join(choices)}")
    return str(node.value)


def _date(node: Node) -> date:
    if type(node.value) is not date:  # a datetime is a date, too, and not meant
        node.refuse("expected a date, written 2027-03-31 without quotes")
    return node.value


def _until(found: dict[str, Node]) -> date | None:
    return _date(found["until"]) if "until" in found else None


def _names(node: Node) -> dict[str, str]:
    names = {language: item.text(max_bytes=1024) for language, item in node.any_members().items()}
    if not {"ja", "en"} <= names.keys() or any(not _LANGUAGE.fullmatch(language) for language in names):
        node.refuse('expected the languages: {ja = "…", en = "…"}')
    return names


def _level_number(node: Node, name: str) -> int:
    if not re.fullmatch("[1-9]", name):
        node.refuse("a level is 1 to 9")
    return int(name)


def _offset(node: Node) -> int:
    text = node.match(_OFFSET, "+09:00, a fixed offset")
    return (1 if text[0] == "+" else -1) * (int(text[1:3]) * 3600 + int(text[4:]) * 60)
