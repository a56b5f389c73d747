"""Sending, refusals, and what happens to marks that wait too long."""

import pytest

from forge.issuing import Desk, draft, drafts
from forge.loopback_registry import LoopbackRegistry
from forge.world import World
from issuer.registry_client import Accepted, RegistryClient, RegistryError
from schemas.times import DAY


@pytest.fixture
def sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr("issuer.desk.RegistryClient", lambda url: RegistryClient(url, sleep=slept.append))
    return slept


def test_a_busy_registry_is_asked_again_when_it_said(
    desk: Desk, registry: LoopbackRegistry, sleeps: list[float]
) -> None:
    registry.next_answers = [503, 503]
    assert desk.issue(drafts(1), "--registry", registry.url).code == 0
    assert (len(registry.bodies), len(set(registry.bodies)), sleeps) == (3, 1, [1.0, 1.0])


def test_a_receipt_that_is_to_come_is_fetched(
    desk: Desk, registry: LoopbackRegistry, sleeps: list[float]
) -> None:
    registry.next_answers = [202]
    assert desk.issue(drafts(1), "--registry", registry.url).code == 0
    assert {mark["state"] for mark in desk.marks()} == {"published"}
    assert len(registry.bodies) == 1
    assert sleeps == [1.0]


def test_without_a_registry_marks_are_signed_and_kept_for_later(
    desk: Desk, registry: LoopbackRegistry
) -> None:
    ran = desk.issue(drafts(2), "--registry", "http://127.0.0.1:9")
    assert (ran.code, ran.json["issued"]) == (3, 2)
    assert "run publish later" in ran.err
    assert desk.run("publish", "--registry", registry.url).json["published"] == 4
    assert {mark["state"] for mark in desk.marks()} == {"published"}


def test_each_refused_item_is_shown_and_the_rest_gets_in(desk: Desk, registry: LoopbackRegistry) -> None:
    desk.issue(drafts(3))
    refused = desk.marks()[1]
    registry.refuse[refused["number"]] = "duplicate-index"
    ran = desk.run("publish", "--registry", registry.url)
    [rejected] = ran.json["rejected"]
    assert ran.code == 3
    assert (rejected["draft_id"], rejected["number"]) == (refused["draft_id"], refused["number"])
    assert rejected["reason"] == "duplicate-index"
    assert sorted(mark["state"] for mark in desk.marks()) == ["published", "published", "signed"]


def test_a_refused_mark_is_reissued_with_another_number_and_index(
    desk: Desk, registry: LoopbackRegistry
) -> None:
    [mark] = desk.issue(drafts(1)).json["marks"]
    registry.refuse[mark["number"]] = "duplicate-index"
    assert desk.run("publish", "--registry", registry.url).code == 3
    ran = desk.run("reissue", "d-000")
    assert (ran.code, ran.json["voided"]) == (0, mark["number"])
    assert desk.run("publish", "--registry", registry.url).code == 0
    assert registry.numbers == [ran.json["marks"][0]["number"]]
    assert registry.numbers != [mark["number"]]


def test_marks_signed_more_than_five_days_ago_are_refused_and_reissued(
    desk: Desk, registry: LoopbackRegistry
) -> None:
    [old] = desk.issue(drafts(1)).json["marks"]
    desk.now += 5 * DAY + 1
    ran = desk.run("publish", "--registry", registry.url)
    assert (ran.code, registry.bodies) == (1, [])
    assert [(one["number"], one["reason"]) for one in ran.json["rejected"]] == [(old["number"], "too-old")]
    assert "reissue d-000" in ran.json["rejected"][0]["detail"]
    assert [one["due"] for one in desk.run("due").json["due"]] == ["reissue"]
    assert desk.run("reissue", "d-000").code == 0
    assert desk.run("publish", "--registry", registry.url).code == 0
    assert old["number"] not in registry.numbers
    assert len(registry.numbers) == 1


def test_files_refuse_what_is_too_old_as_well(desk: Desk) -> None:
    desk.issue(drafts(1))
    desk.now += 5 * DAY + 1
    out = desk.folder / "late.cborseq"
    assert desk.run("publish", "--out", out).code == 1
    assert not out.exists()


def test_a_published_mark_is_not_reissued(desk: Desk, registry: LoopbackRegistry) -> None:
    desk.issue(drafts(1), "--registry", registry.url)
    assert desk.run("reissue", "d-000").code == 1
    assert desk.run("reissue", "nobody").code == 1


def test_what_left_in_a_file_is_not_reissued_while_it_may_yet_be_published(
    desk: Desk, registry: LoopbackRegistry
) -> None:
    desk.issue(drafts(1), "--out", desk.folder / "lost.cborseq")
    desk.now += 5 * DAY + 1
    assert desk.run("sync", "--registry", registry.url).code == 0
    assert desk.run("reissue", "d-000").code == 1
    desk.now += DAY
    assert desk.run("reissue", "d-000").code == 1
    assert desk.run("sync", "--registry", registry.url).code == 0
    assert desk.run("reissue", "d-000").code == 0


