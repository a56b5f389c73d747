"""Pages for people: search, a mark, an organisation, what a reason means. Views translate, they do not decide."""

import logging
from datetime import date, datetime

from flask import Blueprint, Flask, Response, redirect, request
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext
from werkzeug.wrappers import Response as Redirect

from registry import i18n, link_picture, qr_images
from registry.badge import Badge, draw
from registry.linked_data import certification
from registry.lookup import MarkFacts, find_mark, find_organisation
from registry.problems import ProblemError, wants_json
from registry.views.api import mark_as_json
from registry.views.asked import number_in_path, read_at, services
from registry.views.headline import Headline, headline_of
from registry.views.mark_view import mark_view, successor_of
from registry.views.rendering import page
from registry.views.search_view import mark_meant, marks_near, organisation_view, read_question, search_view
from registry.views.trust_view import trust_view
from schemas.errors import MalformedError
from schemas.mark_number import MarkNumber
from schemas.organisation_id import OrganisationId
from verifier.report import Report
from verifier.words import meaning, title

__all__ = ["blueprint"]

blueprint = Blueprint("pages", __name__)


@blueprint.record_once
def _install(state: BlueprintSetupState) -> None:
    if isinstance(state.app, Flask):
        i18n.install(state.app)


BADGE_AGE = "public, max-age=300"
PICTURE_AGE = "public, max-age=86400"


@blueprint.get("/")
def home() -> Response:
    asked = services()
    with asked.sessions() as session:
        view = search_view(asked, session, read_question(""))
    scheme = asked.document().scheme
    return page("home.html", view=view, scheme=i18n.in_language(scheme.names, scheme.id))


@blueprint.get("/search")
def search() -> Response | Redirect:
    asked = services()
    question = read_question(request.args.get("q", ""))
    with asked.sessions() as session:
        number = mark_meant(session, question.typed)
        if number is not None:
            return redirect(i18n.link("pages.mark", number=number), 303)
        view = search_view(asked, session, question)
    return page("search.html", view=view)


@blueprint.get("/m/<number>")
def mark(number: str) -> Response:
    number = _number(number)
    if wants_json():
        response = mark_as_json(number)
        response.vary.add("Accept")
        return response
    asked, at = services(), read_at()
    with asked.sessions() as session:
        facts = find_mark(asked, session, number, at=at)
        if facts is None:
            raise ProblemError("unknown-mark", f"no mark {number} is in this register")
        after = None if facts.successor is None else find_mark(asked, session, facts.successor)
    report = _report(facts, at=at)
    successor = None if after is None else successor_of(after, _report(after))
    today = None if at is None else _today(number)
    view = mark_view(
        facts, report, asked.document(), now=asked.now(), at=at, successor=successor, today=today
    )
    linked = certification(facts, issuer=view.issuer, is_valid=(view.today or view.headline).kind == "valid")
    return page("mark.html", view=view, linked=linked)


@blueprint.get("/o/<identifier>")
def organisation(identifier: str) -> Response | Redirect:
    asked = services()
    try:
        found = OrganisationId.read_loosely(identifier)
    except MalformedError as error:
        raise ProblemError("not-found", str(error)) from error
    if str(found) != identifier:
        return redirect(i18n.link("pages.organisation", identifier=str(found)), 308)
    with asked.sessions() as session:
        facts = find_organisation(asked, session, identifier)
    if facts is None:
        raise ProblemError("not-found", f"{identifier} holds no mark in this register")
    return page("organisation.html", view=organisation_view(asked, facts))


@blueprint.get("/trust")
def trust() -> Response:
    """The anchor to compare, and what the trust document says, for people; machines read /trust/<version>."""
    asked = services()
    return page("trust.html", view=trust_view(asked.chain(), now=asked.now()))


@blueprint.get("/problems/<reason>")
def problem(reason: str) -> Response:
    lang = i18n.language()
    try:
        texts = title(reason, lang), meaning(reason, lang)
    except KeyError as error:
        raise ProblemError("not-found", f"{reason} is no reason given here") from error
    return page("reason.html", reason=reason, name=texts[0], says=texts[1])


@blueprint.get("/m/<number>/qr.svg")
def qr_svg(number: str) -> Response:
    facts, modules = _code(number)
    drawn = qr_images.svg(modules, title=f"QR {facts.display}")
    return _picture(drawn, "image/svg+xml", PICTURE_AGE)


@blueprint.get("/m/<number>/qr.png")
def qr_png(number: str) -> Response:
    return _picture(qr_images.png(_code(number)[1]), "image/png", PICTURE_AGE)


