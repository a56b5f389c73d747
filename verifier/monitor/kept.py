"""What a monitor remembers between two runs, and its own copy of the log (docs/format.md §7).

    <state>/<anchor>.monitor/
        state.json        heads, right edges, what the leaves add up to, alarms
        <place>.entries   every entry of the log at that place, as in an entry bundle; append-only
        evidence/…        signed notes that contradict each other, to hand over
        lock              one run at a time

Entries are on the disk before `state.json` counts them; what lies behind its count is a run that was killed, and is cut off.
A damaged memory is named, never begun anew by itself: it would forget what it saw.
"""

import json
import os
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from keys.whole_files import write_whole
from schemas.claims import EventReason
from schemas.status_list import LIST_BYTES, Status, set_status
from schemas.trust_document import TrustDocument
from verifier.fold import Fold, MarkState
from verifier.monitor.findings import Finding, Kind
from verifier.monitor.frontier import Frontier

if sys.platform != "win32":
    import fcntl

__all__ = ["Alarm", "Kept", "KeptError", "KeptLog", "Store"]


class KeptError(Exception):
    """The monitor's memory cannot be used; says what to do."""


@dataclass(slots=True, kw_only=True)
class KeptLog:
    """One log up to the newest head that was verified; `note` is that head as it was served."""

    origin: str
    note: bytes = b""
    frontier: Frontier = field(default_factory=Frontier)
    held: int = 0  # bytes of <place>.entries
    logged_by: int = 0  # when the newest publication was, POSIX seconds
    snapshot: int | None = None  # index of the newest snapshot leaf
    snapshot_entry: bytes = b""


@dataclass(slots=True, kw_only=True)
class Alarm:
    """An alarm stays until somebody acknowledges it. `since`: POSIX seconds."""

    finding: Finding
    since: int
    acknowledged: bool = False


@dataclass(slots=True, kw_only=True)
class Kept:
    """Everything but the entries."""

    logs: list[KeptLog] = field(default_factory=list)
    alarms: dict[str, Alarm] = field(default_factory=dict)
    version: int = 0  # the trust version `marks` were judged under; 0: nothing was judged yet
    logged_version: int = 1
    size: int = 0
    marks: dict[str, MarkState] = field(default_factory=dict)

    def fold(self, document: TrustDocument) -> Fold:
        """Give the fold as it stood; list entries are given out once, so the marks say it all."""
        fold = Fold(document=document, marks=dict(self.marks), size=self.size)
        for mark in self.marks.values():
            fold.owners[mark.status_uri, mark.status_index] = mark.number
            statuses = fold.lists.setdefault(mark.status_uri, bytearray(LIST_BYTES))
            if mark.status is not Status.VALID:
                set_status(statuses, mark.status_index, mark.status)
        return fold


