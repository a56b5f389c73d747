"""What a browser needs to check by itself: scripts, the words they say, the code's dictionary."""

import json
from hashlib import sha256
from importlib.resources import files

from flask import Blueprint, Response, render_template

from registry.i18n import LANGUAGES
from registry.problems import ProblemError
from registry.script_files import PAGES, joined
from registry.views.asked import services
from schemas.claims import Unit
from schemas.qr import DICTIONARY_1
from verifier.report import CHECKS, NoteReason, Outcome, Reason
from verifier.words import table, title

__all__ = ["blueprint"]

blueprint = Blueprint("scripts", __name__)

AGE = "public, max-age=3600"
SIGNS = [f"/static/sign-{kind}.svg" for kind in ("valid", "invalid", "undetermined", "pending")]
SHELL = [
    *(f"/offline/{lang}" for lang in LANGUAGES),
    *(f"/words/{lang}.json" for lang in LANGUAGES),
    *("/js/offline.js", "/static/style.css", "/static/icon.svg", "/dictionary/1", *SIGNS),
]
_PARTS = (
    *("templates/base.html", "templates/parts.html", "templates/offline.html", "static/style.css"),
    "translations/ja/LC_MESSAGES/messages.mo",
    *(sign.removeprefix("/") for sign in SIGNS),
)


@blueprint.get("/js/<name>.js")
def script(name: str) -> Response:
    if name not in PAGES:
        raise ProblemError("not-found", "no page has this script")
    return _kept(joined(f"{name}.js").encode(), "text/javascript; charset=utf-8")


@blueprint.get("/words/<lang>.json")
def words(lang: str) -> Response:
    """What every reason of a verdict means, and the note that scripts give; all else the pages say comes with the pages."""
    if lang not in LANGUAGES:
        raise ProblemError("not-found", f"write one of {', '.join(LANGUAGES)}")
    said = {reason: table(lang)["words"][reason] for reason in (*Reason, NoteReason.LOOK_ALIKE_SCRIPTS)}
    return _kept(json.dumps(said, ensure_ascii=False).encode(), "application/json")


@blueprint.get("/dictionary/1")
def dictionary() -> Response:
    """Preset dictionary no. 1 of the codes (docs/format.md §2); it never changes."""
    response = _kept(DICTIONARY_1, "application/x-deflate-dictionary")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@blueprint.get("/sw.js")
def service_worker() -> Response:
    """The service worker; its first two lines name what the page for days without a connection is made of."""
    head = f"const VERSION = {json.dumps(_version())};\nconst SHELL = {json.dumps(SHELL)};\n"
    response = _kept(f"{head}{joined('worker/sw.js')}".encode(), "text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"  # a newer one is to be found at the next visit
    return response


@blueprint.get("/offline/<lang>")
def offline(lang: str) -> Response:
    """The page a device keeps, and shows for every address the register does not answer at."""
    if lang not in LANGUAGES:
        raise ProblemError("not-found", f"write one of {', '.join(LANGUAGES)}")
    said = {slug: [title(slug, lang)] for slug in (*CHECKS, *Outcome, *(unit.slug for unit in Unit))}
    shown = render_template("offline.html", words=said, offset=services().document().scheme.offset)
    response = _kept(shown.encode(), "text/html; charset=utf-8")
    response.headers["Content-Language"] = lang
    return response


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    said = {
        "name": "Akashi 証",
        "short_name": "Akashi",
        "start_url": "/",
        "display": "standalone",
        "background_color": "#f4f5f7",
        "theme_color": "#123f73",
        "icons": [{"src": "/static/icon.svg", "type": "image/svg+xml", "sizes": "any"}],
    }
    return _kept(json.dumps(said, ensure_ascii=False).encode(), "application/manifest+json")


def _version() -> str:
    """Changes whenever something the kept page is made of does."""
    digest = sha256(services().settings.anchor.encode())
    parts = [files("registry").joinpath(part) for part in _PARTS]
    for part in (*parts, *(files("verifier").joinpath(f"words.{lang}.json") for lang in LANGUAGES)):
        digest.update(part.read_bytes())
    for script in ("worker/sw.js", "offline.js"):
        digest.update(joined(script).encode())
    return digest.hexdigest()[:16]


def _kept(data: bytes, kind: str) -> Response:
    response = Response(data, content_type=kind)
    response.headers["Cache-Control"] = AGE
    return response
