"""Names like the one asked, in a register file: what `akashi check` offers for a supplier without a number. Beside rapidfuzz.

Both have the same folded names in memory, and are asked for the same: names with a slip of the hand, names as they are, and names
nobody has. Rapidfuzz compares the name asked with every one there is, in C++, by its own measure (edits), and gives five.
"""

import random
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import cast

from bench.peer import asked_of
from bench.search import names_of
from bench.table import Row, in_turns, ratio_of, timed
from schemas.evidence import Archive
from verifier.bundle_view import BundleView
from verifier.search_keys import fold, without_form
from verifier.suppliers.register import RegisterFinder

__all__ = ["measure"]

PEER = Path(__file__).with_name("alike_peer.py")
SIZES = (10_000, 30_000, 100_000)  # holders; each is called in three ways
TURNS, PIECE = 20, 10  # questions a turn
GOAL = 1.0  # of the peer's speed


def measure(peers: Path | None) -> Iterator[Row]:
    """A row for each size of the register; none without the peer."""
    if peers is None:
        return
    for size in SIZES:
        yield _row(peers, size)


def _row(peers: Path, size: int) -> Row:
    chance = random.Random(size)
    names = sorted({key for number in range(size) for key in _keys(number, chance)})
    questions = [_question(names, chance) for _ in range(TURNS * PIECE)]
    finder = RegisterFinder(cast("BundleView", None), cast("Archive", None))
    finder.__dict__["_keys"] = {name: [(name, "name")] for name in names}
    finder._alike("x")  # the index is made
    with asked_of(peers, PEER, {"names": names, "questions": questions, "piece": PIECE}) as ask:

        def ours(turn: int) -> float:
            piece = questions[turn * PIECE : (turn + 1) * PIECE]
            return timed(lambda: [finder._alike(question) for question in piece])

        taken = in_turns({"ours": ours, "theirs": lambda turn: ask(str(turn))}, turns=TURNS)
    ratio = ratio_of(taken["theirs"], taken["ours"])
    return Row(
        line="alike",
        work=f"names like one asked, register of {size:,} holders",
        beside="rapidfuzz: every name compared",
        unit="questions/s",
        ours=PIECE / median(taken["ours"]),
        theirs=PIECE / median(taken["theirs"]),
        ratio=ratio,
        goal=f"≥ {GOAL:.2f}",
        is_met=ratio >= GOAL,
    )


def _keys(number: int, chance: random.Random) -> Iterator[str]:
    for name in names_of(number, chance):
        yield from (fold(name), without_form(name))


def _question(names: list[str], chance: random.Random) -> str:
    name = chance.choice(names)
    at = chance.randrange(len(name))
    slip = name[:at] + name[at + 1 :]
    return chance.choice([slip, slip, name, f"{name[::-1]}{chance.randrange(1000)}"])
