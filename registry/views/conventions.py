"""What robots, readers of feeds and programs look for by convention: site map, feed, description of the interface."""

import json
from importlib.resources import files
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext
from sqlalchemy import select

from registry import i18n
from registry.changes import Change, newest_changes
from registry.models import MarkRow, OrganisationRow
from registry.problems import ProblemError
from registry.views.asked import services
from schemas.bidi import isolated
from schemas.times import iso
from verifier.words import title

__all__ = ["blueprint"]

blueprint = Blueprint("conventions", __name__)

SITEMAP_PAGE = 20_000  # marks a file; a site map holds 50,000 addresses at most
FEED = 50  # entries
_PAGES = ("", "search", "scan", "check", "meaning", "statistics", "trust", "report-misuse")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """An index: one file of pages, and one for each stretch of marks, in the order of their numbers."""
    base = services().settings.public_url
    with services().sessions() as session:
        starts = [""]
        published = select(MarkRow.number).where(MarkRow.logged_at.is_not(None)).order_by(MarkRow.number)
        while (
            following := session.scalars(
                published.where(MarkRow.number > starts[-1]).offset(SITEMAP_PAGE - 1).limit(1)
            ).first()
        ) is not None:
            starts.append(following)
    places = [f"{base}/sitemap-pages.xml", *(f"{base}/sitemap-marks.xml?after={start}" for start in starts)]
    body = "".join(f"<sitemap><loc>{escape(place)}</loc></sitemap>" for place in places)
    return _xml(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</sitemapindex>')


@blueprint.get("/sitemap-pages.xml")
def sitemap_pages() -> Response:
    base = services().settings.public_url
    return _urls([f"{base}/{page}?lang={lang}" for page in _PAGES for lang in i18n.LANGUAGES])


@blueprint.get("/sitemap-marks.xml")
def sitemap_marks() -> Response:
    base, after = services().settings.public_url, request.args.get("after", "")[:10]
    published = select(MarkRow.number, MarkRow.holder).where(
        MarkRow.logged_at.is_not(None), MarkRow.number > after
    )
    with services().sessions() as session:
        rows = session.execute(published.order_by(MarkRow.number).limit(SITEMAP_PAGE)).all()
    places = [f"{base}/m/{number}" for number, _ in rows]
    return _urls(places + sorted({f"{base}/o/{holder}" for _, holder in rows}))


@blueprint.get("/changes.atom")
def feed() -> Response:
    """The newest changes of the register (RFC 4287); `?organisation=` those of one holder."""
    asked, lang = services(), i18n.language()
    base, wanted = asked.settings.public_url, request.args.get("organisation", "")
    with asked.sessions() as session:
        found = newest_changes(session, limit=FEED, organisation=wanted or None)
        ids = {one.organisation for one in found if one.organisation}
        names = {
            row.id: row.name if lang == "ja" else row.name_latin or row.name
            for row in session.scalars(select(OrganisationRow).where(OrganisationRow.id.in_(ids)))
        }
    updated = iso(max((one.at or 0 for one in found), default=asked.now()))
    entries = "".join(_entry(one, base, names, lang) for one in found)
    heading = escape(gettext("Changes in the register of marks"))
    this = f"{base}/changes.atom" + (f"?organisation={wanted}" if wanted else "")
    return _xml(
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{lang}"><title>{heading}</title><id>{escape(this)}</id>'
        f'<link rel="self" href={quoteattr(this)}/><link href={quoteattr(base + "/")}/>'
        f"<updated>{updated}</updated><author><name>Akashi</name></author>{entries}</feed>",
        "application/atom+xml",
    )


def _entry(change: Change, base: str, names: dict[str, str], lang: str) -> str:
    place = f"{base}/m/{change.number}" if change.number else f"{base}/trust"
    said = [title(change.kind, lang), isolated(names.get(change.organisation or "", "")), change.number or ""]
    reason = "" if change.reason is None else title(change.reason.slug, lang)
    when = iso(change.at or 0)
    return (
        f"<entry><title>{escape(': '.join(part for part in said if part))}</title>"
        f"<id>{base}/log/{change.place}/{change.index}</id><link href={quoteattr(place)}/>"
        f"<updated>{when}</updated><published>{when}</published><summary>{escape(reason)}</summary></entry>"
    )


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The interface for programs (OpenAPI 3.1); shapes are those of the published JSON schemas."""
    described = json.loads(files("schemas").joinpath("openapi.json").read_text("utf-8"))
    described["servers"] = [{"url": services().settings.public_url}]
    return jsonify(described)


@blueprint.get("/schemas/<name>.schema.json")
def schema(name: str) -> Response:
    if name not in ("report", "problem", "profile", "trust_document"):
        raise ProblemError("not-found", "there is no such schema")
    data = files("schemas").joinpath(f"{name}.schema.json").read_bytes()
    return Response(data, content_type="application/schema+json")


def _urls(places: list[str]) -> Response:
    body = "".join(f"<url><loc>{escape(place)}</loc></url>" for place in places)
    return _xml(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</urlset>')


def _xml(body: str, kind: str = "application/xml") -> Response:
    text = f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'
    return Response(text, content_type=f"{kind}; charset=utf-8")
