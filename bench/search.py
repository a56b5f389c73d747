"""Line 8: a name search at a million organisations, beside the same at ten thousand. SQLite on this machine's disk.

What is asked is what people ask: a name in kanji, in kana, in Latin letters, the beginning of one, one or two characters, something
mistyped, a number, and a name nobody has. Half of the questions are about holders that are there.
"""

import random
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from bench.table import Row
from registry.database import make_engine, make_sessions
from registry.migrate import upgrade
from registry.search import search
from verifier.search_keys import fold, fold_number, grams, without_form

__all__ = ["measure", "names_of"]

SIZES = (10_000, 100_000, 1_000_000)
QUESTIONS = 400
GOAL_MS = 10
GOAL_GROWTH = 2
NOW = 1_795_000_000
_HEADS = [
    *(
        "高崎",
        "大橋",
        "山辺",
        "北斗",
        "港",
        "青葉",
        "桜",
        "東雲",
        "富士見",
        "神田",
        "渡邊",
        "齋藤",
        "小林",
        "松本",
        "中央",
        "日本",
    ),
    *(
        "西川",
        "南",
        "新星",
        "大和",
        "三栄",
        "瑞穂",
        "明和",
        "光",
        "朝日",
        "東洋",
        "昭和",
        "第一",
        "協和",
        "共栄",
        "太陽",
        "若葉",
    ),
]
_MIDDLES = [
    "",
    "電子",
    "精機",
    "化学",
    "運輸",
    "建設",
    "食品",
    "印刷",
    "システム",
    "商事",
    "工業",
    "製作所",
    "通信",
    "薬品",
    "設計",
    "物流",
]
_READINGS = [
    "",
    "デンシ",
    "セイキ",
    "カガク",
    "ウンユ",
    "ケンセツ",
    "ショクヒン",
    "インサツ",
    "システム",
    "ショウジ",
    "コウギョウ",
    "セイサクジョ",
]
_LATIN = [
    "Takasaki",
    "Ohashi",
    "Yamabe",
    "Hokuto",
    "Minato",
    "Aoba",
    "Sakura",
    "Shinonome",
    "Fujimi",
    "Kanda",
    "Watanabe",
    "Saito",
]
_WORKS = [
    "Denshi",
    "Seiki",
    "Chemical",
    "Transport",
    "Kensetsu",
    "Foods",
    "Printing",
    "Systems",
    "Trading",
    "Kogyo",
    "Works",
]


def names_of(number: int, chance: random.Random) -> tuple[str, str, str]:
    """A company nobody has founded: in kanji, its reading, in Latin letters."""
    tail = (
        "".join(chance.choice("一二三四五六七八九十百千万東西南北上下左右") for _ in range(2))
        if number % 3
        else str(number)
    )
    middle = chance.randrange(len(_MIDDLES))
    kanji = f"株式会社{chance.choice(_HEADS)}{tail}{_MIDDLES[middle]}"
    kana = f"{chance.choice(_LATIN)}{_READINGS[middle % len(_READINGS)]}".translate(
        str.maketrans("", "", "aeiou")
    )
    return kanji, kana or "ア", f"{chance.choice(_LATIN)} {chance.choice(_WORKS)} {number} Co., Ltd."


def _fill(path: Path, size: int) -> list[str]:
    """Write the search tables as the registry would, in bulk; give some of the names."""
    chance = random.Random(size)
    upgrade(f"sqlite:///{path}")
    database = sqlite3.connect(path)
    database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
    some: list[str] = []
    key_id = 0
    for first in range(0, size, 20_000):
        holders, keys, parts = [], [], []
        for number in range(first, min(first + 20_000, size)):
            holder = f"0188:{number:013d}"
            names = names_of(number, chance)
            holders.append((holder, names[0], names[2], "JP"))
            found = [("id", fold_number(holder), False), ("id", f"{number:013d}", False)]
            for matched, text in zip(("name", "kana", "latin"), names, strict=True):
                bare, whole = without_form(text), fold(text)
                found += [(matched, bare, True)] + ([(matched, whole, False)] if whole != bare else [])
            for matched, text, by_parts in found:
                key_id += 1
                keys.append((key_id, holder, matched, text))
                parts += [(gram, key_id) for gram in grams(text)] if by_parts else []
            if number % (size // 200) == 0:
                some += names
        database.executemany(
            "INSERT INTO organisations (id, name, name_latin, country) VALUES (?,?,?,?)", holders
        )
        database.executemany(
            "INSERT INTO search_keys (id, organisation, matched, key) VALUES (?,?,?,?)", keys
        )
        database.executemany("INSERT INTO search_grams (gram, key_id) VALUES (?,?)", sorted(parts))
    database.commit()
    database.close()
    return some


def _questions(some: list[str], size: int) -> list[str]:
    chance = random.Random(1)
    asked = []
    for _ in range(QUESTIONS):
        name = chance.choice(some)
        at = chance.randrange(len(name))
        asked.append(
            chance.choice(
                [
                    *(
                        name,
                        name[:3],
                        name[: len(name) // 2],
                        name[2:],
                        name[:at] + name[at + 1 :],
                        name[-4:],
                    ),
                    *(
                        name[:1],
                        name[:2],
                        f"{chance.randrange(size):013d}",
                        "株式会社",
                        "日本",
                        "存在しない名前",
                        "zzqx",
                        "co., ltd.",
                    ),
                ]
            )
        )
    return asked


def _measured(path: Path, size: int, some: list[str]) -> list[float]:
    """Milliseconds of each question, the second time it is asked: as on a register that is in use."""
    engine = make_engine(f"sqlite:///{path}")
    taken = []
    with make_sessions(engine)() as session:
        for turn in range(2):
            for typed in _questions(some, size):
                start = perf_counter()
                search(session, typed, now=NOW, limit=20)
                if turn:
                    taken.append(1000 * (perf_counter() - start))
    engine.dispose()
    return sorted(taken)


def measure(_peers: Path | None) -> Iterator[Row]:
    """A row for each size, the 95th percentile beside that at the smallest size."""
    smallest = 0.0
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "search.sqlite"
            taken = _measured(path, size, _fill(path, size))
        p95 = taken[int(0.95 * len(taken))]
        smallest = smallest or p95
        yield Row(
            line="8",
            work=f"search among {size:,} organisations, p95 (p50 {taken[len(taken) // 2]:.1f}, worst {taken[-1]:.0f})",
            beside=f"the same among {SIZES[0]:,}",
            unit="ms",
            ours=p95,
            theirs=smallest,
            ratio=p95 / smallest,
            goal=f"≤ {GOAL_MS} ms, ≤ {GOAL_GROWTH} ×",
            is_met=p95 <= GOAL_MS and p95 / smallest <= GOAL_GROWTH,
        )
