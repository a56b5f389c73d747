"""`POST /api/v1/check`: rows as JSON in, the report of `akashi check` out. Results of any colour are a 200."""

import json
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from registry.problems import ProblemError
from registry.supplier_check import MAX_BYTES, MAX_ROWS, TooManyMarksError, check_table
from registry.turns import BusyError
from registry.views.asked import parse_at, read_body, services
from verifier.asked import is_to_come
from verifier.policy import Policy, PolicyError, policy_from_table
from verifier.suppliers.columns import FINDING, Column, Columns
from verifier.suppliers.headers import KNOWN
from verifier.suppliers.report_json import document
from verifier.suppliers.sheets import Table

__all__ = ["blueprint"]

blueprint = Blueprint("check_api", __name__)

_MEMBERS = ("policy", "rows", "at")


@blueprint.post("/api/v1/check")
def check() -> Response:
    if request.mimetype != "application/json":
        raise ProblemError("unsupported-media-type", 'send {"rows": […]} as application/json')
    body = _object(read_body(MAX_BYTES))
    policy, rows = _policy(body.get("policy")), _rows(body.get("rows"))
    table = Table(records=[[row.get(name, "") for name in KNOWN] for row in rows])
    columns = Columns(header=None, first=0, found=_COLUMNS, until=_until(policy))
    try:
        found = check_table(services(), table, columns, policy=policy, at=_at(body.get("at")))
    except BusyError as error:
        raise ProblemError("unavailable", "too many tables at once", headers={"Retry-After": "10"}) from error
    except TooManyMarksError as error:
        raise ProblemError(
            "too-large", "the rows name holders of very many marks: send fewer rows"
        ) from error
    return jsonify(document(found))


_COLUMNS = tuple(Column(name=name, place=place, header=name, how="said") for place, name in enumerate(KNOWN))


def _refusal(pointer: str, detail: str, *, item: int | None = None) -> ProblemError:
    error = {"item": item, "pointer": pointer, "reason": "bad-request", "detail": detail}
    return ProblemError("bad-request", f"{pointer or 'the body'}: {detail}", errors=(error,))


def _object(body: bytes) -> dict[str, Any]:
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _refusal("", "is not JSON") from error
    if not isinstance(value, dict):
        raise _refusal("", 'is {"rows": […], "policy": {…}, "at": "…"}')
    for name in value:
        if name not in _MEMBERS:
            raise _refusal(_pointer(name), f"is not known; known are {', '.join(_MEMBERS)}")
    return value


def _pointer(*parts: object) -> str:
    """Write a JSON Pointer (RFC 6901)."""
    said = (str(part)[:80].encode("utf-8", "backslashreplace").decode() for part in parts)  # half a character
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in said)


def _policy(value: Any) -> Policy | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _refusal("/policy", "is an object with the keys of policy.toml")
    if "organisation" in value:
        raise _refusal("/policy/organisation", "is for one mark; in rows the member id says whose it is")
    if not _is_text(json.dumps(value, ensure_ascii=False)):
        raise _refusal("/policy", "holds half a character")
    try:
        return policy_from_table({"version": 1, **value})
    except PolicyError as error:
        raise _refusal("/policy", str(error)) from error


def _until(policy: Policy | None) -> int | None:
    """Give the place of the member a policy's `column:NAME` speaks of."""
    name = None if policy is None else policy.valid_until_column
    if name is None:
        return None
    if name not in KNOWN:
        detail = f"column:NAME takes the name of a member of the rows: {', '.join(KNOWN)}"
        raise _refusal("/policy/valid_until_at_least", detail)
    return KNOWN.index(name)


def _at(value: Any) -> date | datetime | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise _refusal("/at", "is a date or a time")
    try:
        found = parse_at(value)
    except ValueError as error:
        raise _refusal("/at", str(error)) from error
    if is_to_come(found, now=datetime.fromtimestamp(services().now(), UTC)):
        raise _refusal("/at", f"{value} has not come; nobody can say yet how a mark will stand then")
    return found


def _rows(value: Any) -> list[dict[str, str]]:
    if not isinstance(value, list) or not value:
        raise _refusal("/rows", 'is a list of at least one object such as {"id": "…", "name": "…"}')
    if len(value) > MAX_ROWS:
        raise ProblemError(
            "too-large", f"/rows: {len(value):,} rows; at most {MAX_ROWS:,} are checked at once"
        )
    return [_row(place, row) for place, row in enumerate(value)]


def _row(place: int, row: Any) -> dict[str, str]:
    if not isinstance(row, dict):
        raise _refusal(_pointer("rows", place), "is an object", item=place)
    found = {}
    for name, text in row.items():
        if name not in KNOWN:
            detail = f"is not known; known are {', '.join(KNOWN)}"
            raise _refusal(_pointer("rows", place, name), detail, item=place)
        if name == "level" and type(text) is int:
            text = str(text)
        if text is None:
            continue
        if not isinstance(text, str) or not _is_text(text):
            raise _refusal(_pointer("rows", place, name), "is a text", item=place)
        found[name] = text
    if not any(text.strip() for text in found.values()):
        # A row that says something and names nobody is a result; nothing at all would be passed over, as in a table.
        detail = f"is empty: give one of {', '.join(FINDING)}"
        raise _refusal(_pointer("rows", place), detail, item=place)
    return found


def _is_text(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
