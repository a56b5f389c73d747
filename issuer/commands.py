"""What each verb of `akashi-issuer` does: put the parts together, print, choose the exit code."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from issuer.agreement import DisagreementError
from issuer.drafts import MAX_FILE, read_drafts
from issuer.events import EventError, reserve_event, reserve_profile
from issuer.home import Home, HomeError, OfferRefusedError
from issuer.issue import Judged, ReissueError, judge, reissue, reserve, sign_reserved
from issuer.ledger import LedgerError
from issuer.publish import Sent, publish_http, write_files
from issuer.receipts import Receipt, receipts, template, to_csv
from issuer.registry_client import RegistryClient, RegistryError
from issuer.reports import due, effort, listed
from issuer.sync import Synced, SyncError, sync_bundle, sync_registry
from keys.crash_points import reach
from keys.file_signer import replace_file
from keys.passphrase import read_passphrase
from keys.signer import Signer
from schemas.claims import EventKind, EventReason
from schemas.times import to_datetime
from verifier.anchors import read_anchor

__all__ = ["FAILURES", "REFUSALS", "UNUSABLE", "UsageError", "run"]

ERRORS, COULD_NOT = 1, 3
REFUSALS = (EventError, ReissueError)
FAILURES = (RegistryError, SyncError, LedgerError, OfferRefusedError, DisagreementError)
UNUSABLE = (HomeError,)


class UsageError(Exception):
    """The command was not given what it needs; exit 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One run of the command: whose folder, at what time, in which language, with which passphrase."""

    home: Home
    arguments: argparse.Namespace
    now: int
    lang: str

    def signer(self) -> Signer:
        return self.home.signer(self.passphrase)

    def passphrase(self) -> bytes:
        return read_passphrase(
            getattr(self.arguments, "passphrase_file", None), prompt=f"passphrase for {self.home.key_uri}"
        )

    @property
    def public_url(self) -> str:
        return os.environ.get("AKASHI_PUBLIC_URL") or f"https://{self.home.host(self.now)}"

    def say(self, value: dict[str, Any], lines: list[str]) -> None:
        if getattr(self.arguments, "json", False):
            print(json.dumps(value, ensure_ascii=False))
        elif lines:
            print("\n".join(lines))


def run(arguments: argparse.Namespace, *, now: int) -> int:
    """Run one verb; give its exit code. Raises what `issuer.cli` turns into one line."""
    lang = _language(arguments)
    folder = _folder(arguments, needed=arguments.verb != "template")
    if arguments.verb == "template":
        return _template(arguments, folder, lang)
    if folder is None:
        raise UsageError("no home: give --home DIR or set AKASHI_HOME")
    if arguments.verb == "init":
        return _init(arguments, folder)
    desk = Desk(home=Home.load(folder), arguments=arguments, now=now, lang=lang)
    verbs: dict[str, Callable[[Desk], int]] = {
        "issue": _issue,
        "profile": _profile,
        "reissue": _reissue,
        "sync": _sync,
        "publish": _publish,
        "list": _list,
        "due": _due,
    }
    try:
        return verbs.get(arguments.verb, _event)(desk)
    finally:
        desk.home.ledger.close()


def _language(arguments: argparse.Namespace) -> str:
    stated: str | None = getattr(arguments, "lang", None)
    environment = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return stated or ("ja" if environment.startswith("ja") else "en")


def _folder(arguments: argparse.Namespace, *, needed: bool) -> Path | None:
    stated: Path | None = getattr(arguments, "home", None)
    named = os.environ.get("AKASHI_HOME")
    if stated is None and not named and needed:
        raise UsageError("no home: give --home DIR or set AKASHI_HOME")
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
    levels = [f"★{level}" for level in sorted(home.key.levels)]
    value = {
        "home": str(folder),
        "scheme": home.scheme.id,
        "owner": home.key.owner,
        "kid": home.key.kid.hex(),
    }
    if getattr(arguments, "json", False):
        print(
            json.dumps(
                value | {"use": home.key.use.value, "levels": sorted(home.key.levels)}, ensure_ascii=False
            )
        )
    else:
        print(
            f"{folder}: {home.key.owner} ({home.key.use} key {home.key.kid.hex()}) {' '.join(levels)}".rstrip()
        )
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


# -------------------------------------------------------------------- issue


def _issue(desk: Desk) -> int:
    try:
        with desk.arguments.drafts.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise UsageError(f"{desk.arguments.drafts}: {error.strerror}") from error
    sheet, home, now = read_drafts(data), desk.home, desk.now
    with home.ledger.reading() if desk.arguments.dry_run else home.ledger.writing() as books:
        # Judged inside the transaction that writes: no other process comes between.
        judged = judge(sheet, home, books, now=now, lang=desk.lang)
        reach("issuer.before-reserve")
        if not (judged.problems or desk.arguments.dry_run):
            reserve(judged, home, books, now=now)
    if judged.problems or desk.arguments.dry_run:
        return _show_judged(judged, desk)
    reach("issuer.after-reserve")
    signed = sign_reserved(home, desk.signer, now=now)
    try:
        sent = _send(desk)
    except (RegistryError, OSError) as error:
        # What is signed is safe: the receipt says so, and `publish` goes on from here.
        _show_issued(judged, signed, None, desk)
        raise RegistryError(f"{error}; all is signed and kept: run publish later") from error
    return _show_issued(judged, signed, sent, desk)


def _show_judged(judged: Judged, desk: Desk) -> int:
    bad = {problem.row for problem in judged.problems}
    ok = sum(draft.row not in bad for draft in (*judged.new, *judged.known))
    value = {
        "errors": [problem.to_json(desk.lang) for problem in judged.problems],
        "ok": ok,
        "issued": 0,
        "skipped": len(judged.known),
        "notes": [note.to_json() for note in judged.notes],
    }
    lines = [f"{ok} in order, {len(bad)} with errors, nothing signed"]
    lines += [note.to_line() for note in judged.notes]
    for problem in judged.problems:
        print(problem.to_line(desk.lang), file=sys.stderr)
    desk.say(value, lines)
    return ERRORS if judged.problems else 0


def _show_issued(judged: Judged, signed: set[str], sent: Sent | None, desk: Desk) -> int:
    with desk.home.ledger.reading() as books:
        found = receipts(judged.draft_ids, books, public_url=desk.public_url)
    issued = sum(receipt.number in signed for receipt in found)
    skipped = len(found) - issued
    path = _write_receipt(found, desk)
    value = {
        "errors": [],
        "ok": len(judged.new) + len(judged.known),
        "issued": issued,
        "skipped": skipped,
        "notes": [note.to_json() for note in judged.notes],
        "marks": [receipt.to_json() for receipt in found],
        "receipt": str(path),
        **_sent_json(sent),
    }
    lines = [f"{receipt.draft_id}  {receipt.number}  {receipt.state}  {receipt.link}" for receipt in found]
    lines += [note.to_line() for note in judged.notes]
    lines.append(f"{issued} issued, {skipped} skipped; receipt {path}")
    desk.say(value, lines)
    return _sent_code(sent, {receipt.number for receipt in found})


def _write_receipt(found: list[Receipt], desk: Desk) -> Path:
    path: Path | None = desk.arguments.receipt
    if path is None:
        folder = desk.home.folder / "receipts"
        folder.mkdir(mode=0o700, exist_ok=True)
        stem = f"{to_datetime(desk.now):%Y%m%dT%H%M%SZ}-{desk.arguments.drafts.stem}"
        path = folder / f"{stem}.csv"
        while path.exists():
            path = path.with_stem(f"{path.stem}x")
    replace_file(path, to_csv(found))
    return path


# -------------------------------------------------------------------- sending


def _client(desk: Desk) -> RegistryClient:
    return RegistryClient(desk.arguments.registry)


def _send(desk: Desk) -> Sent | None:
    """Send what waits to wherever the arguments say; None when they name no place."""
    if desk.arguments.registry is not None:
        return publish_http(desk.home, _client(desk), desk.signer, now=desk.now)
    if desk.arguments.out is not None:
        return write_files(desk.home, desk.arguments.out, desk.signer, now=desk.now)
    return None


def _sent_json(sent: Sent | None) -> dict[str, Any]:
    if sent is None:
        return {"published": 0, "rejected": [], "changed": [], "written": []}
    return {
        "published": sent.published,
        "rejected": [one.to_json() for one in sent.rejected],
        "changed": sent.changed,
        "written": [str(path) for path in sent.written],
    }


def _sent_code(sent: Sent | None, about: set[str] | None = None) -> int:
    """Say on stderr what did not get in; 1 for what waited too long, 3 for what the registry refused.

    `about`: the marks this command was asked for; others, still waiting from earlier, are said and do not count.
    """
    if sent is None:
        return 0
    for line in sent.changed:
        print(line, file=sys.stderr)
    for one in sent.rejected:
        print(one.to_line(), file=sys.stderr)
    counted = [one for one in sent.rejected if about is None or one.number in about]
    if any(one.reason != "too-old" for one in counted):
        return COULD_NOT
    return ERRORS if counted else 0


def _publish(desk: Desk) -> int:
    sign_reserved(desk.home, desk.signer, now=desk.now)
    sent = _send(desk)
    code = _sent_code(sent)
    if sent is not None:
        told = [f"{sent.published} objects published"] if desk.arguments.registry is not None else []
        desk.say(_sent_json(sent), told + [f"wrote {path}" for path in sent.written])
    return code


# -------------------------------------------------------------------- events and profiles


def _event(desk: Desk) -> int:
    arguments, desk = desk.arguments, _synced_desk(desk)
    kind = EventKind[arguments.verb.upper()]
    stated: str | None = getattr(arguments, "reason", None)
    reason = None if stated is None else next(one for one in EventReason if one.slug == stated)
    with desk.home.ledger.writing() as books:
        row = reserve_event(
            desk.home,
            books,
            arguments.number,
            kind,
            now=desk.now,
            reason=reason,
            successor=getattr(arguments, "by", None),
        )
    if row is None:
        value = {"number": str(arguments.number), "kind": kind.slug, "done": False, **_sent_json(None)}
        desk.say(value, [f"{arguments.number.display}: nothing to do, it is so already"])
        return 0
    return _finish(desk, {"number": str(arguments.number), "kind": kind.slug, "done": True})


def _profile(desk: Desk) -> int:
    try:
        document = json.loads(desk.arguments.file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{desk.arguments.file}: {error}") from error
    with desk.home.ledger.writing() as books:
        reserve_profile(desk.home, books, desk.arguments.number, document, now=desk.now)
    return _finish(desk, {"number": str(desk.arguments.number), "kind": "profile", "done": True})


def _finish(desk: Desk, value: dict[str, Any]) -> int:
    reach("issuer.after-reserve")
    sign_reserved(desk.home, desk.signer, now=desk.now)
    sent = _send(desk)
    code = _sent_code(sent, {value["number"]})
    where = (
        "published"
        if desk.arguments.registry is not None
        else "signed; run publish"
        if sent is None
        else "written"
    )
    if code == 0:
        desk.say(value | _sent_json(sent), [f"{value['kind']} of {value['number']}: {where}"])
    elif getattr(desk.arguments, "json", False):
        desk.say(value | {"done": False} | _sent_json(sent), [])
    return code


def _synced_desk(desk: Desk) -> Desk:
    """Where a registry is named, an event is signed for what it says now; what is news is said first."""
    if desk.arguments.registry is None:
        return desk
    synced = sync_registry(desk.home, _client(desk), now=desk.now)
    for line in synced.lines():
        print(line, file=sys.stderr)
    return Desk(home=synced.home, arguments=desk.arguments, now=desk.now, lang=desk.lang)


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
        synced = sync_registry(desk.home, _client(desk), now=desk.now)
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


def _due(desk: Desk) -> int:
    with desk.home.ledger.reading() as books:
        found = due(desk.home, books, now=desk.now, days=desk.arguments.days)
    desk.say({"due": found}, [f"{one['on']}  {one['due']}  {_line(one)}" for one in found])
    return 0


def _line(mark: dict[str, Any]) -> str:
    status = mark["status"] or mark["state"]
    return f"{mark['number']}  ★{mark['level']}  {mark['last_day']}  {status}  {mark['draft_id']}  {mark['name']}"
