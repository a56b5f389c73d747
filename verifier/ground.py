"""What stands the same under every mark, so that it is worked out once and not once a mark.

Trust, evidence and memory change rarely and are the same objects until they do. What follows from them alone
(which version is the newest anybody named, how far authentic time has come, whether the view goes back behind
what was seen) is kept here. Nothing that depends on a mark or on the time asked for is.
"""

from functools import cached_property

from keys.trust import TrustChain
from verifier.checks import check_memory
from verifier.report import Authority, Note, NoteReason, Refused, TrustFacts
from verifier.state import Remembered
from verifier.view import View

__all__ = ["Ground"]

_NO_INDEPENDENT_WITNESS = Note(NoteReason.NO_INDEPENDENT_WITNESS, "one witness suffices here")
_HOLDER_NOT_CHECKED = Note(NoteReason.HOLDER_NOT_CHECKED, "compare the holder's name and number yourself")


class Ground:
    """A trust chain, the view held under it, and what was seen before."""

    def __init__(self, chain: TrustChain, view: View | None, remembered: Remembered | None) -> None:
        self.chain, self.view, self.remembered = chain, view, remembered
        self.document = document = chain.current
        self.offset = document.scheme.offset
        heads = () if view is None else view.heads
        newest = None if view is None else view.newest_list
        self.newest = newest
        self.seen_trust = 0 if view is None else view.trust_version_seen
        self.latest_seen = max([head.seen_at for head in heads], default=0)
        if remembered is not None:
            self.seen_trust = max(self.seen_trust, remembered.trust_version)
            self.latest_seen = max(self.latest_seen, remembered.seen)
        self.trust = TrustFacts(anchor=chain.anchor, version=document.version, expires=document.expires)
        self.authority = Authority(scheme=document.scheme.id, names=document.scheme.names)
        alone: tuple[Note, ...] = (_NO_INDEPENDENT_WITNESS,) if 1 in [head.k for head in heads] else ()
        self.notes: tuple[Note, ...] = (*alone, _HOLDER_NOT_CHECKED)
        self.notes_if_named = alone  # the asker named the organisation: check 7 compared it

    @cached_property
    def memory(self) -> Refused | None:
        """Whether the view goes back behind what was seen before."""
        return None if self.view is None else check_memory(self.view, self.remembered)

    @cached_property
    def memory_of_past(self) -> Refused | None:
        """The same where a time before now was asked for."""
        return None if self.view is None else check_memory(self.view, self.remembered, is_past=True)
