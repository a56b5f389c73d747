"""One row of the table, and how rivals are timed: in turns, so that a noisy minute hits them all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import process_time

__all__ = ["Row", "in_turns", "ratio_of", "timed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`ours` and `theirs` are in `unit`; the goal is about `ratio`."""

    line: str
    work: str
    beside: str
    unit: str
    ours: float
    theirs: float
    ratio: float
    goal: str
    is_met: bool


def timed(work: Callable[[], object]) -> float:
    """Seconds of this process's own time that one call takes: what neighbours do is not counted."""
    start = process_time()
    work()
    return process_time() - start


def in_turns(rivals: Mapping[str, Callable[[int], float]], *, turns: int) -> dict[str, list[float]]:
    """Let every rival do the same small piece of work, number 0 to `turns` − 1, and say how many seconds it took.

    Pieces of some milliseconds: then a noisy moment hits all of them alike. Who begins changes every time.
    """
    names = list(rivals)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(turns):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            taken[name].append(rivals[name](turn))
    return taken


def ratio_of(one: list[float], other: list[float]) -> float:
    """The median over the turns of `one` / `other`: of two times measured beside each other."""
    return median(a / b for a, b in zip(one, other, strict=True))
