"""A registry on the loopback that serves what a test gives it, and remembers what it was asked for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Loopback:
    """Serves `files` by path (404 for others); `bent` gives single answers another status or other headers.

    What stands in `tagged` has an ETag and may be asked for in parts; in `cut`, breaks off after so many bytes. `sent` counts.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    bent: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    tagged: set[str] = field(default_factory=set)
    cut: dict[str, int] = field(default_factory=dict)
    sent: int = 0


@contextmanager
def serving() -> Iterator[Loopback]:
    served = Loopback()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            body = served.files.get(self.path)
            status, headers = served.bent.get(self.path, (404 if body is None else 200, {}))
            body = body or b""
            if self.path in served.tagged:
                tag = f'"{sha256(body).hexdigest()}"'
                headers = {"ETag": tag, **headers}
                ranged = self.headers.get("Range", "")
                if ranged and self.headers.get("If-Range") == tag:
                    start = int(ranged.removeprefix("bytes=").removesuffix("-"))
                    headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
                    status, body = 206, body[start:]
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            part = body[: served.cut.get(self.path, len(body))]
            served.sent += len(part)
            self.wfile.write(part)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()
