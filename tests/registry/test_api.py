"""The API keeps its shape: stable English JSON, problems with a name, reading without an account."""

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forge.laid import Laid, json_of
from forge.objects import first_document
from forge.trust_documents import recognised
from forge.world import NOW, World
from schemas.mark_number import MarkNumber, suggestions
from schemas.times import DAY, iso

SCHEMAS = Path(__file__).parents[2] / "schemas"
REPORT = json.loads((SCHEMAS / "report.schema.json").read_text())
PROBLEM = json.loads((SCHEMAS / "problem.schema.json").read_text())
PROFILE = json.loads((SCHEMAS / "profile.schema.json").read_text())


def problem(response: TestResponse, status: int, reason: str) -> dict[str, Any]:
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.content_type == "application/problem+json"
    body: dict[str, Any] = json.loads(response.data)
    jsonschema.validate(body, PROBLEM)
    assert (body["status"], body["reason"]) == (status, reason)
    return body


# ---------------------------------------------------------------- one mark


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("valid", "valid", None),
        ("suspended", "suspended", "under-investigation"),
        ("revoked", "revoked", "misuse"),
        ("superseded", "superseded", "replaced"),
        ("reinstated", "valid", None),
        ("expired", "expired", None),
        ("future", "not-yet-valid", None),
    ],
)
def test_every_state_has_its_word(
    full: Laid, client: FlaskClient, name: str, state: str, reason: str | None
) -> None:
    body = json_of(client.get(f"/api/v1/marks/{full.marks[name].number}"))
    assert (body["state"], body["reason"]) == (state, reason)


def test_the_mark_object_is_the_verifiers(full: Laid, client: FlaskClient) -> None:
    number = full.marks["valid"].number
    mark = json_of(client.get(f"/api/v1/marks/{number}"))
    report = json_of(client.post("/api/v1/verify", json={"text": number}))
    jsonschema.validate(report, REPORT)
    assert mark["mark"] == report["mark"]
    assert mark["as_of"] == report["as_of"]


def test_a_marks_members_are_those_documented(full: Laid, client: FlaskClient) -> None:
    body = json_of(client.get(f"/api/v1/marks/{full.marks['valid'].number}"))
    documented = (
        "number display url state state_since reason as_of days_left next_confirmation mark profile history "
        "supersedes successor last_leaf links"
    )
    assert set(documented.split()) <= set(body)
    assert body["display"] == full.marks["valid"].claims.number.display
    assert body["days_left"] == 355
    assert body["last_leaf"] == full.marks["valid"].leaf.hex()
    jsonschema.validate(body["profile"], PROFILE)


def test_history_tells_each_step_with_its_logged_time(full: Laid, client: FlaskClient) -> None:
    body = json_of(client.get(f"/api/v1/marks/{full.marks['reinstated'].number}"))
    assert [(one["kind"], one["reason"], one["at"]) for one in body["history"]] == [
        ("issue", None, iso(NOW - 9 * DAY)),
        ("suspend", "misuse", iso(NOW - 3 * DAY)),
        ("reinstate", "investigation-closed", iso(NOW - 2 * DAY)),
    ]


def test_what_came_before_and_after_is_linked_both_ways(full: Laid, client: FlaskClient) -> None:
    old, new = full.marks["superseded"].number, full.marks["successor"].number
    assert json_of(client.get(f"/api/v1/marks/{old}"))["successor"] == new
    assert json_of(client.get(f"/api/v1/marks/{new}"))["supersedes"] == old


def test_a_day_is_judged_at_both_its_ends_and_the_worse_counts(full: Laid, client: FlaskClient) -> None:
    path = f"/api/v1/marks/{full.marks['reinstated'].number}"
    day = iso(NOW - 3 * DAY)[:10]
    assert json_of(client.get(f"{path}?at={day}"))["state"] == "suspended"
    assert json_of(client.get(f"{path}?at={iso(NOW - 4 * DAY)}"))["state"] == "valid"


def test_the_next_confirmation_follows_the_scheme_and_those_already_made(full: Laid) -> None:
    full.settings = replace(full.settings, confirm_every_months={4: 3})
    client = full.client()
    confirmed = json_of(client.get(f"/api/v1/marks/{full.marks['group'].number}"))
    assert confirmed["next_confirmation"] == "2027-04-23"
    assert json_of(client.get(f"/api/v1/marks/{full.marks['valid'].number}"))["next_confirmation"] is None


