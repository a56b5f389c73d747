"""Killed at any named place and run again: nothing signed twice, nothing used twice, nothing lost."""

import sqlite3

import pytest

from forge.issuing import Desk, draft, drafts
from forge.loopback_registry import LoopbackRegistry
from issuer import CRASH_POINTS
from keys.signed import read_mark
from schemas.leaves import IssueLeaf, leaf_from_bytes

KILLED = -9


def slots_logged(registry: LoopbackRegistry) -> list[tuple[str, str, int]]:
    leaves = [leaf_from_bytes(entry) for entry in registry.entries]
    claims = [read_mark(leaf.mark).unsafe_claims for leaf in leaves if isinstance(leaf, IssueLeaf)]
    return [(str(one.number), one.status_uri, one.status_index) for one in claims]


def check_one_mark_a_draft(desk: Desk, registry: LoopbackRegistry, count: int) -> None:
    slots = slots_logged(registry)
    assert len(slots) == count
    assert len({number for number, _, _ in slots}) == count
    assert len({(uri, index) for _, uri, index in slots}) == count
    marks = desk.marks()
    assert {mark["draft_id"] for mark in marks} == {f"d-{number:03}" for number in range(count)}
    assert {mark["number"] for mark in marks} == {number for number, _, _ in slots}
    assert {mark["state"] for mark in marks} == {"published"}
    with sqlite3.connect(desk.home / "ledger.sqlite") as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert ledger.execute("SELECT DISTINCT state FROM objects").fetchall() == [("published",)]
        assert ledger.execute("SELECT count(*) FROM objects").fetchone() == (2 * count,)


HTTP_POINTS = [name for name in CRASH_POINTS if name not in ("issuer.after-out", "issuer.after-sync")]


@pytest.mark.parametrize("point", HTTP_POINTS)
def test_a_batch_killed_there_and_run_again_is_issued_once(
    desk: Desk, registry: LoopbackRegistry, point: str
) -> None:
    path = desk.write(drafts(3))
    killed = desk.spawn("issue", path, "--registry", registry.url, crash_at=point)
    assert killed.returncode == KILLED, killed.stderr
    again = desk.run("issue", path, "--registry", registry.url)
    assert again.code == 0, again.err
    assert again.json["ok"] == 3
    assert [mark["state"] for mark in again.json["marks"]] == ["published"] * 3
    check_one_mark_a_draft(desk, registry, 3)


def test_killed_at_every_place_in_turn_it_still_issues_once(desk: Desk, registry: LoopbackRegistry) -> None:
    path = desk.write(drafts(2))
    for point in HTTP_POINTS:
        desk.spawn("issue", path, "--registry", registry.url, crash_at=point)
    assert desk.run("issue", path, "--registry", registry.url).code == 0
    check_one_mark_a_draft(desk, registry, 2)


def test_an_answer_that_never_came_is_asked_for_again(desk: Desk, registry: LoopbackRegistry) -> None:
    registry.next_answers = ["drop"]
    ran = desk.issue(drafts(2), "--registry", registry.url)
    assert ran.code == 3
    assert {mark["state"] for mark in desk.marks()} == {"submitted"}
    assert desk.run("publish", "--registry", registry.url).code == 0
    assert registry.bodies[0] == registry.bodies[1]
    check_one_mark_a_draft(desk, registry, 2)


def test_files_killed_after_writing_are_written_again_with_the_same_bytes(
    desk: Desk, registry: LoopbackRegistry
) -> None:
    path, out = desk.write(drafts(2)), desk.folder / "out.cborseq"
    assert desk.spawn("issue", path, "--out", out, crash_at="issuer.after-out").returncode == KILLED
    first = out.read_bytes()
    assert desk.run("publish", "--out", out).code == 0
    assert out.read_bytes() == first
    assert registry.submit(first)[0] == 201
    assert desk.run("sync", "--registry", registry.url).code == 0
    check_one_mark_a_draft(desk, registry, 2)


@pytest.mark.parametrize("point", [*HTTP_POINTS[1:], "issuer.after-sync"])
def test_an_event_killed_there_and_given_again_is_logged_once(
    desk: Desk, registry: LoopbackRegistry, point: str
) -> None:
    [mark] = desk.issue([draft()], "--registry", registry.url).json["marks"]
    event = ("suspend", mark["number"], "--reason", "under-investigation", "--registry", registry.url)
    assert desk.spawn(*event, crash_at=point).returncode == KILLED
    assert desk.run(*event).code == 0
    assert [change["kind"] for change in registry.changes] == ["issue", "suspend"]
    assert desk.run(*event).json["done"] is False
    assert [change["kind"] for change in registry.changes] == ["issue", "suspend"]


def test_two_officers_with_the_same_file_issue_it_once(desk: Desk, registry: LoopbackRegistry) -> None:
    import subprocess
    from concurrent.futures import ThreadPoolExecutor

    path = desk.write(drafts(6))

    def work(_number: int) -> subprocess.CompletedProcess[str]:
        return desk.spawn("issue", path, "--registry", registry.url)

    with ThreadPoolExecutor(3) as pool:
        ran = list(pool.map(work, range(3)))
    assert [one.returncode for one in ran] == [0, 0, 0], [one.stderr for one in ran]
    check_one_mark_a_draft(desk, registry, 6)


def test_a_reservation_left_for_days_gets_another_number(desk: Desk, registry: LoopbackRegistry) -> None:
    path = desk.write(drafts(1))
    assert desk.spawn("issue", path, crash_at="issuer.after-sign").returncode == KILLED
    [left] = desk.marks()
    desk.now += 2 * 86400
    assert desk.run("issue", path, "--registry", registry.url).code == 0
    [mark] = desk.marks()
    assert (left["state"], mark["state"]) == ("reserved", "published")
    assert mark["number"] != left["number"]
    assert [index for _, _, index in slots_logged(registry)] == [1]
