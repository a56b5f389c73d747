"""What may follow a trust document: rule 2 of docs/format.md §5.

An entry is never dropped. It changes in three ways only: `until` added or lowered, not below the new version's
`issued`; `compromised` added or its `size` lowered; `final` added. Everything else would let a later root rewrite
what an earlier one made true. Mirrors and the scheme's names carry no trust and are free; the root itself
is replaced by rule 1's thresholds.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import NoReturn, TypeVar

from schemas.trust_document import TrustDocument
from schemas.trust_entries import Compromise, FinalHead, PartnerFinal

__all__ = ["TrustRefusedError", "check_change"]

E = TypeVar("E")


class TrustRefusedError(Exception):
    """The documents do not extend the chain; `rule` is a stable slug, `detail` says what and where."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule
        self.detail = detail


def check_change(old: TrustDocument, new: TrustDocument) -> None:
    """On return `new` may follow `old`, signatures apart (rules 1 and 2). Raises TrustRefusedError."""
    where = f"version {new.version}"
    if new.version != old.version + 1:
        raise TrustRefusedError("version-missing", f"{where} does not follow version {old.version}")
    if new.issued < old.issued:
        raise TrustRefusedError("issued-went-back", f"{where} was issued before version {old.version}")
    if (new.scheme.id, new.scheme.offset) != (old.scheme.id, old.scheme.offset):
        raise TrustRefusedError("scheme-changed", f"{where}: the scheme's id and offset never change")
    change = _Change(where=where, issued=new.issued)
    for host, now in change.pairs("host", old.hosts, new.hosts, lambda entry: entry.host):
        change.same(host, replace(now, until=host.until), host.host)
        change.until(host.until, now.until, host.host)
    for key, now_key in change.pairs("key", old.keys, new.keys, lambda entry: entry.kid):
        name = key.kid.hex()
        change.same(key, replace(now_key, until=key.until, compromised=key.compromised), name)
        change.until(key.until, now_key.until, name)
        change.compromised(key.compromised, now_key.compromised, name)
    for witness, now_witness in change.pairs(
        "witness", old.witnesses, new.witnesses, lambda entry: entry.key
    ):
        change.same(witness, replace(now_witness, until=witness.until), witness.name)
        change.until(witness.until, now_witness.until, witness.name)
    for entry, now_entry in change.pairs(
        "recognised register",
        old.recognised,
        new.recognised,
        lambda entry: (entry.scheme, entry.anchor, entry.start),
    ):
        change.same(entry, replace(now_entry, until=entry.until, final=entry.final), entry.scheme)
        change.until(entry.until, now_entry.until, entry.scheme)
        change.final(entry.final, now_entry.final, entry.scheme)
    # Logs are named by their place: none may move, either.
    for log, now_log in zip(old.logs, change.beginning("log", old.logs, new.logs), strict=True):
        change.same(log, replace(now_log, final=log.final), log.origin)
        change.final(log.final, now_log.final, log.origin)
    for quorum, now_quorum in zip(
        old.quorum, change.beginning("quorum", old.quorum, new.quorum), strict=True
    ):
        change.same(quorum, now_quorum, f"the quorum from {quorum.start}")
    for quorum in new.quorum[len(old.quorum) :]:
        if quorum.start < new.issued:
            raise TrustRefusedError(
                "quorum-in-past", f"{where}: a quorum from {quorum.start} rewrites the past"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """Rule 2's three permitted changes; `issued` is the new version's."""

    where: str
    issued: int

    def refuse(self, rule: str, detail: str) -> NoReturn:
        raise TrustRefusedError(rule, f"{self.where}: {detail}")

    def pairs(
        self, what: str, old: tuple[E, ...], new: tuple[E, ...], identity: Callable[[E], Hashable]
    ) -> list[tuple[E, E]]:
        """Give the entries that are not what they were, beside what they are now; a dropped one is refused."""
        found = {identity(entry): entry for entry in new}
        for entry in old:
            if identity(entry) not in found:
                self.refuse("entry-dropped", f"a {what} was dropped: {identity(entry)}")
        return [(entry, now) for entry in old if (now := found[identity(entry)]) != entry]

    def beginning(self, what: str, old: tuple[E, ...], new: tuple[E, ...]) -> tuple[E, ...]:
        if len(new) < len(old):
            self.refuse("entry-dropped", f"a {what} was dropped")
        return new[: len(old)]

    def same(self, old: object, new: object, name: str) -> None:
        if old != new:
            self.refuse("entry-changed", f"{name} changed in more than until, compromised, final")

    def until(self, old: int | None, new: int | None, name: str) -> None:
        if new == old:
            return
        if new is None or (old is not None and new > old):
            self.refuse("until-raised", f"{name}: an end is added or lowered, never raised or taken away")
        elif new < self.issued:
            self.refuse("until-in-past", f"{name}: an end before this version was issued rewrites the past")

    def compromised(self, old: Compromise | None, new: Compromise | None, name: str) -> None:
        if old is None or new == old:
            return
        if new is None or replace(new, size=old.size) != old:
            self.refuse("entry-changed", f"{name}: of a stated compromise only the size may change")
        elif old.size is None or new.size is None or new.size > old.size:
            self.refuse("position-raised", f"{name}: the position of a compromise is lowered, never raised")

    def final(
        self, old: FinalHead | PartnerFinal | None, new: FinalHead | PartnerFinal | None, name: str
    ) -> None:
        if old is not None and new != old:
            self.refuse("entry-changed", f"{name}: a final head stays what it is")