class Store:
    """One monitor's folder, locked while it is open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder alone. Raises KeptError when another run has it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("ab") as lock:
            if sys.platform != "win32":
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError as error:
                    raise KeptError(f"{self.folder}: another run is at work; wait for it") from error
            yield

    def load(self) -> Kept:
        """Give what was remembered, and cut off what a killed run left behind it. Raises KeptError."""
        kept = self.read()
        for place, log in enumerate(kept.logs):
            self._cut(place, log.held)
        return kept

    def read(self) -> Kept:
        """Give what was remembered, and touch nothing. Raises KeptError."""
        path = self.folder / "state.json"
        try:
            return _kept(json.loads(path.read_bytes()))
        except FileNotFoundError:
            return Kept()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise KeptError(
                f"{path} is damaged ({error!r}); move the folder away only if you know why"
            ) from error

    def _cut(self, place: int, size: int) -> None:
        path = self._entries(place)
        held = path.stat().st_size if path.exists() else 0
        if held < size:
            raise KeptError(f"{path} holds {held} bytes of {size}; restore it, or move the folder away")
        if held > size:
            os.truncate(path, size)

    def append(self, place: int, entries: list[bytes]) -> int:
        """Write entries behind those there are, durably; give the bytes there are now."""
        with self._entries(place).open("ab") as out:
            out.write(b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries))
            out.flush()
            os.fsync(out.fileno())
            return out.tell()

    def entries(self, place: int) -> Iterator[bytes]:
        """Give the kept entries of a log, from the first on."""
        path = self._entries(place)
        if not path.exists():
            return
        with path.open("rb") as source:
            while head := source.read(2):
                yield source.read(int.from_bytes(head, "big"))

    def save(self, kept: Kept) -> None:
        write_whole(self.folder / "state.json", json.dumps(_json(kept)).encode())

    def keep_evidence(self, name: str, data: bytes) -> Path:
        """Put a signed note aside, under a name that says what it is; the first one stays."""
        folder = self.folder / "evidence"
        folder.mkdir(exist_ok=True)
        path = folder / name
        if not path.exists():
            write_whole(path, data, mode=0o644)
        return path

    def _entries(self, place: int) -> Path:
        return self.folder / f"{place}.entries"


_MARK = [one.name for one in fields(MarkState)]


def _json(kept: Kept) -> dict[str, Any]:
    return {
        "format": 1,
        "version": kept.version,
        "logged_version": kept.logged_version,
        "size": kept.size,
        "logs": [
            {
                "origin": log.origin,
                "note": b64encode(log.note).decode(),
                "size": log.frontier.size,
                "edge": [[height, one.hex()] for height, one in log.frontier.subtrees],
                "bytes": log.held,
                "logged_by": log.logged_by,
                "snapshot": log.snapshot,
                "snapshot_entry": b64encode(log.snapshot_entry).decode(),
            }
            for log in kept.logs
        ],
        "alarms": [
            {
                "kind": alarm.finding.kind.value,
                "detail": alarm.finding.detail,
                "log": alarm.finding.log,
                "index": alarm.finding.index,
                "number": alarm.finding.number,
                "since": alarm.since,
                "acknowledged": alarm.acknowledged,
            }
            for alarm in kept.alarms.values()
        ],
        "marks": [_mark_json(mark) for mark in kept.marks.values()],
    }


def _mark_json(mark: MarkState) -> list[Any]:
    values = [getattr(mark, name) for name in _MARK]
    return [value.hex() if isinstance(value, bytes) else value for value in values]


def _mark(values: list[Any]) -> MarkState:
    named = dict(zip(_MARK, values, strict=True))
    named["last_leaf"] = bytes.fromhex(named["last_leaf"])
    named["status"] = Status(named["status"])
    named["reason"] = None if named["reason"] is None else EventReason(named["reason"])
    return MarkState(**named)


def _kept(value: dict[str, Any]) -> Kept:
    if value["format"] != 1:
        raise ValueError(f"format {value['format']}")
    alarms = {}
    for one in value["alarms"]:
        finding = Finding(
            kind=Kind(one["kind"]),
            detail=one["detail"],
            log=one["log"],
            index=one["index"],
            number=one["number"],
        )
        alarms[finding.id] = Alarm(finding=finding, since=one["since"], acknowledged=one["acknowledged"])
    return Kept(
        version=value["version"],
        logged_version=value["logged_version"],
        size=value["size"],
        logs=[
            KeptLog(
                origin=log["origin"],
                note=b64decode(log["note"]),
                frontier=Frontier(
                    size=log["size"], subtrees=[(height, bytes.fromhex(one)) for height, one in log["edge"]]
                ),
                held=log["bytes"],
                logged_by=log["logged_by"],
                snapshot=log["snapshot"],
                snapshot_entry=b64decode(log["snapshot_entry"]),
            )
            for log in value["logs"]
        ],
        alarms=alarms,
        marks={mark.number: mark for mark in map(_mark, value["marks"])},
    )