def test_unknown_and_mistyped_numbers_are_told_apart(full: Laid, client: FlaskClient) -> None:
    unknown = str(MarkNumber(value=1))
    problem(client.get(f"/api/v1/marks/{unknown}"), 404, "unknown-mark")
    number = full.marks["valid"].number
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    body = problem(client.get(f"/api/v1/marks/{wrong}"), 404, "bad-mark-number")
    assert body["did_you_mean"] == suggestions(wrong)
    problem(client.get("/api/v1/marks/nothing"), 404, "bad-mark-number")
    problem(client.get("/api/v1/marks/" + "7" * 300), 404, "bad-mark-number")


@pytest.mark.parametrize("path", ["/api/v1/marks/{}", "/m/{}/evidence", "/m/{}/mark.cwt", "/m/{}/proof"])
def test_another_spelling_is_sent_to_the_one_address(full: Laid, client: FlaskClient, path: str) -> None:
    number = full.marks["valid"].claims.number
    typed = f"{number.display.lower()}"
    response = client.get(path.format(typed) + "?lang=ja")
    assert response.status_code == 308
    assert response.location.endswith(path.format(number) + "?lang=ja")


@pytest.mark.parametrize(
    "at", ["yesterday", "2026-13-01", "2026-01-01T00:00:00", "0001-01-01T00:00:00+23:00"]
)
def test_a_time_that_cannot_be_read_is_refused_with_an_example(
    full: Laid, client: FlaskClient, at: str
) -> None:
    problem(
        client.get(f"/api/v1/marks/{full.marks['valid'].number}", query_string={"at": at}), 400, "bad-request"
    )


# ---------------------------------------------------------------- organisations


def test_an_organisation_is_found_by_number_however_it_is_written(full: Laid, client: FlaskClient) -> None:
    holder = full.marks["valid"].claims.holder
    exact = client.get(f"/api/v1/organisations/{holder}")
    assert exact.status_code == 200
    assert full.marks["valid"].number in [mark["number"] for mark in json_of(exact)["marks"]]
    loose = client.get(f"/api/v1/organisations/T{holder.value}")
    assert (loose.status_code, loose.location) == (308, f"/api/v1/organisations/{holder}")
    problem(client.get("/api/v1/organisations/0188:1234567890123"), 400, "bad-request")
    problem(client.get("/api/v1/organisations/0199:529900T8BM49AURSDO55"), 404, "not-found")


def test_search_gives_holders_with_their_marks(full: Laid, client: FlaskClient) -> None:
    body = json_of(client.get("/api/v1/organisations", query_string={"q": "みほん電子"}))
    item = next(one for one in body["items"] if one["id"] == str(full.marks["valid"].claims.holder))
    assert set(item) == {"id", "name", "name_latin", "country", "marks", "matched", "score"}
    assert item["marks"][0].keys() == {"number", "level", "state", "last_day"}


@pytest.mark.parametrize("query", ["level=10", "level=x", "status=good", "country=JPN", "cursor=%20"])
def test_a_filter_that_means_nothing_is_refused(client: FlaskClient, query: str) -> None:
    problem(client.get(f"/api/v1/organisations?q=a&{query}"), 400, "bad-request")


# ---------------------------------------------------------------- changes


def test_changes_page_through_the_published_log_in_order(full: Laid, client: FlaskClient) -> None:
    seen, after = [], ""
    for _ in range(100):
        body = json_of(client.get("/api/v1/changes", query_string={"limit": 4, "after": after}))
        seen += body["items"]
        after = body["next"]
        if not body["more"]:
            break
    assert [one["index"] for one in seen] == list(range(full.world.log.head.size))
    assert {"genesis", "issue", "suspend", "revoke", "supersede", "confirm", "trust", "snapshot"} <= {
        one["kind"] for one in seen
    }
    empty = json_of(client.get("/api/v1/changes", query_string={"after": after}))
    assert (empty["items"], empty["next"], empty["more"]) == ([], after, False)
    revoked = next(one for one in seen if one["kind"] == "revoke")
    assert (revoked["status"], revoked["reason"]) == ("revoked", "misuse")
    assert revoked["organisation"] == str(full.marks["revoked"].claims.holder)


@pytest.mark.parametrize("query", ["after=zzz", "after=MTIz", "limit=0", "limit=1001", "limit=many"])
def test_a_cursor_that_is_not_ours_is_refused(client: FlaskClient, query: str) -> None:
    problem(client.get(f"/api/v1/changes?{query}"), 400, "bad-request")


# ---------------------------------------------------------------- verify


