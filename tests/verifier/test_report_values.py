"""A report is filled on the quick way, and is a frozen value like any other: every field set, none to be changed."""

from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from typing import Any

import pytest

from forge import NOW, ask
from forge.vectors import published
from verifier import Verdict, Verifier
from verifier.report import Report


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    world, mark = published()
    bundle, anchor = world.bundle(), world.anchor
    bent = mark.raw[:-1] + bytes([mark.raw[-1] ^ 1])
    return {
        "valid": ask(bundle, mark.raw, anchor=anchor, now=NOW),
        "by its link": ask(bundle, mark.link(host="elsewhere.example"), anchor=anchor, now=NOW),
        "not a mark": ask(bundle, b"\xa0", anchor=anchor, now=NOW),
        "not even bytes": ask(bundle, "https://akashi.example/", anchor=anchor, now=NOW),
        "an invalid signature": ask(bundle, bent, anchor=anchor, now=NOW),
        "expired": ask(bundle, mark.raw, anchor=anchor, now=mark.claims.exp),
        "under no anchor": ask(bundle, mark.raw, anchor=None, now=NOW),
        "from nowhere": Verifier.without_source().verify(mark.raw),
    }


def values(value: Any) -> list[Any]:
    if isinstance(value, tuple):
        return [inner for item in value for inner in values(item)]
    if not is_dataclass(value) or isinstance(value, type):
        return []
    return [value, *values(tuple(getattr(value, field.name) for field in fields(value)))]


def test_a_report_and_all_in_it_equal_what_their_constructors_make_and_are_frozen(
    reports: dict[str, Report],
) -> None:
    for name, report in reports.items():
        assert (report.verdict is Verdict.VALID) == (name in ("valid", "by its link")), name
        for value in values(report):
            named = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
            assert type(value)(**named) == value == replace(value)
            with pytest.raises(FrozenInstanceError):
                setattr(value, next(iter(named)), None)
