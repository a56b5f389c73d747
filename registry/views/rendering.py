"""A template as an answer in the reader's language, which caches have to tell apart."""

from flask import Response, render_template

from registry import i18n

__all__ = ["page"]


def page(template: str, *, status: int = 200, **values: object) -> Response:
    response = Response(render_template(template, **values), status, content_type="text/html; charset=utf-8")
    response.headers["Content-Language"] = i18n.language()
    response.vary.update(("Accept", "Accept-Language"))
    return response
