"""Bytes that are nearly right. Random bytes never look like CBOR; these always do, and one thing is off."""

from collections.abc import Callable
from random import Random
from struct import pack
from typing import Any, TypeAlias

Mutation: TypeAlias = Callable[[bytes, Random], bytes]


def flipped(data: bytes, random: Random) -> bytes:
    place = random.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << random.randrange(8)]) + data[place + 1 :]


def replaced(data: bytes, random: Random) -> bytes:
    """One byte becomes one that means something in CBOR."""
    place = random.randrange(len(data))
    return data[:place] + random.choice(_HEADS) + data[place + 1 :]


def inserted(data: bytes, random: Random) -> bytes:
    place = random.randrange(len(data) + 1)
    return data[:place] + random.choice(_HEADS) + data[place:]


def removed(data: bytes, random: Random) -> bytes:
    place = random.randrange(len(data))
    return data[:place] + data[place + random.choice((1, 1, 1, 2, 4)) :]


def repeated(data: bytes, random: Random) -> bytes:
    start = random.randrange(len(data))
    part = data[start : start + random.randrange(1, 12)]
    return data[:start] + part + data[start:]


_HEADS = tuple(
    bytes([one])
    for one in bytes.fromhex(
        "00 01 17 18 19 1a 1b 1c 1f 20 38 3a 40 58 5f 60 78 7f 80 81 83 98 9f"
        "a0 a1 b8 bf c0 c2 d2 d8 e0 f4 f5 f6 f7 f8 f9 fb ff"
    )
)
BYTEWISE: tuple[Mutation, ...] = (flipped, replaced, inserted, removed, repeated)


def spelled_otherwise(value: Any, random: Random, *, chance: float = 0.02) -> bytes:
    """The value's CBOR, in which each item is, with this chance, not spelled as the format wants it."""
    bent = random.random() < chance
    match value:
        case int():
            return _bent_int(value, random) if bent else _int(value)
        case bytes():
            return _string(0x40, value, random, bent=bent)
        case str():
            return _string(0x60, value.encode(), random, bent=bent)
        case list():
            return _held(
                0x80, [spelled_otherwise(one, random, chance=chance) for one in value], random, bent=bent
            )
        case dict():
            pairs = [
                (
                    spelled_otherwise(key, random, chance=chance / 4),
                    spelled_otherwise(item, random, chance=chance),
                )
                for key, item in value.items()
            ]
            pairs.sort()
            if bent:
                random.shuffle(pairs)
                pairs += random.choice(([], [], pairs[:1]))
            return _held(
                0xA0, [key + item for key, item in pairs], random, bent=bent and random.random() < 0.3
            )
    raise TypeError(type(value))


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major | number])
    for extra, form, limit in ((24, ">BB", 1 << 8), (25, ">BH", 1 << 16), (26, ">BI", 1 << 32)):
        if number < limit:
            return pack(form, major | extra, number)
    return pack(">BQ", major | 27, number)


def _long_head(major: int, number: int, random: Random) -> bytes:
    extra, form, limit = random.choice(
        ((24, ">BB", 1 << 8), (25, ">BH", 1 << 16), (26, ">BI", 1 << 32), (27, ">BQ", 1 << 64))
    )
    return pack(form, major | extra, number) if number < limit else _head(major, number)


def _int(value: int) -> bytes:
    return _head(0x00, value) if value >= 0 else _head(0x20, -1 - value)


def _bent_int(value: int, random: Random) -> bytes:
    magnitude = value if value >= 0 else -1 - value
    major = 0x00 if value >= 0 else 0x20
    return random.choice(
        (
            _long_head(major, magnitude, random),
            b"\xfb" + pack(">d", float(value)),
            b"\xf9\x3c\x00",
            b"\xf5",
            b"\xf6",
            b"\xc1" + _int(value),
            b"\xc2" + _head(0x40, 8) + pack(">Q", magnitude),
            _int(value + 1),
        )
    )


def _string(major: int, data: bytes, random: Random, *, bent: bool) -> bytes:
    if not bent:
        return _head(major, len(data)) + data
    middle = len(data) // 2
    parts = [_head(major, len(part)) + part for part in (data[:middle], data[middle:])]
    return random.choice(
        (
            _long_head(major, len(data), random) + data,
            bytes([major | 31]) + b"".join(parts) + b"\xff",
            _head(major ^ 0x20, len(data)) + data,
            _head(major, len(data)) + data[:-1] + b"\xff",
            b"\xd8\x19" + _head(major, len(data)) + data,
            _head(major, len(data) + 1) + data + b"\0",
        )
    )


def _held(major: int, items: list[bytes], random: Random, *, bent: bool) -> bytes:
    body = b"".join(items)
    if not bent:
        return _head(major, len(items)) + body
    return random.choice(
        (
            _long_head(major, len(items), random) + body,
            bytes([major | 31]) + body + b"\xff",
            b"\xd8\x1c" + _head(major, len(items)) + body,
            b"\xd9\xd9\xf7" + _head(major, len(items)) + body,
            _head(major, len(items) + 1) + body + b"\x00" * (1 if major == 0x80 else 2),
        )
    )


def near_miss(data: bytes, value: Any, random: Random) -> bytes:
    """`value` is what `data` encodes. About one in five comes back as it was."""
    if random.random() < 0.6:
        return spelled_otherwise(value, random, chance=random.choice((0.01, 0.03, 0.1)))
    bent = data
    for _ in range(random.choice((1, 1, 2, 3))):
        bent = random.choice(BYTEWISE)(bent, random) or data
    return bent
