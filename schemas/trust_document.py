"""The trust document: who may issue, who keeps the log, who witnesses (docs/format.md §5).

The text of a C2SP signed note:

    akashi/trust/v1
    {"version":1,"issued":…,"expires":…,"crit":[],"scheme":{…},"hosts":[…],"mirrors":[…],"root":{…},
     "keys":[…],"logs":[…],"witnesses":[…],"quorum":[…],"recognised":[…]}

Written in RFC 8785 form, read in any spelling of the same JSON: the text is kept as it came, and identity is
the hash of the *text* (the anchor), never of the value. What is checked here holds within one document. Whether
the public keys are sound, who signed, and what may follow what is for `keys.trust`.
"""

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, TypeVar

import rfc8785

from schemas.errors import MalformedError
from schemas.strict_json import Node, loads
from schemas.times import DAY
from schemas.trust_entries import (
    Host,
    KeyUse,
    Log,
    Quorum,
    Recognised,
    Root,
    Scheme,
    TrustedKey,
    Witness,
)
from schemas.trust_fields import read_url

__all__ = ["FIRST_LINE", "MAX_LIFETIME", "MAX_SIZE", "TrustDocument", "UnknownCriticalError", "anchor_of"]

FIRST_LINE = "akashi/trust/v1"
MAX_SIZE = 2**20
MAX_LIFETIME = 400 * DAY

_MEMBERS = (
    *("version", "issued", "expires", "crit", "scheme", "hosts", "mirrors", "root"),
    *("keys", "logs", "witnesses", "quorum", "recognised"),
)

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_MOST_KNOWN = 10_000
# Versions differ in a few entries, so what was read once need not be read again for each: by reader and exact value.
_known: dict[tuple[object, str], Any] = {}

E = TypeVar("E")


class UnknownCriticalError(MalformedError):
    """The document says that who does not understand an extension must not use it."""


def anchor_of(text: str) -> str:
    """Give the anchor of a trust document's note text: its SHA-256 in lower-case hex (rule 0)."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustDocument:
    """One version, well formed; nothing is known yet about who signed it."""

    text: str
    version: int
    issued: int
    expires: int
    scheme: Scheme
    hosts: tuple[Host, ...]
    mirrors: tuple[str, ...]
    root: Root
    keys: tuple[TrustedKey, ...]
    logs: tuple[Log, ...]
    witnesses: tuple[Witness, ...]
    quorum: tuple[Quorum, ...]
    recognised: tuple[Recognised, ...]
    anchor: str = field(init=False, repr=False, compare=False)
    _by_kid: dict[bytes, TrustedKey] = field(init=False, repr=False, compare=False)
    _hosts: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Asked for every verdict, so worked out once.
        object.__setattr__(self, "anchor", anchor_of(self.text))
        object.__setattr__(self, "_by_kid", {key.kid: key for key in self.keys})
        object.__setattr__(self, "_hosts", frozenset(entry.host for entry in self.hosts))

    def __hash__(self) -> int:
        return hash(self.anchor)

    @classmethod
    def from_text(cls, text: str) -> "TrustDocument":
        """Read a note's text, final newline included. Raises MalformedError (TooLargeError) with the path."""
        first, _, body = text.partition("\n")
        if first != FIRST_LINE:
            raise MalformedError(f"the first line is not {FIRST_LINE}")
        plain = body.replace("\n", "").isprintable()  # seen at one glance; the pattern decides about the rest
        if not body.endswith("\n") or (not plain and _CONTROL.search(body)):
            raise MalformedError("a note's text ends with a newline and has no other control character")
        top = loads(body, max_size=MAX_SIZE - len(FIRST_LINE) - 1)
        if isinstance(top.value, dict) and isinstance(top.value.get("crit"), list) and top.value["crit"]:
            # Before the shape: what is critical explains what is unknown.
            raise UnknownCriticalError(f"unknown critical extension {top.value['crit'][0]!r:.60}", "/crit/0")
        found = top.members(_MEMBERS)
        found["crit"].items(at_most=0)
        document = cls(
            text=text,
            version=found["version"].integer(at_least=1),
            issued=found["issued"].time(),
            expires=found["expires"].time(),
            scheme=Scheme.read(found["scheme"]),
            hosts=_entries(found["hosts"], Host.read),
            mirrors=_entries(found["mirrors"], read_url),
            root=Root.read(found["root"]),
            keys=_entries(found["keys"], TrustedKey.read),
            logs=_entries(found["logs"], Log.read),
            witnesses=_entries(found["witnesses"], Witness.read),
            quorum=_entries(found["quorum"], Quorum.read),
            recognised=_entries(found["recognised"], Recognised.read),
        )
        _check_whole(document)
        return document

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "TrustDocument":
        """Write the JSON object in RFC 8785 form and read it back. Raises MalformedError."""
        try:
            body = rfc8785.dumps(value).decode()
        except (rfc8785.CanonicalizationError, UnicodeError) as error:
            raise MalformedError(f"cannot be written as RFC 8785 JSON: {error}") from None
        return cls.from_text(f"{FIRST_LINE}\n{body}\n")

    def to_text(self) -> str:
        """Give the text as it was read: the signed and hashed form."""
        return self.text

    def to_json(self) -> dict[str, Any]:
        """Give a fresh copy of the JSON object, to draft the next version from."""
        value: dict[str, Any] = json.loads(self.text.partition("\n")[2])
        return value

    def find_key(self, kid: bytes) -> TrustedKey | None:
        """Give the key an 8-byte `kid` selects. Its use, window and compromise are the caller's to check."""
        return self._by_kid.get(kid)

    def find_recognised(self, scheme: str) -> tuple[Recognised, ...]:
        return tuple(entry for entry in self.recognised if entry.scheme == scheme)

    def find_log(self, origin: str) -> int | None:
        """Give the place of the log with that origin."""
        return next((place for place, log in enumerate(self.logs) if log.origin == origin), None)

    def lists_host(self, host: str) -> bool:
        """Whether a mark may name this host. Also after its `until`: marks outlive hosts."""
        return host in self._hosts

    def quorum_at(self, time: int) -> int | None:
        """How many cosignatures made at `time` are needed; None before the first quorum: none suffices."""
        return next((entry.k for entry in reversed(self.quorum) if entry.start <= time), None)

    def is_expired_at(self, time: int) -> bool:
        return time >= self.expires

    def life_left_at(self, time: int) -> float:
        """The share of its life this version still has: 1 when it was issued, 0 from its end on."""
        return min(1.0, max(0.0, (self.expires - time) / (self.expires - self.issued)))

    def warning_at(self, time: int) -> Literal["half", "quarter", "expired"] | None:
        """Say how urgently a new version is wanted: from half of its life on, from a quarter on, ended."""
        left = self.life_left_at(time)
        if left <= 0:
            return "expired"
        return "quarter" if left <= 0.25 else "half" if left <= 0.5 else None


