"""What each verb of `akashi-issuer` does: put the parts together, print, choose the exit code."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from issuer.agreement import DisagreementError
from issuer.desk import COULD_NOT, ERRORS, Desk, UsageError, client_of, send, sent_code, sent_json
from issuer.event_commands import sign_event, sign_profile
from issuer.events import EventError
from issuer.home import Home, HomeError, OfferRefusedError
from issuer.issue import ReissueError, reissue, sign_reserved
from issuer.issue_command import issue_drafts
from issuer.ledger import LedgerError
from issuer.receipts import receipts, template
from issuer.registry_client import RegistryError
from issuer.reports import due, effort, listed
from issuer.select import Asked, choose
from issuer.sync import Synced, SyncError, sync_bundle, sync_registry
from schemas.bidi import isolated
from verifier.anchors import read_anchor

__all__ = ["FAILURES", "REFUSALS", "UNUSABLE", "UsageError", "run"]

REFUSALS = (EventError, ReissueError)
FAILURES = (RegistryError, SyncError, LedgerError, OfferRefusedError, DisagreementError)
UNUSABLE = (HomeError,)


def run(arguments: argparse.Namespace, *, now: int) -> int:
    """Run one verb; give its exit code. Raises what `issuer.cli` turns into one line."""
    lang = _language(arguments)
    folder = _folder(arguments)
    if arguments.verb == "template":
        return _template(arguments, folder, lang)
    if folder is None:
        raise UsageError("no home: give --home DIR or set AKASHI_HOME")
    if arguments.verb == "init":
        return _init(arguments, folder)
    desk = Desk(home=Home.load(folder), arguments=arguments, now=now, lang=lang)
    verbs: dict[str, Callable[[Desk], int]] = {
        "issue": issue_drafts,
        "profile": sign_profile,
        "reissue": _reissue,
        "sync": _sync,
        "publish": _publish,
        "list": _list,
        "select": _select,
        "due": _due,
    }
    try:
        return verbs.get(arguments.verb, sign_event)(desk)
    finally:
        desk.home.ledger.close()


def _language(arguments: argparse.Namespace) -> str:
    stated: str | None = getattr(arguments, "lang", None)
    environment = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return stated or ("ja" if environment.startswith("ja") else "en")


def _folder(arguments: argparse.Namespace) -> Path | None:
    stated: Path | None = getattr(arguments, "home", None)
    named = os.environ.get("AKASHI_HOME")
    return stated or (Path(named) if named else None)


def _init(arguments: argparse.Namespace, folder: Path) -> int:
    try:
        scheme = arguments.scheme.read_text("utf-8")
        notes = [path.read_bytes() for path in arguments.trust]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{error}") from error
    home = Home.create(
        folder, scheme=scheme, notes=notes, anchor=read_anchor(arguments.anchor), key_uri=arguments.key
    )
    home.ledger.close()
    key = home.key
    if getattr(arguments, "json", False):
        value = {"home": str(folder), "scheme": home.scheme.id, "owner": key.owner, "kid": key.kid.hex()}
        print(json.dumps(value | {"use": key.use.value, "levels": sorted(key.levels)}, ensure_ascii=False))
    else:
        levels = "".join(f" ★{level}" for level in sorted(key.levels))
        print(f"{folder}: {isolated(key.owner)} ({key.use} key {key.kid.hex()}){levels}")
    return 0


def _template(arguments: argparse.Namespace, folder: Path | None, lang: str) -> int:
    scheme = None
    if folder is not None and (folder / "issuer.json").exists():
        home = Home.load(folder)
        scheme = home.scheme
        home.ledger.close()
    data = template(lang, scheme)
    if arguments.out is not None:
        arguments.out.write_bytes(data)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    return 0


# -------------------------------------------------------------------- sending


def _publish(desk: Desk) -> int:
    sign_reserved(desk.home, desk.signer, now=desk.now)
    sent = send(desk)
    code = sent_code(sent)
    if sent is not None:
        told = [f"{sent.published} objects published"] if desk.arguments.registry is not None else []
        desk.say(sent_json(sent), told + [f"wrote {path}" for path in sent.written])
    return code


def _reissue(desk: Desk) -> int:
    voided, problems = reissue(desk.arguments.draft_id, desk.home, now=desk.now, lang=desk.lang)
    for problem in problems:
        print(problem.to_line(desk.lang), file=sys.stderr)
    if problems:
        desk.say({"errors": [problem.to_json(desk.lang) for problem in problems], "voided": None}, [])
        return ERRORS
    sign_reserved(desk.home, desk.signer, now=desk.now)
    with desk.home.ledger.reading() as books:
        found = receipts([desk.arguments.draft_id], books, public_url=desk.public_url)
    value = {"errors": [], "voided": voided, "marks": [receipt.to_json() for receipt in found]}
    desk.say(
        value,
        [f"{voided} is void; {receipt.draft_id}  {receipt.number}  {receipt.link}" for receipt in found],
    )
    return 0


# -------------------------------------------------------------------- reading


def _sync(desk: Desk) -> int:
    synced: Synced
    if desk.arguments.registry is not None:
        synced = sync_registry(desk.home, client_of(desk), now=desk.now)
    else:
        synced = sync_bundle(desk.home, desk.arguments.bundle)
    value = {
        "trust": synced.home.document.version,
        "new": synced.new,
        "changed": synced.lines(),
        "foreign": synced.foreign,
    }
    desk.say(value, [*synced.lines(), f"trust version {value['trust']}, {synced.new} new leaves"])
    return COULD_NOT if synced.foreign else 0


def _list(desk: Desk) -> int:
    with desk.home.ledger.reading() as books:
        if desk.arguments.effort:
            found = effort(books)
            lines = [f"★{level}  {one}" for level, one in found.items()]
            desk.say({"effort": found}, lines)
            return 0
        marks = listed(desk.home, books, now=desk.now)
    desk.say({"marks": marks}, [_line(mark) for mark in marks])
    return 0


def _select(desk: Desk) -> int:
    arguments = desk.arguments
    asked = Asked(
        assessor=arguments.assessor,
        owner=arguments.owner,
        kid=arguments.kid,
        holder=arguments.holder,
        level=arguments.level,
    )
    if asked == Asked():
        raise UsageError("say which: --assessor, --owner, --kid, --holder or --level")
    found = list(choose(desk.home, arguments.bundle, asked, now=desk.now))
    desk.say({"marks": [asdict(one) for one in found]}, [one.to_line() for one in found])
    return 0


def _due(desk: Desk) -> int:
    with desk.home.ledger.reading() as books:
        found = due(desk.home, books, now=desk.now, days=desk.arguments.days)
    desk.say({"due": found}, [f"{one['on']}  {one['due']}  {_line(one)}" for one in found])
    return 0


def _line(mark: dict[str, Any]) -> str:
    status = mark["status"] or mark["state"]
    return f"{mark['number']}  ★{mark['level']}  {mark['last_day']}  {status}  {isolated(mark['draft_id'])}  {isolated(mark['name'])}"
