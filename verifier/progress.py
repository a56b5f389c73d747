"""How far long work has come, on stderr and only for a person: nothing where stderr is a file or a pipe."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

__all__ = ["Say", "progress"]

Say = Callable[[int, int | None], None]
"""Hears how much is done, and of how much where that is known."""
EVERY = 0.2  # seconds
PATIENCE = 1.0  # seconds before anything is said


@contextmanager
def progress() -> Iterator[Say]:
    """Give what to call as work goes on; the line is wiped at the end."""
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    began = said = monotonic()
    width = 0

    def say(done: int, of: int | None) -> None:
        nonlocal said, width
        now = monotonic()
        if now - began < PATIENCE or now - said < EVERY:
            return
        said = now
        text = f"{done:,}" if not of else f"{done:,} / {of:,}  {100 * done // of} %"
        width = max(width, len(text))
        print(f"\r{text:<{width}}", end="", file=sys.stderr, flush=True)

    try:
        yield say
    finally:
        if width:
            print(f"\r{'':<{width}}\r", end="", file=sys.stderr, flush=True)
