"""For tests only: named places at which a process can be told to die as in a power cut, with no clean-up.

    AKASHI_CRASH_AT=issuer.after-sign      at the first arrival there
    AKASHI_CRASH_AT=issuer.after-sign:3    at the third
    AKASHI_CRASH_AT=@FILE                  as FILE says at that moment; dying removes FILE, so the next process lives

Whatever claims to survive being killed anywhere is killed at each of these places by a test and run again. Without the
variable `reach` does nothing.
"""

import os
import signal
from collections import Counter
from pathlib import Path

__all__ = ["VARIABLE", "reach"]

VARIABLE = "AKASHI_CRASH_AT"

_arrivals: Counter[str] = Counter()


def reach(name: str) -> None:
    """Go on, unless the variable says that this process dies at `name`."""
    wanted = os.environ.get(VARIABLE, "")
    file = Path(wanted[1:]) if wanted.startswith("@") else None
    if file is not None:
        try:
            wanted = file.read_text("ascii").strip()
        except FileNotFoundError:
            return
    place, _, number = wanted.partition(":")
    if place != name:
        return
    _arrivals[wanted] += 1
    if _arrivals[wanted] == int(number or 1):
        if file is not None:
            file.unlink()
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
