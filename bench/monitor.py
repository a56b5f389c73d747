"""A monitor over a whole log: leaves per second on one core, beside hashing and verifying the same leaves and nothing else.

The log is published a hundred marks at a time, so one checkpoint of four cosignatures and one snapshot of three lists come
with every hundred. A run over what is new is measured beside it: it must cost what is new, not what is there.
"""

import io
import json
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from nacl.bindings import crypto_sign_open

from bench import world
from bench.table import Row, timed
from bench.world import HOST, SERIES, Key
from keys.signed import sign
from schemas.cose import MARK_TYPE, Sign1
from schemas.entry_bundles import new_entry_bundles
from schemas.leaves import Genesis, IssueLeaf, SnapshotLeaf
from schemas.merkle import leaf_hash
from schemas.status_list import LIST_BYTES
from schemas.tiles import new_tiles, root_from_tiles
from schemas.times import DAY, HOUR
from verifier.http import Fetcher
from verifier.monitor.run import Monitor, Outcome

__all__ = ["measure"]

SIZES = (1_000, 5_000, 20_000)
BATCH = 100  # marks a publication
GOAL = 5_000  # leaves a second


class _Served(Fetcher):
    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def _open(self, path: str) -> IO[bytes] | None:
        data = self.files.get(path)
        return None if data is None else io.BytesIO(data)


class _Log:
    """A register that has published so many marks; `grow` publishes more."""

    def __init__(self) -> None:
        self.now = int(time.time())
        self.served, self.size, self.count = _Served(), 0, 0
        self.trust = world._trust(start=self.now - 2 * DAY, now=self.now)
        self.anchor = sha256(self.trust.text.encode()).hexdigest()
        self.served.files["trust/1"] = self.trust.to_bytes()
        self.lists: dict[str, bytes] = {}
        self.marks: list[tuple[bytes, Key]] = []
        self.grow(0, first=[Genesis(scheme="demo", trust_sha256=bytes.fromhex(self.anchor)).to_bytes()])

    def grow(self, count: int, *, first: list[bytes] | None = None) -> None:
        entries = list(first or [])
        chance = random.Random(self.count)
        for number in range(self.count, self.count + count):
            series = SERIES[number % len(SERIES)]
            raw = sign(
                world._claims(number, series, iat=self.now - HOUR, chance=chance), Key(f"issuer {series}")
            )
            self.marks.append((raw, Key(f"issuer {series}")))
            self.lists.setdefault(f"https://{HOST}/status/{series}/0", bytes(LIST_BYTES))
            entries.append(IssueLeaf(mark=raw).to_bytes())
        self.count += count
        index = self.size + len(entries)
        digests = tuple((uri, sha256(self.lists[uri]).digest()) for uri in sorted(self.lists))
        entries.append(SnapshotLeaf(size=index, lists=digests, trust_version=1).to_bytes())
        tiles = {path.removeprefix("log1/"): data for path, data in self.served.files.items()}
        made = new_tiles(tiles.__getitem__, self.size, [leaf_hash(entry) for entry in entries])
        made |= new_entry_bundles(tiles.__getitem__, self.size, entries)
        self.size += len(entries)
        root = root_from_tiles((tiles | made).__getitem__, self.size)
        note = world._checkpoint(self.size, root, at=self.now - 60)
        files = {f"log1/{path}": data for path, data in made.items()}
        files |= {"log1/checkpoint": note, f"log1/checkpoint/{self.size}": note}
        files["status/aggregation"] = json.dumps({"status_lists": sorted(self.lists)}).encode()
        for uri, statuses in self.lists.items():
            files[world._path_of(uri)] = world._signed_list(uri, statuses, size=index, at=self.now - 60)
        self.served.files |= files


def measure(_peers: Path | None) -> Iterator[Row]:
    """A row for each size, and one for a run over a hundred new marks on top of the largest."""
    log = _Log()
    for size in SIZES:
        while log.count < size:
            log.grow(min(BATCH, size - log.count))
        with TemporaryDirectory(prefix="akashi-bench-") as folder:
            monitor = Monitor(log.served, anchor=log.anchor, folder=Path(folder), clock=lambda: log.now)
            taken = _run(monitor, log.size)
            bare = timed(lambda: _bare(log.marks))
            yield _row(f"whole log of {log.size:,} leaves", log.size, taken, len(log.marks), bare)
            if size == SIZES[-1]:
                log.grow(BATCH)
                again = _run(monitor, BATCH + 1)
                bare = timed(lambda: _bare(log.marks[-BATCH:]))
                kept = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
                work = f"{BATCH + 1} new leaves on {log.size:,}; {kept / log.size:,.0f} B a leaf kept"
                yield replace(_row(work, BATCH + 1, again, BATCH, bare), goal="state it", is_met=True)


def _run(monitor: Monitor, leaves: int) -> float:
    outcomes: list[Outcome] = []
    taken = timed(lambda: outcomes.append(monitor.run()))
    [outcome] = outcomes
    if outcome.leaves != leaves or outcome.standing or outcome.unknown:
        raise SystemExit(f"the monitor did not follow the honest log: {outcome}")
    return taken


def _bare(marks: list[tuple[bytes, Key]]) -> None:
    for raw, key in marks:
        leaf_hash(IssueLeaf(mark=raw).to_bytes())
        sign1 = Sign1.from_bytes(raw, typ=MARK_TYPE)
        crypto_sign_open(sign1.signature + sign1.to_be_signed(), key.public)


def _row(work: str, leaves: int, taken: float, marks: int, bare: float) -> Row:
    ours, theirs = leaves / taken, marks / bare
    return Row(
        line="monitor",
        work=work,
        beside="leaf hash, COSE, bare signature",
        unit="leaves/s",
        ours=ours,
        theirs=theirs,
        ratio=ours / theirs,
        goal=f"≥ {GOAL:,} leaves/s",
        is_met=ours >= GOAL,
    )
