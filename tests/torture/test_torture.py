"""Processes killed at any moment: nothing is lost, nothing doubled, and the log stays one log."""

from pathlib import Path

import pytest

from life.running import Made
from torture.torture import summary, torment

KILLS = 30
MANY = 200


def test_thirty_kills_lose_nothing_and_fork_nothing(ground: Made, folder: Path) -> None:
    counted = torment(ground, folder, count=KILLS, seed=1)
    print(summary(counted, 1))
    assert counted["kills"] == KILLS
    assert counted["during"] * 2 >= KILLS


@pytest.mark.torture
def test_two_hundred_kills_lose_nothing_and_fork_nothing(ground: Made, folder: Path) -> None:
    counted = torment(ground, folder, count=MANY, seed=2)
    print(summary(counted, 2))
    assert counted["during"] * 2 >= MANY
