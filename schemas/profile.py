"""The profile of a mark: further facts from its issuer for search and page (docs/format.md §1).

    profile = {6: iat, 7: cti, -65539: bstr of a JSON object in RFC 8785 form}

Signed like a mark, but not logged, replaceable, removable, and never part of a verdict.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import rfc8785

from schemas import cbor
from schemas.claims import entities_hash_input, number_from_bytes
from schemas.errors import MalformedError
from schemas.mark_number import MarkNumber
from schemas.organisation_id import OrganisationId
from schemas.repertoire import SPACES, kinds
from schemas.text import check_text
from schemas.times import MAX_TIME

__all__ = ["ProfileClaims", "check_profile_document"]

PROFILE_CLAIM = -65539
MAX_DOCUMENT = 64 * 1024

Check: TypeAlias = Callable[[Any, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileClaims:
    """A profile; `document` has the shape of schemas/profile.schema.json and is not to be changed."""

    iat: int
    number: MarkNumber
    document: dict[str, Any]

    @classmethod
    def from_bytes(cls, payload: bytes) -> "ProfileClaims":
        """Read a payload. Raises MalformedError, NotDeterministicError, TooLargeError."""
        top = cbor.loads(payload, max_size=MAX_DOCUMENT + 256, path="profile")
        top = cbor.closed_map(top, required=frozenset({6, 7, PROFILE_CLAIM}), path="profile")
        iat, number, text = top[6], top[7], top[PROFILE_CLAIM]
        if type(iat) is not int or not 0 <= iat < MAX_TIME:
            raise MalformedError("expected POSIX seconds before the year 10000", "profile.6")
        if type(number) is not bytes or type(text) is not bytes:
            raise MalformedError("mark number and document are byte strings", "profile")
        if len(text) > MAX_DOCUMENT:
            raise MalformedError("the document is over 64 KiB", "profile.-65539")
        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise MalformedError(f"not JSON ({error})", "profile.-65539") from error
        check_profile_document(document, "profile.-65539")
        ids = [entity["id"] for entity in document.get("entities", [])]
        if ids != sorted(ids, key=str.encode):
            raise MalformedError("entities are not in the order of claim 9", "profile.-65539/entities")
        if rfc8785.dumps(document) != text:
            raise MalformedError("not in RFC 8785 form", "profile.-65539")
        claims = cls(iat=iat, number=number_from_bytes(number, "profile.7"), document=document)
        # Three values of known types: whatever else came in was refused before it was encoded again.
        cbor.check_same(cbor.encode(top), payload, path="profile")
        return claims

    def to_bytes(self) -> bytes:
        check_profile_document(self.document, "profile.-65539")
        return cbor.encode(
            {6: self.iat, 7: self.number.to_bytes(), PROFILE_CLAIM: rfc8785.dumps(self.document)}
        )

    def entities(self) -> bytes:
        """Give the CBOR array of the entities' identifiers, the input of claim 9 (empty array if none)."""
        return entities_hash_input([entity["id"] for entity in self.document.get("entities", [])])


def _text(max_bytes: int = 240) -> Check:
    def check(value: Any, path: str) -> None:
        if type(value) is not str or not value:
            raise MalformedError("expected a text that is not empty", path)
        check_text(value, path, max_bytes=max_bytes)

    return check


def _matches(pattern: str, example: str) -> Check:
    compiled = re.compile(pattern, re.ASCII)

    def check(value: Any, path: str) -> None:
        if type(value) is not str or compiled.fullmatch(value) is None:
            raise MalformedError(f"expected the form of {example}", path)

    return check


def _list(item: Check, *, at_most: int) -> Check:
    def check(value: Any, path: str) -> None:
        if type(value) is not list or len(value) > at_most:
            raise MalformedError(f"expected a list of at most {at_most}", path)
        for position, element in enumerate(value):
            item(element, f"{path}/{position}")

    return check


def _object(required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    known = required | (optional or {})

    def check(value: Any, path: str) -> None:
        if type(value) is not dict:
            raise MalformedError("expected an object", path)
        if missing := required.keys() - value.keys():
            raise MalformedError(f"missing {', '.join(sorted(missing))}", path)
        if unknown := value.keys() - known.keys():
            raise MalformedError(f"unknown {', '.join(sorted(unknown))}: every object is closed", path)
        for key, element in value.items():
            known[key](element, f"{path}/{key}")

    return check


def _web(value: Any, path: str) -> None:
    """Only a plain web address: whatever else stands here would become a link on a page."""
    _text()(value, path)
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        usable = False
    if not usable or re.search('[<>"\\\\^`{|}]', value) or SPACES in kinds(value):
        raise MalformedError("expected a web address such as https://www.example.co.jp/", path)


def _organisation(value: Any, path: str) -> None:
    _text(80)(value, path)
    OrganisationId.from_text(value)


def _kind(value: Any, path: str) -> None:
    if value not in ("trading", "former", "other-script"):
        raise MalformedError("expected trading, former or other-script", path)


_BILINGUAL = _object({"ja": _text(1024), "en": _text(1024)})

check_profile_document: Check = _object(
    {"country": _matches(r"[A-Z]{2}", "JP (ISO 3166-1 alpha-2)")},
    {
        "region": _matches(r"[A-Z]{2}-[A-Z0-9]{1,3}", "JP-43 (ISO 3166-2)"),
        "kana": _text(),
        "names": _list(_object({"kind": _kind, "name": _text()}), at_most=50),
        "entities": _list(
            _object({"id": _organisation, "name": _text()}, {"name_latin": _text()}), at_most=500
        ),
        "sites": _list(_text(), at_most=200),
        "excluded": _list(_text(), at_most=50),
        "assessor": _BILINGUAL,
        "related": _list(
            _object(
                {"scheme": _text(), "reference": _text()},
                {"until": _matches(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "2027-03-31")},
            ),
            at_most=50,
        ),
        "web": _web,
        "contact": _text(),
        "statements": _list(_BILINGUAL, at_most=20),
    },
)
