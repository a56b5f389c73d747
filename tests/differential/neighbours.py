"""What lies one step beside a vector: each member of its file, its input, its moments, what is wanted and remembered.

Nothing here knows a member by its name; what it holds says how it can be bent (`differential.resigned`).
"""

from base64 import b64decode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from itertools import islice
from random import Random
from typing import Any

from differential.archives import members_of, put_together
from differential.asked import Question, packed
from differential.edits import edits
from differential.resigned import neighbours_of
from differential.texts import bent as bent_text
from differential.vectors import NAMES, file_of, load, question_of
from schemas.errors import MalformedError
from schemas.times import DAY
from schemas.trust_document import anchor_of

__all__ = ["neighbours"]


def neighbours(name: str, random: Random, *, many: int) -> Iterator[Question]:
    """Give some questions about what lies beside a vector, in an order by chance; `many` bounds each kind of them."""
    question = question_of(name)
    if members := _members(name):
        yield from islice(_files(name, members, random), 2 * many)
    yield from _some(_inputs(question, random), random, many)
    yield from _some(_moments(name, question), random, many)
    yield from _some(_memories(name, question), random, max(1, many // 2))
    yield from _some(_wishes(question, random), random, max(1, many // 2))


def _some(questions: Iterator[Question], random: Random, many: int) -> list[Question]:
    found = list(questions)
    return random.sample(found, min(many, len(found)))


@cache
def _members(name: str) -> dict[str, bytes]:
    return members_of(file_of(name)) or {}


def _asked_of(question: Question, file: bytes | None, **changes: Any) -> Iterator[Question]:
    if file is not None:
        yield question | {"name": sha256(file).hexdigest()[:16], "file": packed(file)} | changes


# ---------------------------------------------------------------------- the file


def _files(name: str, members: dict[str, bytes], random: Random) -> Iterator[Question]:
    """One member gone, another vector's, its neighbour's, or bent; without end."""
    question, named = question_of(name), sorted(members)
    while True:
        member, anchor = random.choice(named), question["anchor"]
        changed = dict(members)
        kind = random.randrange(12)
        if kind == 0:
            del changed[member]
        elif kind == 1:
            others = _members(random.choice(NAMES))
            if others:
                other = random.choice(sorted(others))
                changed[other if random.random() < 0.5 else member] = others[other]
        elif kind == 2:
            other = random.choice(named)
            changed[member], changed[other] = members[other], members[member]
        else:
            for bent in neighbours_of(members[member], random, many=1):
                if _anchor(members[member]) == anchor and random.random() < 0.8:
                    anchor = _anchor(bent)  # the asker trusts the bent one
                changed[member] = bent
        yield from _asked_of(question, put_together(changed), anchor=anchor)


def _anchor(note: bytes) -> str:
    text, _, _ = note.decode("utf-8", "replace").rpartition("\n\n")
    return anchor_of(f"{text}\n")


# ---------------------------------------------------------------------- the input


def _inputs(question: Question, random: Random) -> Iterator[Question]:
    if question["mark"] is not None:
        raw = b64decode(question["mark"])
        for other in neighbours_of(raw, random):
            yield question | {"mark": packed(other)}
        for text in _spellings(raw):
            yield question | {"mark": None, "text": text}
            yield question | {"mark": None, "text": bent_text(text, random)}
    else:
        for _ in range(20):
            yield question | {"text": bent_text(question["text"], random)}
    other = load(random.choice(NAMES))["input"]
    data = other.get("mark")
    yield question | {
        "mark": None if data is None else packed(bytes.fromhex(data)),
        "text": other.get("text"),
    }


def _spellings(raw: bytes) -> Iterator[str]:
    digits = str(int.from_bytes(b"\1\0" + raw, "big"))
    number = _number(raw)
    yield digits
    for host in (
        "akashi.example",
        "AKASHI.EXAMPLE",
        "other.example",
        "127.0.0.1:8080",
        "partner.example",
        "a\u212aashi.example",
    ):
        yield f"https://{host}/m/{number or 'X'}#{digits}"
    if number is not None:
        yield from (number, f"https://akashi.example/m/{number}", f"https://partner.example/m/{number}")


def _number(raw: bytes) -> str | None:
    from keys.signed import read_mark

    try:
        return str(read_mark(raw).unsafe_claims.number)
    except MalformedError:
        return None


# ---------------------------------------------------------------------- moments


def _moments(name: str, question: Question) -> Iterator[Question]:
    """Every time that stands anywhere in what is judged, and a second beside it; of now, and of the time asked about."""
    for time in _times(name):
        for moment in (time - 1, time, time + 1):
            for shift in (0, 300, -300):
                yield question | {"now": max(0, moment + shift)}
            yield question | {"at": max(0, moment)}
            yield question | {"at": max(0, moment), "now": question["now"] + 400 * DAY}
    for age in (0, 1, 3599, 3600, DAY, 14 * DAY):
        yield question | {"maxAge": age}


@cache
def _times(name: str) -> tuple[int, ...]:
    found = {load(name)["now"]}
    subject = load(name)["input"].get("mark")
    for data in [*_members(name).values(), *([] if subject is None else [bytes.fromhex(subject)])]:
        found |= set(_numbers_in(data))
    whole = {time + shift for time in found for shift in (0, 7 * DAY, 14 * DAY, -30 * DAY)}
    return tuple(sorted(whole))


def _numbers_in(data: bytes) -> Iterator[int]:
    """What may be a time in the bytes of a member: four bytes in CBOR, eight in a cosignature, ten digits in JSON."""
    least, most = 1_600_000_000, 2_200_000_000
    text = data.decode("latin-1")
    for start in range(len(data) - 4):
        if (
            data[start] == 0x1A
            and least < (value := int.from_bytes(data[start + 1 : start + 5], "big")) < most
        ):
            yield value
        if text[start : start + 10].isdecimal() and least < int(text[start : start + 10]) < most:
            yield int(text[start : start + 10])
    for line in text.split("\n"):
        if line.startswith("\xe2\x80\x94 "):
            encoded = line.rpartition(" ")[2]
            try:
                blob = b64decode(encoded)
            except ValueError:
                continue
            if len(blob) == 76:
                yield int.from_bytes(blob[4:12], "big")


# ---------------------------------------------------------------------- what is remembered and wanted


def _memories(name: str, question: Question) -> Iterator[Question]:
    remembered = question["remembered"] or _plausible(name)
    yield question | {"remembered": None}
    for other in edits(remembered):
        if _is_memory(other):
            yield question | {"remembered": other}
            yield question | {"remembered": other, "at": question["now"] - DAY}


def _plausible(name: str) -> dict[str, Any]:
    """What an earlier look at the same file may have left."""
    heads = {}
    checkpoints = [data for member, data in _members(name).items() if member.endswith("checkpoint")]
    for place, data in enumerate(checkpoints):
        lines = data.decode("utf-8", "replace").split("\n")
        if len(lines) > 2 and lines[1].isdecimal():
            try:
                heads[str(place)] = [int(lines[1]), b64decode(lines[2]).hex()]
            except ValueError:
                continue
    return {"trust": 1, "heads": heads, "list": [0, 1], "seen": load(name)["now"]}


def _is_memory(value: Any) -> bool:
    """Whether a verifier may have written it: a memory is the asker's own, and a damaged one is refused before any question."""
    try:
        heads = [(int(place), size, bytes.fromhex(root)) for place, (size, root) in value["heads"].items()]
        if any(root != root.lower().strip() for _, root in value["heads"].values()):
            return False
        numbers = [
            value["trust"],
            value["seen"],
            *value["list"],
            *(size for _, size, _ in heads),
            *(place for place, _, _ in heads),
        ]
    except (TypeError, ValueError, KeyError, AttributeError):
        return False
    right = all(type(one) is int and 0 <= one < 2**53 for one in numbers) and all(
        len(root) == 32 for _, _, root in heads
    )
    return right and len(value["list"]) == 2 and value["seen"] < 253402300800


POLICIES: tuple[dict[str, Any], ...] = (
    *({"min_level": level} for level in (1, 3, 4, 9)),
    *({"organisation": one} for one in ("0188:7000012050002", "0188:1000013050238")),
    *({"schemes": one} for one in (["demo"], ["sg", "demo"], ["sg"])),
    *({"accept": [{"scheme": "demo", "levels": levels}]} for levels in ([3], [1, 9], [3, 4])),
    *({"assessment": one} for one in (["expert-confirmed"], ["third-party"])),
    *({"units": one} for one in (["legal-entity"], ["group", "division"])),
    *({"issuers": one} for one in (["Issuer A"], ["Issuer B", "Issuer C"])),
    *({"scope_contains": one} for one in ("IT", "it infra", "工場")),
    *({"max_status_age": one} for one in ("0s", "30m", "24h", "7d")),
)


def _wishes(question: Question, random: Random) -> Iterator[Question]:
    from verifier.policy import parse_duration

    policy = {key: one for key, one in (question["policy"] or {}).items() if key != "version"}
    found = [policy | one for one in POLICIES]
    found += [{**random.choice(POLICIES), **random.choice(POLICIES)} for _ in range(8)]
    found += [policy | {"valid_until_at_least": day} for day in _days(question)]
    for other in found:
        wanted = {"version": 1, **other}
        age = other.get("max_status_age")
        yield question | {"policy": wanted, "maxAge": None if age is None else parse_duration(age)}


def _days(question: Question) -> Iterator[str]:
    from datetime import UTC, datetime

    for days in (-1, 0, 1, 354, 355, 356, 357):
        yield datetime.fromtimestamp(question["now"] + days * DAY, UTC).strftime("%Y-%m-%d")
