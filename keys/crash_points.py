"""For tests only: named places at which a process can be told to die.

    AKASHI_CRASH_AT=issuer.after-sign akashi-issuer …

Whatever claims to survive being killed anywhere is killed at each of these places by a test and run again. Without the
variable `reach` does nothing.
"""

import os
import signal

__all__ = ["VARIABLE", "reach"]

VARIABLE = "AKASHI_CRASH_AT"


def reach(name: str) -> None:
    """Kill this process, as a power cut would, if `name` is the place the variable names."""
    if os.environ.get(VARIABLE) == name:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
