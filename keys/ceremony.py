"""What root holders do with a trust document: draft it, read what it changes, sign it (docs/format.md §5).

A draft is the note's text without signatures. Each root holder adds one line; the note is complete when
`keys.trust.walk` accepts it. Nobody signs what was not shown: `describe` gives every entry that is new or changed.
"""

import json
from base64 import b64decode
from collections.abc import Sequence
from typing import Any

from keys.algorithms import BadKeyError, kid
from keys.notes import BadNoteSignatureError, sign_note, verified_signers
from keys.signer import Signer
from keys.trust import TrustRefusedError, check_change, check_keys
from schemas.bidi import isolated
from schemas.errors import MalformedError
from schemas.note import SignedNote
from schemas.times import DAY, MAX_TIME, iso
from schemas.trust_document import TrustDocument, UnknownCriticalError

__all__ = [
    "add_signature",
    "check_draft",
    "compromise",
    "describe",
    "draft",
    "joined",
    "progress",
    "read_draft",
    "reordered",
]

_EMPTY: dict[str, Any] = {
    name: [] for name in ("crit", "hosts", "mirrors", "keys", "logs", "witnesses", "quorum", "recognised")
}
# By what an entry stays the same entry from version to version.
_IDENTITY: dict[str, tuple[str, ...]] = {
    "hosts": ("host",),
    "keys": ("kid",),
    "logs": ("vkey",),
    "witnesses": ("vkey",),
    "quorum": ("from",),
    "recognised": ("scheme", "anchor", "from"),
    "mirrors": (),
}
_TIMES = frozenset({"from", "until", "since", "issued", "expires"})


def draft(
    skeleton: dict[str, Any], *, previous: TrustDocument | None, issued: int, lifetime: int = 365 * DAY
) -> TrustDocument:
    """Give the next version: the previous one, with the skeleton's members instead of its own.

    `skeleton["add"]` holds entries to append, by member (`{"add": {"keys": [...]}}`). A key entry without `kid`
    is given its own. `issued` and `issued + lifetime` (seconds) stand unless the skeleton says otherwise.
    Raises TrustRefusedError.
    """
    value = (previous.to_json() if previous else _EMPTY) | {"issued": issued, "expires": issued + lifetime}
    value |= {"version": previous.version + 1 if previous else 1} | skeleton
    try:
        for member, entries in _added(value.pop("add", {})).items():
            value[member] = [*_list(value[member], member), *_list(entries, member)]
        value["keys"] = [_with_kid(entry) for entry in _list(value["keys"], "keys")]
        document = TrustDocument.from_json(value)
    except MalformedError as error:
        raise TrustRefusedError("malformed", str(error)) from None
    check_draft(document, previous)
    return document


def compromise(
    previous: TrustDocument, *, key: bytes, position: tuple[int, int] | None, since: int | None, issued: int
) -> TrustDocument:
    """Give the next version, in which `key` (its 8-byte kid) counts as compromised.

    From `position` (log place, leaf index) on its leaves are void; None for a status key. `since` is what an
    earlier version said, else `issued`, where none is given. Raises TrustRefusedError.
    """
    entry = previous.find_key(key)
    if entry is None:
        raise TrustRefusedError("unknown-kid", f"version {previous.version} has no key {key.hex()}")
    if since is None:
        since = entry.compromised.since if entry.compromised else issued
    found: dict[str, Any] = {"since": since}
    if position is not None:
        found |= {"place": position[0], "size": position[1]}
    keys = [
        stated | {"compromised": found} if stated["kid"] == key.hex() else stated
        for stated in previous.to_json()["keys"]
    ]
    return draft({"keys": keys}, previous=previous, issued=issued)


def check_draft(document: TrustDocument, previous: TrustDocument | None) -> None:
    """On return only signatures are missing. Raises TrustRefusedError."""
    check_keys(document)
    if previous is not None:
        check_change(previous, document)
    elif document.version != 1:
        raise TrustRefusedError(
            "version-missing", f"version {document.version} is judged beside its predecessor"
        )


def read_draft(data: bytes) -> tuple[TrustDocument, SignedNote | None]:
    """Read a draft's text, or the note it became with its first signature. Raises TrustRefusedError."""
    try:
        text = data.decode()
        note = SignedNote.from_bytes(data) if "\n\n— " in text else None
        return TrustDocument.from_text(note.text if note else text), note
    except UnknownCriticalError as error:
        raise TrustRefusedError("unknown-crit", str(error)) from None
    except UnicodeDecodeError:
        raise TrustRefusedError("malformed", "a trust document is UTF-8 text") from None
    except MalformedError as error:
        raise TrustRefusedError("malformed", str(error)) from None


def add_signature(
    document: TrustDocument, note: SignedNote | None, *, previous: TrustDocument | None, signer: Signer
) -> SignedNote:
    """Give the note with this root key's line; a line it already has is not repeated.

    The key stands in the root of this version or of the one before, whose thresholds both count (rule 1).
    Raises TrustRefusedError: not-a-root-key, and bad-root-signature for a line already there.
    """
    roots = dict.fromkeys((*document.root.keys, *(previous.root.keys if previous else ())))
    own = [key for key in roots if key.public == signer.public]
    if not own:
        raise TrustRefusedError("not-a-root-key", f"{signer.kid.hex()} stands in neither version's root")
    lines = [sign_note(document.text, name=key.name, signer=signer) for key in own]
    if note is None:
        return SignedNote(text=document.text, signatures=tuple(lines))
    try:
        verified_signers(note, roots)
    except BadNoteSignatureError as error:
        raise TrustRefusedError("bad-root-signature", str(error)) from None
    return note.signed_also(*lines)


