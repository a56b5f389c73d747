"""`akashi bundle search FILE WORDS`: look an organisation up in a register on disk, and judge its marks. Nothing is sent.

Exit codes: 0 something was found, 1 nothing, 2 usage.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from keys.signed import read_mark
from schemas.errors import MalformedError
from schemas.mark_number import MarkNumber
from schemas.organisation_id import OrganisationId
from verifier.anchors import AnchorError, AnchorStore, default_state
from verifier.asked import UsageError, asked_anchor
from verifier.render import language, one_line, printable
from verifier.report import Report
from verifier.report_json import to_json
from verifier.suppliers.finding import Holder
from verifier.suppliers.register import RegisterFinder
from verifier.suppliers.run import Check, Opening
from verifier.words import phrase

__all__ = ["search_register"]

NOTHING = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    holder: Holder
    reports: Sequence[Report]


def search_register(arguments: argparse.Namespace) -> int:
    """Run the command and give its exit code."""
    store = AnchorStore(arguments.state or default_state())
    anchor, state = asked_anchor(arguments, store)
    if anchor is None:
        raise AnchorError("no anchor: give --anchor, or pin one with `akashi trust add`")
    check = Check(Opening(bundle=arguments.file, anchor=anchor, state=state))
    try:
        finder = check.finder
        if not isinstance(finder, RegisterFinder):
            raise UsageError(
                f"{arguments.file} holds no names: fetch it with `akashi bundle fetch --register`"
            )
        typed = " ".join(arguments.words)
        hits = [_Hit(holder=one, reports=_reports(one, check, finder)) for one in _found(typed, finder)]
    finally:
        check.close()
    lang = arguments.lang or language()
    for hit in hits:
        print(json.dumps(_json(hit)) if arguments.json else "\n".join(_said(hit, lang)))
    if not hits and not arguments.json:
        print(phrase("nothing-found", lang, typed=printable(typed)))
    return 0 if hits else NOTHING


def _found(typed: str, finder: RegisterFinder) -> Sequence[Holder]:
    """By a number where it is one, else by name."""
    numbers = []
    with suppress(MalformedError):
        mark = finder.mark(str(MarkNumber.from_text(typed)))
        numbers += [] if mark is None else [str(read_mark(mark).unsafe_claims.holder)]
    with suppress(MalformedError):
        numbers.append(str(OrganisationId.read_loosely(typed)))
    by_number = [holder for number in numbers for holder in finder.holders_of(number)]
    return by_number or finder.search(typed)


def _reports(holder: Holder, check: Check, finder: RegisterFinder) -> list[Report]:
    return [check.verifier.verify(held.mark) for held in finder.marks_of(holder.id) if held.matched == "id"]


def _json(hit: _Hit) -> dict[str, object]:
    holder = hit.holder
    return {
        "id": holder.id,
        "name": holder.name,
        "name_latin": holder.name_latin,
        "matched": holder.matched,
        "score": round(holder.score, 2),
        "marks": [to_json(report, input_text=_number(report)) for report in hit.reports],
    }


def _number(report: Report) -> str:
    return "" if report.mark is None else str(report.mark.claims.number)


def _said(hit: _Hit, lang: str) -> Iterator[str]:
    holder = hit.holder
    names = dict.fromkeys(printable(name) for name in (holder.name, holder.name_latin) if name)
    yield f"{' / '.join(names)}  {holder.id}"
    for report in hit.reports:
        yield f"  {one_line(report, lang=lang)}"
