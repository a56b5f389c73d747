"""What a mark and an event say: CWT claims (RFC 8392) as typed frozen values (docs/format.md §1, §3).

    mark  = {2: sub, 4: exp, 5: nbf, 6: iat, 7: cti, 65535: {"status_list": {"idx", "uri"}}, -65537: {1…9}}
    event = {6: iat, 7: cti, -65538: {1: kind, ?2: reason, 3: prev, ?4: successor}}

Reading is a round trip: parse into the value, encode the value again, compare with the bytes. So
`from_bytes` and `to_bytes` are exact inverses, and another encoding of the same claims is refused.
Nothing here is *believed*: that is the verifier's work, after the signature.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, TypeVar

from schemas import cbor
from schemas.errors import MalformedError
from schemas.mark_number import BadMarkNumberError, MarkNumber
from schemas.organisation_id import OrganisationId
from schemas.text import check_text, is_latin
from schemas.times import DAY, MAX_TIME, to_datetime

__all__ = [
    "Assessment",
    "EventClaims",
    "EventKind",
    "EventReason",
    "MarkClaims",
    "Unit",
    "entities_hash_input",
    "number_from_bytes",
]

# Registered at IANA as "requested" (draft-ietf-oauth-status-list-20 §13.6): this is the one place.
STATUS_CLAIM = 65535
MARK_CLAIM = -65537
EVENT_CLAIM = -65538

MAX_TEXT = 240  # bytes of UTF-8 in a name, a statement or a uri
BACKDATE_LIMIT = 7 * DAY  # nbf may lie this far before iat
HASH_SIZE = 32
E = TypeVar("E", bound=IntEnum)
_SCHEME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)


class Assessment(IntEnum):
    """How the level was established."""

    EXPERT_CONFIRMED = 1
    THIRD_PARTY = 2

    @property
    def slug(self) -> str:
        return self.name.lower().replace("_", "-")


class Unit(IntEnum):
    """What part of the world the mark is about."""

    LEGAL_ENTITY = 1
    GROUP = 2
    DIVISION = 3

    @property
    def slug(self) -> str:
        return self.name.lower().replace("_", "-")


class EventKind(IntEnum):
    SUSPEND = 1
    REINSTATE = 2
    REVOKE = 3
    SUPERSEDE = 4
    CONFIRM = 5

    @property
    def slug(self) -> str:
        return self.name.lower()


class EventReason(IntEnum):
    HOLDER_REQUEST = 1
    REQUIREMENTS_UNMET = 2
    CONFIRMATION_MISSED = 3
    MISUSE = 4
    UNDER_INVESTIGATION = 5
    ISSUED_IN_ERROR = 6
    REPLACED = 7
    ORGANISATION_CEASED = 8
    KEY_COMPROMISED = 9
    INVESTIGATION_CLOSED = 10
    CLERICAL_CORRECTION = 11
    RENAMED = 12

    @property
    def slug(self) -> str:
        return self.name.lower().replace("_", "-")

    @property
    def found_later(self) -> bool:
        """Whether a revocation for this reason counts at every time, not only from its logged time (§3)."""
        return self in (EventReason.ISSUED_IN_ERROR, EventReason.KEY_COMPROMISED)


_MARK_KEYS = frozenset({2, 4, 5, 6, 7, STATUS_CLAIM, MARK_CLAIM})
_FACT_KEYS = frozenset({1, 2, 3, 4, 5, 7})
_FACT_OPTIONS = frozenset({6, 8, 9})
_MARK_KEY = cbor.encode(MARK_CLAIM)
_FACTS = (b"\xa6", b"\xa7", b"\xa8", b"\xa9")  # the head of a map of six and so many options
_STATUS_KEYS = frozenset({"status_list"})
_REFERENCE_KEYS = frozenset({"idx", "uri"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkClaims:
    """The claims of a mark. `nbf`, `exp` and `iat` are POSIX seconds; the window is [nbf, exp)."""

    holder: OrganisationId
    exp: int
    nbf: int
    iat: int
    number: MarkNumber
    status_index: int
    status_uri: str
    scheme: str
    edition: str
    level: int
    assessment: Assessment
    name: str
    name_latin: str | None = None
    unit: Unit
    statement: str
    statement_latin: str | None = None
    assessor: str | None = None
    entities_sha256: bytes | None = None

    @property
    def valid_from(self) -> datetime:
        return to_datetime(self.nbf)

    @property
    def valid_until(self) -> datetime:
        return to_datetime(self.exp)

    @classmethod
    def from_bytes(cls, payload: bytes) -> "MarkClaims":
        """Read a payload. Raises MalformedError or NotDeterministicError with the path of the claim."""
        top = cbor.closed_map(
            cbor.loads(payload, max_size=1024, path="mark"), required=_MARK_KEYS, path="mark"
        )
        reference = cbor.closed_map(top[STATUS_CLAIM], required=_STATUS_KEYS, path="mark.65535")
        reference = cbor.closed_map(
            reference["status_list"], required=_REFERENCE_KEYS, path="mark.65535.status_list"
        )
        facts = cbor.closed_map(
            top[MARK_CLAIM], required=_FACT_KEYS, optional=_FACT_OPTIONS, path="mark.-65537"
        )
        name = _text(facts[5], "mark.-65537.5")
        scope = facts[7]
        if type(scope) is not list or len(scope) not in (2, 3):
            raise MalformedError("scope is [unit, statement, ?Latin statement]", "mark.-65537.7")
        claims = cls(
            holder=OrganisationId.from_text(_string(top[2], "mark.2")),
            exp=_time(top[4], "mark.4"),
            nbf=_time(top[5], "mark.5"),
            iat=_time(top[6], "mark.6"),
            number=_number(top[7], "mark.7"),
            status_index=_uint(reference["idx"], "mark.65535.status_list.idx"),
            status_uri=_text(reference["uri"], "mark.65535.status_list.uri"),
            scheme=_slug(facts[1], "mark.-65537.1"),
            edition=_text(facts[2], "mark.-65537.2"),
            level=_level(facts[3]),
            assessment=_member(Assessment, facts[4], "mark.-65537.4"),
            name=name,
            name_latin=_latin(facts[6], "mark.-65537.6") if 6 in facts else None,
            unit=_member(Unit, scope[0], "mark.-65537.7.0"),
            statement=_text(scope[1], "mark.-65537.7.1"),
            statement_latin=_latin(scope[2], "mark.-65537.7.2") if len(scope) == 3 else None,
            assessor=_text(facts[8], "mark.-65537.8") if 8 in facts else None,
            entities_sha256=_hash(facts[9], "mark.-65537.9") if 9 in facts else None,
        )
        claims._check()
        cbor.check_same(claims.to_bytes(), payload, path="mark")
        return claims

    def _check(self) -> None:
        if self.nbf >= self.exp:
            raise MalformedError("valid-from is not before valid-until", "mark.5")
        if self.nbf < self.iat - BACKDATE_LIMIT:
            raise MalformedError("covers a time more than 7 days before it was signed", "mark.5")
        if self.name_latin is None and not is_latin(self.name):
            raise MalformedError("a name outside Latin script needs a Latin name beside it", "mark.-65537.6")
        if (self.unit is Unit.GROUP) != (self.entities_sha256 is not None):
            raise MalformedError(
                "the hash of the listed entities belongs to a group, and only to it", "mark.-65537.9"
            )

    def to_bytes(self) -> bytes:
        """Encode: the grammar written out, its keys in §4.2.1 order. What the strict reader reads is compared with this."""
        text, uint = cbor.text_string, cbor.unsigned
        options = [self.name_latin, self.assessor, self.entities_sha256]
        parts = [
            b"\xa7\x02" + text(str(self.holder)),
            b"\x04" + uint(self.exp),
            b"\x05" + uint(self.nbf),
            b"\x06" + uint(self.iat),
            b"\x07\x46" + self.number.to_bytes(),
            b"\x19\xff\xff\xa1\x6bstatus_list\xa2\x63idx" + uint(self.status_index),
            b"\x63uri" + text(self.status_uri),
            _MARK_KEY + _FACTS[3 - options.count(None)] + b"\x01" + text(self.scheme),
            b"\x02" + text(self.edition),
            b"\x03" + uint(self.level),
            b"\x04" + uint(self.assessment),
            b"\x05" + text(self.name),
        ]
        if self.name_latin is not None:
            parts.append(b"\x06" + text(self.name_latin))
        if self.statement_latin is None:
            parts += b"\x07\x82", uint(self.unit), text(self.statement)
        else:
            parts += b"\x07\x83", uint(self.unit), text(self.statement), text(self.statement_latin)
        if self.assessor is not None:
            parts.append(b"\x08" + text(self.assessor))
        if self.entities_sha256 is not None:
            parts.append(b"\x09" + cbor.byte_string(self.entities_sha256))
        return b"".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventClaims:
    """The claims of an event: something happened to a mark. It acts from its *logged* time only."""

    iat: int
    number: MarkNumber
    kind: EventKind
    reason: EventReason | None = None
    prev: bytes
    successor: MarkNumber | None = None

    @classmethod
    def from_bytes(cls, payload: bytes) -> "EventClaims":
        """Read a payload. Raises MalformedError or NotDeterministicError with the path of the claim."""
        top = cbor.loads(payload, max_size=512, path="event")
        top = cbor.closed_map(top, required=frozenset({6, 7, EVENT_CLAIM}), path="event")
        path = "event.-65538"
        facts = cbor.closed_map(
            top[EVENT_CLAIM], required=frozenset({1, 3}), optional=frozenset({2, 4}), path=path
        )
        kind = _member(EventKind, facts[1], path + ".1")
        reason = _member(EventReason, facts[2], path + ".2") if 2 in facts else None
        successor = _number(facts[4], path + ".4") if 4 in facts else None
        if (kind is EventKind.CONFIRM) != (reason is None):
            raise MalformedError("a reason belongs to every kind but the annual confirmation", path + ".2")
        if (kind is EventKind.SUPERSEDE) != (successor is not None):
            raise MalformedError("a successor belongs to supersede, and only to it", path + ".4")
        number = _number(top[7], "event.7")
        if successor == number:
            raise MalformedError("a mark cannot succeed itself", path + ".4")
        claims = cls(
            iat=_time(top[6], "event.6"),
            number=number,
            kind=kind,
            reason=reason,
            prev=_hash(facts[3], path + ".3"),
            successor=successor,
        )
        cbor.check_same(claims.to_bytes(), payload, path="event")
        return claims

    def to_bytes(self) -> bytes:
        facts: dict[int, Any] = {1: self.kind.value, 3: self.prev}
        if self.reason is not None:
            facts[2] = self.reason.value
        if self.successor is not None:
            facts[4] = self.successor.to_bytes()
        return cbor.encode({6: self.iat, 7: self.number.to_bytes(), EVENT_CLAIM: facts})


def entities_hash_input(ids: list[str]) -> bytes:
    """Encode the entities of a group as claim 9 hashes them: sorted by UTF-8 bytes, without duplicates.

    The input's order does not matter; duplicates raise MalformedError.
    """
    if len(set(ids)) != len(ids):
        raise MalformedError("an entity is listed twice", "entities")
    return cbor.encode(sorted(ids, key=str.encode))


def _uint(value: object, path: str) -> int:
    if type(value) is not int or not 0 <= value <= cbor.MAX_UINT:
        raise MalformedError("expected an integer from 0 to 2^53-1", path)
    return value


def _time(value: object, path: str) -> int:
    if type(value) is not int or not 0 <= value < MAX_TIME:
        raise MalformedError("expected POSIX seconds before the year 10000", path)
    return value


def _string(value: object, path: str) -> str:
    if type(value) is not str:
        raise MalformedError("expected a text", path)
    return value


def _text(value: object, path: str) -> str:
    if type(value) is not str:
        raise MalformedError("expected a text", path)
    check_text(value, path, max_bytes=MAX_TEXT)
    return value


def _latin(value: object, path: str) -> str:
    text = _text(value, path)
    if not is_latin(text):
        raise MalformedError("expected Latin script only", path)
    return text


def _slug(value: object, path: str) -> str:
    text = _string(value, path)
    if _SCHEME.fullmatch(text) is None:
        raise MalformedError("a scheme id is 1 to 32 of a-z, 0-9 and hyphen", path)
    return text


def _number(value: object, path: str) -> MarkNumber:
    if type(value) is not bytes:
        raise MalformedError("a mark number is a byte string", path)
    return number_from_bytes(value, path)


def number_from_bytes(value: bytes, path: str) -> MarkNumber:
    """Read claim `cti`. Raises MalformedError: inside an object a bad number is one more malformed claim."""
    try:
        return MarkNumber.from_bytes(value)
    except BadMarkNumberError as error:
        raise MalformedError(error.problem, path) from error


def _level(value: object) -> int:
    if type(value) is not int or not 1 <= value <= 9:
        raise MalformedError("a level is 1 to 9", "mark.-65537.3")
    return value


def _hash(value: object, path: str) -> bytes:
    if type(value) is not bytes or len(value) != HASH_SIZE:
        raise MalformedError("expected the 32 bytes of a SHA-256", path)
    return value


def _member(kind: type[E], value: object, path: str) -> E:
    member = kind._value2member_map_.get(value) if type(value) is int else None
    if not isinstance(member, kind):
        raise MalformedError(f"not one of {', '.join(f'{m.value} ({m.name.lower()})' for m in kind)}", path)
    return member
