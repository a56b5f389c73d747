"""A registry's door on loopback, as docs and interfaces describe it, for whoever submits: in memory, one log, no witness.

with LoopbackRegistry(world, clock=lambda: NOW) as registry:
    registry.url
    registry.entries                 leaves so far
    registry.next_answers            HTTP statuses to give before behaving again: 503, 202, "drop" (take in, say nothing)
"""

import json
import re
import threading
from collections.abc import Callable
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import cbor2

from forge.world import World
from keys.signed import read_event, read_mark, read_profile
from schemas.errors import MalformedError
from schemas.leaves import EventLeaf, IssueLeaf
from schemas.merkle import leaf_hash
from schemas.times import DAY, iso
from schemas.trust_document import TrustDocument
from verifier.fold import Fold

READERS: dict[str, Callable[[bytes], Any]] = {"mark": read_mark, "event": read_event, "profile": read_profile}


class LoopbackRegistry:
    def __init__(self, world: World, *, clock: Callable[[], int]) -> None:
        self.world, self.clock = world, clock
        self.entries: list[bytes] = [world.log.entries[0]]
        self.changes: list[dict[str, Any]] = []
        self.known: dict[bytes, int] = {}
        self.profiles: dict[str, list[bytes]] = {}
        self.bodies: list[bytes] = []
        self.next_answers: list[int | str] = []
        self.receipts: dict[str, dict[str, Any]] = {}
        self.page = 1000
        self.refuse: dict[str, str] = {}  # mark number → reason
        self.fold = Fold(document=TrustDocument.from_json(world.documents[-1]))
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"registry": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def numbers(self) -> list[str]:
        """Numbers of the marks logged, in order."""
        return [change["number"] for change in self.changes if change["kind"] == "issue"]

    def log_event(self, raw: bytes) -> None:
        """Somebody else's event gets in."""
        with self._lock:
            self._append("event", raw)

    def submit(self, body: bytes) -> tuple[int, dict[str, Any]]:
        with self._lock:
            items = _items(body)
            errors, last_leaf = self._errors(items)
            if errors:
                late = {error["reason"] for error in errors} == {"event-out-of-order"}
                problem = {"reason": errors[0]["reason"], "detail": "refused", "errors": errors}
                return (409, problem | {"last_leaf": last_leaf}) if late else (422, problem)
            fresh = [raw for _, raw in items if sha256(raw).digest() not in self.known]
            answered = [self._take(place, kind, raw) for place, (kind, raw) in enumerate(items)]
            receipt = sha256(body).hexdigest()
            answer = {
                "receipt": receipt,
                "items": answered,
                "checkpoint": {"origin": "o", "size": 1, "root": ""},
            }
            self.receipts[receipt] = answer
            return (201 if fresh else 200), answer

    def _take(self, place: int, kind: str, raw: bytes) -> dict[str, Any]:
        number = str(READERS[kind](raw).unsafe_claims.number)
        digest = sha256(raw).digest()
        if digest not in self.known:
            self.known[digest] = self._append(kind, raw)
        return {
            "item": place,
            "kind": kind,
            "number": number,
            "log": "akashi.example/log1",
            "index": self.known[digest],
        }

    def _append(self, kind: str, raw: bytes) -> int:
        claims = READERS[kind](raw).unsafe_claims
        number = str(claims.number)
        if kind == "profile":
            self.profiles.setdefault(number, []).append(raw)
            return -1
        entry = IssueLeaf(mark=raw).to_bytes() if kind == "mark" else EventLeaf(event=raw).to_bytes()
        index = len(self.entries)
        self.entries.append(entry)
        refusal = self.fold.apply(entry, place=0, index=index)
        assert refusal is None, refusal
        state = self.fold.marks[number]
        self.changes.append(
            {
                "cursor": f"0-{index}",
                "log": "akashi.example/log1",
                "index": index,
                "leaf": leaf_hash(entry).hex(),
                "at": iso(self.clock()),
                "kind": "issue" if kind == "mark" else claims.kind.slug,
                "number": number,
                "organisation": state.holder,
                "level": state.level,
                "status": state.status.slug,
                "reason": None if state.reason is None else state.reason.slug,
                "successor": state.successor,
                "trust_version": None,
            }
        )
        return index

    def _errors(self, items: list[tuple[str, bytes]]) -> tuple[list[dict[str, Any]], str | None]:
        errors: list[dict[str, Any]] = []
        last_leaf, marks, places = None, set(self.fold.marks), set(self.fold.owners)
        for place, (kind, raw) in enumerate(items):
            if sha256(raw).digest() in self.known:
                continue
            claims = READERS[kind](raw).unsafe_claims
            number, reason = str(claims.number), None
            if not self.clock() - 5 * DAY - DAY // 2 <= claims.iat <= self.clock() + 300:
                reason = "iat-window"
            elif number in self.refuse:
                reason = self.refuse[number] if kind == "mark" else None
            elif kind == "mark":
                slot = (claims.status_uri, claims.status_index)
                reason = (
                    "duplicate-number" if number in marks else "duplicate-index" if slot in places else None
                )
                marks.add(number)
                places.add(slot)
            elif number not in marks:
                reason = "unknown-mark"
            elif (
                kind == "event"
                and number in self.fold.marks
                and claims.prev != self.fold.marks[number].last_leaf
            ):
                reason, last_leaf = "event-out-of-order", self.fold.marks[number].last_leaf.hex()
            if reason is not None:
                errors.append(
                    {"item": place, "pointer": "", "reason": reason, "detail": "because", "hint": ""}
                )
        return errors, last_leaf


