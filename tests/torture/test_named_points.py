"""Every named point of every sequence: a process dies there, is started again, and nothing is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from life.running import Made
from torture.blows import Blow, named, places_in_source
from torture.torture import Torture

BLOWS = list(named())


@pytest.fixture(scope="module")
def torture(ground: Made, folder: Path) -> Iterator[Torture]:
    made = Torture(ground.copied(folder / "named"))
    try:
        yield made
    finally:
        made.close()


@pytest.mark.parametrize("blow", BLOWS, ids=lambda blow: blow.point)
def test_dying_at_a_named_point_loses_nothing(torture: Torture, blow: Blow) -> None:
    assert blow.point in torture.strike(blow)


def test_every_point_in_the_source_is_one_where_somebody_dies() -> None:
    assert [blow.place for blow in BLOWS] == places_in_source()
    assert {place.partition(".")[0] for place in places_in_source()} == {"issuer", "publisher", "witness"}
