"""Checking a code: by camera where the browser has one, from a photo, screenshot or PDF, or typed."""

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Redirect

from registry import i18n
from registry.models import MarkRow
from registry.picture_reader import MAX_PICTURE, read_codes
from registry.problems import ProblemError
from registry.views.asked import services
from registry.views.rendering import page
from registry.views.search_view import marks_near
from schemas.errors import MalformedError
from schemas.mark_number import MarkNumber
from schemas.qr import Found, read, to_digits
from verifier.pictures import is_of_a_mark
from verifier.words import meaning, title

__all__ = ["blueprint"]

blueprint = Blueprint("scan", __name__)

_LONGEST = 4096  # characters of a pasted link


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One code of several, or one that is no mark of this register: what is to be said of it, and where to read on."""

    kind: str
    short: str
    why: str | None
    name: str | None
    display: str | None
    address: str | None
    is_genuine: bool
    is_partners: bool


@blueprint.get("/scan")
def scan() -> Response:
    return _page(status=200)


@blueprint.post("/scan")
def scanned() -> Response | Redirect:
    """Answer a form: one mark of this register leads to its page, where the reader's browser checks the code again."""
    request.max_content_length = MAX_PICTURE + (1 << 16)
    sent = request.files.get("picture")
    data = b""
    if sent is not None:
        data = sent.read(MAX_PICTURE + 1)
        sent.close()
    if len(data) > MAX_PICTURE:
        raise ProblemError("too-large", f"a picture or PDF has at most {MAX_PICTURE >> 20} MiB here")
    if not data:
        return _typed(request.form.get("text", "").strip())
    try:
        codes = read_codes(data)
    except ProblemError as error:
        return _page(status=error.problem.status, trouble=error.problem.reason)
    found = [one for one in map(_found, codes) if one is not None]
    if not found:
        return _page(status=400, trouble="no-code-in-picture")
    return _answer(found, others=len(codes) - len(found))


def _page(*, status: int, **values: object) -> Response:
    """Give the form; the camera's script is told whose links are not for this register to answer."""
    document = services().document()
    hosts = {host for entry in document.recognised for host in entry.hosts if not document.lists_host(host)}
    return page("scan.html", status=status, partner_hosts=sorted(hosts), **values)


def _typed(text: str) -> Response | Redirect:
    if not text:
        return _page(status=400, trouble="nothing")
    if len(text) > _LONGEST:
        raise ProblemError("too-large", f"a link or number has at most {_LONGEST} characters")
    found = _found(text)
    if found is not None and not _is_unknown_number(found):
        return _answer([found])
    with services().sessions() as session:
        near = marks_near(session, text)
    if near:
        return _page(status=400, trouble="bad-mark-number", near=near)
    return redirect(i18n.link("pages.search", q=text[:120]), 303)


def _is_unknown_number(found: Found | str) -> bool:
    """A bare number that no mark here has may be anything: a company's, say. The search explains what is not found."""
    if not isinstance(found, Found) or found.mark is not None or found.host is not None:
        return False
    with services().sessions() as session:
        return session.get(MarkRow, found.number) is None


def _found(text: str) -> Found | str | None:
    """Give what a code says when it is a mark's, right or wrong; a shop's code on the same paper is none."""
    try:
        return read(text)
    except MalformedError:
        return text if is_of_a_mark(text) else None


def _answer(found: list[Found | str], *, others: int = 0) -> Response | Redirect:
    judged = [_judged(one) for one in found]
    if len(judged) == 1 and judged[0].address is not None and judged[0].is_genuine:
        return redirect(judged[0].address, 303)
    return _page(status=200, judged=judged, others=others)


def _judged(found: Found | str) -> Judged:
    """Judge a code by itself: a forged one must not lead to the page of the mark it names as if it were that mark."""
    lang, report = i18n.language(), services().verify(found)
    claims = None if report.mark is None else report.mark.claims
    number = None if claims is None else str(claims.number)
    if claims is None and isinstance(found, Found) and found.mark is None:
        number = found.number
    with services().sessions() as session:
        row = None if number is None else session.get(MarkRow, number)
    code = found.mark if isinstance(found, Found) else None
    # A link to a partner's host may name a number that a mark of ours has as well: that page is not what was asked for.
    page = (
        None
        if row is None or report.recognised_by is not None
        else i18n.link("pages.mark", number=row.number)
    )
    word = report.word_for(report.reasons[0]) if report.reasons else None
    return Judged(
        kind=report.verdict.value,
        short=title(report.verdict.value, lang),
        why=None if word is None else f"{title(word, lang)}: {meaning(word, lang)}",
        name=None if claims is None else (claims.name if lang == "ja" else claims.name_latin or claims.name),
        display=None if number is None else MarkNumber.from_text(number).display,
        address=page if page is None or code is None else f"{page}#{to_digits(code)}",
        is_genuine=claims is not None,
        is_partners=report.recognised_by is not None,
    )
