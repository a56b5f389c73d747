"""Whatever goes wrong has a name, one form for programs, one for people, and no traceback."""

import json
import logging
import re
from pathlib import Path

import jsonschema
import pytest
from flask import Flask
from sqlalchemy import text

from forge.laid import Laid, json_of
from registry.database import make_engine
from registry.problems import PROBLEMS, ProblemError
from verifier.report import Reason

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "problem.schema.json").read_text())
PAGE = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "img-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def addresses(app: Flask, full: Laid) -> list[tuple[str, str]]:
    """Every route with something in its place holders that is there."""
    values = {
        "number": full.marks["group"].number,
        "identifier": str(full.marks["group"].claims.holder),
        "reason": "revoked",
        "receipt": "0" * 64,
        "series": "a",
        "n": "0",
        "size": "2",
        "version": "1",
        "log": "log1",
        "path": "0/000.p/2",
        "filename": "none.css",
        "name": "mark",
        "lang": "ja",
    }
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule == "/schemas/<name>.schema.json":
            found.append(("GET", "/schemas/report.schema.json"))
            continue
        path = re.sub(r"<(?:[^:<>]+:)?([a-z_]+)>", lambda name: values[name[1]], rule.rule)
        found += [(method, path) for method in sorted((rule.methods or set()) - {"OPTIONS"})]
    return found


def test_every_route_has_the_headers_it_must_have_and_sets_no_cookie(full: Laid) -> None:
    app = full.app()
    client = app.test_client()
    routes = addresses(app, full)
    assert len(routes) > 50
    for method, path in routes:
        with client.open(path, method=method) as response:
            where = (method, path, response.status_code)
            assert response.status_code < 500, where
            assert all(response.headers[name] == value for name, value in HEADERS.items()), where
            loads = response.mimetype in ("text/html", "text/javascript")
            expected = PAGE if loads else "default-src 'none'; frame-ancestors 'none'"
            assert response.headers["Content-Security-Policy"] == expected, where
            assert "Set-Cookie" not in response.headers, where
            assert "Cache-Control" in response.headers, where
            assert "Server" not in response.headers or "Werkzeug" not in response.headers["Server"], where
            if method in ("GET", "HEAD") and not path.startswith("/api/v1/submissions"):
                assert response.headers["Access-Control-Allow-Origin"] == "*", where


def test_what_has_not_changed_keeps_the_policy_it_has(full: Laid) -> None:
    client = full.app().test_client()
    policies = {}
    for path in ("/", "/js/mark.js", "/static/style.css"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code) == (200, 304)
        policies[path] = {one.headers["Content-Security-Policy"] for one in (first, again)}
    assert policies["/"] == policies["/js/mark.js"] == {PAGE}
    assert policies["/static/style.css"] == {"default-src 'none'; frame-ancestors 'none'"}


def test_reading_routes_refuse_every_other_method_by_name(full: Laid) -> None:
    app = full.app()
    client = app.test_client()
    for method, path in addresses(app, full):
        if method == "GET":
            response = client.open(path, method="DELETE")
            assert (response.status_code, json_of(response)["reason"]) == (405, "method-not-allowed"), path
            assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize("path", ["/nothing", "/api/v1/nothing", "/api/v1/marks/x", "/log1/tile/9"])
def test_a_problem_has_the_documented_shape(full: Laid, path: str) -> None:
    response = full.client().get(path)
    assert response.content_type == "application/problem+json"
    body = json.loads(response.data)
    jsonschema.validate(body, SCHEMA)
    assert body["instance"] == path
    assert body["type"] == f"http://127.0.0.1:8080/problems/{body['reason']}"
    assert response.headers["Cache-Control"] == "no-store"


def test_a_person_is_answered_with_a_page_a_program_with_json(full: Laid) -> None:
    client = full.client()
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = client.get("/m/0000000000", headers=browser)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert client.get("/api/v1/marks/0000000000", headers=browser).mimetype == "application/problem+json"


def test_every_reason_of_a_verdict_has_a_title_and_is_in_the_schema(full: Laid) -> None:
    named = set(SCHEMA["$defs"]["reason"]["enum"])
    assert {reason.value for reason in Reason} <= set(PROBLEMS)
    assert set(PROBLEMS) <= named
    for reason, (status, title) in PROBLEMS.items():
        assert 400 <= status < 600
        assert title
        with full.app().test_request_context("/x"):
            jsonschema.validate(ProblemError(reason, "").problem.to_json(), SCHEMA)


def test_what_broke_inside_stays_inside(full: Laid, monkeypatch: pytest.MonkeyPatch) -> None:
    app = full.app()
    monkeypatch.setattr("registry.views.log.services", lambda: 1 / 0)
    response = app.test_client().get("/log1/checkpoint")
    assert (response.status_code, json_of(response)["reason"]) == (500, "internal-error")
    assert b"ZeroDivision" not in response.data


def test_nothing_anybody_asks_is_logged(full: Laid, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = full.client()
    number = full.marks["valid"].number
    client.get("/search?q=whomibuyfrom")
    client.get("/search?q=whomibuyfrom&level=no-level")
    client.get(f"/m/{number}?at=whomibuyfrom")
    client.post("/api/v1/verify", json={"text": f"{number} whomibuyfrom"})
    client.post("/api/v1/verify", data=b"whomibuyfrom")
    with make_engine(full.settings.database_url).begin() as connection:
        connection.execute(text("ALTER TABLE search_keys RENAME COLUMN key TO other"))
    assert client.get("/search?q=whomibuyfrom").status_code == 503
    assert any("unavailable" in record.message for record in caplog.records)  # the log is listened to
    assert "whomibuyfrom" not in caplog.text
    assert number not in caplog.text


def test_a_database_that_is_gone_is_503_and_says_when_to_ask_again(full: Laid) -> None:
    client = full.client()
    for path in full.home.glob("registry.sqlite*"):
        path.unlink()
    response = client.get(f"/api/v1/marks/{full.marks['valid'].number}")
    assert (response.status_code, json_of(response)["reason"]) == (503, "unavailable")
    assert response.headers["Retry-After"]
    assert b"sqlite" not in response.data.lower()


def test_another_site_may_ask_for_a_verdict(full: Laid) -> None:
    response = full.client().options("/api/v1/verify", headers={"Origin": "https://elsewhere.example"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
