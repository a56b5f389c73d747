"""A register with a mark in every state that can be brought about today, told with the public commands."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from life.running import JAPAN, Running, holder

__all__ = ["Story", "told"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`numbers` by what became of the mark; `ended`: POSIX seconds, after everything."""

    demo: Running
    numbers: dict[str, str]
    holders: set[str]
    ended: int


def told(demo: Running) -> Story:
    """Issue and let happen; takes some seconds."""
    today = datetime.now(JAPAN).date()
    fourth = {
        "level": "4",
        "assessment": "third-party",
        "assessor_code": "AB01",
        "technical_check_on": str(today - timedelta(days=18)),
        "technical_checker_code": "TC01",
    }
    names = ("valid", "suspended", "reinstated", "revoked", "superseded", "future", "division")
    rows = dict(zip(names, demo.drafts(len(names)), strict=True))
    rows["future"]["valid_from"] = str(today + timedelta(days=10))
    rows["division"] |= {"unit": "division"}
    [group] = demo.drafts(1, **fourth)
    entities = ";".join(f"{holder(900 + place)}|みほん子会社{place}|" for place in (1, 2))
    group |= {"unit": "group", "entities": entities}
    [foreign] = demo.drafts(1, **fourth)
    foreign |= {"organisation_id": "0199:529900T8BM49AURSDO55", "country": "DE", "name_kana": ""}
    foreign |= {"legal_name": "Muster Halbleiter GmbH", "legal_name_latin": "Muster Halbleiter GmbH"}
    drafts = {row["draft_id"]: name for name, row in (rows | {"group": group, "foreign": foreign}).items()}
    issued = demo.issue("issuer-3", list(rows.values())) | demo.issue("issuer-4", [group, foreign])
    numbers = {drafts[draft]: number for draft, number in issued.items()}
    demo.event("issuer-3", "suspend", numbers["suspended"], "--reason", "holder-request")
    demo.event("authority", "suspend", numbers["reinstated"], "--reason", "under-investigation")
    demo.event("authority", "reinstate", numbers["reinstated"], "--reason", "investigation-closed")
    demo.event("issuer-3", "revoke", numbers["revoked"], "--reason", "misuse")
    old = rows["superseded"]["organisation_id"]
    demo.issuer("issuer-3", "sync", "--registry", demo.url)
    [after] = demo.drafts(1, organisation_id=old, supersedes=numbers["superseded"])
    numbers["successor"] = demo.issue("issuer-3", [after])[after["draft_id"]]
    holders = {demo.mark(number)["mark"]["organisation"]["id"] for number in numbers.values()}
    return Story(demo=demo, numbers=numbers, holders=holders, ended=int(time.time()))
