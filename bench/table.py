"""One row of the table, and the only way rivals are timed here: in turns, so that a noisy minute hits them all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter

__all__ = ["Row", "in_turns", "ratio_of", "timed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`ours` and `theirs` are in `unit`; `ratio` is what the goal is about and better when `is_met` says so."""

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
    """Seconds that one call takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def in_turns(rivals: Mapping[str, Callable[[], float]], *, rounds: int) -> dict[str, list[float]]:
    """Let every rival measure itself once a round (seconds), the order turning by one each time."""
    names = list(rivals)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds + 1):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            seconds = rivals[name]()
            if number:  # the first round fills caches
                taken[name].append(seconds)
    return taken


def ratio_of(one: list[float], other: list[float]) -> float:
    """The median over the rounds of `one` / `other`: of two times measured beside each other."""
    return median(a / b for a, b in zip(one, other, strict=True))
