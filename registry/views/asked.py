"""Reading what was asked: numbers in paths, query values, cursors. What is wrong is named, with what would be right."""

import base64
import re
from datetime import UTC, date, datetime
from typing import Any

from flask import current_app, request, url_for
from werkzeug.routing import RequestRedirect

from registry.problems import ProblemError
from registry.services import Services
from schemas.errors import MalformedError
from schemas.mark_number import BadMarkNumberError, MarkNumber, suggestions

__all__ = [
    "cursor_of",
    "number_in_path",
    "parse_at",
    "read_at",
    "read_body",
    "read_choice",
    "read_cursor",
    "read_int",
    "services",
]

_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def services() -> Services:
    found: Services = current_app.extensions["akashi"]
    return found


def number_in_path(text: str) -> str:
    """Give the number a path means; another way to write it is redirected to the one address it has.

    Raises ProblemError: 404 with what may have been meant.
    """
    try:
        number = str(MarkNumber.from_text(text))
    except BadMarkNumberError as error:
        meant = _meant(text)
        members = {"did_you_mean": meant} if meant else {}
        raise ProblemError("bad-mark-number", error.problem, members=members) from error
    if number != text:
        raise RequestRedirect(canonical_url(number))
    return number


def canonical_url(number: str) -> str:
    """The address asked for, with the number as it is written."""
    values: dict[str, Any] = {**(request.view_args or {}), "number": number}
    target = url_for(request.endpoint or "", **values)
    query = request.query_string.decode("ascii", "replace")
    return f"{target}?{query}" if query else target


def _meant(text: str) -> list[str]:
    try:
        return suggestions(text)
    except MalformedError:
        return []


def read_at() -> date | datetime | None:
    """Read `?at=`: a date, or a moment with its offset. Raises ProblemError."""
    # In a query a plus sign that was not escaped has become a space.
    text = request.args.get("at", "").replace(" ", "+")
    try:
        return parse_at(text) if text else None
    except ValueError as error:
        raise ProblemError("bad-request", f"at: {error}") from error


def parse_at(text: str) -> date | datetime:
    """Read a date, or a moment with its offset. Raises ValueError saying what would be right."""
    if _DATE.fullmatch(text):
        return date.fromisoformat(text)
    if not _TIME.fullmatch(text):
        raise ValueError("write a date such as 2026-11-22, or a time such as 2026-11-22T09:00:00Z")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(str(error)) from error


def read_int(name: str, *, default: int | None, low: int, high: int) -> int | None:
    """Read a number from the query. Raises ProblemError."""
    text = request.args.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or not low <= int(text) <= high:
        raise ProblemError("bad-request", f"{name}: write a number from {low} to {high}")
    return int(text)


def read_choice(name: str, allowed: tuple[str, ...]) -> str | None:
    """Read one of a few words from the query. Raises ProblemError."""
    text = request.args.get(name, "")
    if not text:
        return None
    if text not in allowed:
        raise ProblemError("bad-request", f"{name}: write one of {', '.join(allowed)}")
    return text


def read_body(limit: int) -> bytes:
    """Give the whole body. Raises ProblemError beyond `limit` bytes: unread where it is announced, else one byte later.

    A body that comes in chunks is cut off at the framework's limit without a word; so one byte more is let in.
    """
    request.max_content_length = limit + 1
    if (request.content_length or 0) > limit or len(data := request.get_data(cache=False)) > limit:
        raise ProblemError("too-large", f"a body has at most {limit} bytes here")
    return data


def cursor_of(*position: int) -> str:
    """Make an opaque cursor."""
    return base64.urlsafe_b64encode(".".join(map(str, position)).encode()).decode().rstrip("=")


def read_cursor(name: str, *, count: int) -> tuple[int, ...] | None:
    """Read a cursor this registry gave. Raises ProblemError."""
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        position = tuple(int(part) for part in plain.split("."))
        if len(position) == count and all(0 <= part < 1 << 53 for part in position):
            return position
    except ValueError:
        pass
    raise ProblemError("bad-request", f"{name}: give back a cursor of an earlier answer, or leave it out")
