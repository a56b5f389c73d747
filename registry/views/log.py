"""The logs as C2SP tlog-tiles clients read them; each at its path segment, /log1, ended ones for ever."""

from flask import Blueprint, Response

from registry.files import RegistryFiles
from registry.problems import ProblemError
from registry.views.asked import services
from registry.views.caching import immutable

__all__ = ["blueprint"]

blueprint = Blueprint("log", __name__)


@blueprint.get("/checkpoint")
def checkpoint(log: str) -> Response:
    return _note(_files(log).find_checkpoint())


@blueprint.get("/checkpoint/<decimal:size>")
def kept_checkpoint(log: str, size: int) -> Response:
    return immutable(_note(_files(log).find_checkpoint(size)))


@blueprint.get("/tile/<path:path>")
def tile(log: str, path: str) -> Response:
    data = _files(log).find_tile(f"tile/{path}")
    if data is None:
        raise ProblemError("not-found", "no such tile; a tile appears once the log covers it")
    return immutable(Response(data, content_type="application/octet-stream"))


def _files(log: str) -> RegistryFiles:
    found = next((one.files for one in services().logs() if one.files.log == log), None)
    if found is None:
        raise ProblemError("not-found", "this register has no such log")
    return found


def _note(data: bytes | None) -> Response:
    if data is None:
        raise ProblemError("not-found", "no such checkpoint was published")
    return Response(data, content_type="text/plain; charset=utf-8")
