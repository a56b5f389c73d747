"""How long an answer may be kept. What is not marked here is a pointer: it may change any moment."""

from flask import Response

__all__ = ["IMMUTABLE", "POINTER", "immutable"]

IMMUTABLE = "public, max-age=31536000, immutable"
POINTER = "public, max-age=10"  # seconds: what an answer may lag behind a publication


def immutable(response: Response) -> Response:
    """Say that these bytes stay at this address for ever."""
    response.headers["Cache-Control"] = IMMUTABLE
    return response
