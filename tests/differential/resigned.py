"""Bytes one step from what a file holds, signed again where the forge has the key, so that the step is reached.

What a member is, its bytes say, not its name: whatever files come to hold is bent like the rest.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache, partial
from random import Random
from typing import Any, TypeAlias

import rfc8785

from differential.edits import edits, json_spelled
from forge.mutations import BYTEWISE, spelled_otherwise
from forge.signers import Ed25519Signer, P256Signer, signer_named
from forge.trust_documents import base64_of, key_of, note_key_id, public_of
from forge.world import sign
from schemas import cbor
from schemas.errors import MalformedError

__all__ = ["FIRST_LINE", "neighbours_of", "signed_note", "trust_note"]

FIRST_LINE = "akashi/trust/v1"
_LABELS = (
    *(
        "issuer-3",
        "issuer-4",
        "issuer-p",
        "authority",
        "status",
        "status-2",
        "stranger",
        "root-a",
        "root-b",
        "root-c",
    ),
    *("log", "log-2", "log-3", *(f"w{number}" for number in range(1, 10))),
)
# One way to bend certain bytes; None where it leads nowhere.
Way: TypeAlias = Callable[[Random], bytes | None]


def neighbours_of(data: bytes, random: Random, *, many: int = 60) -> Iterator[bytes]:
    """Give up to so many bytes one step from these, by chance: cut, bent, said otherwise. Each kind of step comes as often."""
    groups = _ways(data)
    for _ in range(many):
        bent = random.choice(random.choice(groups))(random)
        if bent is not None:
            yield bent


@lru_cache(maxsize=32)
def _ways(data: bytes) -> Sequence[Sequence[Way]]:
    ends = [data[:-1], data[: len(data) // 2], b"", data + b"\0", data + b"\n", b"\xef\xbb\xbf" + data]
    groups = [_given(ends), *_structured(data)]
    if data:
        groups.append([partial(bend, data) for bend in BYTEWISE])
    return [group for group in groups if group]


def _structured(data: bytes) -> Sequence[Sequence[Way]]:
    if data.startswith(b"\xd2"):
        return _objects(data)
    if data.startswith(b"c2sp.org/tlog-proof@v1\n"):
        return _proofs(data)
    if data.startswith(b"old "):
        return _extensions(data)
    if data.startswith(FIRST_LINE.encode()):
        return _trust_notes(data)
    if data.startswith(b"{"):
        return _tables(data)
    if b"\n\n\xe2\x80\x94 " in data:
        return _checkpoints(data)
    return _items(data)


def _given(found: Sequence[bytes]) -> list[Way]:
    return [partial(lambda bent, _: bent, one) for one in found]


# ---------------------------------------------------------------------- CBOR, signed and not


@cache
def _signers() -> dict[bytes, Ed25519Signer | P256Signer]:
    named = [signer_named(label) for label in _LABELS]
    return {signer.kid: signer for signer in named}


def _objects(data: bytes) -> Sequence[Sequence[Way]]:
    try:
        protected, _, payload, signature = cbor.decode(data[1:], max_size=len(data))
        header, claims = cbor.decode(protected, max_size=1000), cbor.decode(payload, max_size=len(data))
        signer = _signers()[header[4]]
        typ = header[16]
    except (MalformedError, KeyError, ValueError, TypeError):
        return []

    def signed(value: Any, _: Random) -> bytes | None:
        encoded = _encoded(value)
        return None if encoded is None else sign(encoded, signer, typ=typ)

    spelled: list[Way] = [
        lambda random: sign(spelled_otherwise(claims, random, chance=0.05), signer, typ=typ),
        lambda random: b"\xd2" + spelled_otherwise([protected, {}, payload, signature], random, chance=0.2),
    ]
    headers: list[dict[str, Any]] = [
        {"typ": f"{typ}x"},
        {"alg": -8},
        {"alg": -9},
        {"alg": -19},
        {"kid": bytes(8)},
        {"kid": b""},
    ]
    found = [sign(payload, signer, **({"typ": typ} | bent)) for bent in headers]
    maps = (b"\xa1\x04\x40", b"\xa1\x01\x00", b"\x80", b"\xbf\xff", b"\xb8\x00", b"\x40")
    found += [sign(payload, signer, typ=typ, unprotected=unprotected) for unprotected in maps]
    said = [partial(signed, other) for other in edits(claims)]
    return [said, said, spelled, _given(found)]


def _encoded(value: Any) -> bytes | None:
    try:
        return cbor.encode(value)
    except (MalformedError, TypeError, ValueError):
        return None


def _items(data: bytes) -> Sequence[Sequence[Way]]:
    try:
        value = cbor.decode(data, max_size=len(data))
    except MalformedError:
        return []
    said: list[Way] = [partial(lambda other, _: _encoded(other), one) for one in edits(value)]
    return [said, said, [lambda random: spelled_otherwise(value, random, chance=0.1)]]


# ---------------------------------------------------------------------- notes


@cache
def _note_signers(name: str) -> dict[bytes, tuple[str, int]]:
    return {
        note_key_id(name, key_type, public_of(label)): (label, key_type)
        for label in _LABELS
        for key_type in (1, 4)
    }


def signed_note(
    text: str, lines: list[str], *, later: int = 0, cosigned: Callable[[int], bool] = lambda _: True
) -> bytes:
    """Give a note of this text whose lines are those of `lines`, signed again where their key is the forge's.

    `later` moves the times of the cosignatures that `cosigned` picks by their place.
    """
    written = []
    for place, line in enumerate(lines):
        name, _, encoded = line.removeprefix("\u2014 ").partition(" ")
        try:
            data = b64decode(encoded)
        except ValueError:
            data = b""
        label, key_type = _note_signers(name).get(data[:4], ("", 0))
        if key_type == 1:
            line = f"\u2014 {name} {base64_of(data[:4] + key_of(label).sign(text.encode()).signature)}"
        elif key_type == 4:
            time = int.from_bytes(data[4:12], "big") + (later if cosigned(place) else 0)
            message = f"cosignature/v1\ntime {time}\n{text}".encode()
            line = f"\u2014 {name} {base64_of(data[:4] + time.to_bytes(8, 'big') + key_of(label).sign(message).signature)}"
        written.append(f"{line}\n")
    return f"{text}\n{''.join(written)}".encode()


def _split(data: bytes) -> tuple[str, list[str]]:
    text, _, signatures = data.decode("utf-8", "replace").rpartition("\n\n")
    return f"{text}\n", signatures.split("\n")[:-1]


def _notes(text: str, lines: list[str]) -> Iterator[bytes]:
    """The same text under other lines."""
    yield from (signed_note(text, lines[:place] + lines[place + 1 :]) for place in range(len(lines)))
    yield from (signed_note(text, [*lines, line]) for line in lines)
    yield from (signed_note(text, lines[::-1]), signed_note(text, lines * 20), signed_note(text, []))
    for character in (
        "\ufeff",
        "\u00a0",
        "\u0085",
        "\x1c",
        "\u200b",
        " ",
        "+",
        "\u3000",
        "\x7f",
        "\x00",
        "x" * 260,
    ):
        place = len(character) % len(lines) if lines else 0
        bent = [line.replace("\u2014 ", f"\u2014 {character}", 1) for line in lines[place : place + 1]]
        yield signed_note(text, lines[:place] + bent + lines[place + 1 :])
        yield signed_note(text, [*lines, *bent])
    whole = signed_note(text, lines)
    for line in lines:
        for other in (
            f"{line}=",
            f"{line} ",
            line.replace("\u2014", "-"),
            line[:-4],
            line[:-4] + "A===",
            f"{line}\r",
            f" {line}",
        ):
            yield whole.replace(f"{line}\n".encode(), f"{other}\n".encode())
    yield from (
        whole.replace(b"\n\n", b"\n"),
        whole.replace(b"\n\n", b"\n\n\n"),
        whole.replace(b"\n", b"\r\n"),
    )


def _checkpoints(data: bytes) -> Sequence[Sequence[Way]]:
    text, lines = _split(data)
    origin, size, root = [*text[:-1].split("\n"), "", ""][:3]
    number = int(size) if size.isdecimal() else 0
    sizes = (
        number + 1,
        number - 1,
        f"0{size}",
        f"+{size}",
        f"{size}.0",
        2**53 - 1,
        2**53,
        10**16,
        "",
        f"{size} ",
        "\uff11",
    )
    texts = [f"{origin}\n{other}\n{root}\n" for other in sizes]
    texts += [
        f"{other}\n{size}\n{root}\n"
        for other in (f"{origin}x", f"{origin} ", f"\ufeff{origin}", "", "x" * 300, "\x1c", "\x85")
    ]
    texts += [
        f"{origin}\n{size}\n{other}\n"
        for other in (base64_of(bytes(32)), base64_of(bytes(31)), root[:-1], f"{root}\n", "")
    ]
    texts += [f"{text}more\n", text.replace("\n", "\r\n"), f"\n{text}", text[:-1]]
    said: list[Way] = [partial(lambda other, _: signed_note(other, lines), one) for one in texts]
    witnessed: list[Way] = []
    for later in (1, -1, 86400, -86400, 7 * 86400, 10**9, 2 * 10**11):
        witnessed.append(partial(lambda seconds, _: signed_note(text, lines, later=seconds), later))
        for place in range(len(lines)):
            moved = partial(signed_note, text, lines, later=later, cosigned=place.__eq__)
            witnessed.append(partial(lambda make, _: make(), moved))
    return [said, witnessed, _given([*_notes(text, lines)])]


def _proofs(data: bytes) -> Sequence[Sequence[Way]]:
    head, _, note = data.partition(b"\n\n")
    first, *rest = head.decode("utf-8", "replace").split("\n")
    index = rest[0].removeprefix("index ")
    number = int(index) if index.isdecimal() else 0
    heads = [
        [first, f"index {other}", *rest[1:]]
        for other in (number + 1, number - 1, f"0{index}", "", 2**53, f"{index} ", "\uff11")
    ]
    heads += [
        [first, rest[0], *other] for other in edits(rest[1:]) if all(type(line) is str for line in other)
    ]
    heads += [
        [first, f"extra {other}", *rest]
        for other in ("", "AA==", "A", base64_of(bytes(4096)), base64_of(bytes(4097)))
    ]
    heads += [
        [first],
        [f"{first}1", *rest],
        [first, *rest, rest[0]],
        [first, *rest[::-1]],
        [first, rest[0], *(rest[1:] * 40)],
    ]
    heads += [
        [first, "extra AA==", "extra AA==", *rest],
        [first, *rest, base64_of(bytes(32))],
        [first, *rest, ""],
    ]
    return _headed(heads, head, note)


def _extensions(data: bytes) -> Sequence[Sequence[Way]]:
    head, _, note = data.partition(b"\n\n")
    first, *rest = head.decode("utf-8", "replace").split("\n")
    old = first.removeprefix("old ")
    number = int(old) if old.isdecimal() else 0
    heads = [
        [f"old {other}", *rest]
        for other in (number + 1, number - 1, 0, f"0{old}", "", 2**53, f"{old} ", "\uff11")
    ]
    heads += [[first, *other] for other in edits(rest) if all(type(line) is str for line in other)]
    heads += [
        [first],
        ["Old 1", *rest],
        [first, *rest, ""],
        [first, *(rest * 80)],
        [first, *rest, base64_of(bytes(31))],
    ]
    return _headed(heads, head, note)


def _headed(heads: Sequence[Sequence[str]], head: bytes, note: bytes) -> Sequence[Sequence[Way]]:
    """A note with other lines ahead, and other notes behind the same lines."""
    found = ["\n".join(lines).encode() + b"\n\n" + note for lines in heads]
    found += [head.replace(b"\n", b"\r\n") + b"\n\n" + note, head + b"\n" + note, head + b"\n\n\n" + note]

    def under(way: Way, random: Random) -> bytes | None:
        other = way(random)
        return None if other is None else head + b"\n\n" + other

    return [_given(found), *([partial(under, way) for way in group] for group in _checkpoints(note))]


# ---------------------------------------------------------------------- JSON, signed and not


def trust_note(text: str, labels: tuple[str, ...] = ("root-a", "root-b", "root-c")) -> bytes:
    """Sign any text as a trust document, as the forge's root."""
    lines = []
    for label in labels:
        blob = (
            note_key_id(f"{label}.example", 1, public_of(label))
            + key_of(label).sign(text.encode("utf-8", "replace")).signature
        )
        lines.append(f"\u2014 {label}.example {base64_of(blob)}\n")
    return f"{text}\n{''.join(lines)}".encode("utf-8", "replace")


