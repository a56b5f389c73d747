"""Turns at what takes seconds, a processor's or the publisher's: so many at once, and few who wait.

Whoever waits holds one of the process's threads. Were all of them to wait here, nobody could look up a single mark.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

__all__ = ["BusyError", "Turns"]


class BusyError(Exception):
    """Others are asking; ask again in a moment."""


class Turns:
    """`patience`: seconds that `waiting` more may wait; everybody behind them is refused at once."""

    def __init__(self, at_once: int, *, waiting: int, patience: float) -> None:
        self.most = at_once + waiting  # threads held, whatever happens
        self._working, self._inside = BoundedSemaphore(at_once), BoundedSemaphore(self.most)
        self._patience = patience

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises BusyError."""
        if not self._inside.acquire(blocking=False):
            raise BusyError
        try:
            if not self._working.acquire(timeout=self._patience):
                raise BusyError
            try:
                yield
            finally:
                self._working.release()
        finally:
            self._inside.release()
