"""`Verifier`: the library's front door. It adds the clock and the memory to `verify`, and decides nothing.

docs/library.md shows its use. What is asked about never raises; what the asker set up may: a file or folder that cannot be
read, an anchor that is none, a time without a zone.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from functools import partial
from itertools import chain as chain_of
from itertools import islice
from pathlib import Path
from threading import Lock
from time import time as system_time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from keys.trust import TrustChain
from schemas.qr import Found
from schemas.times import DAY, to_seconds
from schemas.trust_entries import Recognised
from verifier.anchors import checked_anchor
from verifier.checks import check_memory
from verifier.ground import Ground
from verifier.many import can_fork, cores, pieces_of, spread
from verifier.partner_registers import PartnerRegisters
from verifier.partners import (
    Partners,
    adapted_policy,
    chosen,
    chosen_by_host,
    refusal_of_ours,
    under_recognition,
    unheard,
)
from verifier.policy import Policy
from verifier.report import (
    ISSUER,
    NOT_MADE,
    STRUCTURE,
    Finding,
    Outcome,
    Reason,
    Refused,
    Report,
    Verdict,
    VerificationError,
)
from verifier.sources import FileSource, NoSource, RegistrySource
from verifier.state import Remembered, StateFile
from verifier.subjects import found_in
from verifier.verify import Source, verify
from verifier.view import View

if TYPE_CHECKING:
    from verifier.http import Fetcher

__all__ = ["Verifier"]

ONLINE_MAX_AGE = DAY  # seconds: a status fetched today is at most a day old


class Verifier:
    """Judges marks from one source under one anchor. Holds no global state; safe to share by threads.

    `anchor` is 64 hex digits, the SHA-256 of a trust document got out of band (docs/format.md §5 rule 0); without one every
    verdict is undetermined, `trust-unavailable`: nothing vouches for itself. `chain` is what was kept from earlier; `state`
    names a directory to remember in what was seen, per anchor; None forgets with the object. `max_age` is in seconds, `clock`
    gives POSIX seconds. Raises `verifier.anchors.AnchorError`, and `verifier.state.StateError` for a damaged memory.
    """

    def __init__(
        self,
        source: Callable[[TrustChain | None], Source],
        *,
        anchor: str | None = None,
        state: Path | str | None = None,
        chain: TrustChain | None = None,
        max_age: int | None = None,
        partners: Partners = None,
        clock: Callable[[], float] = system_time,
    ) -> None:
        self._source, self._max_age, self._clock = source, max_age, clock
        folder = None if state is None else Path(state)
        self._partners = PartnerRegisters(partners, opens=type(self), state=folder, clock=clock)
        self._file = None
        if folder is not None and anchor is not None:
            self._file = StateFile(folder, checked_anchor(anchor))
        self._remembered = Remembered() if self._file is None else self._file.load()
        self._chain = chain
        self._seen: View | None = None
        self._ground: Ground | None = None  # of the last verdict
        self._lock = Lock()
        self.evidence_mark: bytes | None = None  # the mark a file of evidence is about, unverified
        self._opened: FileSource | None = None
        self._again: Callable[[], Verifier] | None = None  # opens the same file anew, in another process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file that was opened, if any; nothing is judged from it afterwards."""
        for partner in self._partners.opened:
            partner.close()
        if self._opened is not None:
            self._opened.close()

    def reopen(self) -> None:
        """Take what is open as a process's own, on Linux, after it was forked from the one that opened it. Raises OSError."""
        for partner in self._partners.opened:
            partner.reopen()
        if self._opened is not None:
            self._opened.archive.reopen()

    @classmethod
    def from_bundle(
        cls,
        path: Path | str | bytes,
        *,
        anchor: str | None = None,
        state: Path | str | None = None,
        chain: TrustChain | None = None,
        partners: Partners = None,
        clock: Callable[[], float] = system_time,
    ) -> "Verifier":
        """Judge from a bundle, a register or evidence, offline: a status counts until its list's own end (docs/format.md §7).

        `path` may also be the file's bytes. A path stays open until `close`, or the end of `with`. `partners` are bundles of
        registers our trust document recognises, for marks of theirs. A plain bundle holds no marks: a number alone, and a
        time before now, are then undetermined. Raises `schemas.errors.MalformedError` for a file that is none of these,
        OSError, AnchorError and StateError.
        """
        anchor = None if anchor is None else checked_anchor(anchor)
        content = path if isinstance(path, bytes) else Path(path)
        source = FileSource(content, anchor=anchor, chain=chain, now=int(clock()))
        verifier = cls(
            lambda _: source, anchor=anchor, state=state, chain=chain, partners=partners, clock=clock
        )
        verifier.evidence_mark = source.evidence_mark
        verifier._opened = source
        if not isinstance(content, bytes):
            again: dict[str, Any] = {
                "anchor": anchor,
                "state": state,
                "chain": chain,
                "partners": partners,
                "clock": clock,
            }
            verifier._again = partial(cls.from_bundle, content, **again)
        return verifier

    @classmethod
    def from_registry(
        cls,
        url: "str | Fetcher",
        *,
        anchor: str | None,
        state: Path | str | None = None,
        chain: TrustChain | None = None,
        partners: Partners = MappingProxyType({}),
        clock: Callable[[], float] = system_time,
    ) -> "Verifier":
        """Judge by what a registry answers, one mark's evidence at a time: a status counts for 24 hours.

        Nothing is fetched here, and for a mark that has failed nothing is fetched at all; a registry that does not answer makes
        a verdict undetermined. A recognised partner's mark is judged by the partner's register: at the address our trust
        document gives, or where `partners` says, by scheme. None: no partner is asked. Raises `verifier.http.FetchError` for
        what is no address, AnchorError and StateError.
        """
        from verifier.http import HttpFetcher

        anchor = None if anchor is None else checked_anchor(anchor)
        fetcher = HttpFetcher(url) if isinstance(url, str) else url

        def source(chain: TrustChain | None) -> Source:
            return RegistrySource(fetcher, anchor=anchor, chain=chain, now=int(clock()))

        return cls(
            source,
            anchor=anchor,
            state=state,
            chain=chain,
            max_age=ONLINE_MAX_AGE,
            partners=partners,
            clock=clock,
        )

    @classmethod
    def without_source(
        cls, chain: TrustChain | None = None, *, clock: Callable[[], float] = system_time
    ) -> "Verifier":
        """Judge what can be judged without evidence: structure, and under a kept chain issuer and signature."""
        refused = Refused(Reason.TRUST_UNAVAILABLE, "neither a registry nor a bundle was named")
        return cls(lambda kept: NoSource(kept or refused), chain=chain, clock=clock)

    @property
    def chain(self) -> TrustChain | None:
        """The newest trust chain met so far."""
        return self._chain

    @property
    def partner_chains(self) -> tuple[TrustChain, ...]:
        """The newest chains of partners' registers met so far."""
        met = (partner.chain for partner in self._partners.opened)
        return tuple(chain for chain in met if chain is not None)

    def verify(
        self,
        subject: bytes | str | Found,
        *,
        at: datetime | date | None = None,
        policy: Policy | None = None,
        max_age: int | None = None,
    ) -> Report:
        """Judge a mark's bytes, a link, digits or a mark number; never raises for what they say (docs/format.md §8).

        `at` is a moment (aware), or a date: then its first and its last second in the scheme's zone, at most now, are both
        judged and the worse counts. `policy` is what you ask of a mark beyond its being real. `max_age` (seconds) may only
        shorten how old a status may be. Raises ValueError for a moment without a zone, StateError where what was seen cannot
        be written down, OSError where the disk fails.
        """
        found = found_in(subject)
        if isinstance(found, Report):
            return replace(found, at=int(self._clock()))
        if policy is not None or max_age is not None:
            asked = None if policy is None else policy.max_status_age
            max_age = min([age for age in (self._max_age, max_age, asked) if age is not None], default=None)
        else:
            max_age = self._max_age
        now = int(self._clock())
        source = self._source(self._chain)  # one for all judgements: it fetches once
        if at is None:
            return self._judge(found, source, now, None, policy, max_age)
        if isinstance(at, datetime):
            moment = max(0, min(to_seconds(at), now))  # of the time to come nothing is known
            return self._judge(found, source, now, moment, policy, max_age)
        first = self._judge(found, source, now, None, policy, max_age)  # for the scheme's offset
        start = to_seconds(datetime.combine(at, time.min, timezone(timedelta(seconds=first.offset))))
        reports = [
            self._judge(found, source, now, max(0, min(moment, now)), policy, max_age)
            for moment in (start, start + DAY - 1)
        ]
        return max(reports, key=_badness)

    def verify_many(
        self,
        subjects: Iterable[bytes | str | Found],
        *,
        at: datetime | date | None = None,
        policy: Policy | None = None,
        max_age: int | None = None,
        workers: int | None = None,
    ) -> Iterator[Report]:
        """Judge many, one report each and in their order, as they come.

        `workers`: processes, each of which opens the same file; only for a verifier of a file on disk. None: one a core
        for more than a thousand subjects where this process can be forked, else none beside this one. Where it
        cannot, a program that asks for them must be guarded by `if __name__ == "__main__"`. The rest is as in `verify`.
        """
        asked = partial(_verify_piece, at=at, policy=policy, max_age=max_age)
        pieces = pieces_of(subjects, _PIECE)
        begun = list(islice(pieces, 1 + _MANY // _PIECE))
        if workers is None:
            is_worth = self._again is not None and len(begun) > _MANY // _PIECE and can_fork()
            workers = cores() if is_worth else 1
        done: Iterator[list[Report]]
        if workers == 1:
            done = (asked(self, piece) for piece in chain_of(begun, pieces))
        elif self._again is None:
            raise ValueError(
                "further processes need a verifier of a file on disk, from Verifier.from_bundle(path)"
            )
        else:
            done = spread(partial(_begin, self._again, asked), chain_of(begun, pieces), workers=workers)
        for reports in done:
            yield from reports

    def require(
        self,
        subject: bytes | str | Found,
        *,
        at: datetime | date | None = None,
        policy: Policy | None = None,
        max_age: int | None = None,
    ) -> Report:
        """Give the report of a valid mark. Raises VerificationError carrying the report for any other, and what `verify` does."""
        report = self.verify(subject, at=at, policy=policy, max_age=max_age)
        if report.verdict is not Verdict.VALID:
            raise VerificationError(report)
        return report

    def _judge(
        self,
        found: Found,
        source: Source,
        now: int,
        at: int | None,
        policy: Policy | None,
        max_age: int | None,
    ) -> Report:
        if found.mark is None and found.host is not None:
            # The same number may be somebody else's in another register: the link says whose it is meant to be.
            ours = self._ours_of_a_partner(found, source, now if at is None else at)
            if ours is not None:
                ground, entry = ours
                return self._judge_partner(
                    found, entry, ground, NOT_MADE[STRUCTURE], now, at, policy, max_age
                )
        report, met = self.judge_own(found, source, now, at, policy, max_age)
        if met is None or (
            report.findings[STRUCTURE].outcome is Outcome.PASSED
            and report.findings[ISSUER].outcome is Outcome.PASSED
        ):
            return report  # of our own scheme, or of nobody's
        entry_of_mark = chosen(report, found, met.document)
        if entry_of_mark is None:
            return report
        structure = report.findings[STRUCTURE]
        return self._judge_partner(found, entry_of_mark, met, structure, now, at, policy, max_age)

    def judge_own(
        self,
        found: Found,
        source: Source | None,
        now: int,
        at: int | None,
        policy: Policy | None,
        max_age: int | None,
    ) -> tuple[Report, Ground | None]:
        """Judge by our own document, which asks no partner; and give what this very verdict was made from.

        A verifier whose scheme recognises this one asks it here, with None for the source: this one's own.
        """
        report, ground = verify(
            found,
            self._source(self._chain) if source is None else source,
            now=now,
            at=at,
            policy=policy,
            max_age=max_age,
            remembered=self._remembered,
            known=self._ground,
        )
        if ground is not None:
            self._note(ground)
        return report, ground

    def _note(self, ground: Ground) -> None:
        """Keep the ground for the next verdict, and remember what it established."""
        if ground is not self._ground:
            self._ground = ground
            if ground.view is not None and ground.view is not self._seen:
                self._remember(ground.view)

    def _ours_of_a_partner(self, found: Found, source: Source, when: int) -> tuple[Ground, Recognised] | None:
        """Give our own ground and the partner a link leads to; None for a link to no partner.

        Our newest document decides, so our own register is asked for it as for any mark that is not ours.
        """
        chain = source.trust()
        if isinstance(chain, Refused) or chosen_by_host(found, chain.current, at=when) is None:
            return None
        view = source.held() or source.fetch(None)
        ground = Ground(chain if view is None else view.chain, view, self._remembered)
        self._note(ground)
        entry = chosen_by_host(found, ground.document, at=when)
        return None if entry is None else (ground, entry)

    def _judge_partner(
        self,
        found: Found,
        entry: Recognised,
        ours: Ground,
        structure: Finding,
        now: int,
        at: int | None,
        policy: Policy | None,
        max_age: int | None,
    ) -> Report:
        """Judge a partner's mark under the partner's chain, and our recognition of it (docs/format.md §5 rule 8)."""
        when = now if at is None else at
        refused = refusal_of_ours(ours, at=when)
        partner = self._partners.register_of(entry) if refused is None else refused
        if isinstance(partner, Refused):
            return unheard(partner, found, entry, ours=ours, structure=structure, at=when)
        asked = adapted_policy(policy, entry.scheme)
        report, theirs = partner.judge_own(found, None, now, at, asked, max_age)
        return under_recognition(report, theirs, found, entry, ours=ours)

    @property
    def file(self) -> FileSource | None:
        """The file `from_bundle` opened."""
        return self._opened

    @property
    def is_vouched(self) -> bool:
        """Whether the file that was opened is of the register whose anchor is held."""
        return self._opened is not None and self._opened.is_of_chain

    def _remember(self, view: View) -> None:
        """Keep what a view established, unless the view itself went back."""

        def grow(remembered: Remembered) -> Remembered:
            return remembered if check_memory(view, remembered) is not None else remembered.with_view(view)

        with self._lock:
            if check_memory(view, self._remembered) is not None:
                return
            grown = grow(self._remembered)
            if grown != self._remembered:
                self._remembered = grown if self._file is None else self._file.save(grow)
            if self._chain is None or view.chain.current.version >= self._chain.current.version:
                self._chain = view.chain
            self._seen = view


_PIECE, _MANY = 100, 1000  # subjects


def _verify_piece(verifier: Verifier, piece: list[bytes | str | Found], **asked: Any) -> list[Report]:
    return [verifier.verify(subject, **asked) for subject in piece]


def _begin(
    again: Callable[[], Verifier], asked: Callable[[Verifier, list[bytes | str | Found]], list[Report]]
) -> Callable[[list[bytes | str | Found]], list[Report]]:
    return partial(asked, again())


_BADNESS = {Verdict.VALID: 0, Verdict.UNDETERMINED: 1, Verdict.INVALID: 2}


def _badness(report: Report) -> int:
    return _BADNESS[report.verdict]
