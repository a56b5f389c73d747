"""Many marks on all cores: the same reports in the same order as one by one."""

from collections.abc import Callable
from contextlib import closing
from copy import copy
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from forge import NOW
from forge.scene import Scene
from schemas.evidence import Archive
from verifier import Policy, Report, Verifier
from verifier.many import spread
from verifier.suppliers.results import RowResult, RowVerdict
from verifier.suppliers.rows import Remark


def clock() -> float:
    return float(NOW)


@pytest.fixture
def register(scene: Scene, tmp_path: Path) -> Path:
    path = tmp_path / "register.akashi"
    path.write_bytes(scene.world.register())
    return path


def told(report: Report) -> tuple[object, ...]:
    return report.verdict, report.reasons, report.mark and report.mark.raw, report.as_of, report.at


@pytest.mark.parametrize("workers", [None, 1, 2])
def test_many_are_judged_as_one_by_one_and_in_their_order(
    scene: Scene, register: Path, workers: int | None
) -> None:
    subjects = [scene.good.raw, scene.ended.link(), "nonsense", scene.good.number] * 60
    with Verifier.from_bundle(register, anchor=scene.world.anchor, clock=clock) as verifier:
        asked = {"policy": Policy(min_level=3), "max_age": 7200}
        reports = list(verifier.verify_many(subjects, workers=workers, **asked))  # type: ignore[arg-type]
        alone = [verifier.verify(one, **asked) for one in subjects]  # type: ignore[arg-type]
    assert [told(one) for one in reports] == [told(one) for one in alone]


def test_reports_come_while_subjects_are_still_being_made(scene: Scene, register: Path) -> None:
    made = 0

    def endless() -> object:
        nonlocal made
        while True:
            made += 1
            yield scene.good.raw

    with Verifier.from_bundle(register, anchor=scene.world.anchor, clock=clock) as verifier:
        first = next(verifier.verify_many(endless(), workers=1))  # type: ignore[arg-type]
    assert first.mark is not None
    assert made < 5_000


def test_only_a_file_on_disk_can_be_opened_by_further_processes(scene: Scene) -> None:
    verifier = Verifier.from_bundle(scene.world.register(), anchor=scene.world.anchor, clock=clock)
    assert len(list(verifier.verify_many([scene.good.raw] * 3))) == 3
    with pytest.raises(ValueError, match="file on disk"):
        list(verifier.verify_many([scene.good.raw], workers=2))


def doubled() -> object:
    return lambda number: 1 // number if number == 0 else 2 * number


@pytest.mark.parametrize("fork", [True, False])
def test_processes_may_be_forked_or_started_anew(*, fork: bool) -> None:
    assert list(spread(doubled, range(1, 30), workers=2, fork=fork)) == [2 * one for one in range(1, 30)]  # type: ignore[arg-type]


def test_what_the_work_raises_ends_it() -> None:
    with pytest.raises(ZeroDivisionError):
        list(spread(doubled, [1, 0, 2], workers=2))  # type: ignore[arg-type]


def test_processes_forked_from_one_read_its_open_file_each_at_its_own_place(register: Path) -> None:
    with closing(Archive.open(register)) as archive:
        register.unlink()  # the file that was opened, whatever has its name since
        names = archive.names()

        def begin() -> Callable[[int], list[bytes]]:
            archive.reopen()
            return lambda _turn: [archive.get(name) for _ in range(20) for name in names]

        assert len(set(map(tuple, spread(begin, range(6), workers=2, fork=True)))) == 1


def test_what_is_sent_by_its_values_arrives_as_it_was() -> None:
    sent = RowResult(row=2, verdict=RowVerdict.NO_MARK, reasons=(Remark(reason="name-only", detail="x"),))
    arrived = copy(sent)  # asks as pickle does
    assert arrived is not sent
    assert arrived == sent
    assert type(arrived) is RowResult
    with pytest.raises(FrozenInstanceError):
        arrived.row = 3  # type: ignore[misc]
