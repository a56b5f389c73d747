"""The log as C2SP tlog-tiles clients read it; mounted at the log's path segment, /log1."""

from flask import Blueprint, Response

from registry.problems import ProblemError
from registry.views.asked import services
from registry.views.caching import immutable

__all__ = ["blueprint"]

blueprint = Blueprint("log", __name__)


@blueprint.get("/checkpoint")
def checkpoint() -> Response:
    return _note(services().files.find_checkpoint())


@blueprint.get("/checkpoint/<decimal:size>")
def kept_checkpoint(size: int) -> Response:
    return immutable(_note(services().files.find_checkpoint(size)))


@blueprint.get("/tile/<path:path>")
def tile(path: str) -> Response:
    data = services().files.find_tile(f"tile/{path}")
    if data is None:
        raise ProblemError("not-found", "no such tile; a tile appears once the log covers it")
    return immutable(Response(data, content_type="application/octet-stream"))


def _note(data: bytes | None) -> Response:
    if data is None:
        raise ProblemError("not-found", "no such checkpoint was published")
    return Response(data, content_type="text/plain; charset=utf-8")
