"""What one cell says: text to value, or a named fault. Nothing here depends on the scheme or the day.

Spreadsheets damage cells in known ways. What can be read in one way only is read; what has lost something is
named, never repaired: a digit that was guessed would be signed.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

from issuer.choices import AFFILIATIONS, ASSESSMENTS, COUNTRIES, KINDS, UNITS
from issuer.problems import CellError
from issuer.texts import read_kana, read_latin, read_text
from schemas.claims import Assessment, Unit, entities_hash_input
from schemas.errors import MalformedError
from schemas.mark_number import BadMarkNumberError, MarkNumber
from schemas.organisation_id import BadOrganisationIdError, OrganisationId
from schemas.profile import check_profile_document
from verifier.suppliers.cells import is_lost_number, read_day, read_level

__all__ = ["PARSERS", "canonical"]

Parser = Callable[[str], Any]

_DRAFT_ID = re.compile(r"[^\s=+\-@#'\"][^\"]*")


def _draft_id(text: str) -> str:
    if is_lost_number(text):
        raise CellError("spreadsheet-number", f"{text} is what a spreadsheet made of a long number")
    value = read_text(text)
    if len(value) > 80 or not _DRAFT_ID.fullmatch(value):
        raise CellError(
            "bad-draft-id", "at most 80 characters, without quotation marks, not beginning with = + - @ #"
        )
    return value


def _organisation(text: str) -> OrganisationId:
    try:
        return OrganisationId.read_loosely(text)
    except BadOrganisationIdError as error:
        raise CellError(error.fault, error.problem) from None


def _choice(table: dict[str, Any]) -> Parser:
    def parse(text: str) -> Any:
        folded = unicodedata.normalize("NFKC", text).strip().casefold().replace(" ", "-").replace("_", "-")
        if folded not in table:
            raise CellError("bad-choice", f"{text[:40]!r} is none of {', '.join(table)}")
        return table[folded]

    return parse


def _country(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).strip().upper()
    code = {"日本": "JP", "日本国": "JP", "JAPAN": "JP"}.get(folded, folded)
    if code not in COUNTRIES:
        raise CellError("bad-country", f"{text[:40]!r} is no country code of ISO 3166-1")
    return code


def _region(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).strip().upper()
    if not re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{1,3}", folded):
        raise CellError("bad-region", f"{text[:40]!r} is no code of ISO 3166-2")
    return folded


def _code(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).strip().upper()
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{0,31}", folded):
        raise CellError("bad-code", f"{text[:40]!r} is no code of an assessing organisation")
    return folded


def _number(text: str) -> MarkNumber:
    try:
        return MarkNumber.from_text(text)
    except BadMarkNumberError as error:
        raise CellError("bad-mark-number", error.problem) from None


def _parts(text: str) -> list[list[str]]:
    one_width = text.translate({ord("；"): ";", ord("｜"): "|", ord("："): ":"})
    return [[part.strip() for part in item.split("|")] for item in one_width.split(";") if item.strip()]


def _other_names(text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for item in _parts(text):
        kind, colon, name = "|".join(item).partition(":")
        if not colon or kind.strip().casefold() not in KINDS:
            raise CellError(
                "bad-list", f"{'|'.join(item)[:60]!r} does not begin with former:, trading: or other-script:"
            )
        found.append((KINDS[kind.strip().casefold()], read_text(name.strip())))
    return tuple(found)


def _entities(text: str) -> tuple[tuple[str, str, str | None], ...]:
    found = []
    for item in _parts(text):
        if len(item) not in (2, 3):
            raise CellError("bad-list", f"{'|'.join(item)[:60]!r} is not id|name or id|name|latin")
        latin = read_latin(item[2]) if len(item) == 3 and item[2] else None
        found.append((str(_organisation(item[0])), read_text(item[1]), latin))
    try:
        entities_hash_input([one[0] for one in found])
    except MalformedError as error:
        raise CellError("duplicate-entity", error.problem) from None
    if len(found) > 500:
        raise CellError("bad-list", f"{len(found)} entities; 500 are permitted")
    return tuple(sorted(found, key=lambda one: one[0].encode()))


def _related(text: str) -> tuple[tuple[str, str, str | None], ...]:
    found = []
    for item in _parts(text):
        if len(item) not in (2, 3):
            raise CellError(
                "bad-list", f"{'|'.join(item)[:60]!r} is not scheme|reference or scheme|reference|day"
            )
        until = read_day(item[2]).isoformat() if len(item) == 3 and item[2] else None
        found.append((read_text(item[0]), read_text(item[1]), until))
    return tuple(found)


def _web(text: str) -> str:
    value = read_text(text)
    try:
        check_profile_document({"country": "JP", "web": value}, "")
    except MalformedError as error:
        raise CellError("bad-address", error.problem) from None
    return value


def _mail(text: str) -> str:
    value = unicodedata.normalize("NFKC", text).strip()
    if not re.fullmatch(r"[^@\s<>]{1,64}@[^@\s<>]{1,190}", value):
        raise CellError("bad-address", f"{text[:40]!r} is no mail address")
    return value


def _hours(text: str) -> str:
    value = unicodedata.normalize("NFKC", text).strip().replace(",", "")
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,2})?", value):
        raise CellError("bad-number", f"{text[:40]!r} is no number of hours")
    return value


def _sha256(text: str) -> str:
    value = unicodedata.normalize("NFKC", text).strip().lower()
    if not re.fullmatch("[0-9a-f]{64}", value):
        raise CellError("bad-hash", f"{text[:40]!r} is not 64 hex digits")
    return value


def _remarks(text: str) -> str:
    if len(text) > 10_000:
        raise CellError("too-long", "more than 10,000 characters")
    return text


PARSERS: dict[str, Parser] = {
    "draft_id": _draft_id,
    "organisation_id": _organisation,
    "legal_name": read_text,
    "legal_name_latin": read_latin,
    "name_kana": read_kana,
    "other_names": _other_names,
    "country": _country,
    "region": _region,
    "level": read_level,
    "edition": read_text,
    "assessment": _choice(ASSESSMENTS),
    "unit": _choice(UNITS),
    "scope": read_text,
    "scope_latin": read_latin,
    "entities": _entities,
    "assessed_on": read_day,
    "valid_from": read_day,
    "valid_until": read_day,
    "assessor_code": _code,
    "expert_qualification": read_text,
    "expert_affiliation": _choice(AFFILIATIONS),
    "expert_training_on": read_day,
    "oath_on": read_day,
    "technical_check_on": read_day,
    "technical_checker_code": _code,
    "supersedes": _number,
    "related": _related,
    "contact": read_text,
    "web": _web,
    "expert_name": read_text,
    "expert_no": read_text,
    "oath_by": read_text,
    "contact_mail": _mail,
    "effort_hours": _hours,
    "report_sha256": _sha256,
    "remarks": _remarks,
}


def canonical(value: Any) -> Any:
    """Write a parsed value for JSON in one way, so that the same content has the same hash."""
    if isinstance(value, tuple):
        return [canonical(item) for item in value]
    if isinstance(value, Assessment | Unit):
        return value.slug
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, OrganisationId | MarkNumber):
        return str(value)
    return value
