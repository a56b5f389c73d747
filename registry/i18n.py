"""The reader's language: `?lang=` first, then what the browser prefers, else English.

Sentences of the pages are gettext messages (translations/<lang>/LC_MESSAGES/messages.po, English is the
message itself); what a slug means is said by `verifier.words`, here as on the command line.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode

from babel import Locale
from babel.dates import format_date, format_datetime
from flask import Flask, request, url_for
from flask_babel import Babel, gettext

from schemas.bidi import isolated
from schemas.mark_number import MarkNumber
from schemas.organisation_id import OrganisationId
from schemas.text import is_latin
from verifier import words
from verifier.report import CHECKS, Outcome

__all__ = [
    "LANGUAGES",
    "day",
    "day_of",
    "in_language",
    "install",
    "language",
    "link",
    "moment",
    "region",
    "script",
    "territory",
]

LANGUAGES = {"en": "English", "ja": "日本語"}
_KANA = range(0x3041, 0x3100)
_HANGUL = range(0xAC00, 0xD7A4)
_HAN_OF = {None: "ja", "JP": "ja", "CN": "zh-Hans", "SG": "zh-Hans", "TW": "zh-Hant", "HK": "zh-Hant"}


def install(app: Flask) -> None:
    """Teach an application the languages; templates get `link`, `lang`, `title`, `meaning` and the like."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    Babel(app, locale_selector=language)
    app.jinja_env.filters["isolated"] = isolated
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def _() -> dict[str, Any]:
        lang = language()
        settings = app.extensions["akashi"].settings
        return {
            "lang": lang,
            "languages": [(code, name, _in_language(code)) for code, name in LANGUAGES.items()],
            "demonstration": settings.demonstration,
            "host": settings.host,
            "anchor": settings.anchor,
            "link": link,
            "check_words": {slug: [words.title(slug, lang)] for slug in (*CHECKS, *Outcome)},
            "display": lambda number: MarkNumber.from_text(number).display,
            "number_name": number_name,
            "script": script,
            "title": lambda slug: words.title(slug, lang),
            "meaning": lambda slug: words.meaning(slug, lang),
        }


def language() -> str:
    """Give the language of this answer."""
    asked = (request.view_args or {}).get("lang") or request.args.get("lang", "")
    return asked if asked in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES), "en")


def link(endpoint: str, **values: Any) -> str:
    """Give an address of this site that keeps the language where one was asked for."""
    asked = request.args.get("lang", "")
    if asked in LANGUAGES and endpoint not in ("static", "scripts.script"):
        values.setdefault("lang", asked)
    return url_for(endpoint, **values)


def _in_language(code: str) -> str:
    """Give this page's address in another language. Made by hand: the query is the visitor's, `url_for` is not."""
    query = {name: value for name, value in request.args.items() if name != "lang"}
    path = quote("/" + request.path.lstrip("/"))  # "//host/…" would lead to another site
    return f"{request.script_root}{path}?{urlencode({**query, 'lang': code})}"


def day(value: date) -> str:
    """Write a day out in full, in English as most of the world writes it."""
    lang = language()
    return format_date(value, "d MMMM y" if lang == "en" else "long", locale=lang)


def day_of(seconds: int, *, offset: int) -> date:
    """Give the day a time falls on in the scheme's offset (seconds east of UTC)."""
    return datetime.fromtimestamp(seconds, timezone(timedelta(seconds=offset))).date()


def moment(seconds: int, *, offset: int) -> str:
    """Write a time in the scheme's offset, and name the offset."""
    zone = timezone(timedelta(seconds=offset))
    return format_datetime(
        datetime.fromtimestamp(seconds, zone), "yyyy-MM-dd HH:mm 'UTC'xxx", locale=language()
    )


def in_language(texts: Mapping[str, str], otherwise: str) -> str:
    """Give what the trust document says in the reader's language, else in English."""
    return texts.get(language()) or texts.get("en") or otherwise


def script(text: str, country: str | None = None) -> str:
    """Give the `lang` a name is to be read and drawn in; "" where that cannot be told from its letters."""
    if is_latin(text):
        return "en"
    if any(ord(letter) in _HANGUL for letter in text):
        return "ko"
    if any(ord(letter) in _KANA for letter in text):
        return "ja"
    return _HAN_OF.get(country, "")


def number_name(organisation: OrganisationId) -> str:
    """Name the kind of number an organisation is known by."""
    named = {
        "0188": gettext("Corporate number (Japan)"),
        "0199": gettext("LEI (Legal Entity Identifier)"),
        "0088": gettext("GLN (Global Location Number)"),
    }
    return named.get(organisation.icd) or organisation.scheme_name


def region(code: str) -> str:
    """Name a region (ISO 3166-2): Japan's prefectures by our own table, another by its country and code."""
    named = _regions().get(code)
    if named is not None:
        return named[0] if language() == "ja" else named[1]
    return f"{territory(code[:2])} ({code})"


@cache
def _regions() -> dict[str, tuple[str, str]]:
    lines = (files("registry") / "regions.tsv").read_text("utf-8").splitlines()
    return {code: (japanese, english) for code, japanese, english in (line.split("\t") for line in lines)}


def territory(country: str | None) -> str | None:
    """Name a country (ISO 3166-1 alpha-2); one Unicode does not know stays its two letters."""
    if country is None:
        return None
    name = Locale.parse(language()).territories.get(country)
    return country if name is None else str(name)
