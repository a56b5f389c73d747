"""`POST /api/v1/check`: many suppliers for programs, each judged as by evidence of its mark."""

from datetime import date
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient

from forge.asked_tables import ask, digits
from forge.laid import Laid, holder, json_of
from forge.world import NOW
from registry import evidence, supplier_check
from registry.supplier_check import MAX_BYTES, MAX_ROWS
from schemas.claims import EventKind, EventReason
from schemas.qr import to_url
from schemas.times import DAY, HOUR


@pytest.fixture(scope="module")
def client(whole: Laid) -> FlaskClient:
    return whole.client()


def test_a_register_that_has_not_published_for_long_does_not_say_that_there_is_no_mark(full: Laid) -> None:
    full.now += 3 * DAY
    found = json_of(ask(full.client(), {"id": holder(77).value}))
    assert found["counts"]["undetermined"] == 1
    assert found["rows"][0]["reasons"][0]["reason"] == "status-stale"


def test_programs_get_one_result_a_row_in_order(whole: Laid, client: FlaskClient) -> None:
    link = whole.marks["valid"].link()
    answer = ask(
        client,
        {"id": digits(whole, "valid"), "name": "㈱みほん電子", "ref": "A1"},
        {"mark": str(whole.marks["revoked"].number)},
        {"url": link, "level": 4},
        {"name": "株式会社みほん電子"},
        {"ref": "A5"},
        policy={"min_level": 3, "units": ["legal-entity"]},
    )
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    found = json_of(answer)
    assert [(row["row"], row["verdict"], row["matched_by"]) for row in found["rows"]] == [
        (1, "valid", "id"), (2, "invalid", "mark"), (3, "invalid", "url"), (4, "no-mark", None), (5, "undetermined", None),
    ]  # fmt: skip
    assert found["rows"][0]["supplier"] == {"id": digits(whole, "valid"), "name": "㈱みほん電子", "ref": "A1"}
    assert found["rows"][0]["mark"]["number"] == str(whole.marks["valid"].number)
    assert [one["reason"] for one in found["rows"][2]["reasons"]] == ["policy-level"]
    assert found["rows"][3]["candidates"]
    assert found["policy"] == {"min_level": 3, "units": ["legal-entity"]}


def test_the_shape_is_the_one_that_is_described(whole: Laid, client: FlaskClient) -> None:
    described = json_of(client.get("/openapi.json"))["paths"]["/api/v1/check"]["post"]
    content = described["responses"]["200"]["content"]["application/json"]["schema"]
    question = {
        "rows": [{"id": digits(whole, "valid"), "level": 3}],
        "policy": {"min_level": 3},
        "at": "2026-11-01",
    }
    asked = described["requestBody"]["content"]["application/json"]["schema"]
    jsonschema.validate(question, asked)
    found = json_of(client.post("/api/v1/check", json=question))
    jsonschema.validate(found, content)
    assert set(found["rows"][0]) == set(content["properties"]["rows"]["items"]["required"]) | {
        "supplier",
        "input",
        "evidence",
    }


def test_a_day_that_is_past_is_judged_as_it_was(whole: Laid, client: FlaskClient) -> None:
    rows = {"mark": str(whole.marks["revoked"].number)}
    assert json_of(ask(client, rows))["rows"][0]["verdict"] == "invalid"
    found = json_of(ask(client, rows, at="2026-10-25"))
    assert (found["at"], found["rows"][0]["verdict"]) == ("2026-10-25", "valid")


@pytest.mark.parametrize(
    "at", [None, *(f"2026-{day}" for day in ("10-01", "10-21", "10-25", "10-28", "10-31"))]
)
def test_a_mark_that_ended_is_explained_in_a_table_as_by_its_own_evidence_without_making_it(
    whole: Laid, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, at: str | None
) -> None:
    rows: list[dict[str, str]] = []
    for mark in whole.marks.values():
        rows += [{"mark": str(mark.number)}, {"url": f"http://elsewhere.example/m/{mark.number}"}]
        rows += [{"url": to_url("http://localhost", mark.claims.number, mark.raw)}]
    asked: dict[str, Any] = {} if at is None else {"at": at}
    with monkeypatch.context() as patched:
        patched.setattr(evidence, "of_mark", lambda *_: 1 / 0)  # the slow way
        found = json_of(ask(client, *rows, **asked))["rows"]
    monkeypatch.setattr(supplier_check, "_of_today", lambda *_: None)
    for one, by_evidence in zip(found, json_of(ask(client, *rows, **asked))["rows"], strict=True):
        if by_evidence["as_of"] is not None:
            assert one == by_evidence
        else:  # of a day outside its dates; no evidence is fetched for it then
            assert (one["verdict"], one["reasons"]) == (by_evidence["verdict"], by_evidence["reasons"])
    assert len(found) == 3 * len(whole.marks)


