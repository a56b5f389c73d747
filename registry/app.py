"""The web application: a factory, and the headers every answer carries."""

import io
import time
from collections.abc import Callable

from flask import Flask, Request, Response, request
from werkzeug.routing import BaseConverter

from registry import problems
from registry.compression import compress
from registry.services import Services
from registry.settings import Settings
from registry.views import (
    api,
    check,
    check_api,
    conventions,
    explain,
    files,
    health,
    log,
    pages,
    scan,
    scripts,
)
from registry.views.caching import POINTER
from registry.views.rendering import drawing

__all__ = ["create_app", "from_environment"]

CSP = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "img-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_LOADS_NOTHING = (
    "default-src 'none'; frame-ancestors 'none'"  # what is neither a page nor a script, a worker's too
)
MAX_BODY = 4 << 20  # a submission; views for less ask for less


class _Decimal(BaseConverter):
    """A number in an address, in its one spelling: 007 is another address, and there is nothing at it."""

    regex = "0|[1-9][0-9]{0,15}"

    def to_python(self, value: str) -> int:
        return int(value)


class _Request(Request):
    """What somebody sends is held in memory, within a view's bound, and never laid down on a disk."""

    def _get_file_stream(self, *_: object, **__: object) -> io.BytesIO:
        return io.BytesIO()


def create_app(settings: Settings, *, clock: Callable[[], float] = time.time) -> Flask:
    """Make the application for one registry. It reads files and database when asked, not now."""
    app = Flask("registry.app")
    app.request_class = _Request
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.globals["drawing"] = drawing
    app.url_map.converters["decimal"] = _Decimal
    app.extensions["akashi"] = Services.open(settings, clock=clock)
    problems.install(app)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(check.blueprint)
    app.register_blueprint(check_api.blueprint)
    app.register_blueprint(conventions.blueprint)
    app.register_blueprint(explain.blueprint)
    app.register_blueprint(files.blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(log.blueprint, url_prefix="/<log>")
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(scan.blueprint)
    app.register_blueprint(scripts.blueprint)
    app.after_request(compress)  # what is registered last runs first
    app.after_request(_finish)
    return app


def from_environment() -> Flask:
    """Make the application for AKASHI_HOME. Raises SettingsError naming everything that is missing."""
    return create_app(Settings.load())


def _finish(response: Response) -> Response:
    """Give every answer what browsers, caches and other sites need to know. No cookie is ever set."""
    headers = response.headers
    loads = response.mimetype in ("text/html", "text/javascript")
    headers["Content-Security-Policy"] = CSP if loads else _LOADS_NOTHING
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    if request.path != "/api/v1/submissions":
        headers["Access-Control-Allow-Origin"] = "*"
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Headers"] = "Content-Type"
        headers["Access-Control-Allow-Methods"] = ", ".join(sorted(response.allow))
    reading = request.method in ("GET", "HEAD")
    headers.setdefault("Cache-Control", POINTER if reading and response.status_code == 200 else "no-store")
    if (
        reading
        and response.status_code == 200
        and not response.direct_passthrough
        and not response.is_streamed
    ):
        response.add_etag()
        response.make_conditional(request)
    return response
