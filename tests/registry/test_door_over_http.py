"""The door over HTTP, with a publisher at work: what is answered 201 verifies at once."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forge.laid import json_of
from forge.registers import Register
from forge.world import NOW, World
from registry.app import create_app
from registry.submissions import WAITING
from schemas.claims import EventKind, EventReason

PROBLEM = json.loads(
    (Path(__file__).parents[2] / "schemas" / "problem.schema.json").read_text(encoding="utf-8")
)


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    opened = Register(tmp_path / "registry", World(), now=NOW)
    stop = threading.Event()
    publisher = threading.Thread(target=opened.publisher.run, args=(stop,))
    publisher.start()
    yield opened
    stop.set()
    publisher.join()
    opened.close()


@pytest.fixture
def client(register: Register) -> FlaskClient:
    return create_app(register.settings, clock=lambda: float(register.now)).test_client()


def submit(client: FlaskClient, *objects: bytes) -> TestResponse:
    return client.post("/api/v1/submissions", data=b"".join(objects), content_type="application/cbor-seq")


def test_what_is_answered_201_verifies_at_once(register: Register, client: FlaskClient) -> None:
    mark = register.world.issue(at=NOW)
    first = submit(client, mark.raw)
    assert first.status_code == 201, first.data
    body = json_of(first)
    assert body["items"][0]["number"] == mark.number
    report = json_of(client.post("/api/v1/verify", json={"text": mark.link()}))
    assert report["verdict"] == "valid", report["findings"]
    assert json_of(client.get(f"/api/v1/marks/{mark.number}"))["state"] == "valid"
    again = submit(client, mark.raw)
    assert (again.status_code, json_of(again)) == (200, body)
    assert json_of(client.get(f"/api/v1/submissions/{body['receipt']}")) == body


def test_an_event_that_came_too_late_is_told_what_it_must_follow(
    register: Register, client: FlaskClient
) -> None:
    mark = register.world.issue(at=NOW)
    assert submit(client, mark.raw).status_code == 201
    late = register.world.event(mark, EventKind.REVOKE, EventReason.MISUSE, at=NOW, logged=False)
    first = register.world.event(mark, EventKind.SUSPEND, EventReason.MISUSE, at=NOW)
    assert submit(client, first.raw).status_code == 201
    refused = submit(client, late.raw)
    assert refused.status_code == 409
    body = json_of(refused)
    jsonschema.validate(body, PROBLEM)
    assert body["last_leaf"] == first.leaf.hex()
    assert json_of(client.get(f"/api/v1/marks/{mark.number}"))["last_leaf"] == first.leaf.hex()


def test_ten_at_the_door_at_once_are_all_let_in_once(register: Register) -> None:
    marks = [register.world.issue(at=NOW) for _ in range(10)]
    app = create_app(register.settings, clock=lambda: float(register.now))
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda raw=mark.raw: codes.append(submit(app.test_client(), raw).status_code))
        for mark in marks
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(codes) <= {201, 202}  # when many wait for their answer already, it is on its way
    assert codes.count(201) >= WAITING
    while any(submit(app.test_client(), mark.raw).status_code == 202 for mark in marks):
        time.sleep(0.05)
    changes = json_of(app.test_client().get("/api/v1/changes?limit=1000"))["items"]
    assert sorted(one["number"] for one in changes if one["kind"] == "issue") == sorted(
        mark.number for mark in marks
    )
