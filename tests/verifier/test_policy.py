"""What an asker may require, and how a policy that cannot be applied is refused."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forge import World
from schemas.claims import Assessment, MarkClaims, Unit
from schemas.times import DAY
from verifier.policy import (
    Accept,
    Policy,
    PolicyError,
    check_policy,
    parse_duration,
    policy_from_file,
    policy_from_table,
)
from verifier.report import Reason

JAPAN = 9 * 3600
MIDNIGHT = 1_806_159_600  # 2027-03-27T15:00:00Z, the end of 2027-03-27 in Japan
OWNER = "Issuer A"


def claims(**changes: Any) -> MarkClaims:
    return replace(World().claims(), **changes)


def reason(policy: Policy, **changes: Any) -> Reason | None:
    refused = check_policy(claims(**changes), OWNER, policy, offset=JAPAN)
    return None if refused is None else refused.reason


@pytest.mark.parametrize(
    "policy",
    [
        Policy(),
        Policy(organisation="0188:7000012050002"),
        Policy(min_level=3),
        Policy(schemes=frozenset({"demo", "other"})),
        Policy(accept=(Accept(scheme="demo", levels=frozenset({3})),)),
        Policy(issuers=frozenset({OWNER})),
        Policy(assessment=frozenset({"expert-confirmed"})),
        Policy(units=frozenset({"legal-entity"})),
        Policy(scope_contains="ＩＴ基盤"),
        Policy(scope_contains="HEAD OFFICE"),
    ],
)
def test_a_mark_that_has_what_is_asked_passes(policy: Policy) -> None:
    assert reason(policy) is None


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (Policy(organisation="0188:2180001135973"), Reason.POLICY_ORGANISATION),
        (Policy(min_level=4), Reason.POLICY_LEVEL),
        (Policy(schemes=frozenset({"other"})), Reason.POLICY_LEVEL),
        (Policy(accept=(Accept(scheme="demo", levels=frozenset({4})),)), Reason.POLICY_LEVEL),
        (Policy(accept=(Accept(scheme="other", levels=frozenset({3})),)), Reason.POLICY_LEVEL),
        (Policy(assessment=frozenset({"third-party"})), Reason.POLICY_LEVEL),
        (Policy(units=frozenset({"group", "division"})), Reason.POLICY_SCOPE),
        (Policy(scope_contains="工場"), Reason.POLICY_SCOPE),
        (Policy(issuers=frozenset({"Issuer B"})), Reason.POLICY_ISSUER),
    ],
)
def test_a_mark_that_lacks_what_is_asked_fails_by_name(policy: Policy, expected: Reason) -> None:
    assert reason(policy) is expected


def test_the_first_reason_in_the_order_of_the_format_is_given() -> None:
    everything = Policy(
        organisation="0188:2180001135973", min_level=9, scope_contains="工場", issuers=frozenset({"x"})
    )
    assert reason(everything) is Reason.POLICY_ORGANISATION


def test_a_level_of_one_scheme_says_nothing_about_another() -> None:
    accept = (Accept(scheme="partner", levels=frozenset({1})), Accept(scheme="demo", levels=frozenset({4})))
    assert reason(Policy(accept=accept), scheme="partner", level=1) is None
    assert reason(Policy(accept=accept), scheme="demo", level=1) is Reason.POLICY_LEVEL


def test_a_mark_is_good_until_a_day_only_if_it_lasts_through_that_day_where_the_scheme_is() -> None:
    until = Policy(valid_until_at_least=date(2027, 3, 27))
    assert reason(until, exp=MIDNIGHT) is None
    assert reason(until, exp=MIDNIGHT - 1) is Reason.POLICY_UNTIL
    assert (
        reason(Policy(valid_until_at_least=date(2027, 3, 28)), exp=MIDNIGHT + DAY - 1) is Reason.POLICY_UNTIL
    )


def test_units_and_assessments_are_named_by_slug() -> None:
    group = {"unit": Unit.GROUP, "entities_sha256": bytes(32), "assessment": Assessment.THIRD_PARTY}
    policy = Policy(units=frozenset({"group"}), assessment=frozenset({"third-party"}))
    assert reason(policy, **group) is None


def test_a_day_that_stands_in_a_table_is_not_met_without_the_table() -> None:
    assert reason(Policy(valid_until_column="needed")) is Reason.POLICY_UNTIL


def test_every_documented_key_is_read(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        """version = 1
min_level = 4
schemes = ["jp-scs"]
issuers = ["Issuer B"]
organisation = "T7000012050002"
assessment = ["third-party"]
units = "division"
scope_contains = "工場"
valid_until_at_least = 2027-03-31
max_status_age = "6h"
[[accept]]
scheme = "sg"
levels = [2, 3]
""",
        "utf-8",
    )
    assert policy_from_file(path) == Policy(
        organisation="0188:7000012050002",
        min_level=4,
        schemes=frozenset({"jp-scs"}),
        accept=(Accept(scheme="sg", levels=frozenset({2, 3})),),
        issuers=frozenset({"Issuer B"}),
        assessment=frozenset({"third-party"}),
        units=frozenset({"division"}),
        scope_contains="工場",
        valid_until_at_least=date(2027, 3, 31),
        max_status_age=6 * 3600,
    )


def test_a_day_may_be_text_or_the_name_of_a_column() -> None:
    read = policy_from_table({"version": 1, "valid_until_at_least": "2027-03-31"})
    assert read.valid_until_at_least == date(2027, 3, 31)
    read = policy_from_table({"version": 1, "valid_until_at_least": "column:納期"})
    assert (read.valid_until_at_least, read.valid_until_column) == (None, "納期")


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"version": 2},
        {"version": "1"},
        {"version": True},
        {"min_levle": 4},
        {"min_level": "4"},
        {"min_level": True},
        {"min_level": 0},
        {"min_level": 10},
        {"schemes": []},
        {"schemes": [1]},
        {"units": ["company"]},
        {"assessment": "self"},
        {"organisation": "7000012050003"},
        {"organisation": 7000012050002},
        {"scope_contains": ""},
        {"valid_until_at_least": "tomorrow"},
        {"valid_until_at_least": "column:"},
        {"valid_until_at_least": 20270331},
        {"max_status_age": 24},
        {"max_status_age": "1w"},
        {"accept": {"scheme": "sg", "levels": [3]}},
        {"accept": [{"scheme": "sg"}]},
        {"accept": [{"scheme": "sg", "levels": []}]},
        {"accept": [{"scheme": "sg", "levels": [True]}]},
        {"accept": [{"scheme": 1, "levels": [3]}]},
        {"accept": [{"scheme": "sg", "levels": [3], "more": 1}]},
        {"accept": []},
    ],
)
def test_a_policy_that_cannot_be_applied_is_refused(table: dict[str, Any]) -> None:
    with pytest.raises(PolicyError):
        policy_from_table(({"version": 1} | table) if table else {})


@pytest.mark.parametrize(
    "content",
    [
        b"version = ",
        b"version = 1\nscope_contains = '\xff'",
        b"version = 1\nschemes = " + b"[" * 5000,
        b"version = 1\nmin_level = " + b"9" * 5000,
    ],
)
def test_what_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(content)
    with pytest.raises(PolicyError):
        policy_from_file(path)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("24h", 86400), ("7d", 604800)])
def test_durations_are_seconds(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "1", "h", "-1h", "1.5h", "1 h", "1H", "１h", "1h\n", "9999999s"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        parse_duration(text)
