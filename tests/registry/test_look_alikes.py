"""The page of a mark whose holder's name is written in letters that may be taken for others."""

from collections.abc import Callable

import pytest

from forge.laid import Laid, json_of
from forge.world import NOW, World
from schemas.times import DAY, HOUR


@pytest.mark.parametrize(
    ("lang", "title", "scripts"),
    [
        ("en", "Letters that may be taken for others", "Cyrillic, Latin"),
        ("ja", "形の似た文字にご注意ください", "キリル文字、ラテン文字"),
    ],
)
def test_the_reader_is_shown_which_scripts_a_name_mixes(
    lay: Callable[[World], Laid], lang: str, title: str, scripts: str
) -> None:
    world = World()
    mixed = world.issue(at=NOW - 3 * DAY, name="\u0410kashi Systems", name_latin="Akashi Systems")
    honest = world.issue(at=NOW - 3 * DAY)
    world.publish(NOW - 3 * DAY)
    world.publish(NOW - HOUR)
    client = lay(world).client()
    page = client.get(f"/m/{mixed.number}?lang={lang}", headers={"Accept": "text/html"}).text
    assert title in page
    assert scripts in page
    assert title not in client.get(f"/m/{honest.number}?lang={lang}", headers={"Accept": "text/html"}).text
    notes = json_of(client.post("/api/v1/verify", json={"text": mixed.number}))["notes"]
    assert ("look-alike-scripts", "the name is written in Cyrillic, Latin") in {
        (note["reason"], note["detail"]) for note in notes
    }
