"""`akashi-issuer suspend|reinstate|revoke|supersede|confirm` and `profile`: reserve, sign, send."""

import json
import sys
from typing import Any

from issuer.desk import Desk, UsageError, client_of, send, sent_code, sent_json
from issuer.events import EventError, reserve_event, reserve_profile
from issuer.issue import sign_reserved
from issuer.sync import sync_registry
from keys.crash_points import reach
from schemas.claims import EventKind, EventReason
from schemas.mark_number import MarkNumber

__all__ = ["sign_event", "sign_profile"]


def sign_event(desk: Desk) -> int:
    """Suspend, reinstate, revoke, supersede or confirm marks. If one of them cannot be, nothing is signed."""
    arguments, desk = desk.arguments, _synced_desk(desk)
    kind = EventKind[arguments.verb.upper()]
    stated: str | None = getattr(arguments, "reason", None)
    reason = None if stated is None else next(one for one in EventReason if one.slug == stated)
    given: MarkNumber | list[list[MarkNumber]] = arguments.number
    asked = [given] if isinstance(given, MarkNumber) else [number for some in given for number in some]
    numbers = list(dict.fromkeys(asked))
    if not numbers:
        raise UsageError("no mark number was given")
    reserved: list[str] = []
    faults: list[EventError] = []
    with desk.home.ledger.writing() as books:
        for number in numbers:
            try:
                row = reserve_event(
                    desk.home,
                    books,
                    number,
                    kind,
                    now=desk.now,
                    reason=reason,
                    successor=getattr(arguments, "by", None),
                )
            except EventError as error:
                faults.append(error)
                continue
            if row is not None:
                reserved.append(str(number))
        if faults:
            raise EventError(faults[0].reason, "; ".join(fault.detail for fault in faults))
    if not reserved:
        value = {**_about(numbers), "kind": kind.slug, "done": False, **sent_json(None)}
        shown = ", ".join(number.display for number in numbers)
        desk.say(value, [f"{shown}: nothing to do, it is so already"])
        return 0
    return _finish(desk, {**_about(numbers), "kind": kind.slug, "done": True}, set(reserved))


def _about(numbers: list[MarkNumber]) -> dict[str, Any]:
    return {"number": str(numbers[0])} if len(numbers) == 1 else {"numbers": [str(one) for one in numbers]}


def sign_profile(desk: Desk) -> int:
    """Replace a mark's profile by a JSON file."""
    try:
        document = json.loads(desk.arguments.file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{desk.arguments.file}: {error}") from error
    with desk.home.ledger.writing() as books:
        reserve_profile(desk.home, books, desk.arguments.number, document, now=desk.now)
    number = str(desk.arguments.number)
    return _finish(desk, {"number": number, "kind": "profile", "done": True}, {number})


def _finish(desk: Desk, value: dict[str, Any], about: set[str]) -> int:
    reach("issuer.after-reserve")
    sign_reserved(desk.home, desk.signer, now=desk.now)
    sent = send(desk)
    code = sent_code(sent, about)
    where = (
        "published"
        if desk.arguments.registry is not None
        else "signed; run publish"
        if sent is None
        else "written"
    )
    if code == 0:
        desk.say(
            value | sent_json(sent), [f"{value['kind']} of {number}: {where}" for number in sorted(about)]
        )
    elif getattr(desk.arguments, "json", False):
        desk.say(value | {"done": False} | sent_json(sent), [])
    return code


def _synced_desk(desk: Desk) -> Desk:
    """Where a registry is named, an event is signed for what it says now; what is news is said first."""
    if desk.arguments.registry is None:
        return desk
    synced = sync_registry(desk.home, client_of(desk), now=desk.now)
    for line in synced.lines():
        print(line, file=sys.stderr)
    return Desk(home=synced.home, arguments=desk.arguments, now=desk.now, lang=desk.lang)
