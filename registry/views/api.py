"""The API: stable English JSON (docs/format.md §8; a verdict of any colour is a 200)."""

import json
import re
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.routing import RequestRedirect

from registry import submissions
from registry.changes import Change, changes_after
from registry.lookup import MarkFacts, find_mark, find_organisation, marks_of
from registry.mark_json import mark_json, organisation_json, summary_json
from registry.picture_reader import MAX_PICTURE, read_codes
from registry.problems import Problem, ProblemError, problem_response
from registry.search import STATES, CursorError, Filters, Hit, search
from registry.views.asked import (
    cursor_of,
    number_in_path,
    read_at,
    read_body,
    read_choice,
    read_cursor,
    read_int,
    services,
)
from schemas.errors import MalformedError
from schemas.mark_number import BadMarkNumberError
from schemas.organisation_id import OrganisationId
from schemas.qr import read
from schemas.times import iso
from verifier.pictures import is_of_a_mark
from verifier.report_json import to_json

__all__ = ["blueprint", "mark_as_json"]

blueprint = Blueprint("api", __name__)

SUGGESTED = 8
PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "application/pdf"})
MAX_QUESTION = 16 << 10  # bytes of a verify request
CHANGES = 1000


def mark_as_json(number: str) -> Response:
    """Answer with everything there is about one mark; the address was found canonical."""
    asked = services()
    with asked.sessions() as session:
        facts = find_mark(asked, session, number, at=read_at())
    if facts is None:
        raise ProblemError("unknown-mark", f"no mark {number} is in this register")
    return jsonify(mark_json(facts))


@blueprint.get("/api/v1/marks/<number>")
def mark(number: str) -> Response:
    return mark_as_json(number_in_path(number))


@blueprint.get("/api/v1/organisations/<identifier>")
def organisation(identifier: str) -> Response:
    asked = services()
    try:
        found = OrganisationId.read_loosely(identifier)
    except MalformedError as error:
        raise ProblemError("bad-request", str(error)) from error
    if str(found) != identifier:
        raise RequestRedirect(url_for("api.organisation", identifier=str(found)))
    with asked.sessions() as session:
        facts = find_organisation(asked, session, identifier)
    if facts is None:
        raise ProblemError("not-found", f"{identifier} holds no mark in this register")
    return jsonify(organisation_json(facts))


@blueprint.get("/api/v1/organisations")
def organisations() -> Response:
    asked = services()
    filters = Filters(
        level=read_int("level", default=None, low=1, high=9),
        state=read_choice("status", STATES),
        country=_country(),
    )
    typed, cursor = request.args.get("q", ""), request.args.get("cursor") or None
    with asked.sessions() as session:
        try:
            page = search(session, typed, now=asked.now(), filters=filters, cursor=cursor)
        except CursorError as error:
            raise ProblemError("bad-request", "cursor: give back `next` of an earlier answer") from error
        marks: dict[str, list[MarkFacts]] = {hit.id: [] for hit in page.hits}
        for facts in marks_of(asked, session, list(marks)):
            marks[str(facts.claims.holder)].append(facts)
    return jsonify({"items": [_hit_json(hit, marks[hit.id]) for hit in page.hits], "next": page.next})


def _country() -> str | None:
    text = request.args.get("country", "").upper()
    if text and not re.fullmatch("[A-Z]{2}", text):
        raise ProblemError("bad-request", "country: write two letters such as JP (ISO 3166-1)")
    return text or None


def _hit_json(hit: Hit, marks: list[MarkFacts]) -> dict[str, Any]:
    return {
        "id": hit.id,
        "name": hit.name,
        "name_latin": hit.name_latin,
        "country": hit.country,
        "marks": [summary_json(facts) for facts in marks],
        "matched": hit.matched,
        "score": hit.score,
    }


@blueprint.get("/api/v1/changes")
def changes() -> Response:
    asked = services()
    limit = read_int("limit", default=100, low=1, high=CHANGES) or CHANGES
    position = read_cursor("after", count=2)
    with asked.sessions() as session:
        found = changes_after(session, position, limit=limit + 1)
    shown = found[:limit]
    following = cursor_of(shown[-1].place, shown[-1].index) if shown else request.args.get("after") or None
    return jsonify(
        {"items": [_change_json(one) for one in shown], "next": following, "more": len(found) > limit}
    )