@pytest.mark.parametrize("at", [None, "2026-10-25"])
def test_a_mark_that_is_logged_under_anothers_number_gets_the_verdict_its_evidence_gets(
    full: Laid, at: str | None
) -> None:
    other = full.world.issue(at=NOW - 10 * DAY, number=full.marks["valid"].claims.number)
    ended = full.world.event(full.marks["expired"], EventKind.REVOKE, EventReason.MISUSE, at=NOW - HOUR)
    full.world.publish(NOW - 60)
    full.write()
    full.rebuild()
    row = {"url": to_url("http://localhost", other.claims.number, other.raw)}
    asked: dict[str, Any] = {} if at is None else {"at": at}
    [found] = json_of(ask(full.client(), row, **asked))["rows"]
    assert (
        found["verdict"]
        == full.services().verify(row["url"], at=None if at is None else date(2026, 10, 25)).verdict
    )
    assert found["verdict"] != "valid"
    # One that has ended and is outside its dates: both are said.
    [both] = json_of(ask(full.client(), {"mark": str(ended.claims.number)}))["rows"]
    assert [one["reason"] for one in both["reasons"]] == ["expired", "revoked"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ("", ""),
        ("[1]", ""),
        ("[" * 100_000, ""),
        ('{"rows": []}', "/rows"),
        ('{"rows": "id"}', "/rows"),
        ('{"rows": [{"id": "1"}], "polícy/~": 1}', "/polícy~1~0"),
        ('{"rows": [{"id": "1"}, []]}', "/rows/1"),
        ('{"rows": [{"id": "1"}, {}]}', "/rows/1"),
        ('{"rows": [{"id": 7000012050002}]}', "/rows/0/id"),
        ('{"rows": [{"name": "a\\u0000"}]}', "/rows/0/name"),
        ('{"rows": [{"name": "\\ud800"}]}', "/rows/0/name"),
        ('{"rows": [{"\\ud800": "a"}]}', "/rows/0/\\ud800"),
        ('{"\\ud800": 1}', "/\\ud800"),
        ('{"rows": [{"name": "a"}], "policy": {"scope_contains": "\\ud800"}}', "/policy"),
        ('{"rows": [{"nmae": "a"}]}', "/rows/0/nmae"),
        ('{"rows": [{"id": "1"}], "at": "yesterday"}', "/at"),
        ('{"rows": [{"id": "1"}], "at": 5}', "/at"),
        ('{"rows": [{"id": "1"}], "policy": []}', "/policy"),
        ('{"rows": [{"id": "1"}], "policy": {"colour": 1}}', "/policy"),
        ('{"rows": [{"id": "1"}], "policy": {"organisation": "0188:7000012050002"}}', "/policy/organisation"),
        (
            '{"rows": [{"id": "1"}], "policy": {"valid_until_at_least": "column:x"}}',
            "/policy/valid_until_at_least",
        ),
    ],
)
def test_a_question_that_cannot_be_read_is_a_problem_that_names_the_place(
    client: FlaskClient, body: str, pointer: str
) -> None:
    answer = client.post("/api/v1/check", data=body.encode(), content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    problem = json_of(answer)
    assert [one["pointer"] for one in problem["errors"]] == [pointer]
    schema = json_of(client.get("/schemas/problem.schema.json"))
    jsonschema.validate(problem, schema)


def test_a_wish_may_stand_in_the_rows(whole: Laid, client: FlaskClient) -> None:
    row = {"id": digits(whole, "valid")}
    policy = {"valid_until_at_least": "column:needed_until"}
    found = json_of(
        ask(
            client,
            {**row, "needed_until": "2026-12-01"},
            {**row, "needed_until": "2031-01-01"},
            row,
            policy=policy,
        )
    )
    assert [one["verdict"] for one in found["rows"]] == ["valid", "invalid", "undetermined"]


def test_too_much_and_another_type_are_refused(client: FlaskClient) -> None:
    many = client.post("/api/v1/check", json={"rows": [{"name": "a"}] * (MAX_ROWS + 1)})
    large = client.post("/api/v1/check", data=b" " * (MAX_BYTES + 1), content_type="application/json")
    other = client.post("/api/v1/check", data="id\n1", content_type="text/csv")
    assert [(one.status_code, json_of(one)["reason"]) for one in (many, large, other)] == [
        (413, "too-large"), (413, "too-large"), (415, "unsupported-media-type"),
    ]  # fmt: skip
    allowed = client.options("/api/v1/check")
    assert "POST" in allowed.headers["Access-Control-Allow-Methods"]
    assert allowed.headers["Access-Control-Allow-Origin"] == "*"


def test_a_day_to_come_is_refused_where_it_stands(client: FlaskClient) -> None:
    answer = client.post("/api/v1/check", json={"rows": [{"id": "7700001205000"}], "at": "2999-01-01"})
    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["pointer"] == "/at"
