"""What a cell looks like, whatever its header says: a mark's number, a link to one, an organisation's number, or nearly."""

import re
from collections.abc import Sequence

from schemas.errors import MalformedError
from schemas.mark_number import BadMarkNumberError, MarkNumber
from schemas.organisation_id import BadOrganisationIdError, OrganisationId
from verifier.suppliers.cells import is_lost_number, marks_in

__all__ = ["LOOKS", "is_number", "may_be"]

_LINK = re.compile(r"https?://\S+/m/\S|[1-9][0-9]{80,}")


def is_number(text: str) -> bool:
    """Whether a cell names a mark or an organisation by itself."""
    return _is_mark(text) or _is_link(text) or _is_organisation(text)


def _is_mark(text: str) -> bool:
    try:
        MarkNumber.from_text(text)
    except MalformedError:
        return False
    return True


def _is_link(text: str) -> bool:
    return _LINK.match(text) is not None


def _is_organisation(text: str) -> bool:
    """Whether a cell is an organisation's number, or what a slip or a spreadsheet made of a long one."""
    return _is_organisation_like(text, digits=12)  # fewer are telephone numbers and days


def _is_organisation_like(text: str, *, digits: int = 8) -> bool:
    try:
        OrganisationId.read_loosely(text)
    except BadOrganisationIdError as error:
        count = sum(sign.isdigit() for sign in text)
        return error.fault not in ("unreadable", "unknown-icd") and (count >= digits or is_lost_number(text))
    return True


def _is_mark_like(text: str) -> bool:
    try:
        MarkNumber.from_text(text)
    except BadMarkNumberError as error:
        several = len(marks_in(text)) > 1
        return error.is_check_wrong or _is_link(text) or is_lost_number(text) or several
    return True


LOOKS = {"mark": _is_mark, "url": _is_link, "id": _is_organisation}
_NEARLY = {"mark": _is_mark_like, "url": _is_mark_like, "id": _is_organisation_like}


def may_be(name: str, cells: Sequence[str]) -> bool:
    """Whether anything in a column is nearly what its header says; a column that is empty may be anything."""
    looks = _NEARLY.get(name)
    return looks is None or not cells or any(looks(cell) for cell in cells)
