"""The same work on many things on all cores, in order.

Processes, not threads: half of a verdict is Python, which one thread at a time may run. Each process opens what it needs for
itself. Where the system and this process allow it they are forked, since then nothing is imported anew.
"""

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, TypeVar

__all__ = ["can_fork", "cores", "pieces_of", "spread"]

T = TypeVar("T")
R = TypeVar("R")
AHEAD = 4  # pieces a process may have waiting


def cores() -> int:
    """How many processors this process may use."""
    with suppress(AttributeError):  # not on every system
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_fork() -> bool:
    """Whether this process can be copied as it is: a copy of one with several threads may wait for ever for a lock."""
    return sys.platform == "linux" and threading.active_count() == 1


def pieces_of(things: Iterable[T], size: int) -> Iterator[list[T]]:
    source = iter(things)
    while piece := list(islice(source, size)):
        yield piece


def spread(
    begin: Callable[[], Callable[[T], R]], pieces: Iterable[T], *, workers: int, fork: bool | None = None
) -> Iterator[R]:
    """Give the work done on each piece, in the order of the pieces. `begin` is called once in each process.

    What is begun, given and returned crosses between processes: without `fork` all of it must be picklable. Raises what
    the work raises, and `concurrent.futures.process.BrokenProcessPool` for a process that was ended.
    """
    # Imported here: whoever judges one mark needs none of it, and it takes a while.
    import multiprocessing
    from concurrent.futures import Future, ProcessPoolExecutor

    context = multiprocessing.get_context("fork" if (can_fork() if fork is None else fork) else "spawn")
    waiting: deque[Future[R]] = deque()
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(begin,)) as pool:
        try:
            for piece in pieces:
                waiting.append(pool.submit(_work, piece))
                if len(waiting) > AHEAD * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for one in waiting:
                one.cancel()


_working: Callable[[Any], Any] | None = None  # of this process


def _begin(begin: Callable[[], Callable[[Any], Any]]) -> None:
    global _working  # noqa: PLW0603 (a pool's process has no other place for it)
    _working = begin()


def _work(piece: Any) -> Any:
    if _working is None:
        raise AssertionError("this process was not begun")
    return _working(piece)
