"""How preset dictionary no. 1 was chosen: candidates, and what each makes of marks it has not seen.

    .venv/bin/python -m bench.qr_dictionary            measure the published dictionary beside its rivals
    .venv/bin/python -m bench.qr_dictionary --train    build the candidates again (minutes); writes nothing

The dictionary is frozen; docs/adr/0005-qr-dictionary.md holds the numbers of the day it was chosen. All companies
here are invented. *train* and *held out* share a style but no company; *other style* has other words, other corporate
forms, other hosts; *late* was written when phrases and frame were already fixed.
"""

import argparse
import heapq
import random
import statistics
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cbor2

from bench.qr_dictionary_words import LATE, OTHER, PHRASES, PLAIN, Style

SIZES = (512, 1024, 2048, 3072, 4096)
DAY = 86400
EDITION = "2026-03-27"


# --- marks: the layout of docs/format.md §1, claims of invented companies -----------------------------


def make_mark(rng: random.Random, style: Style) -> bytes:
    name, latin = company(rng, style)
    unit = rng.choices((1, 2, 3), (70, 10, 20))[0]
    level = rng.choices((3, 4), (65, 35))[0]
    overseas = rng.random() < 0.12
    statement, statement_latin = scope(rng, style, unit)
    facts: dict[int, object] = {
        1: "demo" if rng.random() < 0.05 else "jp-scs",
        2: rng.choices((EDITION, "2028-04-01", "2027-03"), (80, 10, 10))[0],
        3: level,
        4: 1 if level == 3 else 2,
    }
    if overseas:
        facts[5] = rng.choice(style.foreign)
        facts[7] = [unit, statement_latin]
    else:
        facts[5] = name
        facts[6] = latin
        facts[7] = [unit, statement, statement_latin]
    if level == 4:
        facts[8] = rng.choice(style.assessors)
    if unit == 2:
        facts[9] = rng.randbytes(32)
    issued = 1803826800 + rng.randrange(5 * 365) * DAY + rng.randrange(32400)
    starts = issued - issued % DAY + 54000 + rng.choice((0, 0, 7, 30)) * DAY
    years = 1 if level == 3 else 3
    claims = {
        2: holder(rng, overseas=overseas),
        4: starts + (365 * years) * DAY,
        5: starts,
        6: issued,
        7: rng.getrandbits(45).to_bytes(6, "big"),
        65535: {"status_list": {"idx": rng.randrange(1 << 17), "uri": rng.choice(style.status_lists)}},
        -65537: facts,
    }
    protected = cbor2.dumps(
        {1: rng.choices((-19, -9), (80, 20))[0], 4: rng.randbytes(8), 16: "application/mark+cwt"}
    )
    mark = cbor2.dumps(cbor2.CBORTag(18, [protected, {}, cbor2.dumps(claims), rng.randbytes(64)]))
    if len(mark) > 1024:
        raise ValueError("a mark of more than 1,024 bytes")
    return mark


def company(rng: random.Random, style: Style) -> tuple[str, str]:
    stem, stem_latin = rng.choice(style.stems)
    trade, trade_latin = rng.choice(style.trades)
    (before, after), form_latin = rng.choice(style.forms)
    return f"{before}{stem}{trade}{after}", f"{stem_latin} {trade_latin}{form_latin}"


def scope(rng: random.Random, style: Style, unit: int) -> tuple[str, str]:
    ja, en = rng.choice(style.scopes[unit])
    place, place_latin = rng.choice(style.places)
    work, work_latin = rng.choice(style.works)
    return ja.format(place=place, work=work), en.format(place=place_latin, work=work_latin)


def holder(rng: random.Random, *, overseas: bool) -> str:
    if not overseas:
        return f"0188:{rng.randrange(10**12, 10**13)}"
    kind = rng.choice(("0199", "0088", "0060"))
    if kind == "0199":
        return (
            "0199:"
            + "".join(rng.choices("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", k=18))
            + f"{rng.randrange(2, 99):02}"
        )
    return (
        f"0088:{rng.randrange(10**12, 10**13)}" if kind == "0088" else f"0060:{rng.randrange(10**8, 10**9)}"
    )


# --- what a dictionary is worth ------------------------------------------------------------------------