@blueprint.get("/m/<number>/og.png")
def link_image(number: str) -> Response:
    asked, number = services(), number_in_path(number)
    with asked.sessions() as session:
        facts = find_mark(asked, session, number)
    if facts is None:
        raise ProblemError("unknown-mark", f"no mark {number} is in this register")
    modules = qr_images.modules(asked.settings.public_url, facts.claims.number, None)
    drawn = link_picture.draw(facts.claims.number, modules, demonstration=asked.settings.demonstration)
    return _picture(drawn, "image/png", PICTURE_AGE)


@blueprint.get("/m/<path:number>/badge.svg")
def badge(number: str) -> Response:
    """Always 200: whatever goes wrong is a grey badge (docs/format.md §8, a page never asserts what it cannot)."""
    try:
        drawn = draw(_badge(number))
    except Exception:
        logging.getLogger("akashi").warning("the badge of %r is grey", number[:40], exc_info=True)
        drawn = draw(_grey(number[:20]))
    return _picture(drawn.encode(), "image/svg+xml", BADGE_AGE)


def _number(text: str) -> str:
    """Give the number in the path; of a mistyped one, what there is in this register a slip of the hand away."""
    try:
        return number_in_path(text)
    except ProblemError as error:
        with services().sessions() as session:
            meant = [str(number) for number in marks_near(session, text)]
        if not meant:
            raise
        members = {"did_you_mean": meant}
        raise ProblemError("bad-mark-number", error.problem.detail, members=members) from error


def _report(facts: MarkFacts, *, at: date | datetime | None = None) -> Report | None:
    """The verdict; a mark that is being published has none yet."""
    return services().verify(facts.number, at=at) if facts.is_published else None


def _today(number: str) -> Headline | None:
    """What holds now of a mark that another day was asked about."""
    asked = services()
    with asked.sessions() as session:
        facts = find_mark(asked, session, number)
    return None if facts is None else headline_of(facts, _report(facts))


def _badge(text: str) -> Badge:
    asked = services()
    try:
        number = str(MarkNumber.from_text(text))
    except MalformedError:
        return _grey(text[:20])
    with asked.sessions() as session:
        facts = find_mark(asked, session, number)
    if facts is None:
        return _grey(MarkNumber.from_text(number).display)
    headline = headline_of(facts, _report(facts))
    name = facts.claims.name if i18n.language() == "ja" else facts.claims.name_latin or facts.claims.name
    level = gettext("Level %(level)s", level=facts.claims.level)
    stars = "★" * facts.claims.level
    head = (
        f"{headline.short} · {stars} {level}" if headline.kind == "valid" else f"{headline.short} · {level}"
    )
    until = gettext("until %(day)s", day=facts.last_day)
    foot = [facts.display, *([until] if headline.kind == "valid" else [])]
    return Badge(
        kind=headline.kind,
        head=head,
        name=name,
        foot=" · ".join(foot),
        title=gettext("Akashi mark %(number)s: %(state)s", number=facts.display, state=headline.short),
        lang=i18n.language(),
        demonstration=_demonstration(),
    )


def _demonstration() -> str | None:
    is_one = services().settings.demonstration
    return str(gettext("Demonstration, not an official register")) if is_one else None


def _grey(number: str) -> Badge:
    number = "".join(one for one in number if one == "-" or (one.isascii() and one.isalnum()))
    head = gettext("Cannot be shown now")
    return Badge(
        kind="undetermined",
        head=head,
        name=gettext("Follow the link to check this mark"),
        foot=number,
        title=gettext("Akashi mark %(number)s: %(state)s", number=number, state=head),
        lang=i18n.language(),
        demonstration=_demonstration(),
    )


def _code(text: str) -> tuple[MarkFacts, qr_images.Modules]:
    asked, number = services(), number_in_path(text)
    form = request.args.get("form", "")
    if form not in ("", "link"):
        raise ProblemError("bad-request", 'form: write "link" for the small code, or leave it out')
    with asked.sessions() as session:
        facts = find_mark(asked, session, number)
    if facts is None:
        raise ProblemError("unknown-mark", f"no mark {number} is in this register")
    mark = None if form == "link" else facts.raw
    return facts, qr_images.modules(asked.settings.public_url, facts.claims.number, mark)


def _picture(data: bytes, kind: str, cache: str) -> Response:
    response = Response(data, content_type=kind)
    response.headers["Cache-Control"] = cache
    return response