def _trust_notes(data: bytes) -> Sequence[Sequence[Way]]:
    text, lines = _split(data)
    body = text.partition("\n")[2]
    try:
        value = json.loads(body)
    except ValueError:
        return []

    def written(other: Any, _: Random) -> bytes:
        return trust_note(f"{FIRST_LINE}\n{_rfc8785(other) or json.dumps(other)}\n")

    def spelled(random: Random) -> bytes:
        return trust_note(
            f"{FIRST_LINE}\n{json_spelled(value, random, chance=random.choice((0.005, 0.02, 0.1)))}\n"
        )

    texts = (
        f"\ufeff{text}",
        text.replace("v1", "v2", 1),
        f"{text}\n",
        f"{FIRST_LINE}\n\ufeff{body}",
        f"{FIRST_LINE} \n{body}",
    )
    found = [trust_note(other) for other in texts]
    found += [
        trust_note(text, labels) for labels in (("root-a",), ("root-c", "root-b"), ("root-a", "stranger"))
    ]
    said: list[Way] = [partial(written, other) for other in edits(value)]
    return [said, said, [spelled], _given(found), _given([*_notes(text, lines)])]


def _rfc8785(value: Any) -> str | None:
    try:
        return rfc8785.dumps(value).decode()
    except (rfc8785.CanonicalizationError, ValueError):
        return None


def _tables(data: bytes) -> Sequence[Sequence[Way]]:
    try:
        value = json.loads(data)
    except ValueError:
        return []

    def written(other: Any, _: Random) -> bytes:
        return (_rfc8785(other) or json.dumps(other)).encode("utf-8", "surrogatepass")

    said: list[Way] = [partial(written, other) for other in edits(value)]
    return [
        said,
        said,
        [lambda random: json_spelled(value, random, chance=0.05).encode("utf-8", "surrogatepass")],
    ]
