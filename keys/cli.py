"""`akashi-keys`: keys and trust documents from the command line (the root holders' and operators' tool).

Exit codes: 0 done or in order; 1 refused, the reason on stderr; 2 usage, or a key store not available here.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from datetime import datetime

from keys.algorithms import ALGORITHM_NAMES, ED25519
from keys.change_command import add_change_options, draft_change
from keys.commands import CommandError, Result
from keys.file_signer import KeyFileError
from keys.key_commands import ALGORITHMS, NOTE_TYPES, generate_key, show_key
from keys.meaning import LANGUAGES
from keys.passphrase import VARIABLE
from keys.signer import SignerUnavailableError
from keys.trust import TrustRefusedError
from keys.trust_commands import (
    check_notes,
    draft_compromise,
    draft_version,
    join_copies,
    sign_version,
)
from schemas.times import DAY, MAX_TIME, to_seconds
from schemas.trust_document import MAX_LIFETIME

__all__ = ["main"]

Run = Callable[[argparse.Namespace], Result]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        result, lines = arguments.run(arguments)
    except CommandError as error:
        return _fail(error, error.code)
    except SignerUnavailableError as error:
        return _fail(error, 2)
    except TrustRefusedError as error:
        return _fail(f"refused, {error}; see docs/format.md §5", 1)
    except KeyFileError as error:
        return _fail(error, 1)
    print(json.dumps(result, ensure_ascii=False) if arguments.json else "\n".join(lines))
    return 0


def _fail(message: object, code: int) -> int:
    print(f"akashi-keys: {message}", file=sys.stderr)
    return code


def _time(text: str) -> int:
    seconds = int(text) if re.fullmatch(r"[0-9]{1,12}", text) else to_seconds(datetime.fromisoformat(text))
    if not 0 <= seconds < MAX_TIME:
        raise ValueError(text)
    return seconds


def _kid(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{16}", text):
        raise ValueError(text)
    return text


def _natural(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise ValueError(text)
    return int(text)


def _days(text: str) -> int:
    if not 1 <= (days := _natural(text)) <= MAX_LIFETIME // DAY:
        raise ValueError(text)
    return days


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="akashi-keys", description="Keys and trust documents of a register."
    )
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    key = verbs.add_parser(
        "generate", allow_abbrev=False, help="make a key in an encrypted file, or in a token"
    )
    key.add_argument("--out", required=True, metavar="FILE|URI", help="a file, or pkcs11:token=…;object=…")
    key.add_argument("--algorithm", choices=sorted(ALGORITHMS), default=ALGORITHM_NAMES[ED25519])
    _note_options(key)
    _passphrase_option(key)
    _finish(key, generate_key)

    show = verbs.add_parser("show", allow_abbrev=False, help="show a key's public half")
    show.add_argument("file", metavar="FILE|URI")
    _note_options(show)
    _finish(show, show_key)

    trust = verbs.add_parser("trust", allow_abbrev=False, help="draft, sign and check trust documents")
    steps = trust.add_subparsers(required=True, metavar="STEP")

    draft = steps.add_parser(
        "draft", allow_abbrev=False, help="write a version's text from JSON and the version before"
    )
    draft.add_argument(
        "skeleton", metavar="JSON", help='members of the document; {"add": {"keys": […]}} appends'
    )
    draft.add_argument("--days", type=_days, default=365, help="lifetime, at most 400 (default 365)")
    _draft_options(draft, draft_version)

    sign = steps.add_parser(
        "sign", allow_abbrev=False, help="show what a version changes, then add one root signature"
    )
    sign.add_argument("file", metavar="FILE", help="a draft, or a note others have signed")
    sign.add_argument("--key", required=True, metavar="URI", help="file:PATH or pkcs11:…")
    sign.add_argument("--previous", metavar="FILE", help="the version before")
    sign.add_argument("--out", metavar="FILE", help="where to write the note (default: in place)")
    sign.add_argument("--yes", action="store_true", help="do not ask")
    _passphrase_option(sign)
    _language_option(sign)
    _finish(sign, sign_version)

    change = steps.add_parser(
        "change", allow_abbrev=False, help="write the next version by saying what changes; nothing: renew it"
    )
    add_change_options(change, time=_time)
    change.add_argument("--days", type=_days, default=365, help="lifetime, at most 400 (default 365)")
    _draft_options(change, draft_change)

    join = steps.add_parser(
        "join", allow_abbrev=False, help="put together copies that were signed at the same time"
    )
    join.add_argument("copies", nargs="+", metavar="FILE")
    join.add_argument("--previous", metavar="FILE", help="the version before")
    join.add_argument("--out", required=True, metavar="FILE")
    _finish(join, join_copies)

    check = steps.add_parser("check", allow_abbrev=False, help="walk versions from an anchor")
    check.add_argument("notes", nargs="+", metavar="FILE")
    check.add_argument("--anchor", metavar="HEX|FILE")
    _finish(check, check_notes)

    lost = verbs.add_parser(
        "compromise", allow_abbrev=False, help="draft the version that voids a key from a log position on"
    )
    lost.add_argument("--kid", required=True, type=_kid)
    lost.add_argument("--place", type=_natural, help="which log, counted from 0 (not for a status key)")
    lost.add_argument("--size", type=_natural, help="the first leaf that counts as absent")
    lost.add_argument("--since", type=_time, metavar="TIME", help="since when it is known (default: now)")
    _draft_options(lost, draft_compromise)
    return parser


def _draft_options(parser: argparse.ArgumentParser, run: Run) -> None:
    parser.add_argument("--previous", metavar="FILE", help="the signed version before")
    parser.add_argument("--out", required=True, metavar="FILE")
    _language_option(parser)
    parser.add_argument(
        "--issued", type=_time, metavar="TIME", help="POSIX seconds or RFC 3339 (default: now)"
    )
    _finish(parser, run)


def _note_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--note-name", metavar="NAME", help="print a verifier key with this name")
    parser.add_argument("--type", choices=sorted(NOTE_TYPES), help="what the verifier key is for")


def _language_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", choices=LANGUAGES, help="language of the sentences shown")


def _passphrase_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--passphrase-file", metavar="FILE", help=f"else {VARIABLE}, else a prompt")


def _finish(parser: argparse.ArgumentParser, run: Run) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.set_defaults(run=run)


if __name__ == "__main__":
    sys.exit(main())
