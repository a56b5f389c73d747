"""Texts are sent compressed to whoever takes them: a page over a slow phone line is mostly its size.

Nothing secret stands in any answer, so what compression gives away about content (BREACH) gives nothing away here.
"""

import gzip

from flask import Response, request

__all__ = ["compress"]

_TEXTS = (
    "text/",
    "application/json",
    "application/problem+json",
    "application/atom+xml",
    "application/ld+json",
)
_ALSO = frozenset(
    {"image/svg+xml", "application/manifest+json", "application/xml", "application/x-deflate-dictionary"}
    | {"application/zip"}  # evidence: its members are stored, and mostly text
)
_LEAST = 250  # bytes below which the header costs more than it saves


def compress(response: Response) -> Response:
    """Compress a whole 200 answer of text. Last of what is done to an answer: its ETag becomes a weak one."""
    kind = response.mimetype or ""
    if not (kind.startswith(_TEXTS) or kind in _ALSO):
        return response
    if kind == "application/zip" and response.direct_passthrough:
        return response  # a bundle: fetched in parts, and a part of something packed is another part
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or (response.is_streamed and not response.direct_passthrough):
        return response
    if (
        request.method == "HEAD"
        or not request.accept_encodings["gzip"]
        or "Content-Encoding" in response.headers
    ):
        return response
    response.direct_passthrough = False
    data = response.get_data()
    if len(data) < _LEAST:
        return response
    response.set_data(gzip.compress(data, 6, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag is not None:
        response.set_etag(etag, weak=True)
    return response