def _entries(node: Node, read: Callable[[Node], E]) -> tuple[E, ...]:
    return tuple(_entry(item, read) for item in node.items())


def _entry(node: Node, read: Callable[[Node], E]) -> E:
    """Read one entry, or find it among those read before. `repr` tells 1 from True and from "1"."""
    name = (read, repr(node.value))
    found: E | None = _known.get(name)
    if found is None:
        found = read(node)  # raises for what is wrong, and is remembered for what is right alone
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[name] = found
    return found


def _check_whole(document: TrustDocument) -> None:
    if not document.issued < document.expires <= document.issued + MAX_LIFETIME:
        raise MalformedError("a version expires after it was issued, and within 400 days", "/expires")
    _check_unique("/hosts", (entry.host for entry in document.hosts), "host")
    _check_unique("/keys", (key.kid for key in document.keys), "kid")
    _check_unique("/keys", (key.series for key in document.keys if key.use is KeyUse.MARK), "series")
    _check_unique("/logs", (log.origin for log in document.logs), "origin")
    # One partner may be recognised again, or for less, from another time on.
    again = ((entry.scheme, entry.anchor, entry.start) for entry in document.recognised)
    _check_unique("/recognised", again, "anchor and from")
    # Root signatures are found by name and 4-byte id; two keys behind one pair could not be told apart.
    _check_unique("/root/keys", ((key.name, key.key_id) for key in document.root.keys), "name and key id")
    _check_disjoint(document)
    _check_logs(document)
    _check_quorum(document)
    for place, entry in enumerate(document.recognised):
        if entry.scheme == document.scheme.id:
            raise MalformedError("a scheme does not recognise itself", f"/recognised/{place}/scheme")


def _check_unique(path: str, values: Iterable[Hashable], what: str) -> None:
    seen = set()
    for value in values:
        if value in seen:
            raise MalformedError(f"the same {what} stands twice", path)
        seen.add(value)


def _check_disjoint(document: TrustDocument) -> None:
    """A public key has one use: a signature made for one purpose must never serve another (§0)."""
    found = [(f"/root/keys/{place}", key.public) for place, key in enumerate(document.root.keys)]
    found += [(f"/keys/{place}/pub", key.public) for place, key in enumerate(document.keys)]
    found += [(f"/logs/{place}/vkey", log.key.public) for place, log in enumerate(document.logs)]
    found += [
        (f"/witnesses/{place}/vkey", entry.key.public) for place, entry in enumerate(document.witnesses)
    ]
    seen: dict[bytes, str] = {}
    for path, public in found:
        if public in seen:
            raise MalformedError(f"the same public key stands at {seen[public]}", path)
        seen[public] = path


def _check_logs(document: TrustDocument) -> None:
    """One log is open at most, the last; positions point into logs that exist (rules 5 and 6)."""
    for place, log in enumerate(document.logs[:-1]):
        if log.final is None:
            raise MalformedError("a log with a successor has a final head", f"/logs/{place}")
    for place, key in enumerate(document.keys):
        position = key.compromised.place if key.compromised else None
        if position is not None and position >= len(document.logs):
            raise MalformedError("there is no log at that place", f"/keys/{place}/compromised/place")


def _check_quorum(document: TrustDocument) -> None:
    """2k > n at every time, so that two quorums share a witness (rule 7).

    k changes only where an entry starts, and n grows only where a window opens: no other times need a look.
    """
    starts = [entry.start for entry in document.quorum]
    if not starts or any(later <= earlier for earlier, later in pairwise(starts)):
        raise MalformedError("expected at least one quorum, in ascending order of from", "/quorum")
    # Nobody has signed what stands here yet, so many entries must not cost more than their number.
    opened = sorted(witness.start for witness in document.witnesses)
    closed = sorted(witness.until for witness in document.witnesses)
    for time in {*starts, *opened}:
        place = bisect_right(starts, time)
        k = document.quorum[place - 1].k if place else None
        n = bisect_right(opened, time) - bisect_right(closed, time)
        if k is not None and 2 * k <= n:
            raise MalformedError(
                f"{k} of {n} witnesses at {time} is no majority: 2k > n is required", "/quorum"
            )
