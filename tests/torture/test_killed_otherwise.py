"""Kills that are no submission's: the supervisor, and the publisher while it logs a new trust document."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from life.running import Made, children_of, prepared_trust
from torture.blows import places_in_source
from torture.torture import Torture

SEQUENCE = ("after-ratchet", "before-commit", "between-tiles")


@pytest.fixture(scope="module")
def torture(ground: Made, folder: Path) -> Iterator[Torture]:
    made = Torture(ground.copied(folder / "otherwise"))
    try:
        made.fill(6)
        yield made
    finally:
        made.close()


def wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 40
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_killed_supervisor_leaves_nobody_behind_and_is_simply_started_again(torture: Torture) -> None:
    running = torture.running
    supervisor = running.processes["registry"]
    left = children_of(supervisor.pid)
    assert len(left) == 3
    supervisor.kill()
    supervisor.wait()
    wait(lambda: not [pid for pid in left if Path(f"/proc/{pid}").exists()])
    running.start()
    torture.fill(9)


@pytest.mark.parametrize("place", SEQUENCE)
def test_dying_while_a_trust_document_is_logged_loses_nothing(torture: Torture, place: str) -> None:
    """Then all tables are made again under the new document, in the same transaction."""
    running = torture.running
    assert f"publisher.{place}" in places_in_source()
    version = 1 + json.loads(running.get("/readyz").body)["checks"]["trust"]["version"]
    document = prepared_trust(running, version)
    running.arm(f"publisher.{place}")
    running.run("akashi-registry", "--home", str(running.registry), "trust", str(document))
    wait(lambda: not running.is_armed)
    wait(lambda: [one["trust_version"] for one in running.changes()].count(version) == 1)
    torture.check(Random(0))
