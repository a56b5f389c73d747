"""What an issuer asks of a registry over HTTP: trust documents, changes, and to take a submission in.

Strict and small: no redirects, bounded answers, every field checked. A registry can refuse or delay; it cannot make
this machine sign anything.
"""

import hashlib
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit

__all__ = ["Accepted", "Change", "ItemError", "Refused", "RegistryClient", "RegistryError"]

TIMEOUT = 60  # seconds; the registry answers within 30 or says 202
PATIENCE = 300  # seconds to wait in all for a submission to be published
MAX_ANSWER = 16 << 20
MAX_TRUST = 2 << 20
PAGE = 1000
_CURSOR = re.compile(r"[A-Za-z0-9._~:-]{1,200}", re.ASCII)
_NUMBER = re.compile(r"[0-9A-HJKMNP-TV-Z]{10}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SLUG = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z", re.ASCII)


class RegistryError(Exception):
    """The registry could not be asked, or did not answer as it should. Nothing is lost: try again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A published leaf, as the registry tells of it. `number` is None for leaves about no mark."""

    cursor: str
    leaf: bytes
    at: str
    kind: str
    number: str | None
    holder: str | None
    level: int | None
    status: str | None
    reason: str | None
    successor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The whole submission is in the register; `indexes` by item."""

    indexes: dict[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemError:
    """`item` is None when the registry speaks of the submission as a whole."""

    item: int | None
    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing of the submission was taken in."""

    errors: tuple[ItemError, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: HTTPMessage
    body: bytes

    def json(self) -> dict[str, Any]:
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise RegistryError(
                f"the registry answered {self.status} with something that is no JSON"
            ) from error
        if not isinstance(value, dict):
            raise RegistryError(f"the registry answered {self.status} with no JSON object")
        return value


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise RegistryError("the registry redirects; give its final address")


class RegistryClient:
    """One registry, at `base` (http or https). Raises RegistryError."""

    def __init__(
        self, base: str, *, sleep: Callable[[float], None] = time.sleep, patience: float = PATIENCE
    ) -> None:
        try:
            parts = urlsplit(base)
            usable = (
                parts.scheme in ("http", "https")
                and bool(parts.hostname)
                and not (parts.query or parts.fragment)
            )
        except ValueError:
            usable = False
        if not usable:
            raise RegistryError(
                f"{base!r} is no address of a registry; write for example https://akashi.example"
            )
        self.base = base.rstrip("/")
        self._sleep, self._patience = sleep, patience
        self._opener = urllib.request.build_opener(_NoRedirect)

    def trust(self, version: int) -> bytes | None:
        """One trust document, unverified; None if there is no such version."""
        answer = self._ask(f"/trust/{version}", max_size=MAX_TRUST)
        if answer.status == 404:
            return None
        return self._expect(answer, 200).body

    def changes(self, after: str | None) -> tuple[list[Change], str | None, bool]:
        """One page of published leaves after a cursor, the next cursor, and whether there is more."""
        query = f"?limit={PAGE}" + (f"&after={quote(after, safe='')}" if after else "")
        value = self._expect(self._ask(f"/api/v1/changes{query}"), 200).json()
        items, following = value.get("items"), value.get("next")
        if not isinstance(items, list) or not isinstance(value.get("more"), bool):
            raise RegistryError("the registry's changes are no list of items")
        if following is not None and not (isinstance(following, str) and _CURSOR.fullmatch(following)):
            raise RegistryError("the registry's next cursor is none")
        return [_change(item) for item in items], following, value["more"]

    def submit(self, body: bytes) -> Accepted | Refused:
        """Send a submission and wait until it is published, or refused. Raises RegistryError when neither is known."""
        digest, waited = hashlib.sha256(body).hexdigest(), 0.0
        path, data = "/api/v1/submissions", body
        while True:
            answer = self._ask(path, data=data)
            match answer.status:
                case 200 | 201:
                    return _accepted(answer.json(), digest)
                case 409 | 422:
                    return _refused(answer.json())
                case 202:
                    path, data = self._location(answer, digest), b""
                case 503:
                    pass
                case _:
                    self._expect(answer, 200)
            pause = min(max(_seconds(answer.headers.get("Retry-After")), 1.0), 60.0)
            if waited + pause > self._patience:
                what = "took it in and has not published it yet" if data == b"" else "is not ready"
                raise RegistryError(f"the registry {what}; run publish later")
            self._sleep(pause)
            waited += pause

    def _location(self, answer: _Answer, digest: str) -> str:
        path = urlsplit(answer.headers.get("Location") or "").path
        if path != f"/api/v1/submissions/{digest}":
            raise RegistryError("the registry answered 202 without saying where the receipt will be")
        return path

    def _expect(self, answer: _Answer, status: int) -> _Answer:
        if answer.status != status:
            raise RegistryError(f"the registry answered {answer.status}{_detail(answer)}")
        return answer

    def _ask(self, path: str, *, data: bytes = b"", max_size: int = MAX_ANSWER) -> _Answer:
        headers = {"User-Agent": "akashi-issuer", "Accept": "application/json"}
        if data:
            headers["Content-Type"] = "application/cbor-seq"
        request = urllib.request.Request(self.base + path, data=data or None, headers=headers)  # noqa: S310
        try:
            try:
                response = self._opener.open(request, timeout=TIMEOUT)
            except urllib.error.HTTPError as error:
                response = error
            with response:
                body = response.read(max_size + 1)
                answer = _Answer(response.status, response.headers, body)
        except (urllib.error.URLError, OSError, HTTPException, ValueError) as error:
            raise RegistryError(f"{self.base}: {getattr(error, 'reason', error)}") from error
        if len(body) > max_size:
            raise RegistryError(f"{path}: the answer has more than {max_size} bytes")
        return answer


def _change(item: Any) -> Change:
    get: Callable[[str], Any] = (item if isinstance(item, dict) else {}).get
    number = get("number")
    fields = [(get("cursor"), _CURSOR), (get("leaf"), _HASH), (get("kind"), _SLUG), (get("at"), _TIME)]
    fields += [(get(name), _SLUG) for name in ("status", "reason") if get(name) is not None]
    fields += [(value, _NUMBER) for value in (number, get("successor")) if value is not None]
    if any(not isinstance(value, str) or not form.fullmatch(value) for value, form in fields):
        raise RegistryError("the registry tells of a change that is none")
    return Change(
        cursor=get("cursor"),
        leaf=bytes.fromhex(get("leaf")),
        at=get("at"),
        kind=get("kind"),
        number=number,
        holder=_organisation(get("organisation")),
        level=get("level") if type(get("level")) is int else None,
        status=get("status"),
        reason=get("reason"),
        successor=get("successor"),
    )


def _organisation(value: Any) -> str | None:
    found = value.get("id") if isinstance(value, dict) else value
    return found[:80] if isinstance(found, str) else None


def _accepted(value: dict[str, Any], digest: str) -> Accepted:
    items = value.get("items")
    if value.get("receipt") != digest or not isinstance(items, list):
        raise RegistryError("the registry's receipt is for another submission")
    indexes: dict[int, int] = {}
    for item in items:
        if isinstance(item, dict) and type(item.get("item")) is int and type(item.get("index")) is int:
            indexes[item["item"]] = item["index"]
    return Accepted(indexes=indexes)


def _refused(value: dict[str, Any]) -> Refused:
    listed = value.get("errors")
    errors = [
        ItemError(
            item=error["item"] if type(error.get("item")) is int else None,
            reason=str(error.get("reason", value.get("reason", "refused")))[:60],
            detail=_shown(error.get("detail") or error.get("hint") or ""),
        )
        for error in (listed if isinstance(listed, list) else [])
        if isinstance(error, dict)
    ]
    whole = ItemError(
        item=None, reason=str(value.get("reason", "refused"))[:60], detail=_shown(value.get("detail"))
    )
    return Refused(errors=tuple(errors) or (whole,))


def _shown(text: Any) -> str:
    """What a registry writes goes to a terminal: printable, and not endless."""
    return "".join(sign if sign.isprintable() else " " for sign in str(text or ""))[:300]


def _detail(answer: _Answer) -> str:
    try:
        found = answer.json().get("detail")
    except RegistryError:
        found = None
    return f": {_shown(found)}" if found else ""


def _seconds(text: str | None) -> float:
    return float(text) if text is not None and re.fullmatch("[0-9]{1,6}", text.strip()) else 1.0
