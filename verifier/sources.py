"""Where evidence comes from: nowhere, a file, or a registry (docs/format.md §7).

A source only brings bytes. What they are worth is decided in `verifier.verify`, the same for all.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from keys.trust import TrustChain, TrustRefusedError, walk
from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.mark_number import MarkNumber
from schemas.note import SignedNote
from verifier.bundle_view import BundleView, HistoryOf
from verifier.evidence_view import EvidenceView
from verifier.places import read_places
from verifier.report import Reason, Refused
from verifier.view import View

if TYPE_CHECKING:  # whoever judges from a file never loads what speaks HTTP
    from verifier.http import Fetcher

__all__ = ["MAX_BUNDLE", "FileSource", "NoSource", "RegistrySource", "extend_chain", "trust_notes"]

MAX_EVIDENCE = 32 << 20
MAX_BUNDLE = 1 << 31
MAX_TRUST = 2 << 20
MAX_VERSIONS = 10_000


def trust_notes(archive: Archive) -> list[bytes]:
    """Give the trust documents in a file; a file may extend a chain, it never starts one."""
    return [archive.get(name) for name in archive.names("trust/")]


def extend_chain(anchor: str | None, chain: TrustChain | None, notes: list[bytes]) -> TrustChain | Refused:
    """Walk from the anchor, or on from what is already held."""
    try:
        if chain is not None:
            return chain.extended(notes)
        if anchor is None:
            return Refused(
                Reason.TRUST_UNAVAILABLE, "no anchor: give --anchor, or pin one with `akashi trust add`"
            )
        return walk(anchor, notes)
    except TrustRefusedError as error:
        return Refused(Reason.TRUST_UNAVAILABLE, str(error))


class NoSource:
    """Nothing but a trust chain that was kept: signature and window can be judged, status cannot."""

    trouble = None

    def __init__(self, chain: TrustChain | Refused) -> None:
        self._chain = chain

    def trust(self) -> TrustChain | Refused:
        return self._chain

    def find_mark(self, number: str) -> bytes | None:  # noqa: ARG002 (nothing is held)
        return None

    def held(self) -> View | None:
        return None

    def fetch(self, number: MarkNumber | None) -> View | None:  # noqa: ARG002 (nothing is fetched)
        return None


class FileSource:
    """A bundle, a register or one mark's evidence; nothing beyond it is ever fetched. `now` as in `verifier.checkpoints`.

    Raises MalformedError when the file is not of this format, OSError when it cannot be opened.
    """

    trouble = None

    def __init__(
        self,
        source: Path | bytes,
        *,
        anchor: str | None,
        chain: TrustChain | None = None,
        now: int = 0,
        history_of: HistoryOf | None = None,
    ) -> None:
        self._archive = Archive.open(source)
        self._chain = self._extended(anchor, chain)
        self._view: BundleView | EvidenceView | None = None
        if isinstance(self._chain, Refused):
            return
        if self.is_evidence:
            self._view = EvidenceView(self._archive, self._chain, now=now)
        else:
            kept = read_places(source) if isinstance(source, Path) else None
            self._view = BundleView(self._archive, self._chain, now=now, places=kept, history_of=history_of)

    def _extended(self, anchor: str | None, chain: TrustChain | None) -> TrustChain | Refused:
        try:
            return extend_chain(anchor, chain, trust_notes(self._archive))
        except MalformedError as error:  # a damaged member: of the mark nothing is known
            return Refused(Reason.TRUST_UNAVAILABLE, str(error))

    @property
    def is_evidence(self) -> bool:
        return self._archive.manifest.variant == "evidence"

    @property
    def archive(self) -> Archive:
        return self._archive

    @property
    def evidence_mark(self) -> bytes | None:
        """The mark an evidence file is about, unverified; None for a bundle, and where it is damaged."""
        try:
            return self._archive.find("mark.cwt") if self.is_evidence else None
        except MalformedError:
            return None

    def trust(self) -> TrustChain | Refused:
        return self._chain

    @property
    def is_of_chain(self) -> bool:
        """Whether the file holds a version of the chain itself: a file of another register may pass over all of it."""
        if not isinstance(self._chain, TrustChain):
            return False
        texts = {document.text for document in self._chain.documents}
        return any(SignedNote.from_bytes(note).text in texts for note in trust_notes(self._archive))

    def find_mark(self, number: str) -> bytes | None:
        if isinstance(self._view, BundleView):
            return self._view.find_mark(number)
        return self.evidence_mark

    def held(self) -> View | None:
        return self._view

    def fetch(self, number: MarkNumber | None) -> View | None:  # noqa: ARG002 (offline)
        return self._view

    def close(self) -> None:
        self._archive.close()


class RegistrySource:
    """A registry over HTTP, for one verdict: evidence is fetched once, and only for a mark worth it.

    `chain` is what was kept from earlier; nothing the registry sends can start or shorten it.
    """

    def __init__(
        self, fetcher: "Fetcher", *, anchor: str | None, chain: TrustChain | None = None, now: int = 0
    ) -> None:
        self._fetcher = fetcher
        self._now = now
        self._anchor = anchor
        self._chain: TrustChain | Refused | None = chain
        self._files: dict[str | None, bytes | None] = {}
        self.trouble: str | None = None

    def trust(self) -> TrustChain | Refused:
        """Give the chain held, else walk the registry's; newer versions come with the evidence."""
        if self._chain is None:
            if self._anchor is None:
                return extend_chain(None, None, [])
            self._chain = extend_chain(self._anchor, None, self.fetch_trust())
            if isinstance(self._chain, Refused) and self.trouble is not None:
                self._chain = Refused(Reason.TRUST_UNAVAILABLE, self.trouble)
        return self._chain

    def fetch_trust(self) -> list[bytes]:
        """Fetch every version the registry serves, from 1 on; nothing is verified."""
        notes: list[bytes] = []
        room = MAX_EVIDENCE  # evidence holds them all, so they are no larger together
        for version in range(1, MAX_VERSIONS):
            note = self._get(f"trust/{version}", min(room, MAX_TRUST))
            if note is None:
                break
            notes.append(note)
            room -= len(note)
        return notes

    def find_mark(self, number: str) -> bytes | None:
        data = self._evidence(number)
        if data is None:
            return None
        try:
            return Archive.open(data).find("mark.cwt")
        except MalformedError as error:
            self.trouble = str(error)
            return None

    def held(self) -> View | None:
        return None

    def fetch(self, number: MarkNumber | None) -> View | None:
        """Fetch one mark's evidence, or, for None, evidence of the log's present state alone."""
        data = self._evidence(None if number is None else str(number))
        if data is None or not isinstance(self._chain, TrustChain):
            return None
        try:
            archive = Archive.open(data)
            chain = extend_chain(None, self._chain, trust_notes(archive))
        except MalformedError as error:
            self.trouble = str(error)
            return None
        if isinstance(chain, Refused):
            # Nothing more is believed of a register whose trust documents do not follow the chain.
            self.trouble = chain.detail
            return None
        self._chain = chain
        return EvidenceView(archive, chain, now=self._now)

    def _evidence(self, number: str | None) -> bytes | None:
        if number not in self._files:
            path = "trust/evidence" if number is None else f"m/{number}/evidence"
            self._files[number] = self._get(path, MAX_EVIDENCE)
        return self._files[number]

    def _get(self, path: str, max_size: int) -> bytes | None:
        from verifier.http import FetchError

        try:
            return self._fetcher.get(path, max_size=max_size)
        except FetchError as error:
            self.trouble = str(error)
            return None
