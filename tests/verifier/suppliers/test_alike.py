"""Of a register's names those like the one asked are found by the rarest parts they must share: none is missed by it."""

from typing import cast

from hypothesis import example, given
from hypothesis import strategies as st

from schemas.evidence import Archive
from verifier.bundle_view import BundleView
from verifier.search_keys import grams
from verifier.suppliers.register import ALIKE, RegisterFinder

NAMES = st.text(alphabet="株式会社みほん電a", min_size=1, max_size=14)


def finder(names: list[str]) -> RegisterFinder:
    """One over these names alone; nothing of a file is read."""
    made = RegisterFinder(cast("BundleView", None), cast("Archive", None))
    made.__dict__["_keys"] = {name: [(name, "name")] for name in names}
    return made


def likeness(one: str, other: str) -> float:
    """The Dice coefficient of their parts."""
    ours, theirs = grams(one), grams(other)
    return 2 * len(ours & theirs) / (len(ours) + len(theirs))


@given(names=st.lists(NAMES, unique=True, max_size=12), asked=NAMES)
@example(names=["株式会社みほん", "みほん", "株式会社"], asked="株式会社みほん電")
@example(names=["aaaa", "aa", "a"], asked="aaa")
def test_names_found_by_their_rarest_parts_are_all_that_are_alike(names: list[str], asked: str) -> None:
    found = dict(finder(names)._alike(asked))
    if asked in names:
        assert found == {asked: 1.0}
    else:
        expected = {
            name: min(0.99, likeness(asked, name)) for name in names if likeness(asked, name) >= ALIKE
        }
        assert found == expected


def test_a_name_without_any_part_is_like_no_other() -> None:
    assert finder(["みほん"])._alike("") == []
