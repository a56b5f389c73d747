"""What was seen once may not go back: not for one verifier, nor for two that share a memory."""

import json
from pathlib import Path

import pytest

from forge import NOW, Issued, World, ask
from forge.logs import Log
from forge.world import ISSUED
from schemas.claims import EventKind, EventReason
from schemas.times import DAY, HOUR
from verifier import Reason, Report, Verdict, Verifier
from verifier.state import Remembered, StateError, StateFile

ANCHOR = "ab" * 32


class Growing:
    """A world at two times: `old` evidence from before a revocation, `new` from after it."""

    def __init__(self) -> None:
        self.world = World()
        self.mark = self.world.issue()
        self.world.publish(ISSUED + HOUR)
        self.world.publish(NOW - 3 * DAY)
        self.old = self.world.evidence(self.mark)
        self.old_bundle = self.world.bundle()
        self.world.event(self.mark, EventKind.REVOKE, EventReason.MISUSE, at=NOW - 2 * DAY)
        self.world.publish(NOW - 2 * DAY)
        self.world.publish(NOW - HOUR)
        self.new = self.world.evidence(self.mark)

    def ask(self, file: bytes, state: Path, *, at: int | None = None) -> Report:
        return ask(file, self.mark.raw, anchor=self.world.anchor, now=NOW, at=at, state=state)


@pytest.fixture(scope="module")
def growing() -> Growing:
    return Growing()


@pytest.mark.parametrize("kind", ["old", "old_bundle"])
def test_evidence_from_before_what_was_seen_is_too_old(growing: Growing, tmp_path: Path, kind: str) -> None:
    older: bytes = getattr(growing, kind)
    assert growing.ask(older, tmp_path / "fresh").verdict is Verdict.VALID
    assert growing.ask(growing.new, tmp_path).reasons == (Reason.REVOKED,)
    report = growing.ask(older, tmp_path)
    assert (report.verdict, report.reasons) == (Verdict.UNDETERMINED, (Reason.BUNDLE_TOO_OLD,))


@pytest.mark.parametrize("kind", ["old", "old_bundle"])
def test_an_auditor_may_check_old_evidence_for_an_old_time_on_a_machine_that_has_seen_more(
    growing: Growing, tmp_path: Path, kind: str
) -> None:
    growing.ask(growing.new, tmp_path)
    report = growing.ask(getattr(growing, kind), tmp_path, at=NOW - 3 * DAY + HOUR)
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())


def test_asking_for_the_present_moment_is_no_way_around_the_memory(growing: Growing, tmp_path: Path) -> None:
    growing.ask(growing.new, tmp_path)
    for moment in (NOW, NOW - 60, NOW + DAY):
        assert growing.ask(growing.old, tmp_path, at=moment).reasons == (Reason.BUNDLE_TOO_OLD,)


def test_old_evidence_for_an_old_time_takes_nothing_from_the_memory(growing: Growing, tmp_path: Path) -> None:
    growing.ask(growing.new, tmp_path)
    before = StateFile(tmp_path, growing.world.anchor).load()
    growing.ask(growing.old, tmp_path, at=NOW - 3 * DAY + HOUR)
    assert StateFile(tmp_path, growing.world.anchor).load() == before


@pytest.mark.parametrize("at", [None, NOW - 2 * HOUR])
def test_another_history_is_refused_whatever_the_time(tmp_path: Path, at: int | None) -> None:
    def told(number: int) -> tuple[World, Issued]:
        world = World()
        mark = world.issue()
        world.publish(ISSUED + HOUR)
        for _ in range(number):
            world.issue()
        if number == 1:
            world.log.append(World().log.entries[0])
        world.publish(NOW - 3 * HOUR)
        return world, mark

    one, mark = told(2)
    other, _ = told(1)
    assert isinstance(one.log, Log)
    assert len(one.log.entries) == len(other.log.entries)
    assert one.log.root(len(one.log.entries)) != other.log.root(len(other.log.entries))
    ask(one.bundle(), mark.raw, anchor=one.anchor, now=NOW, state=tmp_path)
    report = ask(other.bundle(), mark.raw, anchor=one.anchor, now=NOW, at=at, state=tmp_path)
    assert report.findings[4].reason is Reason.LOG_INCONSISTENT
    assert report.verdict is Verdict.UNDETERMINED


