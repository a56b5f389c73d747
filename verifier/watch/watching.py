"""`akashi watch SUPPLIERS` at work: a check, compared with the last one. Exit codes are part of the interface:

0 nothing to tell (or the first look); 1 something changed, or has come near its end; 2 usage; 3 could not look: the registry was out of reach, or what it gave is not to be believed; or the mail program took no mail.

The last result is replaced only after everything was told: what broke off is told again. Nothing is asked about a single
supplier: the register is fetched, and compared here.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from keys.whole_files import alone_in, write_whole
from schemas.errors import MalformedError
from schemas.times import in_zone
from verifier.anchors import AnchorStore, default_state
from verifier.asked import USAGE, UsageError
from verifier.http import FetchError
from verifier.render import language, printable
from verifier.suppliers.checked import Checked, policy_facts
from verifier.suppliers.checking import judged
from verifier.suppliers.report_json import document as checked_document
from verifier.watch.compare import compare, ending
from verifier.watch.kept import Kept, Told, WatchError, read_kept, write_kept
from verifier.watch.mailing import MailError, find_program, hand_over
from verifier.watch.standing import standings
from verifier.watch.telling import Findings, atom, document, mail, text

__all__ = ["watch_suppliers"]

NEWS, COULD_NOT = 1, 3
_ADDRESS = re.compile(r"[^@\s<>\"(),:;]{1,64}@[^@\s<>\"(),:;]{1,190}")
_MOST_DAYS = 3650


def watch_suppliers(arguments: argparse.Namespace) -> int:
    """Run the command and give its exit code."""
    _check_usage(arguments)
    folder = AnchorStore(arguments.state or default_state()).folder / "watching"
    folder.mkdir(parents=True, exist_ok=True)
    # One watch at a time, from before it looks until what it saw is kept: of two that overlap the later waits, finds
    # everything told, and cannot put an older look in the place of a newer one.
    with alone_in(folder):
        return _watch(arguments, lang=arguments.lang or language())


def _watch(arguments: argparse.Namespace, *, lang: str) -> int:
    try:
        with judged(arguments, lang=lang, is_quiet=arguments.quiet) as (checked, _):
            found, kept = _compared(arguments, checked)
    except (FetchError, MalformedError) as error:
        print(f"akashi: {printable(str(error), longest=1000)}; nothing was compared", file=sys.stderr)
        return COULD_NOT
    except WatchError as error:
        print(f"akashi: {printable(str(error), longest=1000)}", file=sys.stderr)
        return USAGE
    for path in arguments.out:
        write_whole(path, _writer(path, arguments)(found, lang))
    if not (arguments.quiet and not found.has_news):
        print(
            json.dumps(document(found)) if arguments.json else text(found, lang),
            end="\n" if arguments.json else "",
        )
    sys.stdout.flush()
    if arguments.sendmail is not None and found.has_news:
        message = mail(found, lang, sender=arguments.mail_from, to=arguments.mail_to)
        try:
            hand_over(message, find_program(arguments.sendmail) or arguments.sendmail)
        except MailError as error:
            said = printable(str(error), longest=1000)
            print(f"akashi: {said}; no mail was sent, and everything is told again", file=sys.stderr)
            return COULD_NOT
    write_kept(_kept_path(arguments, found.anchor), kept)
    return NEWS if found.has_news and not arguments.exit_zero else 0


def _compared(arguments: argparse.Namespace, checked: Checked) -> tuple[Findings, Kept]:
    register = checked.register
    before = read_kept(_kept_path(arguments, register.anchor), anchor=register.anchor)
    suppliers = standings(checked_document(checked)["rows"])
    now = {one.key: one for one in suppliers}
    today = in_zone(checked.made, offset=register.offset).date()
    asked = policy_facts(checked.policy)
    changes = []
    if before is not None:
        then = in_zone(before.made, offset=register.offset).date()
        changes = compare(before.suppliers, now, then=then, today=today, within=arguments.within)
    told = (
        *(Told(at=checked.made, change=change) for change in changes),
        *(() if before is None else before.told),
    )
    found = Findings(
        made=checked.made,
        before=None if before is None else before.made,
        as_of=register.as_of,
        offset=register.offset,
        within=arguments.within,
        scheme=register.scheme,
        anchor=register.anchor,
        is_asked_otherwise=before is not None and dict(before.asked) != asked,
        suppliers=suppliers,
        changes=changes,
        ending=ending(suppliers, today=today, within=arguments.within),
        told=told,
    )
    return found, Kept(made=checked.made, anchor=register.anchor, suppliers=now, asked=asked, told=told)


def _kept_path(arguments: argparse.Namespace, anchor: str) -> Path:
    if arguments.kept is not None:
        return Path(arguments.kept)
    folder = AnchorStore(arguments.state or default_state()).folder
    named = sha256(str(Path(arguments.suppliers).absolute()).encode("utf-8", "surrogateescape")).hexdigest()
    return folder / anchor / "watch" / f"{named[:32]}.json"


def _check_usage(arguments: argparse.Namespace) -> None:
    if arguments.suppliers == "-" and arguments.kept is None:
        raise UsageError("a table from - has no name: say with --kept FILE where its last result is kept")
    if not 0 <= arguments.within <= _MOST_DAYS:
        raise UsageError(f"--within: between 0 and {_MOST_DAYS} days")
    for path in arguments.out:
        _writer(path, arguments)
        if not path.parent.is_dir():
            raise UsageError(f"--out {path}: there is no folder {path.parent}")
        for other in (arguments.suppliers, arguments.kept):
            if other is not None and path.resolve() == Path(other).resolve():
                raise UsageError(f"--out {path}: is the table or what is kept; name another file")
    for address in (*arguments.mail_to, *([] if arguments.mail_from is None else [arguments.mail_from])):
        if not _ADDRESS.fullmatch(address):
            raise UsageError(f"{address!r} is no mail address; write name@example.com")
    if arguments.sendmail is not None and not arguments.mail_to:
        raise UsageError("--sendmail: say with --mail-to whom it is for")
    if arguments.sendmail is not None and find_program(arguments.sendmail) is None:
        raise UsageError(f"--sendmail {arguments.sendmail}: there is no such program")


def _writer(path: Path, arguments: argparse.Namespace) -> Callable[[Findings, str], bytes]:
    writers: dict[str, Callable[[Findings, str], bytes]] = {
        ".txt": lambda found, lang: text(found, lang).encode("utf-8", "backslashreplace"),
        ".json": lambda found, _lang: json.dumps(document(found), indent=1).encode(),
        ".atom": atom,
        ".eml": lambda found, lang: mail(found, lang, sender=arguments.mail_from, to=arguments.mail_to),
    }
    found = writers.get(path.suffix.lower())
    if found is None:
        raise UsageError(f"--out {path}: write a name that ends in {', '.join(writers)}")
    return found