def test_a_mark_sent_long_ago_without_an_answer_is_found_in_the_register(
    desk: Desk, registry: LoopbackRegistry
) -> None:
    registry.next_answers = ["drop"]
    desk.issue(drafts(1), "--registry", registry.url)
    desk.now += 6 * DAY
    assert desk.run("publish", "--registry", registry.url).code == 0

    assert {mark["state"] for mark in desk.marks()} == {"published"}


def test_reissue_applies_the_rules_of_the_day(desk: Desk) -> None:
    desk.issue([draft(valid_from="2026-10-27")])
    desk.now += 6 * DAY
    ran = desk.run("reissue", "2026-001")
    assert ran.code == 1
    assert [(error["field"], error["reason"]) for error in ran.json["errors"]] == [
        ("valid_from", "too-far-back")
    ]
    assert len(desk.marks()) == 1


def test_submissions_keep_within_the_registrys_limits(
    desk: Desk, registry: LoopbackRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("issuer.publish.MAX_OBJECTS", 5)
    assert desk.issue(drafts(5), "--registry", registry.url).code == 0
    assert [len(body) > 0 for body in registry.bodies] == [True, True, True]
    assert len(registry.numbers) == 5
    assert all(len(found) == 1 for found in registry.profiles.values())
    out = desk.folder / "many.cborseq"
    ran = desk.issue([draft(draft_id=f"x{number}") for number in range(3)], "--out", out)
    assert [path.rsplit("/", 1)[1] for path in ran.json["written"]] == ["many.cborseq", "many-2.cborseq"]


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "127.0.0.1:80", "http://127.0.0.1/?x=1", "https://"])
def test_an_address_that_is_none_is_refused(desk: Desk, url: str) -> None:
    ran = desk.run("sync", "--registry", url)
    assert (ran.code, len(ran.err.splitlines())) == (3, 1)


def test_a_receipt_for_something_else_is_not_believed(
    desk: Desk, registry: LoopbackRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = registry.submit
    monkeypatch.setattr(registry, "submit", lambda body: (201, honest(body)[1] | {"receipt": "00" * 32}))
    assert desk.issue(drafts(1), "--registry", registry.url).code == 3
    assert {mark["state"] for mark in desk.marks()} == {"submitted"}


def test_a_registry_that_refuses_the_whole_submission_loses_nothing(
    desk: Desk, registry: LoopbackRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as bent:
        bent.setattr(registry, "submit", lambda _body: (422, {"reason": "malformed", "errors": []}))
        assert desk.issue(drafts(1), "--registry", registry.url).code == 3
    assert desk.run("publish", "--registry", registry.url).code == 0
    assert len(registry.numbers) == 1


def test_waiting_for_a_registry_ends(registry: LoopbackRegistry) -> None:
    registry.next_answers = [503] * 100
    slept: list[float] = []
    with pytest.raises(RegistryError):
        RegistryClient(registry.url, sleep=slept.append, patience=5).submit(b"")
    assert sum(slept) <= 5


def test_an_issuers_folder_is_its_owners_alone(desk: Desk, world: World) -> None:
    import os
    import stat

    desk.issue(drafts(1))
    if os.name != "posix":
        pytest.skip("only POSIX systems have modes")
    kept = [desk.home, *desk.home.rglob("*")]
    assert [path.name for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    assert world.anchor in (desk.home / "issuer.json").read_text()


def test_accepted_says_where_each_item_is(registry: LoopbackRegistry, desk: Desk) -> None:
    out = desk.folder / "out.cborseq"
    desk.issue(drafts(1), "--out", out)
    answer = RegistryClient(registry.url).submit(out.read_bytes())
    assert answer == Accepted(indexes={0: 1, 1: -1})


def test_without_its_extra_the_command_names_what_is_missing(desk: Desk) -> None:
    import subprocess
    import sys
    from pathlib import Path

    program = (
        "import sys; sys.modules['sqlalchemy'] = None; from issuer.cli import main; sys.exit(main(['list']))"
    )
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=root
    )
    assert (ran.returncode, "akashi-marks[issuer]" in ran.stderr) == (2, True)
    assert desk.home.exists()


@pytest.mark.parametrize("home", ["nowhere", ""])
def test_without_a_home_the_command_says_how_to_make_one(desk: Desk, home: str) -> None:
    import io
    from contextlib import redirect_stderr

    from issuer.cli import main

    with redirect_stderr(io.StringIO()) as err:
        code = main(["list", *(["--home", str(desk.folder / home)] if home else [])])
    assert (code, len(err.getvalue().splitlines())) == (2, 1)
