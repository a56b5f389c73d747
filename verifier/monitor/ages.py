"""What a monitor finds without asking anybody again: how old, how whole and how long-lived what it was served is."""

from collections.abc import Iterator

from keys.trust import TrustChain
from schemas.times import DAY, iso
from verifier.monitor.findings import Finding, Kind
from verifier.monitor.follow import missing_witnesses
from verifier.monitor.judge import Judge
from verifier.monitor.kept import KeptLog
from verifier.monitor.moments import SNAPSHOT_EVERY
from verifier.transparency import Witnessed

__all__ = ["ages", "trust_life", "unsnapped"]


def unsnapped(log: KeptLog) -> Finding:
    """A head under which leaves follow the last snapshot: what they say stands in no list anybody is shown."""
    since = 0 if log.snapshot is None else log.snapshot + 1
    detail = f"a head of size {log.frontier.size} was published, and its last {log.frontier.size - since} leaves are in no snapshot"
    return Finding(kind=Kind.SNAPSHOT_MISSING, detail=detail, log=log.origin)


def ages(log: KeptLog, judge: Judge, head: Witnessed, *, now: int) -> Iterator[Finding]:
    """How old the view is, and who of the witnesses does not take part (4)."""
    if now - head.seen_at > SNAPSHOT_EVERY:
        detail = f"the newest checkpoint was cosigned {iso(head.seen_at)}"
        yield Finding(kind=Kind.VIEW_STALE, detail=detail, log=log.origin)
    missing = missing_witnesses(log.note, judge, now=now)
    if missing:
        detail = f"not cosigned by {', '.join(missing)}"
        yield Finding(kind=Kind.WITNESS_MISSING, detail=detail, log=log.origin)


def trust_life(chain: TrustChain, judge: Judge, *, now: int) -> Iterator[Finding]:
    document = chain.current
    warning = document.warning_at(now)
    if warning is not None:
        left = max(0, (document.expires - now) // DAY)
        kind = {"half": Kind.TRUST_HALF, "quarter": Kind.TRUST_QUARTER, "expired": Kind.TRUST_EXPIRED}[
            warning
        ]
        detail = f"version {document.version} ends {iso(document.expires)}, in {left} days"
        yield Finding(kind=kind, detail=detail)
    if document.version > judge.logged_version and now - document.issued > SNAPSHOT_EVERY:
        detail = f"version {document.version} is served, the log knows {judge.logged_version}"
        yield Finding(kind=Kind.TRUST_NOT_LOGGED, detail=detail)
