"""`akashi-issuer issue`: judge, reserve, sign, send, write the receipt."""

import sys
from pathlib import Path

from issuer.desk import ERRORS, Desk, UsageError, send, sent_code, sent_json
from issuer.drafts import MAX_FILE, read_drafts
from issuer.issue import reserve, sign_reserved
from issuer.judge import Judged, judge
from issuer.publish import Sent
from issuer.receipts import Receipt, receipts, to_csv
from issuer.registry_client import RegistryError
from keys.crash_points import reach
from keys.whole_files import write_whole
from schemas.bidi import isolated
from schemas.times import to_datetime

__all__ = ["issue_drafts"]


def issue_drafts(desk: Desk) -> int:
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
        sent = send(desk)
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
        **sent_json(sent),
    }
    lines = [
        f"{isolated(receipt.draft_id)}  {receipt.number}  {receipt.state}  {receipt.link}"
        for receipt in found
    ]
    lines += [note.to_line() for note in judged.notes]
    lines.append(f"{issued} issued, {skipped} skipped; receipt {path}")
    desk.say(value, lines)
    return sent_code(sent, {receipt.number for receipt in found})


def _write_receipt(found: list[Receipt], desk: Desk) -> Path:
    path: Path | None = desk.arguments.receipt
    if path is None:
        folder = desk.home.folder / "receipts"
        folder.mkdir(mode=0o700, exist_ok=True)
        stem = f"{to_datetime(desk.now):%Y%m%dT%H%M%SZ}-{desk.arguments.drafts.stem}"
        path = folder / f"{stem}.csv"
        while path.exists():
            path = path.with_stem(f"{path.stem}x")
    write_whole(path, to_csv(found))
    return path
