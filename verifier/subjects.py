"""What `Verifier.verify` is asked about: bytes, or text with a link, digits or a number."""

from schemas.errors import MalformedError, TooLargeError
from schemas.qr import Found, read
from schemas.values import twin_of
from verifier.report import NOT_MADE, STRUCTURE, Reason, Refused, Report

__all__ = ["found_in"]

_blank_found = twin_of(Found)


def found_in(subject: bytes | str | Found) -> Found | Report:
    """Tell bytes from text; what is neither mark nor link becomes a report, not an exception."""
    if isinstance(subject, bytes):
        found = _blank_found()
        found.number, found.host, found.mark = None, None, subject
        found.__class__ = Found
        done: Found = found
        return done
    if isinstance(subject, Found):
        return subject
    try:
        return read(subject)
    except MalformedError as error:
        reason = Reason.TOO_LARGE if isinstance(error, TooLargeError) else Reason.MALFORMED
        finding = Refused(reason, str(error)).finding(STRUCTURE)
        return Report(at=0, findings=(finding, *NOT_MADE[1:]))