def test_a_fork_that_is_longer_is_found_and_not_remembered(tmp_path: Path) -> None:
    world, mark = World(), None
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    world.publish(NOW - 3 * HOUR)
    ask(world.bundle(), mark.raw, anchor=world.anchor, now=NOW, state=tmp_path)
    before = StateFile(tmp_path, world.anchor).load()
    fork = World()
    fork.issue()
    fork.publish(ISSUED + HOUR)
    for _ in range(3):
        fork.issue()
    fork.publish(NOW - 2 * HOUR)
    report = ask(fork.bundle(), mark.raw, anchor=world.anchor, now=NOW, state=tmp_path)
    assert Reason.LOG_INCONSISTENT in report.reasons
    assert StateFile(tmp_path, world.anchor).load() == before


def test_a_remembered_head_gives_way_only_to_one_that_is_proven_to_extend_it(tmp_path: Path) -> None:
    world = World()
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    world.publish(NOW - 3 * DAY)
    middle = world.publish(NOW - DAY)
    middle_bundle = world.bundle()
    world.publish(NOW - 2 * HOUR)
    world.publish(NOW - HOUR)

    def head_after(file: bytes) -> int:
        assert ask(file, mark.raw, anchor=world.anchor, now=NOW, state=tmp_path).verdict is Verdict.VALID
        return StateFile(tmp_path, world.anchor).load().heads[0][0]

    assert head_after(middle_bundle) == middle.size
    assert (
        head_after(world.evidence(mark)) == middle.size
    )  # it does not hold that head, and proves nothing of it
    assert head_after(world.evidence(mark, kept=[*world.log.kept[:1], middle])) == world.log.head.size
    assert head_after(world.bundle()) == world.log.head.size


def test_without_a_directory_the_memory_ends_with_the_verifier(growing: Growing) -> None:
    for file, verdict in ((growing.new, Verdict.INVALID), (growing.old, Verdict.VALID)):
        assert ask(file, growing.mark.raw, anchor=growing.world.anchor, now=NOW).verdict is verdict


def test_two_verifiers_that_share_a_memory_do_not_undo_each_other(growing: Growing, tmp_path: Path) -> None:
    anchor = growing.world.anchor
    slow = Verifier.from_bundle(growing.old, anchor=anchor, state=tmp_path, clock=lambda: NOW)
    growing.ask(growing.new, tmp_path)
    seen = StateFile(tmp_path, anchor).load()
    slow.verify(growing.mark.raw)  # read its memory before the other wrote
    assert StateFile(tmp_path, anchor).load() == seen


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    remembered = Remembered(trust_version=3, heads={0: (7, bytes(32))}, list_position=(0, 5), seen=NOW)
    assert StateFile(tmp_path, ANCHOR).save(lambda _: remembered) == remembered
    assert StateFile(tmp_path, ANCHOR).load() == remembered
    assert [path.name for path in tmp_path.iterdir()] == [f"{ANCHOR}.json"]


def test_each_fact_only_grows(growing: Growing, tmp_path: Path) -> None:
    further = Remembered(trust_version=3, heads={1: (1, b"c" * 32)}, list_position=(0, 99), seen=NOW + 1)
    StateFile(tmp_path, growing.world.anchor).save(lambda _: further)
    growing.ask(growing.new, tmp_path)
    kept = StateFile(tmp_path, growing.world.anchor).load()
    assert (kept.trust_version, kept.list_position, kept.seen) == (3, (0, 99), NOW + 1)
    assert kept.heads[1] == (1, b"c" * 32)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"trust": 1, "heads": {"0": [7]}, "list": [0, 5], "seen": 1}',
        '{"trust": 1, "heads": {"0": [7, "zz"]}, "list": [0, 5], "seen": 1}',
        '{"trust": 1, "heads": [], "list": [0, 5], "seen": 1}',
        '{"trust": 1, "heads": {}, "list": [0], "seen": 1}',
    ],
)
def test_a_damaged_memory_is_noticed_and_not_forgotten(tmp_path: Path, content: str) -> None:
    (tmp_path / f"{ANCHOR}.json").write_text(content)
    with pytest.raises(StateError):
        StateFile(tmp_path, ANCHOR).load()


def test_a_memory_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError):
        StateFile(tmp_path / "file", ANCHOR).save(lambda _: Remembered(seen=1))


def test_the_memory_is_plain_json(growing: Growing, tmp_path: Path) -> None:
    growing.ask(growing.new, tmp_path)
    value = json.loads((tmp_path / f"{growing.world.anchor}.json").read_text())
    size = growing.world.log.head.size
    assert value["heads"]["0"] == [size, growing.world.log.root(size).hex()]
