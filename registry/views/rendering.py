"""A template as an answer in the reader's language, which caches have to tell apart; the drawings templates show."""

from functools import cache
from importlib.resources import files

from flask import Response, render_template
from markupsafe import Markup

from registry import i18n

__all__ = ["drawing", "page"]


@cache
def drawing(name: str) -> Markup:
    """Give one of our own drawings as mark-up (static/<name>.svg)."""
    return Markup((files("registry") / "static" / f"{name}.svg").read_text("utf-8").strip())  # noqa: S704


def page(template: str, *, status: int = 200, **values: object) -> Response:
    response = Response(render_template(template, **values), status, content_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = i18n.language()
    response.vary.update(("Accept", "Accept-Language"))
    return response
