"""Pictures and PDFs strangers send, read by a process that may be lost: bounded in time, memory and number."""

import json
import subprocess
import sys
from typing import Any

from registry.problems import ProblemError
from registry.turns import BusyError, Turns
from verifier.pictures import is_picture

__all__ = ["MAX_PICTURE", "read_codes"]

MAX_PICTURE = 12 << 20  # bytes: a phone's photo, a quotation of some pages
_PATIENCE = 20  # seconds
_turns = Turns(2, waiting=2, patience=5)


def read_codes(data: bytes) -> list[str]:
    """Give what the codes in a picture or PDF say. Raises ProblemError: unreadable, too large, too busy."""
    if not is_picture(data):
        raise ProblemError("unsupported-media-type", "send a PNG, JPEG or WebP picture, or a PDF")
    try:
        with _turns.turn():
            done = subprocess.run(
                [sys.executable, "-I", "-m", "verifier.pictures"],
                input=data,
                capture_output=True,
                timeout=_PATIENCE,
                check=False,
            )
        said: dict[str, Any] = json.loads(done.stdout)
    except BusyError as error:
        raise ProblemError(
            "unavailable", "too many pictures at once", headers={"Retry-After": "10"}
        ) from error
    except (subprocess.TimeoutExpired, ValueError) as error:
        raise ProblemError("unreadable-picture", "it took too much time or memory") from error
    if "codes" not in said:
        raise ProblemError(said["reason"], said["detail"])
    codes: list[str] = said["codes"]
    return codes
