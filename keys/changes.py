"""The next version of a trust document, by what is to change: no list is copied by hand (docs/format.md §5 rule 2).

Everything asked for goes into one version, since on a bad day a stolen key and its replacement must come together. Without any
change the version is renewed: the same content, new dates.
"""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from keys.algorithms import PublicKey
from keys.ceremony import draft
from keys.notes import BadNoteSignatureError, cosignature_times, verify_note_signature
from keys.trust import TrustRefusedError
from schemas.checkpoint import read_checkpoint
from schemas.errors import MalformedError
from schemas.times import DAY
from schemas.trust_document import TrustDocument
from schemas.trust_entries import KeyUse

__all__ = ["Changes", "NewKey", "changed", "final_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key to add; `levels` (level → longest mark in days) and `series` are a mark key's. `days`: how long it may sign."""

    key: PublicKey
    use: KeyUse
    owner: str
    days: int
    levels: dict[int, int]
    series: str | None

    def entry(self, *, issued: int) -> dict[str, Any]:
        found: dict[str, Any] = {
            "kid": self.key.kid.hex(),
            "alg": self.key.alg,
            "pub": b64encode(self.key.public).decode(),
            "use": self.use.value,
            "owner": self.owner,
            "from": issued,
            "until": issued + self.days * DAY,
        }
        if self.use is KeyUse.MARK:
            found["levels"] = {str(level): {"max_days": days} for level, days in self.levels.items()}
            found["series"] = self.series or ""
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What the next version says differently. Names are those the entries have; `until` is when what is closed ends."""

    close_keys: tuple[str, ...] = ()
    close_hosts: tuple[str, ...] = ()
    close_witnesses: tuple[str, ...] = ()
    close_partners: tuple[str, ...] = ()
    # Entries of `recognised`; without `from` they begin where what is closed ends.
    add_partners: tuple[dict[str, Any], ...] = ()
    until: int | None = None
    compromised: tuple[tuple[str, tuple[int, int] | None], ...] = ()  # kid, position (place, size)
    add_keys: tuple[NewKey, ...] = ()
    add_hosts: tuple[str, ...] = ()
    add_mirrors: tuple[str, ...] = ()
    close_mirrors: tuple[str, ...] = ()
    add_witnesses: tuple[tuple[str, str], ...] = ()  # name, vkey
    witness_days: int = 3 * 365
    quorum: int | None = None
    final: tuple[int, str] | None = None  # size, root in base64: how the newest log ends
    next_log: tuple[str, str] | None = None  # vkey, url
    root_keys: tuple[str, ...] = ()
    root_threshold: int | None = None


def changed(previous: TrustDocument, changes: Changes, *, issued: int, lifetime: int) -> TrustDocument:
    """Give the next version, unsigned. Raises TrustRefusedError naming what does not fit."""
    value = previous.to_json()
    until = issued if changes.until is None else changes.until
    for member, field, names in (
        ("keys", "kid", changes.close_keys),
        ("hosts", "host", changes.close_hosts),
        ("witnesses", "name", changes.close_witnesses),
        ("recognised", "scheme", changes.close_partners),
    ):
        for name in names:
            _find(value[member], field, name, still_open_at=until)["until"] = until
    for kid, position in changes.compromised:
        entry = _find(value["keys"], "kid", kid)
        since = entry.get("compromised", {}).get("since", issued)
        entry["compromised"] = {"since": since} | (
            {} if position is None else {"place": position[0], "size": position[1]}
        )
    value["keys"] += [one.entry(issued=issued) for one in changes.add_keys]
    value["recognised"] += [{"from": until} | entry for entry in changes.add_partners]
    value["hosts"] += [{"host": host} for host in changes.add_hosts]
    for url in changes.close_mirrors:
        if url not in value["mirrors"]:
            raise TrustRefusedError("no-such-entry", f"/mirrors: there is no mirror {url}")
    value["mirrors"] = [url for url in value["mirrors"] if url not in changes.close_mirrors] + [
        *changes.add_mirrors
    ]
    value["witnesses"] += [
        {"name": name, "vkey": vkey, "from": issued, "until": issued + changes.witness_days * DAY}
        for name, vkey in changes.add_witnesses
    ]
    if changes.quorum is not None:
        value["quorum"].append({"k": changes.quorum, "from": issued})
    if changes.final is not None:
        value["logs"][-1]["final"] = {"size": changes.final[0], "root": changes.final[1]}
    if changes.next_log is not None:
        value["logs"].append({"vkey": changes.next_log[0], "url": changes.next_log[1]})
    if changes.root_keys:
        value["root"]["keys"] = list(changes.root_keys)
    if changes.root_threshold is not None:
        value["root"]["threshold"] = changes.root_threshold
    members = ("keys", "hosts", "mirrors", "witnesses", "quorum", "logs", "root", "recognised")
    return draft({name: value[name] for name in members}, previous=previous, issued=issued, lifetime=lifetime)


def final_of(note: bytes, document: TrustDocument) -> tuple[int, str]:
    """Give the head a kept checkpoint states, as `final`: signed by the newest log, and cosigned by a quorum.

    Raises TrustRefusedError.
    """
    try:
        checkpoint, signed = read_checkpoint(note)
    except MalformedError as error:
        raise TrustRefusedError("malformed", f"the checkpoint: {error}") from None
    log = document.logs[-1]
    if checkpoint.origin != log.origin or not verify_note_signature(signed, log.key):
        raise TrustRefusedError(
            "not-the-log", f"the checkpoint is not signed by {log.origin}, the newest log"
        )
    try:
        times = cosignature_times(signed, [one.key for one in document.witnesses])
    except BadNoteSignatureError as error:
        raise TrustRefusedError("not-witnessed", str(error)) from None
    counted = [
        times[one.key] for one in document.witnesses if one.key in times and one.holds_at(times[one.key])
    ]
    k = document.quorum_at(max(counted, default=0))
    if k is None or len(counted) < k:
        raise TrustRefusedError(
            "not-witnessed", f"the checkpoint has {len(counted)} cosignatures, {k} are needed"
        )
    return checkpoint.size, b64encode(checkpoint.root).decode()


def _find(
    entries: Iterable[dict[str, Any]], field: str, name: str, *, still_open_at: int | None = None
) -> dict[str, Any]:
    """Give the entry of that name; of several the one that is still open. Raises TrustRefusedError naming those there are."""
    entries = list(entries)
    found = [one for one in entries if one[field] == name]
    if still_open_at is not None and len(found) > 1:
        found = [one for one in found if one.get("until", still_open_at + 1) > still_open_at]
    if len(found) != 1:
        problem = "is not there" if not found else f"is there {len(found)} times"
        names = ", ".join(str(one[field]) for one in entries)
        raise TrustRefusedError("no-such-entry", f"{name} {problem}; there are {names or 'none'}")
    return found[0]