def _items(body: bytes) -> list[tuple[str, bytes]]:
    stream, found = BytesIO(body), []
    while stream.tell() < len(body):
        start = stream.tell()
        cbor2.CBORDecoder(stream).decode()
        raw = body[start : stream.tell()]
        for kind, read in READERS.items():
            try:
                read(raw)
            except MalformedError:
                continue
            found.append((kind, raw))
            break
        else:
            raise AssertionError("neither mark nor event nor profile")
    return found


class _Handler(BaseHTTPRequestHandler):
    registry: LoopbackRegistry

    def log_message(self, *_arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if found := re.fullmatch(r"/trust/([0-9]+)", url.path):
            notes, version = self.registry.world.notes, int(found[1])
            return self._bytes(200, notes[version - 1]) if version <= len(notes) else self._json(404, {})
        if url.path == "/api/v1/changes":
            return self._changes(parse_qs(url.query))
        if found := re.fullmatch(r"/api/v1/submissions/([0-9a-f]{64})", url.path):
            return self._json(200, self.registry.receipts[found[1]])
        return self._json(404, {})

    def _changes(self, query: dict[str, list[str]]) -> None:
        after = int(query.get("after", ["0-0"])[0].removeprefix("0-"))
        newer = [change for change in self.registry.changes if change["index"] > after]
        page = newer[: self.registry.page]
        following = page[-1]["cursor"] if page else f"0-{after}"
        self._json(200, {"items": page, "next": following, "more": len(newer) > len(page)})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/cbor-seq"
        self.registry.bodies.append(body)
        forced = self.registry.next_answers.pop(0) if self.registry.next_answers else None
        if forced == 503:
            return self._json(503, {"detail": "busy"}, {"Retry-After": "1"})
        status, answer = self.registry.submit(body)
        if forced == "drop":
            self.close_connection = True
            self.connection.close()
            return None
        if forced == 202:
            place = f"{self.registry.url}/api/v1/submissions/{answer['receipt']}"
            return self._json(202, {}, {"Location": place})
        return self._json(status, answer)

    def _json(self, status: int, value: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._bytes(status, json.dumps(value).encode(), headers)

    def _bytes(self, status: int, data: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
