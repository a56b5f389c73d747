"""Does our recognition cover a partner's mark that its own register calls in order? (docs/format.md §5 rule 8)

    1. the window             from <= T < until, T being the time asked about, such as the day of supply
    2. levels and editions    the partner's own, where the entry names some
    3. after the window       only what is proven to lie under `final`

`final` is a head of one of the partner's logs. It pins that log's first leaves; the genesis leaf among them names the head of
the log before, which pins that one, and so on back to the first: whoever rewrites any of them has another head.
"""

from collections.abc import Iterator

from schemas.times import iso
from schemas.trust_entries import PartnerFinal, Recognised
from verifier.ground import Ground
from verifier.report import Logged, Reason, Refused, Report
from verifier.view import View

__all__ = ["check_recognition"]


def check_recognition(report: Report, entry: Recognised, theirs: Ground) -> Refused | None:
    """Say why our recognition does not cover a mark whose issuer the partner vouches for; None where it does.

    `log-inconsistent` is about where the mark was logged, every other refusal about who issued it.
    """
    if report.at < entry.start:
        return Refused(Reason.SCHEME_MISMATCH, f"{entry.scheme} is recognised from {iso(entry.start)} on")
    ended = None
    if entry.until is not None and report.at >= entry.until:
        ended = f"the recognition of {entry.scheme} ended {iso(entry.until)}"
        if entry.final is None:
            return Refused(Reason.SCHEME_MISMATCH, ended)
    if report.mark is not None:
        claims = report.mark.claims
        if entry.levels is not None and claims.level not in entry.levels:
            levels = ", ".join(map(str, entry.levels))
            detail = f"of {entry.scheme} level {claims.level} is not recognised, only {levels}"
            return Refused(Reason.SCHEME_MISMATCH, detail)
        if entry.editions is not None and claims.edition not in entry.editions:
            editions = ", ".join(entry.editions)
            detail = f"of {entry.scheme} edition {claims.edition} is not recognised, only {editions}"
            return Refused(Reason.SCHEME_MISMATCH, detail)
    if ended is None or entry.final is None:
        return None
    if report.log is None:
        return None  # check 5 did not pass; there is nothing to hold against the end
    return _under_final(report.log, entry.final, theirs.view, ended)


def _under_final(log: Logged, final: PartnerFinal, view: View | None, ended: str) -> Refused | None:
    if (log.place, log.index) >= (final.place, final.size):
        return Refused(Reason.SCHEME_MISMATCH, f"{ended}, before this mark was logged")
    trouble = "nothing of its log is at hand" if view is None else next(_troubles(log, final, view), None)
    return None if trouble is None else Refused(Reason.LOG_INCONSISTENT, f"{ended}; {trouble}")


def _troubles(log: Logged, final: PartnerFinal, view: View) -> Iterator[str]:
    """Walk from the head recognition ended with back to the log the mark is in; give what breaks the chain on the way."""
    logs = view.chain.current.logs
    size, root = final.size, final.root
    for place in range(final.place, log.place - 1, -1):
        held = view.root_at(place, size)
        if held is None:
            yield f"what is at hand does not hold log {place} as it was then: ask with a bundle of its register"
        if held != root:
            yield f"log {place} was another one then, with the root {root.hex()}"
        if place == log.place:
            break
        # The leaf that names the log before must itself lie under this head.
        genesis = view.genesis(place) if size else None
        if genesis is None or genesis.previous is None:
            yield f"what is at hand does not say where log {place} began: ask with a bundle of its register"
            return
        origin, size, root = genesis.previous
        before = logs[place - 1]
        stated = None if before.final is None else (before.final.size, before.final.root)
        if origin != before.origin or stated != (size, root):
            # With it they agree, and no proof to a leaf beyond that end was taken (rule 6).
            yield f"log {place - 1} ends otherwise in the partner's trust document than log {place} says"
