"""What a check of suppliers finds in a register is the same in its tables as in its file."""

from collections.abc import Iterator

import pytest

from forge.buyers import Buyer
from forge.laid import ENTITIES, Laid, holder
from keys.signed import read_mark
from registry.bundle import write_bundle
from registry.models import MarkRow
from registry.supplier_finder import SupplierFinder
from schemas.claims import entities_hash_input
from verifier.suppliers.finding import Finder


@pytest.fixture(scope="module")
def finders(whole: Laid, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Finder, Finder]]:
    path = tmp_path_factory.mktemp("file") / "register.akashi"
    write_bundle(whole.settings, path, register=True)
    buyer = Buyer(register=path, anchor=whole.world.anchor, marks=whole.marks)
    with buyer.verifier:
        yield SupplierFinder(whole.services()), buyer.finder


def test_tables_and_file_hold_the_same_marks(whole: Laid, finders: tuple[Finder, Finder]) -> None:
    tables, file = finders
    for mark in whole.marks.values():
        number, organisation = str(mark.number), str(mark.claims.holder)
        assert tables.mark(number) == file.mark(number) == mark.raw
        assert list(tables.marks_of(organisation)) == list(file.marks_of(organisation)) != []
    for one in (ENTITIES[0][0], str(holder(77)), "0199:5493001KJTIIGC8Y1R12", ""):
        assert list(tables.marks_of(one)) == list(file.marks_of(one))
    assert [held.matched for held in tables.marks_of(ENTITIES[0][0])] == ["entity"]
    assert tables.mark("0000000000") is None


@pytest.mark.parametrize(
    "name",
    [
        "株式会社みほん電子",
        "ﾐﾎﾝﾃﾞﾝｼ",
        "みほん子会社",
        "Mihon Denshi Inc.",
        "山田製麺所",
        "",
        "　",
        "7000012050002",
    ],
)
def test_tables_and_file_name_the_same_holders(finders: tuple[Finder, Finder], name: str) -> None:
    tables, file = finders
    assert list(tables.named(name)) == list(file.named(name))


def test_a_name_that_is_only_like_one_is_scored_below_it(finders: tuple[Finder, Finder]) -> None:
    for finder in finders:
        assert 0 < max(one.score for one in finder.named("みほん電機")) < 1


def test_what_is_not_published_yet_is_not_found(full: Laid) -> None:
    number, organisation = str(full.marks["valid"].number), str(full.marks["valid"].claims.holder)
    with full.sessions().begin() as session:
        row = session.get_one(MarkRow, number)
        row.logged_at = None
    finder = SupplierFinder(full.services())
    assert finder.mark(number) is None
    assert number not in [
        str(read_mark(held.mark).unsafe_claims.number) for held in finder.marks_of(organisation)
    ]


def test_a_list_of_members_counts_only_as_the_mark_names_it(full: Laid) -> None:
    full.files.write_entities(
        full.marks["group"].number, entities_hash_input([str(holder(77)), ENTITIES[0][0]])
    )
    assert list(SupplierFinder(full.services()).marks_of(ENTITIES[0][0])) == []
