"""What a browser needs to check by itself: scripts, the words they say, the code's dictionary."""

import json

from flask import Blueprint, Response

from registry.i18n import LANGUAGES
from registry.problems import ProblemError
from registry.script_files import PAGES, joined
from schemas.qr import DICTIONARY_1
from verifier.report import Reason
from verifier.words import table

__all__ = ["blueprint"]

blueprint = Blueprint("scripts", __name__)

AGE = "public, max-age=3600"


@blueprint.get("/js/<name>.js")
def script(name: str) -> Response:
    if name not in PAGES:
        raise ProblemError("not-found", "no page has this script")
    return _kept(joined(f"{name}.js").encode(), "text/javascript; charset=utf-8")


@blueprint.get("/words/<lang>.json")
def words(lang: str) -> Response:
    """What every reason of a verdict means; all else the pages say comes with the pages."""
    if lang not in LANGUAGES:
        raise ProblemError("not-found", f"write one of {', '.join(LANGUAGES)}")
    said = {reason: table(lang)["words"][reason] for reason in Reason}
    return _kept(json.dumps(said, ensure_ascii=False).encode(), "application/json")


@blueprint.get("/dictionary/1")
def dictionary() -> Response:
    """Preset dictionary no. 1 of the codes (docs/format.md §2); it never changes."""
    response = _kept(DICTIONARY_1, "application/x-deflate-dictionary")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _kept(data: bytes, kind: str) -> Response:
    response = Response(data, content_type=kind)
    response.headers["Cache-Control"] = AGE
    return response
