"""A message handed to the machine's own mail program, before what it says counts as told."""

import shutil
import subprocess

__all__ = ["MailError", "find_program", "hand_over"]

PATIENCE = 120  # seconds; a mail program queues, and answers at once


class MailError(Exception):
    """The mail program did not take the message; says why."""


def find_program(name: str) -> str | None:
    """Give where a program is; cron's PATH lacks the folder most systems have sendmail in."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/lib:/usr/local/sbin:/sbin")


def hand_over(message: bytes, program: str) -> None:
    """On return `program` has taken the message, by sendmail's words: `-t` reads To from it, `-i` lets a lone dot pass.

    It does not say that it arrives. Raises MailError.
    """
    try:
        done = subprocess.run(
            [program, "-t", "-i"], input=message, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MailError(f"{program}: {error}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise MailError(f"{program} ended with {done.returncode}: {said[-500:]}")
