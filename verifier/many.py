"""The same work on many things on all cores, in order.

Processes, not threads: half of a verdict is Python, which one thread at a time may run. Each process opens what it needs for
itself. Where the system and this process allow it they are forked, since then nothing is imported anew.
"""

import copyreg
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

__all__ = ["can_fork", "cores", "pieces_of", "send_by_values", "spread"]

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


def send_by_values(*classes: type[Any]) -> None:
    """Have pickle take such dataclasses with slots as their values in order: a third of the time its own way with them takes."""
    for cls in classes:
        copyreg.pickle(cls, partial(_values_of, attrgetter(*cls.__slots__)))


def _values_of(values: Callable[[Any], tuple[Any, ...]], one: Any) -> tuple[Any, ...]:
    return _with_values, (type(one), values(one))


def _with_values(cls: type[Any], values: tuple[Any, ...]) -> Any:
    one = object.__new__(cls)
    for name, value in zip(cls.__slots__, values, strict=True):
        object.__setattr__(one, name, value)  # it is frozen, and was complete where it came from
    return one


_working: Callable[[Any], Any] | None = None  # of this process


def _begin(begin: Callable[[], Callable[[Any], Any]]) -> None:
    global _working  # noqa: PLW0603 (a pool's process has no other place for it)
    _working = begin()


def _work(piece: Any) -> Any:
    if _working is None:
        raise AssertionError("this process was not begun")
    return _working(piece)
