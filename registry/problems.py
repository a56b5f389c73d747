"""What went wrong, for programs (RFC 9457) and, by `Accept`, for people. One table, reason → status and title."""

import json
import logging
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, render_template, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from registry.files import FilesError
from registry.services import ServicesUnavailableError
from registry.turns import BusyError
from verifier.report import Reason

__all__ = ["PROBLEMS", "Problem", "ProblemError", "install", "problem_response", "wants_html", "wants_json"]

_DOOR = HTTPStatus.UNPROCESSABLE_ENTITY

PROBLEMS: dict[str, tuple[int, str]] = {
    # what the question may be: about the request itself
    "bad-request": (400, "The request cannot be read"),
    "malformed": (400, "The bytes do not say what their grammar allows"),
    "not-found": (404, "There is nothing here"),
    "unknown-mark": (404, "No mark has this number"),
    "bad-mark-number": (404, "This is not a mark number"),
    "method-not-allowed": (405, "Not possible at this address"),
    "not-acceptable": (406, "This is not available in the form asked for"),
    "too-large": (413, "The body is too large"),
    "unsupported-media-type": (415, "The body is of a type that is not taken here"),
    "unreadable-picture": (400, "The picture cannot be read"),
    "no-code-in-picture": (400, "No mark's code is in the picture"),
    "too-many-requests": (429, "Too many requests"),
    "internal-error": (500, "Something broke here"),
    "unavailable": (503, "This cannot be answered now"),
    # the door: why an object may not enter
    "event-out-of-order": (409, "Another event came first"),
    "duplicate-number": (_DOOR, "The mark number is taken"),
    "duplicate-index": (_DOOR, "The place in the status list is taken"),
    "illegal-transition": (_DOOR, "The mark's state does not allow this event"),
    "event-not-authorised": (_DOOR, "The signer may not do this to the mark"),
    "profile-missing": (_DOOR, "A group's mark comes with its profile"),
    "profile-mismatch": (_DOOR, "The profile does not fit the mark"),
    "profile-older": (_DOOR, "A newer profile is held"),
    "iat-window": (_DOOR, "Signed too long ago, or in the future"),
}
PROBLEMS |= {
    reason.value: (_DOOR, reason.value.replace("-", " ").capitalize())
    for reason in Reason
    if reason.value not in PROBLEMS
}

_BY_STATUS = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
    503: "unavailable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem; `members` are further ones of schemas/problem.schema.json."""

    reason: str
    detail: str
    status: int
    title: str
    errors: tuple[dict[str, Any], ...] = ()
    members: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, reason: str, detail: str, *, status: int | None = None, **rest: Any) -> "Problem":
        usual, title = PROBLEMS[reason]
        return cls(reason=reason, detail=detail, status=status or usual, title=title, **rest)

    def to_json(self) -> dict[str, Any]:
        value: dict[str, Any] = {
            "type": f"{current_app.extensions['akashi'].settings.public_url}/problems/{self.reason}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": request.path,
            "reason": self.reason,
        }
        if self.errors:
            value["errors"] = list(self.errors)
        return value | self.members


class ProblemError(Exception):
    """Raised by a view to answer with a problem."""

    def __init__(self, reason: str, detail: str, **rest: Any) -> None:
        super().__init__(detail)
        self.problem = Problem.of(reason, detail, **rest)


def wants_html() -> bool:
    """Whether a person asks: HTML is preferred to JSON, and the address is none of the API's."""
    accepted = request.accept_mimetypes
    html, plain = accepted.quality("text/html"), accepted.quality("application/json")
    return not request.path.startswith("/api/") and html > plain


def wants_json() -> bool:
    """Whether a program asks for what is a page to everybody else: JSON is preferred to HTML."""
    accepted = request.accept_mimetypes
    return accepted.quality("application/json") > accepted.quality("text/html")


def problem_response(problem: Problem) -> Response:
    """Write a problem in the form that was asked for."""
    headers = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language", **problem.headers}
    if wants_html():
        page = render_template("problem.html", problem=problem)
        return Response(page, problem.status, headers, content_type="text/html; charset=utf-8")
    body = json.dumps(problem.to_json(), ensure_ascii=False) + "\n"
    return Response(body, problem.status, headers, content_type="application/problem+json")


def install(app: Flask) -> None:
    """Turn every error into a problem; nothing of a traceback reaches the outside."""

    @app.errorhandler(ProblemError)
    def _(error: ProblemError) -> Response:
        return problem_response(error.problem)

    @app.errorhandler(HTTPException)
    def _(error: HTTPException) -> Response:
        status = error.code or 500
        reason = _BY_STATUS.get(status, "internal-error" if status >= 500 else "bad-request")
        allowed = {"Allow": ", ".join(sorted(error.valid_methods or ()))} if status == 405 else {}  # type: ignore[attr-defined]
        hints = {
            404: f"{request.path} is not an address of this registry",
            405: f"use {allowed.get('Allow', 'GET')}",
        }
        detail = hints.get(status, error.description or "")
        return problem_response(Problem.of(reason, detail, status=status, headers=allowed))

    @app.errorhandler(ServicesUnavailableError)
    @app.errorhandler(OperationalError)
    @app.errorhandler(InterfaceError)
    @app.errorhandler(PoolTimeoutError)
    @app.errorhandler(FilesError)
    def _(error: Exception) -> Response:
        # The log tells the operator; the world learns only that it may ask again.
        logging.getLogger("akashi").error("unavailable: %s", error)
        detail = "the registry cannot look this up now; ask again shortly"
        return problem_response(Problem.of("unavailable", detail, headers={"Retry-After": "5"}))

    @app.errorhandler(BusyError)
    def _(_: BusyError) -> Response:
        detail = "others are asking for the same; ask again in a moment"
        return problem_response(Problem.of("unavailable", detail, headers={"Retry-After": "10"}))

    @app.errorhandler(Exception)
    def _(error: Exception) -> Response:
        logging.getLogger("akashi").error("%s %s broke", request.method, request.path, exc_info=error)
        return problem_response(Problem.of("internal-error", "this is our fault, and it was recorded"))
