"""The tables are a projection: made again from files alone, they are the same, and so is every page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from forge.laid import Laid
from forge.registers import Register
from forge.world import NOW, World
from registry.app import create_app
from registry.files import FilesError
from registry.fsck import fsck
from registry.models import HeadRow, MarkRow
from registry.publisher import NoQuorumError
from registry.rebuild import rebuild
from schemas.claims import EventKind, EventReason
from schemas.times import DAY

PATHS = [
    "/api/v1/changes?limit=1000",
    "/api/v1/organisations?q=%E3%81%BF%E3%81%BB%E3%82%93",
    "/status/aggregation",
    "/trust/evidence",
    "/bundle",
    "/bundle/register",
]


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    world = World()
    opened = Register(tmp_path / "registry", world, now=NOW)
    opened.publish()
    marks = [world.issue(at=NOW) for _ in range(4)]
    opened.submit(*(mark.raw for mark in marks))
    opened.now += 60
    suspended = world.event(marks[1], EventKind.SUSPEND, EventReason.MISUSE, at=opened.now)
    revoked = world.event(marks[2], EventKind.REVOKE, EventReason.MISUSE, at=opened.now)
    opened.submit(suspended.raw, revoked.raw)
    opened.now += DAY
    opened.publish()
    yield opened
    opened.close()


def answers(register: Register) -> dict[str, bytes]:
    client = create_app(register.settings, clock=lambda: float(register.now)).test_client()
    with register.sessions() as session:
        numbers = session.scalars(select(MarkRow.number)).all()
    paths = PATHS + [
        f"/m/{number}/{name}" for number in numbers for name in ("proof", "evidence", "mark.cwt")
    ]
    paths += [f"/api/v1/marks/{number}" for number in numbers]
    found = {}
    for path in paths:
        with client.get(path) as response:
            assert response.status_code == 200, path
            found[path] = response.data
    return found


def test_what_the_publisher_left_is_clean(register: Register) -> None:
    assert fsck(register.settings) == []


def test_an_empty_database_is_filled_from_files_alone(register: Register) -> None:
    before = answers(register)
    register.close()
    register.sessions.kw["bind"].dispose()
    for path in register.home.glob("registry.sqlite*"):
        path.unlink()
    assert rebuild(register.settings) == register.files.kept_sizes()[-1]
    assert answers(register) == before
    assert fsck(register.settings) == []
    register.open()  # and the publisher goes on from there
    mark = register.world.issue(at=register.now)
    assert register.submit(mark.raw).status == 200


def test_a_wrong_table_is_made_right_again(register: Register) -> None:
    register.close()
    with register.sessions.begin() as session:
        for row in session.scalars(select(MarkRow)):
            row.status = 3
        session.scalars(select(HeadRow)).one().published_size = 1
    assert fsck(register.settings)
    rebuild(register.settings)
    assert fsck(register.settings) == []
    register.open()


def test_nothing_is_rebuilt_under_a_running_publisher(register: Register) -> None:
    with pytest.raises(FilesError, match="running"):
        rebuild(register.settings)


def test_a_head_signed_but_not_yet_witnessed_is_kept_in_mind(register: Register) -> None:
    for witness in register.witnesses:
        witness.down = True
    mark = register.world.issue(at=register.now)
    with pytest.raises(NoQuorumError):
        register.submit(mark.raw)
    assert fsck(register.settings) == []
    register.close()
    size = rebuild(register.settings)
    assert size > register.files.kept_sizes()[-1]
    for witness in register.witnesses:
        witness.down = False
    register.open()
    register.publish()
    assert register.files.kept_sizes()[-1] == size


def test_tiles_that_lead_nowhere_are_not_made_into_tables(full: Laid) -> None:
    (full.home / "log1" / "tile" / "entries" / f"000.p/{full.world.log.head.size}").unlink()
    with pytest.raises(FilesError):
        full.rebuild()
    with pytest.raises(FilesError):
        full.rebuild()
