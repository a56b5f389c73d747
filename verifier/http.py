"""Fetching from one registry, and from nowhere else.

The base class adds the guarantees, the subclass only the transport: whatever `_open` gives is bounded
in size, and no path leaves the base address.
"""

import gzip
import re
import urllib.error
import urllib.request
import zlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import IO, NoReturn, cast
from urllib.parse import urlsplit

__all__ = ["PART", "FetchError", "Fetcher", "HttpFetcher", "Rest"]

_PATH = re.compile(r"[A-Za-z0-9._/-]{1,500}", re.ASCII)
TIMEOUT = 20  # seconds
PART = 1 << 20  # bytes asked for at once: a bound is no reason to set aside that much memory


class FetchError(Exception):
    """The registry could not be asked, or did not answer with what was asked for."""


class Fetcher(ABC):
    """Gets paths below one base address."""

    def get(self, path: str, *, max_size: int) -> bytes | None:
        """Give the bytes at `path`, None for 404. Raises FetchError, also for more than `max_size` bytes."""
        if not _PATH.fullmatch(path) or ".." in path or path.startswith("/"):
            raise FetchError(f"{path!r} is no path of a registry")
        return self._bounded(path, max_size)

    def get_root(self, *, max_size: int) -> bytes:
        """Give what stands at the base address itself. Raises FetchError."""
        data = self._bounded("", max_size)
        if data is None:
            raise FetchError("there is nothing at this address")
        return data

    def _bounded(self, path: str, max_size: int) -> bytes | None:
        stream = self._open(path)
        if stream is None:
            return None
        data = bytearray()
        try:
            with stream:
                while len(data) <= max_size and (part := stream.read(PART)):
                    data += part
        except (OSError, HTTPException, EOFError, ValueError, zlib.error) as error:
            raise FetchError(f"{path}: broke off ({error})") from error
        if len(data) > max_size:
            raise FetchError(f"{path}: more than {max_size} bytes")
        # http.client gives a body that broke off without a word; `length` is what it still expected.
        if getattr(stream, "length", None):
            raise FetchError(f"{path}: broke off after {len(data)} bytes")
        return bytes(data)

    @abstractmethod
    def _open(self, path: str) -> IO[bytes] | None:
        """Open `path` below the base, None for 404. Raises FetchError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What is left of a file from `start` on: 0 where the server gives it whole, since it has changed or knows no parts.

    `size` is the whole file's, None where it is not said; `tag` names these very bytes.
    """

    stream: IO[bytes]
    start: int
    size: int | None
    tag: str | None


_RANGE = re.compile(r"bytes ([0-9]{1,15})-[0-9]{1,15}/([0-9]{1,15})", re.ASCII)


def _said(error: Exception) -> str:
    """Why nothing came, without the wrapping and the numbers."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    said = cause.strerror if isinstance(cause, OSError) else None
    return said or str(cause) or type(cause).__name__


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise FetchError("the registry redirects; give its final address")


class _Packed(gzip.GzipFile):
    """An answer that was sent compressed; closing it closes the connection, however far it was read."""

    def __init__(self, response: HTTPResponse) -> None:
        super().__init__(fileobj=response)
        self._response = response

    def close(self) -> None:
        super().close()
        self._response.close()


class HttpFetcher(Fetcher):
    """Plain HTTP(S) without cookies, redirects or retries."""

    def __init__(self, base: str) -> None:
        try:
            parts = urlsplit(base)
            usable = (
                parts.scheme in ("http", "https")
                and bool(parts.hostname)
                and not parts.query
                and not parts.fragment
            )
        except ValueError:
            usable = False
        if not usable:
            raise FetchError(
                f"{base!r} is no address of a registry; write for example https://akashi.example"
            )
        self.base = base.rstrip("/") + "/"
        self._opener = urllib.request.build_opener(_NoRedirect)

    def rest(self, path: str, *, start: int, tag: str | None) -> Rest | None:
        """Open what is left of a file, if it is still the one `tag` names (RFC 9110 §14.2, §13.1.5). None for 404."""
        ranged = {"Range": f"bytes={start}-", "If-Range": tag} if tag and start else {}
        response = self._ask(path, ranged)
        if response is None:
            return None
        found = (
            _RANGE.fullmatch(response.headers.get("Content-Range", "")) if response.status == 206 else None
        )
        if response.status == 206 and (found is None or int(found[1]) != start):
            response.close()
            raise FetchError(f"{path}: the server gave another part than was asked for")
        named = response.headers.get("ETag", "")
        strong = None if not named or named.startswith("W/") else named
        if found is not None:
            return Rest(stream=response, start=start, size=int(found[2]), tag=strong)
        return Rest(stream=response, start=0, size=response.length, tag=strong)

    def _open(self, path: str) -> IO[bytes] | None:
        response = self._ask(path, {"Accept-Encoding": "gzip"})
        if response is not None and response.headers.get("Content-Encoding") == "gzip":
            return cast("IO[bytes]", _Packed(response))
        return response

    def _ask(self, path: str, headers: Mapping[str, str]) -> HTTPResponse | None:
        request = urllib.request.Request(  # noqa: S310
            self.base + path, headers={"User-Agent": "akashi", **headers}
        )
        try:
            response: HTTPResponse = self._opener.open(request, timeout=TIMEOUT)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (404, 410):
                return None
            raise FetchError(f"{path}: HTTP {error.code}") from error
        except (urllib.error.URLError, OSError, HTTPException, ValueError) as error:
            raise FetchError(f"{self.base}{path}: {_said(error)}") from error
        return response
