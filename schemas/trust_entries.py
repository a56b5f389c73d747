"""The entries of a trust document (docs/format.md §5), each as a frozen value read from one JSON object.

Times are POSIX seconds UTC; windows are half-open: `[start, until)`. The wire says `from`, a word Python keeps
for itself; here it is `start`. Whether an entry may *change* between two versions is not a question of shape:
`keys.trust` answers it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from schemas.note import COSIGNATURE, ED25519, VerifierKey
from schemas.strict_json import Node
from schemas.trust_fields import optional, read_host, read_names, read_url, read_vkey, read_window

__all__ = [
    "Compromise",
    "FinalHead",
    "Host",
    "KeyUse",
    "Log",
    "PartnerFinal",
    "Quorum",
    "Recognised",
    "Root",
    "Scheme",
    "TrustedKey",
    "Witness",
]

V = TypeVar("V", int, str)

_SCHEME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
_KID = re.compile(r"[0-9a-f]{16}", re.ASCII)
_SERIES = re.compile(r"[a-z0-9]{1,4}", re.ASCII)
_LEVEL = re.compile(r"[1-9]", re.ASCII)
_ANCHOR = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PUBLIC_SIZE = {-19: 32, -9: 65}
_MAX_DAYS = 36_600
_FARTHEST_OFFSET = 14 * 3600


class KeyUse(StrEnum):
    """What a key may sign: marks and events, events of the scheme body, or status lists."""

    MARK = "mark"
    AUTHORITY = "authority"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """Whose register this is; `offset` is seconds east of UTC, the day's boundary (+32400 for Japan)."""

    id: str
    names: dict[str, str]
    offset: int

    @classmethod
    def read(cls, node: Node) -> "Scheme":
        found = node.members(("id", "names", "offset"))
        return cls(
            id=found["id"].match(_SCHEME, "jp-scs"),
            names=read_names(found["names"]),
            offset=found["offset"].integer(at_least=-_FARTHEST_OFFSET, at_most=_FARTHEST_OFFSET),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    host: str
    until: int | None

    @classmethod
    def read(cls, node: Node) -> "Host":
        found = node.members(("host",), ("until",))
        return cls(host=read_host(found["host"]), until=optional(found, "until", Node.time))

    def holds_at(self, time: int) -> bool:
        return self.until is None or time < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """Who may replace this document: `threshold` of `keys`."""

    threshold: int
    keys: tuple[VerifierKey, ...]

    @classmethod
    def read(cls, node: Node) -> "Root":
        found = node.members(("threshold", "keys"))
        keys = tuple(read_vkey(item, ED25519) for item in found["keys"].items(at_least=2, at_most=100))
        # Two at least: one stolen or coerced key must not be able to rewrite who is trusted.
        return cls(threshold=found["threshold"].integer(at_least=2, at_most=len(keys)), keys=keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compromise:
    """From which log position on a key's signatures count as absent; a status key has no position (rule 5)."""

    place: int | None
    size: int | None
    since: int

    @classmethod
    def read(cls, node: Node, use: KeyUse) -> "Compromise":
        found = node.members(("since",) if use is KeyUse.STATUS else ("place", "size", "since"))
        return cls(
            place=optional(found, "place", Node.integer),
            size=optional(found, "size", Node.integer),
            since=found["since"].time(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """A mark, authority or status key. `levels` (level → longest mark in days) and `series` are a mark key's."""

    kid: bytes
    alg: int
    public: bytes
    use: KeyUse
    owner: str
    names: dict[str, str]
    levels: dict[int, int]
    series: str | None
    start: int
    until: int
    compromised: Compromise | None

    @classmethod
    def read(cls, node: Node) -> "TrustedKey":
        any_use = ("kid", "alg", "pub", "use", "owner", "from", "until")
        stated = node.any_members().get("use", Node(None, f"{node.path}/use"))
        if stated.value not in ("mark", "authority", "status"):
            stated.refuse("expected mark, authority or status")
        use = KeyUse(stated.value)
        marks = ("levels", "series") if use is KeyUse.MARK else ()
        found = node.members((*any_use, *marks), ("names", "compromised"))
        alg = found["alg"]
        if type(alg.value) is not int or alg.value not in _PUBLIC_SIZE:
            alg.refuse("expected -19 (Ed25519) or -9 (ESP256)")
        start, until = read_window(found)
        compromised = found.get("compromised")
        return cls(
            kid=bytes.fromhex(found["kid"].match(_KID, "16 lower-case hex digits")),
            alg=alg.value,
            public=found["pub"].base64(_PUBLIC_SIZE[alg.value]),
            use=use,
            owner=found["owner"].text(),
            names=optional(found, "names", read_names) or {},
            levels=_read_levels(found["levels"]) if marks else {},
            series=found["series"].match(_SERIES, "a1, 1 to 4 of a–z and 0–9") if marks else None,
            start=start,
            until=until,
            compromised=Compromise.read(compromised, use) if compromised else None,
        )

    def holds_at(self, time: int) -> bool:
        """Whether the window covers the time a leaf was *logged*, or a list's iat (rules 4 and 7)."""
        return self.start <= time < self.until

    def is_void_at(self, place: int, index: int) -> bool:
        """Whether a leaf this key signed, at `index` of the log at `place`, counts as absent (rule 5).

        A position, not a date: whoever holds a stolen key chooses every date, and no position.
        """
        if self.compromised is None:
            return False
        if self.compromised.place is None or self.compromised.size is None:
            return True
        return (place, index) >= (self.compromised.place, self.compromised.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalHead:
    """The head a log ended with: leaves, and their 32-byte root."""

    size: int
    root: bytes

    @classmethod
    def read(cls, node: Node) -> "FinalHead":
        found = node.members(("size", "root"))
        return cls(size=found["size"].integer(), root=found["root"].base64(32))


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerFinal:
    """Where in a partner's log recognition ended: of the log at `place` of *their* document, the first `size` leaves."""

    place: int
    size: int
    root: bytes

    @classmethod
    def read(cls, node: Node) -> "PartnerFinal":
        found = node.members(("size", "root"), ("place",))
        return cls(
            place=optional(found, "place", Node.integer) or 0,
            size=found["size"].integer(),
            root=found["root"].base64(32),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    key: VerifierKey
    url: str
    final: FinalHead | None

    @classmethod
    def read(cls, node: Node) -> "Log":
        found = node.members(("vkey", "url"), ("final",))
        return cls(
            key=read_vkey(found["vkey"], ED25519),
            url=read_url(found["url"]),
            final=optional(found, "final", FinalHead.read),
        )

    @property
    def origin(self) -> str:
        """The first line of its checkpoints."""
        return self.key.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    name: str
    key: VerifierKey
    start: int
    until: int

    @classmethod
    def read(cls, node: Node) -> "Witness":
        found = node.members(("name", "vkey", "from", "until"))
        start, until = read_window(found)
        key = read_vkey(found["vkey"], COSIGNATURE)
        return cls(name=found["name"].text(), key=key, start=start, until=until)

    def holds_at(self, time: int) -> bool:
        return self.start <= time < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Quorum:
    """From `start` on, `k` cosignatures are needed."""

    k: int
    start: int

    @classmethod
    def read(cls, node: Node) -> "Quorum":
        found = node.members(("k", "from"))
        return cls(k=found["k"].integer(at_least=1, at_most=1000), start=found["from"].time())


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A partner's register, one step deep (rule 8); `anchor` is lower-case hex.

    `levels` and `editions` are allow-lists of the partner's own; None: every one.
    """

    scheme: str
    names: dict[str, str]
    country: str
    anchor: str
    url: str
    hosts: tuple[str, ...]
    start: int
    until: int | None
    levels: tuple[int, ...] | None
    editions: tuple[str, ...] | None
    final: PartnerFinal | None

    @classmethod
    def read(cls, node: Node) -> "Recognised":
        required = ("scheme", "names", "country", "anchor", "url", "hosts", "from")
        found = node.members(required, ("until", "levels", "editions", "final"))
        start, until = read_window(found) if "until" in found else (found["from"].time(), None)
        return cls(
            scheme=found["scheme"].match(_SCHEME, "jp-scs"),
            names=read_names(found["names"]),
            country=found["country"].match(re.compile(r"[A-Z]{2}", re.ASCII), "JP (ISO 3166-1 alpha-2)"),
            anchor=found["anchor"].match(_ANCHOR, "64 lower-case hex digits"),
            url=read_url(found["url"]),
            hosts=tuple(read_host(item) for item in found["hosts"].items(at_most=100)),
            start=start,
            until=until,
            levels=optional(found, "levels", _read_allowed_levels),
            editions=optional(found, "editions", _read_editions),
            final=optional(found, "final", PartnerFinal.read),
        )

    def holds_at(self, time: int) -> bool:
        return self.start <= time and (self.until is None or time < self.until)


def _read_allowed_levels(node: Node) -> tuple[int, ...]:
    return _distinct(
        node, tuple(one.integer(at_least=1, at_most=9) for one in node.items(at_least=1, at_most=9))
    )


def _read_editions(node: Node) -> tuple[str, ...]:
    return _distinct(node, tuple(one.text() for one in node.items(at_least=1, at_most=100)))


def _distinct(node: Node, values: tuple[V, ...]) -> tuple[V, ...]:
    if len(set(values)) < len(values):
        node.refuse("the same value stands twice")
    return values


def _read_levels(node: Node) -> dict[int, int]:
    levels = {}
    for level, rule in node.any_members().items():
        Node(level, rule.path).match(_LEVEL, "a level from 1 to 9")
        levels[int(level)] = rule.members(("max_days",))["max_days"].integer(at_least=1, at_most=_MAX_DAYS)
    if not levels:
        node.refuse("a mark key needs at least one level it may issue")
    return levels
