"""Places where a test may end this process as a power cut would: no clean-up, no last words.

`AKASHI_CRASH_AT=witness.before-commit` kills at the first arrival there, `…:3` at the third. Without the variable
nothing happens.
"""

import os
import signal
from collections import Counter

__all__ = ["reach"]

_VARIABLE = "AKASHI_CRASH_AT"
_arrivals: Counter[str] = Counter()


def reach(name: str) -> None:
    """Go on, unless the environment says that this process dies at `name`."""
    wanted = os.environ.get(_VARIABLE)
    if not wanted:
        return
    place, _, number = wanted.partition(":")
    if place == name:
        _arrivals[name] += 1
        if _arrivals[name] == int(number or 1):
            os.kill(os.getpid(), signal.SIGKILL)