@pytest.mark.parametrize("name", ["valid", "revoked", "expired", "future", "suspended", "superseded"])
def test_a_verdict_of_any_colour_is_an_answer(full: Laid, client: FlaskClient, name: str) -> None:
    response = client.post("/api/v1/verify", json={"text": full.marks[name].link()})
    assert response.status_code == 200
    jsonschema.validate(json_of(response), REPORT)
    assert json_of(response)["verdict"] == ("valid" if name == "valid" else "invalid")


def test_a_partners_mark_is_answered_as_the_partners(lay: Callable[[World], Laid]) -> None:
    world = World(first_document(recognised=[recognised("sg-demo")]))
    ours = world.issue(at=NOW - 3600)
    world.publish(NOW)
    link = f"https://partner.example/m/{ours.number}"
    answer = json_of(lay(world).client().post("/api/v1/verify", json={"text": link}))
    jsonschema.validate(answer, REPORT)
    assert (answer["verdict"], answer["mark"]) == ("undetermined", None)
    assert answer["authority"] == {
        "scheme": "sg-demo",
        "names": {"en": "The sg-demo register"},
        "recognised_by": "demo",
    }


@pytest.mark.parametrize("text", ["https://akashi.example/elsewhere", "x" * 5000])
def test_what_is_no_mark_is_judged_too(client: FlaskClient, text: str) -> None:
    response = client.post("/api/v1/verify", json={"text": text})
    assert response.status_code == 200
    jsonschema.validate(json_of(response), REPORT)
    assert json_of(response)["verdict"] == "invalid"


@pytest.mark.parametrize("text", ["7", "00000000000"])
def test_a_mistyped_number_is_refused_with_what_is_wrong(client: FlaskClient, text: str) -> None:
    problem(client.post("/api/v1/verify", json={"text": text}), 400, "bad-request")


def test_a_question_that_cannot_be_read_is_refused(client: FlaskClient) -> None:
    problem(
        client.post("/api/v1/verify", data=b"\x89PNG", content_type="image/png"),
        415,
        "unsupported-media-type",
    )
    for body in (b"", b"[]", b"{", b'{"text": 1}', b'{"text": ""}', b'{"text": "\\ud800"}', b"[" * 9000):
        problem(client.post("/api/v1/verify", data=body, content_type="application/json"), 400, "bad-request")
    big = json.dumps({"text": "7" * 20_000}).encode()
    problem(client.post("/api/v1/verify", data=big, content_type="application/json"), 413, "too-large")


# ---------------------------------------------------------------- the door


def test_the_door_takes_only_what_it_says_it_takes(client: FlaskClient) -> None:
    problem(client.post("/api/v1/submissions", data=b"x"), 415, "unsupported-media-type")
    body = client.post("/api/v1/submissions", data=b"", content_type="application/cbor-seq")
    problem(body, 400, "malformed")
    large = client.post("/api/v1/submissions", data=bytes((4 << 20) + 1), content_type="application/cbor-seq")
    problem(large, 413, "too-large")
    problem(client.get("/api/v1/submissions/" + "0" * 64), 404, "not-found")


@pytest.mark.parametrize(
    ("path", "content_type", "size"),
    [
        ("/api/v1/submissions", "application/cbor-seq", (4 << 20) + 1),
        ("/api/v1/verify", "application/json", 16385),
    ],
)
def test_a_body_in_chunks_is_never_cut_off_in_silence(
    client: FlaskClient, path: str, content_type: str, size: int
) -> None:
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    for more in (0, 1, 100_000):
        response = client.post(
            path,
            input_stream=BytesIO(bytes(size + more)),
            content_type=content_type,
            environ_overrides=chunked,
        )
        problem(response, 413, "too-large")


def test_what_is_in_already_is_answered_from_the_index(full: Laid, client: FlaskClient) -> None:
    body = full.marks["valid"].raw + full.marks["revoked"].raw
    response = client.post("/api/v1/submissions", data=body, content_type="application/cbor-seq")
    assert response.status_code == 200
    assert [item["index"] for item in json_of(response)["items"]] == [
        full.marks["valid"].index,
        full.marks["revoked"].index,
    ]


def test_all_faults_of_a_body_are_named_at_once(full: Laid, client: FlaskClient) -> None:
    stale = full.world.issue(at=NOW - 30 * DAY, logged=False)
    forged = full.world.issue(at=NOW, logged=False).raw[:-1] + b"\0"
    body = problem(
        client.post("/api/v1/submissions", data=stale.raw + forged, content_type="application/cbor-seq"),
        422,
        "iat-window",
    )
    assert [error["item"] for error in body["errors"]] == [0, 1]