@blueprint.get("/api/v1/suggestions")
def suggestions() -> Response:
    """What a person who is typing may mean: the few best holders, without their marks."""
    typed = request.args.get("q", "")[:120]
    asked = services()
    with asked.sessions() as session:
        found = search(session, typed, now=asked.now(), limit=SUGGESTED).hits if typed.strip() else ()
    items = [
        {"id": hit.id, "name": hit.name, "name_latin": hit.name_latin, "matched": hit.matched}
        for hit in found
    ]
    return jsonify({"items": items})


@blueprint.post("/api/v1/verify")
def verify() -> Response:
    if request.mimetype in PICTURES:
        text = _code_of(read_body(MAX_PICTURE))
    elif request.mimetype == "application/json":
        text = _text_of(read_body(MAX_QUESTION))
    else:
        hint = 'send {"text": "a link, digits or a mark number"} as application/json, or a picture or PDF with its type'
        raise ProblemError("unsupported-media-type", hint)
    try:
        found = read(text)
    except BadMarkNumberError as error:
        raise ProblemError("bad-request", f"/text: {error.problem}") from error
    except MalformedError:
        found = None  # the verifier says what is wrong with it, by its reason
    report = services().verify(text if found is None else found)
    return jsonify(to_json(report, input_text=text))


def _code_of(picture: bytes) -> str:
    """Give the one mark's code in a picture. Raises ProblemError."""
    codes = [code for code in read_codes(picture) if is_of_a_mark(code)]
    if not codes:
        raise ProblemError("no-code-in-picture", "no code of a mark was recognised")
    if len(codes) > 1:
        raise ProblemError("bad-request", f"{len(codes)} codes of marks are in it; send one at a time")
    return codes[0]


def _text_of(body: bytes) -> str:
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProblemError("bad-request", "the body is not JSON") from error
    if not isinstance(value, dict) or not isinstance(value.get("text"), str) or len(value) != 1:
        raise ProblemError("bad-request", 'the body is {"text": "…"} and nothing else')
    text: str = value["text"]
    if not text.strip() or re.search("[\ud800-\udfff]", text):
        raise ProblemError("bad-request", "/text: write a link, digits or a mark number")
    return text


@blueprint.post("/api/v1/submissions")
def submit() -> Response:
    if request.mimetype != "application/cbor-seq":
        raise ProblemError("unsupported-media-type", "send tag-18 objects as application/cbor-seq")
    asked = services()
    return _answer(submissions.accept(asked, read_body(submissions.MAX_BODY), now=asked.now()))


@blueprint.get("/api/v1/submissions/<receipt>")
def submission(receipt: str) -> Response:
    found = submissions.find(services(), receipt)
    if found is None:
        raise ProblemError("not-found", "no submission has this receipt: the SHA-256 of its body, in hex")
    return _answer(found)


def _answer(outcome: submissions.Outcome) -> Response:
    headers = {"Cache-Control": "no-store", **outcome.headers}
    if "reason" not in outcome.body:
        response = jsonify(outcome.body)
        response.status_code = outcome.status
        response.headers.extend(headers)
        return response
    body = dict(outcome.body)
    problem = Problem.of(
        body.pop("reason"),
        body.pop("detail"),
        status=outcome.status,
        errors=tuple(body.pop("errors", ())),
        members={name: value for name, value in body.items() if name == "last_leaf"},
        headers=headers,
    )
    return problem_response(problem)


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "cursor": cursor_of(change.place, change.index),
        "log": change.log,
        "index": change.index,
        "leaf": change.leaf.hex(),
        "at": None if change.at is None else iso(change.at),
        "kind": change.kind,
        "number": change.number,
        "organisation": change.organisation,
        "level": change.level,
        "status": None if change.status is None else change.status.slug,
        "reason": None if change.reason is None else change.reason.slug,
        "successor": change.successor,
        "trust_version": change.trust_version,
    }
