"""Processes killed at any moment: nothing is lost, nothing doubled, and the log stays one log."""

from pathlib import Path

from life.running import Made
from torture.torture import summary, torment

KILLS = 30  # `make torture` does two hundred


def test_thirty_kills_lose_nothing_and_fork_nothing(ground: Made, folder: Path) -> None:
    counted = torment(ground, folder, count=KILLS, seed=1)
    print(summary(counted, 1))
    assert counted["kills"] == KILLS
    assert counted["during"] * 2 >= KILLS
