"""Values one small step from a value of JSON or CBOR, and JSON spelled in other ways."""

import json
import unicodedata
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

__all__ = ["BLANKS", "edits", "json_spelled"]

# What some language takes for a blank, or for nothing at all.
BLANKS = (
    *" \t\n\v\f\r\x00\x1b\x1c\x1d\x1e\x1f\x7f\x85\xa0\xad\u1680\u180e\u2000\u2007\u200a\u200b\u200c\u200d\u200e",
    *"\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\ufffe\U000e0020",
)
LARGEST = 2**53 - 1


def edits(value: Any) -> Iterator[Any]:
    """Give every value one step from this one: a number ±1, a text changed, an item gone, doubled or in another place."""
    match value:
        case bool() | None:
            yield 0
        case int():
            yield from (value + 1, value - 1, 0, -value, LARGEST, LARGEST + 1, str(value), [value])
        case str():
            yield from _text_edits(value)
        case bytes():
            yield from _bytes_edits(value)
        case list():
            yield from _list_edits(value)
        case dict():
            yield from _dict_edits(value)


def _text_edits(text: str) -> Iterator[Any]:
    yield from (
        text + "x",
        text[:-1],
        text[1:],
        "",
        text * 2,
        text.swapcase(),
        f"{text} ",
        f"\ufeff{text}",
        f"{text}\ufeff",
    )
    yield from (
        unicodedata.normalize("NFD", text),
        f"{text}\u0301",
        f"{text}\U00020000",
        text.encode().hex(),
        0,
        [text],
    )


def _bytes_edits(data: bytes) -> Iterator[Any]:
    yield from (data[:-1], data + b"\0", b"", data.hex())
    if data:
        yield from (bytes([data[0] ^ 1]) + data[1:], data[:-1] + bytes([data[-1] ^ 0x80]))


def _list_edits(items: list[Any]) -> Iterator[Any]:
    yield from ([], items[::-1], [*items, 0], {"0": items})
    for place, item in enumerate(items):
        before, after = items[:place], items[place + 1 :]
        yield from (before + after, [*before, item, item, *after], [*after, item, *before])
        yield from ([*before, other, *after] for other in edits(item))


def _dict_edits(members: dict[Any, Any]) -> Iterator[Any]:
    yield from (
        {},
        dict(reversed(members.items())),
        list(members.values()),
        {**members, "more": 1},
        {**members, 3: 1},
    )
    for key, item in members.items():
        yield {name: one for name, one in members.items() if name != key}
        renamed: tuple[Any, ...] = (
            (key + 1, str(key)) if isinstance(key, int) else (f"{key}x", f"\ufeff{key}", key.upper())
        )
        for other in renamed:
            yield {other if name == key else name: one for name, one in members.items()}
        yield from ({**members, key: other} for other in edits(item))


def json_spelled(value: Any, random: Random, *, chance: float) -> str:
    """Write JSON in which each thing is, with this chance, not as a tidy writer has it: some of it permitted, some not."""

    def write(one: Any) -> str:
        bent = random.random() < chance
        match one:
            case dict():
                members = [(write(str(name)), write(item)) for name, item in one.items()]
                if bent:
                    members = random.choice(_OTHER_MEMBERS)(members, random)
                return _held(
                    "{}", [f"{name}:{item}" for name, item in members], bent and random.random() < 0.3, random
                )
            case list():
                return _held("[]", [write(item) for item in one], bent, random)
            case str():
                return (
                    random.choice(_OTHER_TEXTS)(one) if bent and one else json.dumps(one, ensure_ascii=False)
                )
            case int() if not isinstance(one, bool):
                return random.choice(_OTHER_NUMBERS)(one) if bent else str(one)
        return json.dumps(one)

    return write(value)


def _held(ends: str, items: list[str], bent: bool, random: Random) -> str:  # noqa: FBT001 (one caller)
    if not bent:
        return f"{ends[0]}{','.join(items)}{ends[1]}"
    blank = random.choice((*BLANKS, " \r\n\t", "/**/"))
    return random.choice(
        (
            f"{ends[0]}{blank}{','.join(items)}{ends[1]}",
            f"{ends[0]}{f'{blank},'.join(items)}{ends[1]}",
            f"{ends[0]}{','.join(items)}{ends[1]}{blank}",
            f"{ends[0]}{','.join(items)},{ends[1]}",
            f"{ends[0]}{' '.join(items)}{ends[1]}",
            f"{ends[0]}{','.join(items)}",
        )
    )


_Members = list[tuple[str, str]]
_OTHER_MEMBERS: tuple[Callable[[_Members, Random], _Members], ...] = (
    lambda members, random: random.sample(members, len(members)),
    lambda members, random: [*members, random.choice(members)] if members else members,
    lambda members, random: [random.choice(members), *members] if members else members,
    lambda members, random: members[: random.randrange(len(members) + 1)],
    lambda members, random: [
        *members,
        (random.choice(('"more"', '"__proto__"', '"constructor"', '""', "1")), "1"),
    ],
)
_OTHER_TEXTS: tuple[Callable[[str], str], ...] = (
    json.dumps,
    lambda text: f'"\\u{ord(text[0]) & 0xFFFF:04X}{json.dumps(text[1:])[1:]}',
    lambda text: json.dumps(text).replace("/", "\\/"),
    lambda text: f"'{text}'",
    lambda text: f'"{text}\t"',
    lambda text: f'"{text}\\ud800"',
    lambda text: f'"{text}\\x"',
    lambda text: f'"{text}',
    lambda text: text,
    lambda text: f'"\ufeff{text}"',
    lambda text: f'"{text}\x7f"',
    lambda text: f'"{text}\x85"',
)
_OTHER_NUMBERS: tuple[Callable[[int], str], ...] = (
    lambda number: f"{number}.0",
    lambda number: f"{number}e0",
    lambda number: f"{number}E+0",
    lambda number: f"0{number}",
    lambda number: f"+{number}",
    lambda number: f"-{number}",
    lambda _: "-0",
    lambda number: f"{number}{'0' * 12}",
    lambda number: f"{number}" + "9" * 400,
    lambda _: "9007199254740991",
    lambda _: "9007199254740992",
    lambda number: f"0x{number:x}",
    lambda number: f'"{number}"',
    lambda number: f"{number}_0",
    lambda _: "true",
    lambda _: "null",
    lambda _: "NaN",
    lambda _: "Infinity",
    lambda number: str(number).translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)}),
)