def deflated(mark: bytes, dictionary: bytes) -> int:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
    return len(packer.compress(mark) + packer.flush())


def written(mark: bytes, dictionary: bytes | None) -> int:
    """Bytes of data in the code: the shorter form."""
    return len(mark) if dictionary is None else min(len(mark), deflated(mark, dictionary))


def digits(data_bytes: int) -> int:
    """Decimal digits of 01 ‖ form ‖ data."""
    return len(str(1 << 8 * (data_bytes + 1)))


def qr_version(link_bytes: int, digit_count: int) -> int:
    """Smallest version at error correction M that holds a byte segment and a numeric one."""
    for version, capacity in enumerate(CAPACITY_M, 1):
        byte_count, digit_length = (8, 10) if version < 10 else (16, 12) if version < 27 else (16, 14)
        numeric = digit_count // 3 * 10 + (0, 4, 7)[digit_count % 3]
        if 4 + byte_count + 8 * link_bytes + 4 + digit_length + numeric <= capacity:
            return version
    raise ValueError("fits no QR code at M")


# Data bits at error correction M, versions 1 to 40 (ISO/IEC 18004); tests/schemas/test_qr.py holds them to public data.
CAPACITY_M = tuple(
    8 * codewords
    for codewords in (
        *(16, 28, 44, 64, 86, 108, 124, 154, 182, 216, 254, 290, 334, 365, 415, 453, 507, 563, 627, 669),
        *(
            714,
            782,
            860,
            914,
            1000,
            1062,
            1128,
            1193,
            1267,
            1373,
            1455,
            1541,
            1631,
            1725,
            1812,
            1914,
            1992,
            2102,
            2216,
        ),
        2334,
    )
)
LINK = len("https://mark-register.example/m/0123456789#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    data_bytes: float
    digits: float
    version: float

    @classmethod
    def of(cls, dictionary: bytes | None, marks: Sequence[bytes]) -> "Worth":
        sizes = [written(mark, dictionary) for mark in marks]
        return cls(
            data_bytes=statistics.mean(sizes),
            digits=statistics.mean(map(digits, sizes)),
            version=statistics.mean(qr_version(LINK, digits(size)) for size in sizes),
        )


# --- choosing ------------------------------------------------------------------------------------------

# The bytes between the texts of a mark. They stand last: nearest, so cheapest to point at. Their order among
# themselves is worth one byte; it was found by moving pieces about on the training marks.
FRAME = (
    b".go.jp/status/a/0\x3a\x00\x01\x00\x00\xa8\x01\x66jp-scs\x02\x6a2026-03-27\x03\x04\x04\x02\x05\x78",
    b"/status/1/0\x3a\x00\x01\x00\x00\xa8\x01\x64demo\x02\x6a2026-03-27\x03\x04\x04\x02\x05\x78\x07\x82\x01\x78",
    b"\x78\x19" + b"0199:",
    b"\x06\x78\x1f\x07\x83\x01\x78",
    b"\x6e" + b"0060:",
    b"\x06\x78\x07\x83\x03\x78\x06\x78\x07\x83\x02\x78",
    b"\x3a\x00\x01\x00\x00\xa6\x01\x66jp-scs\x02\x6a" + b"2026-03-27\x03\x04\x04\x02\x05\x78",
    b"\x19\xff\xff\xa1\x6bstatus_list\xa2\x63idx\x1a\x00\x01",
    b"\x19\xff\xff\xa1\x6bstatus_list\xa2\x63idx\x19",
    b"\x63uri\x78\x1f" + b"https://",
    b"\x72" + b"0088:",
    b".jp/status/a/0\x3a\x00\x01\x00\x00\xa7\x01\x66jp-scs\x02\x6a" + b"2026-03-27\x03\x03\x04\x01\x05\x78",
    b"\xd2\x84\x58\x23\xa3\x01\x32\x04\x48",
    b"\x10\x74application/mark+cwt\xa0\x59\x01",
    b"\x09\x58\x20",
    b"\xa7\x02\x72" + b"0188:",
    b"\xd2\x84\x58\x23\xa3\x01\x28\x04\x48",
)


def by_hand(size: int) -> bytes:
    """The list as written, commonest last; cut at the front."""
    return ("".join(reversed(PHRASES)).encode() + b"".join(FRAME))[-size:]


def harvested(marks: Sequence[bytes], size: int) -> bytes:
    """Substrings of the training marks alone, by bytes they would save: what one gets without thinking."""
    counts: dict[bytes, int] = {}
    for mark in marks:
        seen = {mark[i : i + n] for n in (6, 9, 12, 18, 24, 36) for i in range(len(mark) - n - 64)}
        for piece in seen:
            counts[piece] = counts.get(piece, 0) + 1
    ranked = sorted(((count - 1) * (len(piece) - 3), piece) for piece, count in counts.items() if count > 2)
    chosen: list[bytes] = []
    joined = b""
    for _, piece in reversed(ranked):
        if piece not in joined and len(joined) + len(piece) <= size:
            chosen.append(piece)
            joined = b"".join(reversed(chosen))
    return joined


def trained(marks: Sequence[bytes], size: int, *, fill: bool = False) -> bytes:
    """Hand-written phrases, taken greedily by what each still saves per byte on the training marks, the first
    taken nearest to the frame. A gain mostly shrinks as others are taken, so only the best candidate is measured
    anew. With `fill`, phrases the training marks had no use for take what room is left, in the order written.
    """
    current = b"".join(FRAME)
    total = sum(written(mark, current) for mark in marks)
    queue = [(float("-inf"), place, -1) for place in range(len(PHRASES))]
    taken = 0
    while queue:
        gain, place, measured_at = heapq.heappop(queue)
        piece = PHRASES[place].encode()
        if piece in current or len(piece) + len(current) > size:
            continue
        if measured_at == taken:
            current = piece + current
            total += round(gain * len(piece))
            taken += 1
            continue
        saved = total - sum(written(mark, piece + current) for mark in marks)
        if saved > 0:
            heapq.heappush(queue, (-saved / len(piece), place, taken))
    for phrase in PHRASES if fill else ():
        piece = phrase.encode()
        if piece not in current and len(piece) + len(current) <= size:
            current = piece + current
    return current


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--train", action="store_true", help="build the candidates again")
    arguments.add_argument("--marks", type=int, default=300, help="marks per set")
    arguments.add_argument(
        "--out",
        type=Path,
        help="where to write the trained and filled candidate of 4,096 bytes (never the published one)",
    )
    chosen = arguments.parse_args()
    train_style, held_style = PLAIN.split()
    train = [make_mark(rng, train_style) for rng in seeded("train", chosen.marks)]
    sets = {
        "held out": [make_mark(rng, held_style) for rng in seeded("held", chosen.marks)],
        "other style": [make_mark(rng, OTHER) for rng in seeded("other", chosen.marks)],
        "late": [make_mark(rng, LATE) for rng in seeded("late", chosen.marks)],
    }
    candidates: dict[str, bytes | None] = {"no compression": None, "plain DEFLATE": b""}
    published = Path(__file__).parents[1] / "schemas" / "dictionary_1.bin"
    if published.exists():
        candidates["published"] = published.read_bytes()
    if chosen.train:
        for size in SIZES:
            candidates[f"by hand, {size}"] = by_hand(size)
            candidates[f"harvested, {size}"] = harvested(train, size)
            candidates[f"trained, {size}"] = trained(train, size)
            candidates[f"trained and filled, {size}"] = trained(train, size, fill=True)
        if chosen.out:
            chosen.out.write_bytes(trained(train, 4096, fill=True))
    report(candidates, sets)


def report(candidates: dict[str, bytes | None], sets: dict[str, list[bytes]]) -> None:
    for name, marks in sets.items():
        print(f"\n{name}: {len(marks)} marks, {statistics.mean(map(len, marks)):.0f} bytes on average")
        print("| candidate | bytes | data bytes | digits | QR version at M |\n|---|---:|---:|---:|---:|")
        for candidate, dictionary in candidates.items():
            worth = Worth.of(dictionary, marks)
            size = "" if dictionary is None else f"{len(dictionary):,}"
            print(
                f"| {candidate} | {size} | {worth.data_bytes:.1f} | {worth.digits:.0f} | {worth.version:.1f} |"
            )


def seeded(name: str, count: int) -> Iterable[random.Random]:
    return (random.Random(f"{name} {place}") for place in range(count))


if __name__ == "__main__":
    main()
