"""Line 13: the bundle of a million marks: what a leaf costs on the disk, and what the first verdict costs in time.

Size: all members but the landmarks, which grow with days and not with marks, beside 32 bytes a leaf. Time: a bundle is
opened and one mark judged, with the sorted places kept beside it and without, beside reading and hashing the whole file
as `akashi bundle fetch` does once before it takes it. Each is timed in this process, the file in the machine's cache.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.table import Row
from bench.world import Register, make_register
from schemas.evidence import Archive
from verifier import Verdict, Verifier
from verifier.bundle_view import BundleView
from verifier.places import read_places, write_places
from verifier.sources import FileSource

__all__ = ["measure"]

SIZES = ((10_000, 365), (100_000, 365), (1_000_000, 365))  # leaves, days of daily checkpoints
ROUNDS = 7
PERMITTED = 1.1


def measure(peers: Path | None) -> Iterator[Row]:  # noqa: ARG001 (nobody else has such a file)
    for size, days in SIZES:
        register = make_register(size, days=days)
        with TemporaryDirectory() as folder:
            path = Path(folder, "marks.akashi")
            path.write_bytes(register.bundle)
            yield _size(register, path)
            yield from _first_verdict(register, path)


def _size(register: Register, path: Path) -> Row:
    with closing(Archive.open(path)) as archive:
        landmarks = sum(len(archive.get(name)) for name in archive.names("log/0/landmarks/"))
    ours, limit = path.stat().st_size - landmarks, 32 * register.size
    return Row(
        line="13",
        work=f"size of a bundle of {register.size:,} leaves, without its landmarks of {register.days} days",
        beside="32 bytes a leaf",
        unit="KiB",
        ours=ours / 1024,
        theirs=limit / 1024,
        ratio=ours / limit,
        goal=f"≤ {PERMITTED} × at a million",
        is_met=ours <= PERMITTED * limit or register.size < SIZES[-1][0],
    )


def _first_verdict(register: Register, path: Path) -> Iterator[Row]:
    marks = [mark for mark, _ in register.marks]
    random.Random(1).shuffle(marks)
    with _opened(register, path) as source:
        view = source.held()
        if not isinstance(view, BundleView):
            raise TypeError("the bundle is not authentic")
        kept = view.sorted_places()

    def first() -> None:
        with Verifier.from_bundle(path, anchor=register.anchor) as verifier:
            if verifier.verify(marks.pop()).verdict is not Verdict.VALID:
                raise AssertionError("the mark is not valid")

    def whole() -> None:
        with _opened(register, path) as source:
            view = source.held()
            if isinstance(view, BundleView):
                view.check_whole()

    without = _milliseconds(first)
    write_places(path, kept)
    if not read_places(path):
        raise AssertionError("nothing was kept")
    beside = _milliseconds(first)
    everything = _milliseconds(whole)
    for how, taken in (("places kept beside it", beside), ("nothing beside it", without)):
        yield Row(
            line="13",
            work=f"open and first verdict, {register.size:,} leaves, {how}",
            beside="the same file hashed whole",
            unit="ms",
            ours=taken,
            theirs=everything,
            ratio=taken / everything,
            goal="< 1 at a million",
            is_met=taken < everything or register.size < SIZES[-1][0],
        )


def _opened(register: Register, path: Path) -> "closing[FileSource]":
    return closing(FileSource(path, anchor=register.anchor))


def _milliseconds(work: Callable[[], None]) -> float:
    taken = []
    for _ in range(ROUNDS):
        start = perf_counter()
        work()
        taken.append(1000 * (perf_counter() - start))
    return median(taken)