def joined(
    copies: Sequence[tuple[TrustDocument, SignedNote | None]], *, previous: TrustDocument | None
) -> tuple[TrustDocument, SignedNote]:
    """Give one note with the lines of all copies of one text.

    Raises TrustRefusedError: two-texts, not-a-root-key, bad-root-signature, and below-threshold where nobody has signed.
    """
    document = copies[0][0]
    if any(other.text != document.text for other, _ in copies):
        anchors = ", ".join(sorted({other.anchor for other, _ in copies}))
        raise TrustRefusedError("two-texts", f"these are copies of different texts: {anchors}")
    lines = dict.fromkeys(line for _, note in copies if note is not None for line in note.signatures)
    if not lines:
        raise TrustRefusedError("below-threshold", "none of these copies is signed")
    roots = {*document.root.keys, *(previous.root.keys if previous else ())}
    known = {(key.name, key.key_id) for key in roots}
    strangers = [line.name for line in lines if (line.name, line.key_id) not in known]
    if strangers:
        raise TrustRefusedError(
            "not-a-root-key", f"a line of {strangers[0]}, which is in neither version's root"
        )
    note = SignedNote(text=document.text, signatures=tuple(lines))
    try:
        verified_signers(note, roots)
    except BadNoteSignatureError as error:
        raise TrustRefusedError("bad-root-signature", str(error)) from None
    return document, note


def progress(
    note: SignedNote, document: TrustDocument, previous: TrustDocument | None
) -> dict[str, tuple[int, int]]:
    """Say, for the root of this version and of the one before, how many signatures there are and how many are needed."""
    roots = {"root of this version": document.root}
    if previous is not None:
        roots = {"root of the version before": previous.root} | roots
    return {name: (len(verified_signers(note, root.keys)), root.threshold) for name, root in roots.items()}


def describe(document: TrustDocument, previous: TrustDocument | None) -> list[str]:
    """Give, a line each, what this version says that the previous one did not: + new, ~ changed, - gone."""
    new = document.to_json()
    old = previous.to_json() if previous else {}
    window = f"issued {iso(document.issued)}, expires {iso(document.expires)}"
    lines = [f"{document.scheme.id} version {document.version}, {window}", f"anchor {document.anchor}"]
    if previous:
        lines.append(f"replaces version {previous.version}, anchor {previous.anchor}")
    for name in ("scheme", "root"):
        if name not in old:
            lines.append(f"+ {name} {_shown(new[name])}")
        elif new[name] != old[name]:
            lines.append(f"~ {name} {_shown(old[name])} → {_shown(new[name])}")
    if previous:
        lines += [f"~ {member} in another order" for member in reordered(document, previous)]
    for member, identity in _IDENTITY.items():
        before = {_identity(entry, identity): entry for entry in old.get(member, [])}
        now = {_identity(entry, identity): entry for entry in new[member]}
        lines += [f"- {member} {_shown(entry)}" for name, entry in before.items() if name not in now]
        lines += [f"+ {member} {_shown(entry)}" for name, entry in now.items() if name not in before]
        for name, entry in now.items():
            if name in before and entry != before[name]:
                lines += [f"~ {member} {name} {change}" for change in _changes(before[name], entry)]
    return lines


def reordered(document: TrustDocument, previous: TrustDocument) -> list[str]:
    """Name the members whose entries stand in another order than before: it decides which of several comes first."""
    new, old = document.to_json(), previous.to_json()
    found = []
    for member, identity in _IDENTITY.items():
        before, now = ([_identity(entry, identity) for entry in value[member]] for value in (old, new))
        if [one for one in now if one in before] != [one for one in before if one in now]:
            found.append(member)
    return found


def _added(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not value.keys() <= _IDENTITY.keys():
        raise MalformedError(f"expected an object of {', '.join(_IDENTITY)}", "/add")
    return value


def _list(value: Any, member: str) -> list[Any]:
    if not isinstance(value, list):
        raise MalformedError("expected a list", f"/{member}")
    return value


def _changes(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    differing = [name for name in (old | new) if old.get(name) != new.get(name)]
    return [f"{name}: {_value(name, old.get(name))} → {_value(name, new.get(name))}" for name in differing]


def _identity(entry: Any, members: tuple[str, ...]) -> str:
    return " ".join(str(entry[name]) for name in members) if members else str(entry)


def _shown(entry: Any) -> str:
    if not isinstance(entry, dict):
        return str(entry)
    return " ".join(f"{name}={_value(name, value)}" for name, value in entry.items())


def _value(name: str, value: Any) -> str:
    if name in _TIMES and isinstance(value, int) and 0 <= value < MAX_TIME:
        return iso(value)
    if value is None:
        return "nothing"
    return isolated(value) if isinstance(value, str) else json.dumps(_isolated(value), ensure_ascii=False)


def _isolated(value: Any) -> Any:
    """The same value with isolates around each text in it: several names in a line would change places."""
    if isinstance(value, dict):
        return {isolated(name): _isolated(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_isolated(one) for one in value]
    return isolated(value) if isinstance(value, str) else value


def _with_kid(entry: Any) -> Any:
    if not isinstance(entry, dict) or "kid" in entry:
        return entry
    try:
        return entry | {"kid": kid(entry["alg"], b64decode(entry["pub"])).hex()}
    except (KeyError, TypeError, ValueError, BadKeyError):
        return entry  # what is wrong with it is said, with its place, by whoever reads it
