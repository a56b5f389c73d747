"""`akashi-issuer`: from drafts to published marks. Exit codes are part of the interface:

0 done, or nothing to do; 1 errors in what was given (nothing signed); 2 usage; 3 could not (registry, key).
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from keys.file_signer import KeyFileError
from keys.passphrase import VARIABLE
from keys.signer import SignerUnavailableError
from schemas.claims import EventReason
from schemas.errors import MalformedError
from schemas.mark_number import MarkNumber
from schemas.organisation_id import OrganisationId
from verifier.anchors import AnchorError

__all__ = ["main"]

ERRORS, USAGE, COULD_NOT = 1, 2, 3
EVENTS = ("suspend", "reinstate", "revoke", "supersede", "confirm")


def main(argv: Sequence[str] | None = None, *, clock: Callable[[], float] = time.time) -> int:
    """Run one command and give its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        from issuer import commands
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "sqlalchemy":
            raise
        return _fail("SQLAlchemy is missing; pip install 'akashi-marks[issuer]'", USAGE)
    try:
        return commands.run(arguments, now=int(clock()))
    except (commands.UsageError, *commands.UNUSABLE, AnchorError, SignerUnavailableError) as error:
        return _fail(error, USAGE)
    except commands.REFUSALS as error:
        return _fail(error, ERRORS)
    except (*commands.FAILURES, KeyFileError, OSError) as error:
        return _fail(error, COULD_NOT)


def _fail(message: object, code: int) -> int:
    print(f"akashi-issuer: {' '.join(str(message).split())}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--home", type=Path, metavar="DIR", help="the issuer's folder (AKASHI_HOME)")
    common.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    common.add_argument("--lang", choices=("ja", "en"), help="language of explanations")
    common.add_argument("--passphrase-file", metavar="FILE", help=f"else {VARIABLE}, else a prompt")
    parser = argparse.ArgumentParser(
        prog="akashi-issuer", description="Issue marks and events about them.", parents=[common]
    )
    verbs = parser.add_subparsers(required=True, metavar="COMMAND", dest="verb")
    verb = partial(verbs.add_parser, parents=[common])
    init = verb("init", help="make the folder, or give it a new scheme file or key")
    init.add_argument("--scheme", required=True, type=Path, metavar="FILE", help="scheme.toml")
    init.add_argument("--trust", required=True, type=Path, nargs="+", metavar="FILE", help="trust documents")
    init.add_argument("--anchor", required=True, metavar="HEX|FILE", help="where trust starts")
    init.add_argument("--key", required=True, metavar="URI", help="file:PATH")
    template = verb("template", help="an empty draft file, with what is right in each column")
    template.add_argument("--out", type=Path, metavar="FILE", help="instead of standard output")
    issue = verb("issue", help="drafts become marks")
    issue.add_argument("drafts", type=Path, metavar="DRAFTS", help="CSV or JSON")
    issue.add_argument("--dry-run", action="store_true", help="judge only")
    issue.add_argument("--receipt", type=Path, metavar="FILE", help="instead of one in <home>/receipts")
    _targets(issue)
    for name in EVENTS:
        event = verb(name, help=f"{name} a mark")
        many = name != "supersede"  # each has a successor of its own
        event.add_argument(
            "number",
            type=_numbers if many else _number,
            metavar="NUMBER",
            nargs="+" if many else None,
            help="mark numbers, or - to read them from standard input, the first word of each line"
            if many
            else None,
        )
        if name == "supersede":
            event.add_argument("--by", required=True, type=_number, metavar="NUMBER", help="its successor")
        if name != "confirm":
            event.add_argument("--reason", required=True, choices=[one.slug for one in EventReason])
        _targets(event)
    profile = verb("profile", help="replace what search and page say of a mark")
    profile.add_argument("number", type=_number, metavar="NUMBER")
    profile.add_argument("file", type=Path, metavar="FILE", help="JSON, see schemas/profile.schema.json")
    _targets(profile)
    reissue = verb("reissue", help="void a mark that never was published, and sign a new one for its draft")
    reissue.add_argument("draft_id", metavar="DRAFT_ID")
    sync = verb("sync", help="learn what the register says now")
    where = sync.add_mutually_exclusive_group(required=True)
    where.add_argument("--registry", metavar="URL")
    where.add_argument("--bundle", type=Path, metavar="FILE", help="a register file: /bundle/register")
    _targets(verb("publish", help="send everything that waits"), required=True)
    select = verb(
        "select", help="marks of the whole register that can still end, to hand to suspend or revoke"
    )
    select.add_argument("--bundle", required=True, type=Path, metavar="FILE", help="a register file")
    select.add_argument("--assessor", metavar="CODE", help="assessed by")
    select.add_argument("--owner", metavar="NAME", help="issued by")
    select.add_argument("--kid", metavar="KID", help="signed by the key with this id")
    select.add_argument("--holder", type=_holder, metavar="ID")
    select.add_argument("--level", type=int, metavar="N")
    listing = verb("list", help="all marks")
    listing.add_argument("--effort", action="store_true", help="hours by level instead, without names")
    due = verb("due", help="what ends soon, wants confirming, or was not published")
    due.add_argument("--days", type=int, metavar="N", help="look this far ahead")
    return parser


def _targets(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    where = parser.add_mutually_exclusive_group(required=required)
    where.add_argument("--registry", metavar="URL", help="send it there")
    where.add_argument(
        "--out", type=Path, metavar="FILE.cborseq", help="write it to a file that is carried there"
    )


def _numbers(text: str) -> list[MarkNumber]:
    """Read one number, or with - those on standard input."""
    if text != "-":
        return [_number(text)]
    words = [line.split()[0] for line in sys.stdin if line.strip()]
    return [_number(word) for word in words]


def _holder(text: str) -> str:
    try:
        return str(OrganisationId.read_loosely(text))
    except MalformedError as error:
        raise argparse.ArgumentTypeError(error.problem) from None


def _number(text: str) -> MarkNumber:
    try:
        return MarkNumber.from_text(text)
    except MalformedError as error:
        raise argparse.ArgumentTypeError(error.problem) from None


if __name__ == "__main__":
    sys.exit(main())
