"""`akashi`: check marks from the command line; `verify_command`, `trust_commands` and `bundle_commands` hold the verbs."""

import argparse
import io
import os
import sys
from collections.abc import Sequence

from verifier.asked import USAGE, UsageError
from verifier.bundle_commands import add_bundle_commands
from verifier.monitor.command import add_monitor_command
from verifier.render import printable
from verifier.suppliers.command import add_check_command
from verifier.trust_commands import add_trust_commands
from verifier.verify_command import add_verify_command
from verifier.watch.command import add_watch_command

__all__ = ["main"]

PIPE_CLOSED = 141  # as a shell reports a program that SIGPIPE ended


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    parser = argparse.ArgumentParser(prog="akashi", description="Check certification marks.")
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and end")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    add_verify_command(verbs)
    add_check_command(verbs)
    add_trust_commands(verbs)
    add_bundle_commands(verbs)
    add_watch_command(verbs)
    add_monitor_command(verbs)
    arguments = parser.parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # no terminal's code page may end a run halfway
            stream.reconfigure(errors="backslashreplace")
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has heard enough. That is no verdict, so no code of a verdict.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except _refusals() as error:
        print(f"akashi: {printable(_said(error), longest=1000)}", file=sys.stderr)
        return USAGE
    return code


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        parser.exit(message=f"akashi-marks {version('akashi-marks')}\n")


def _refusals() -> tuple[type[Exception], ...]:
    """What a command may end with that is for the person who asked. Most runs need none of it."""
    from keys.trust import TrustRefusedError
    from schemas.errors import MalformedError
    from verifier.anchors import AnchorError
    from verifier.http import FetchError
    from verifier.monitor.kept import KeptError
    from verifier.policy import PolicyError
    from verifier.state import StateError

    return (
        UsageError,
        AnchorError,
        FetchError,
        PolicyError,
        StateError,
        KeptError,
        MalformedError,
        TrustRefusedError,
        OSError,
    )


def _said(error: Exception) -> str:
    """An error of the system with the file it is about, and without its number."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


if __name__ == "__main__":
    sys.exit(main())
