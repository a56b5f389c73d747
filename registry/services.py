"""What the views work with: settings, database, files, the trust chain, and the project's own verifier.

Made once by `registry.app.create_app`, found at `app.extensions["akashi"]`. No key is within reach.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from threading import Lock
from typing import IO

from sqlalchemy.orm import Session, sessionmaker

from keys.trust import TrustChain, TrustRefusedError, walk
from registry import evidence
from registry.database import make_engine, make_sessions
from registry.files import RegistryFiles
from registry.logs import HeldLog, held_logs
from registry.settings import Settings
from schemas.errors import MalformedError
from schemas.mark_number import MarkNumber
from schemas.note import SignedNote
from schemas.qr import Found
from schemas.trust_document import TrustDocument
from verifier import Policy, Report, Verifier
from verifier.http import Fetcher
from verifier.report import Refused
from verifier.transparency import Witnessed, check_checkpoint

__all__ = ["Services", "ServicesUnavailableError"]


class ServicesUnavailableError(Exception):
    """The registry's own files do not allow an answer now; the operator's `/readyz` says more."""


class _Chains:
    """The walked chain, kept until another newest version lies on the disk."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._versions: list[int] = []
        self._chain: TrustChain | None = None

    def get(self, files: RegistryFiles, anchor: str) -> TrustChain:
        versions = files.trust_versions()
        with self._lock:
            if self._chain is None or versions != self._versions:
                try:
                    self._chain = walk(anchor, files.trust_notes())
                except TrustRefusedError as error:
                    raise ServicesUnavailableError(f"the trust documents do not hold: {error}") from error
                self._versions = versions
            return self._chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Safe to share by threads and requests. `clock` gives POSIX seconds."""

    settings: Settings
    sessions: sessionmaker[Session]
    files: RegistryFiles
    clock: Callable[[], float] = time.time
    _chains: _Chains = field(default_factory=_Chains, repr=False)

    @classmethod
    def open(cls, settings: Settings, *, clock: Callable[[], float] = time.time) -> "Services":
        """Open database and files; nothing is read yet."""
        return cls(
            settings=settings,
            sessions=make_sessions(make_engine(settings.database_url)),
            files=RegistryFiles(settings.home, log=settings.log_name),
            clock=clock,
        )

    def now(self) -> int:
        return int(self.clock())

    def chain(self) -> TrustChain:
        """Give the chain from the anchor to the newest version on disk. Raises ServicesUnavailableError."""
        return self._chains.get(self.files, self.settings.anchor)

    def document(self) -> TrustDocument:
        return self.chain().current

    def logs(self) -> tuple[HeldLog, ...]:
        """Give the logs of this register, the one it writes last. Raises ServicesUnavailableError."""
        logs = held_logs(self.files, self.document(), origin=self.settings.origin)
        if not logs:
            raise ServicesUnavailableError(f"the trust document names no log {self.settings.origin}")
        return logs

    def newest_log(self) -> HeldLog:
        """Give the last log of which anything is published: a successor may have begun a moment ago."""
        logs = self.logs()
        return next((log for log in reversed(logs) if log.files.find_checkpoint() is not None), logs[-1])

    def files_at(self, place: int) -> RegistryFiles:
        """Give the files of the log at a place of the trust document."""
        return self.logs()[place].files

    def head(self) -> Witnessed | None:
        """The newest kept checkpoint, with its times; None before the first, or when it is not witnessed."""
        note = self.newest_log().files.find_checkpoint()
        return None if note is None else self.witnessed(note)

    def witnessed(self, note: bytes) -> Witnessed | None:
        """Read a checkpoint's times under the newest trust document; None when it does not hold."""
        return _witnessed(note, self.document().text)

    def as_of(self, status_uri: str) -> int | None:
        """Say of when this registry's answer about a list's marks is (docs/format.md §8), None if it cannot."""
        found, head = evidence.find_list(self.files, status_uri), self.head()
        return None if found is None or head is None else min(found[1].iat, head.seen_at)

    def verify(
        self,
        subject: str | bytes | Found,
        *,
        at: datetime | date | None = None,
        policy: Policy | None = None,
    ) -> Report:
        """Judge a mark, link or number by the same seven checks, and from the same evidence, as anybody else."""
        verifier = Verifier.from_registry(
            _LocalFetcher(self),
            anchor=self.settings.anchor,
            chain=self.chain(),
            partners=None,
            clock=self.clock,
        )
        return verifier.verify(subject, at=at, policy=policy)


class _LocalFetcher(Fetcher):
    """Answers what a verifier would fetch over HTTP from the files beside us."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def _open(self, path: str) -> IO[bytes] | None:
        data = self._find(path)
        return None if data is None else BytesIO(data)

    def _find(self, path: str) -> bytes | None:
        match path.split("/"):
            case ["trust", "evidence"]:
                return evidence.of_state(self._services)
            case ["trust", version] if version.isdecimal():
                return self._services.files.find_trust(int(version))
            case ["m", text, "evidence"]:
                try:
                    return evidence.of_mark(self._services, str(MarkNumber.from_text(text)))
                except MalformedError:
                    return None
        return None


_read_document = lru_cache(maxsize=2)(TrustDocument.from_text)


@lru_cache(maxsize=1024)
def _witnessed(note: bytes, text: str) -> Witnessed | None:
    try:
        found = check_checkpoint(SignedNote.from_bytes(note), _read_document(text))
    except MalformedError:
        return None
    return None if isinstance(found, Refused) else found
