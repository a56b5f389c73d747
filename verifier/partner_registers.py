"""The registers of recognised partners: where each is, opened when a mark of its scheme is first met, and kept open."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from schemas.errors import MalformedError
from schemas.trust_entries import Recognised
from verifier.anchors import AnchorStore
from verifier.partners import Partners
from verifier.report import Reason, Refused

if TYPE_CHECKING:
    from verifier.verifier import Verifier

__all__ = ["PartnerRegisters"]


class PartnerRegisters:
    """Opens each as `opens` does, under the recognised anchor; a register opened so recognises nobody in turn."""

    def __init__(
        self, named: Partners, *, opens: "type[Verifier]", state: Path | None, clock: Callable[[], float]
    ) -> None:
        self._named, self._opens, self._state, self._clock = named, opens, state, clock
        self._by_anchor: dict[str, Verifier] = {}
        self._lock = Lock()

    @property
    def opened(self) -> "list[Verifier]":
        return list(self._by_anchor.values())

    def register_of(self, entry: Recognised) -> "Verifier | Refused":
        """Give a verifier of the recognised register, or why there is none."""
        known = self._by_anchor.get(entry.anchor)
        if known is not None:
            return known
        opened = self._open(entry)
        if isinstance(opened, Refused):
            return opened
        with self._lock:
            kept = self._by_anchor.setdefault(entry.anchor, opened)
        if kept is not opened:  # another thread was first
            opened.close()
        return kept

    def _open(self, entry: Recognised) -> "Verifier | Refused":
        from verifier.http import FetchError

        named = self._named
        if named is None:
            return Refused(
                Reason.TRUST_UNAVAILABLE, f"a mark of {entry.scheme}: ask its own register, {entry.url}"
            )
        if not isinstance(named, Mapping):
            return self._among(named, entry)
        place = named.get(entry.scheme, entry.url)
        try:
            if isinstance(place, Path | bytes):
                return self._opens.from_bundle(place, **self._options(entry))
            return self._opens.from_registry(place, partners=None, **self._options(entry))
        except (FetchError, MalformedError, OSError) as error:
            return Refused(Reason.TRUST_UNAVAILABLE, f"{entry.scheme}: {error}")

    def _among(self, files: Sequence[Path | str | bytes], entry: Recognised) -> "Verifier | Refused":
        """Each file is some register's; ask each whether it is this one's."""
        trouble = f"no bundle of {entry.scheme} is at hand; its own register is {entry.url}"
        for path in files:
            try:
                opened = self._opens.from_bundle(path, **self._options(entry))
            except (MalformedError, OSError) as error:
                trouble += f"; one could not be read ({error})"
                continue
            if opened.is_vouched:
                return opened
            opened.close()
        return Refused(Reason.TRUST_UNAVAILABLE, trouble)

    def _options(self, entry: Recognised) -> dict[str, Any]:
        kept = None if self._state is None else AnchorStore(self._state).find_chain(entry.anchor)
        return {"anchor": entry.anchor, "state": self._state, "chain": kept, "clock": self._clock}
