"""What the log records: its leaves (docs/format.md §6).

    [1, 0, {1: scheme, 2: sha256 of trust v1, ?3: [previous origin, size, root]}]   genesis, leaf 0
    [1, 1, mark]                       issue
    [1, 2, event]                      event
    [1, 3, version, sha256]            trust document, by the hash of its text
    [1, 5, N, {uri: sha256}]           snapshot: every status list as of N leaves

Kinds 4 and 6 are reserved. No leaf holds a profile or any personal data, ever.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

from schemas import cbor
from schemas.errors import MalformedError

__all__ = [
    "EventLeaf",
    "Genesis",
    "IssueLeaf",
    "Leaf",
    "SnapshotLeaf",
    "TrustLeaf",
    "issue_entry",
    "leaf_from_bytes",
]

_ISSUE = b"\x83\x01\x01"  # an array of three: format 1, kind 1, …
_USUAL = _ISSUE + b"\x59"  # followed by the mark's length in two bytes
MAX_LEAF = 65535  # C2SP tlog-tiles: an entry's length is a uint16
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Genesis:
    scheme: str
    trust_sha256: bytes
    previous: tuple[str, int, bytes] | None = None  # origin, size, root of the log this one follows

    def to_bytes(self) -> bytes:
        facts: dict[int, Any] = {1: self.scheme, 2: self.trust_sha256}
        if self.previous is not None:
            facts[3] = list(self.previous)
        return cbor.encode([FORMAT, 0, facts])


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLeaf:
    mark: bytes  # the COSE_Sign1, tag included

    def to_bytes(self) -> bytes:
        return issue_entry(self.mark)


def issue_entry(mark: bytes) -> bytes:
    """Encode the leaf that records a mark."""
    return _ISSUE + cbor.byte_string(mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLeaf:
    event: bytes  # the COSE_Sign1, tag included

    def to_bytes(self) -> bytes:
        return cbor.encode([FORMAT, 2, self.event])


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustLeaf:
    version: int
    sha256: bytes

    def to_bytes(self) -> bytes:
        return cbor.encode([FORMAT, 3, self.version, self.sha256])


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotLeaf:
    size: int  # N: the lists are Fold(N)
    lists: tuple[tuple[str, bytes], ...]  # (uri, sha256 of the 32,768 bytes), every list there is
    trust_version: int  # the highest logged among those leaves: under it they were judged

    def to_bytes(self) -> bytes:
        return cbor.encode([FORMAT, 5, self.size, dict(self.lists), self.trust_version])

    def find(self, uri: str) -> bytes | None:
        """Give the hash named for `uri`, or None."""
        return next((digest for named, digest in self.lists if named == uri), None)


Leaf: TypeAlias = Genesis | IssueLeaf | EventLeaf | TrustLeaf | SnapshotLeaf


def leaf_from_bytes(entry: bytes) -> Leaf:
    """Read one log entry. Raises MalformedError, NotDeterministicError, TooLargeError."""
    # Most leaves are marks of 256 to 1,024 bytes; written again from its mark, such an entry proves its own encoding.
    if entry.startswith(_USUAL) and issue_entry(entry[6:]) == entry and len(entry) <= MAX_LEAF:
        return IssueLeaf(mark=entry[6:])
    value = cbor.decode(entry, max_size=MAX_LEAF, path="leaf")
    if type(value) is not list or len(value) < 3 or type(value[0]) is not int or value[0] != FORMAT:
        raise MalformedError("expected [1, kind, …]", "leaf")
    match value[1:]:
        case [0, dict() as facts]:
            return _genesis(facts)
        case [1, bytes() as mark]:
            return IssueLeaf(mark=mark)
        case [2, bytes() as event]:
            return EventLeaf(event=event)
        case [3, int() as version, bytes() as digest] if version >= 1 and len(digest) == 32:
            return TrustLeaf(version=version, sha256=digest)
        case [5, int() as size, dict() as lists, int() as version] if size >= 0 and version >= 1:
            return SnapshotLeaf(size=size, lists=_lists(lists), trust_version=version)
    raise MalformedError("no leaf has this kind and shape", "leaf")


def _genesis(facts: dict[Any, Any]) -> Genesis:
    cbor.closed_map(facts, required=frozenset({1, 2}), optional=frozenset({3}), path="leaf.2")
    match (facts[1], facts[2], facts.get(3)):
        case (str() as scheme, bytes() as digest, None) if len(digest) == 32:
            return Genesis(scheme=scheme, trust_sha256=digest)
        case (str() as scheme, bytes() as digest, [str() as origin, int() as size, bytes() as root]) if (
            len(digest) == len(root) == 32 and size >= 0
        ):
            return Genesis(scheme=scheme, trust_sha256=digest, previous=(origin, size, root))
    raise MalformedError("expected {1: scheme, 2: hash, ?3: [origin, size, root]}", "leaf.2")


def _lists(lists: dict[Any, Any]) -> tuple[tuple[str, bytes], ...]:
    for uri, digest in lists.items():
        if type(uri) is not str or type(digest) is not bytes or len(digest) != 32:
            raise MalformedError("expected {uri: sha256}", "leaf.3")
    return tuple(lists.items())
