"""A log ends and the register lives: the same operator goes on in the next log, or another one takes over."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from forge.registers import Register
from forge.trust_documents import base64_of, key_entry, public_of, vkey
from forge.world import HOST, NOW, Issued, World
from registry import commands, succession
from registry.database import make_engine, make_sessions
from registry.export import export
from registry.files import FilesError, RegistryFiles
from registry.fsck import fsck
from registry.logs import read_entries
from registry.models import HeadRow, MarkRow
from registry.publisher import ClosedError, NoQuorumError
from registry.rebuild import rebuild
from registry.settings import Settings, SettingsError
from registry.succession import continue_log, take_over
from schemas.checkpoint import read_checkpoint
from schemas.claims import EventKind, EventReason
from schemas.leaves import Genesis, leaf_from_bytes
from schemas.times import HOUR
from verifier import Reason, Report, Verdict, Verifier

SECOND = f"{HOST}/log2"


@pytest.fixture
def lived(register: Register, world: World) -> tuple[Register, list[Issued]]:
    """A register with three marks, one of them suspended."""
    marks = [world.issue(at=NOW) for _ in range(3)]
    register.submit(*(mark.raw for mark in marks))
    register.now += 60
    register.submit(world.event(marks[1], EventKind.SUSPEND, EventReason.MISUSE, at=register.now).raw)
    return register, marks


def end(register: Register, *, origin: str = SECOND, label: str = "log-2", **final: Any) -> None:
    """The root holders end the log at its newest kept checkpoint, and name the next one."""
    world = register.world
    head = read_checkpoint(register.files.find_checkpoint() or b"")[0]
    closed = {"size": head.size, "root": base64_of(head.root)} | final
    *before, last = world.documents[-1]["logs"]
    logs = [*before, last | {"final": closed}, {"vkey": vkey(origin, label), "url": f"https://{origin}"}]
    world.trust(register.now, logged=False, logs=logs)


def ended(register: Register) -> Register:
    """Stop, end the log, go on in the next one."""
    register.close()
    end(register)
    commands.add_trust(register.settings, register.world.notes[-1])
    register.continued(SECOND, "log-2")
    register.publish()
    return register


def judged(register: Register, mark: Issued, *, how: str) -> Report:
    """One mark, as a stranger with the anchor alone sees it."""
    client, number = register.client(), mark.number
    path = {"evidence": f"/m/{number}/evidence", "bundle": "/bundle", "register": "/bundle/register"}[how]
    with client.get(path) as response:
        assert response.status_code == 200, path
        data = response.data
    verifier = Verifier.from_bundle(data, anchor=register.world.anchor, clock=lambda: float(register.now))
    return verifier.verify(mark.raw)


WAYS = ("evidence", "bundle", "register")


def test_marks_of_a_log_that_ended_stay_proven_by_its_kept_checkpoints(
    lived: tuple[Register, list[Issued]],
) -> None:
    register, marks = lived
    before = {mark.number: register.client().get(f"/m/{mark.number}/proof").data for mark in marks}
    ended(register)
    register.now += HOUR
    for how in WAYS:
        assert judged(register, marks[0], how=how).verdict is Verdict.VALID, how
        assert judged(register, marks[1], how=how).reasons == (Reason.SUSPENDED,), how
    after = {mark.number: register.client().get(f"/m/{mark.number}/proof").data for mark in marks}
    assert after == before
    assert fsck(register.settings) == []


def test_the_next_log_begins_with_the_head_the_last_one_ended_with(
    lived: tuple[Register, list[Issued]],
) -> None:
    register, _ = lived
    last = read_checkpoint(register.files.find_checkpoint() or b"")[0]
    ended(register)
    client = register.client()
    first = leaf_from_bytes(read_entries(register.files, 3)[0])
    assert isinstance(first, Genesis)
    assert first.previous == (last.origin, last.size, last.root)
    assert read_checkpoint(client.get("/log2/checkpoint").data)[0].origin == SECOND
    assert read_checkpoint(client.get("/log1/checkpoint").data)[0] == last
    assert client.get("/log3/checkpoint").status_code == 404


def test_a_plain_bundle_tells_what_the_next_log_began_with(lived: tuple[Register, list[Issued]]) -> None:
    """Whoever recognises this register up to a head of a later log needs it for the logs before."""
    register, _ = lived
    last = read_checkpoint(register.files.find_checkpoint() or b"")[0]
    ended(register)
    with register.client().get("/bundle") as response:
        verifier = Verifier.from_bundle(response.data, anchor=register.world.anchor)
    assert verifier.file is not None
    view = verifier.file.held()
    assert view is not None
    first = view.genesis(1)
    assert first is not None
    assert first.previous == (last.origin, last.size, last.root)


def test_marks_and_events_go_on_in_the_next_log(lived: tuple[Register, list[Issued]], world: World) -> None:
    register, marks = ended(lived[0]), lived[1]
    fresh = world.issue(at=register.now)
    lifted = world.event(marks[1], EventKind.REINSTATE, EventReason.INVESTIGATION_CLOSED, at=register.now)
    outcome = register.submit(fresh.raw, lifted.raw)
    assert outcome.status == 200
    assert {item["log"] for item in outcome.body["items"]} == {SECOND}
    register.now += HOUR
    for how in WAYS:
        for mark in (fresh, marks[0], marks[1]):
            assert judged(register, mark, how=how).verdict is Verdict.VALID, (how, mark.number)
    found = register.client().get(f"/api/v1/marks/{marks[1].number}").json
    assert found is not None
    assert [one["log"] for one in found["history"]] == [f"{HOST}/log1", f"{HOST}/log1", SECOND]
    assert found["state"] == "valid"


def test_the_tables_are_made_again_from_all_logs(
    lived: tuple[Register, list[Issued]], world: World, tmp_path: Path
) -> None:
    register = ended(lived[0])
    register.submit(world.issue(at=register.now).raw)
    register.close()
    empty = replace(register.settings, database_url=f"sqlite:///{tmp_path / 'again.sqlite'}")
    leaves = rebuild(empty)
    found = []
    for settings in (register.settings, empty):
        with make_sessions(make_engine(settings.database_url))() as session:
            marks = [(row.number, row.place, row.status) for row in session.scalars(select(MarkRow))]
            heads = [
                (row.place, row.size, row.root, row.trust_version) for row in session.scalars(select(HeadRow))
            ]
            found.append((sorted(marks), sorted(heads)))
    assert found[0] == found[1]
    assert leaves == sum(size for _, size, _, _ in found[1][1])
    assert fsck(empty) == []
    register.open()


def test_a_log_nobody_cosigns_any_more_loses_nothing_that_was_sent(
    lived: tuple[Register, list[Issued]], world: World
) -> None:
    register, marks = lived
    waiting = world.issue(at=register.now)
    for witness in register.witnesses:
        witness.down = True  # a thief of the log key has shown them another history
    with pytest.raises(NoQuorumError):
        register.submit(waiting.raw)
    for witness in register.witnesses:
        witness.down = False
    ended(register)
    assert register.submit(waiting.raw).body["items"][0]["log"] == SECOND
    assert judged(register, waiting, how="register").verdict is Verdict.VALID
    assert judged(register, marks[0], how="bundle").verdict is Verdict.VALID
    assert fsck(register.settings) == []


def test_between_the_end_and_the_first_head_of_the_next_log_marks_keep_verifying(
    lived: tuple[Register, list[Issued]],
) -> None:
    register, marks = lived
    register.close()
    end(register)
    commands.add_trust(register.settings, register.world.notes[-1])
    for how in WAYS:
        assert judged(register, marks[0], how=how).verdict is Verdict.VALID, how
    for witness in register.witnesses:
        witness.down = True
    register.continued(SECOND, "log-2")  # nothing to recover: the next log is empty
    with pytest.raises(NoQuorumError):
        register.publish()
    for how in WAYS:
        assert judged(register, marks[0], how=how).verdict is Verdict.VALID, how


def test_a_publisher_whose_log_was_ended_appends_nothing(
    lived: tuple[Register, list[Issued]], world: World
) -> None:
    register, _ = lived
    end(register)
    register.files.write_trust(2, world.notes[-1])
    before = register.files.kept_sizes()
    with pytest.raises(ClosedError, match="akashi-registry continue"):
        register.submit(world.issue(at=register.now).raw)
    assert register.files.kept_sizes() == before
    register.close()
    with pytest.raises(ClosedError):
        register.open()


def test_an_end_is_taken_only_while_nothing_is_being_published(lived: tuple[Register, list[Issued]]) -> None:
    register, _ = lived
    end(register)
    with pytest.raises(FilesError, match="publisher is running"):
        commands.add_trust(register.settings, register.world.notes[-1])
    assert register.files.trust_versions() == [1]


@pytest.mark.parametrize(
    ("bent", "says"),
    [
        ({"size": 2}, "marks in between would be lost"),
        ({"root": base64_of(bytes(32))}, "never published here"),
    ],
)
def test_an_end_that_would_lose_marks_or_was_never_published_is_refused(
    lived: tuple[Register, list[Issued]], bent: dict[str, Any], says: str
) -> None:
    register, _ = lived
    register.close()
    end(register, **bent)
    with pytest.raises(SettingsError, match=says):
        commands.add_trust(register.settings, register.world.notes[-1])
    assert register.files.trust_versions() == [1]
    register.open()


@pytest.mark.parametrize(
    ("origin", "label", "says"),
    [
        (f"{HOST}/log1", "log", "already"),
        (f"{HOST}/log3", "log-3", "names no log"),
        (SECOND, "log-3", "not that of"),
    ],
)
def test_only_the_log_the_trust_document_names_next_is_continued(
    lived: tuple[Register, list[Issued]], origin: str, label: str, says: str
) -> None:
    register, _ = lived
    register.close()
    end(register)
    commands.add_trust(register.settings, register.world.notes[-1])
    with pytest.raises(SettingsError, match=says):
        continue_log(register.settings, origin=origin, log_key="file:x", public=public_of(label))


def test_two_logs_of_one_register_cannot_share_a_folder(lived: tuple[Register, list[Issued]]) -> None:
    register, _ = lived
    register.close()
    end(register, origin="new.example/log1")
    commands.add_trust(register.settings, register.world.notes[-1])
    with pytest.raises(SettingsError, match="HOST/log2"):
        continue_log(
            register.settings, origin="new.example/log1", log_key="file:x", public=public_of("log-2")
        )


@pytest.mark.parametrize("step", range(4))
def test_an_interrupted_succession_is_finished_by_doing_it_again(
    lived: tuple[Register, list[Issued]], monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    register, marks = lived
    register.close()
    end(register)
    commands.add_trust(register.settings, register.world.notes[-1])
    # Killed before the tables end, before the next log begins, and before each of the two settings files.
    name, calls = [("_end", 1), ("_begin", 1), ("write_object", 1), ("write_settings", 1)][step]
    real, count = getattr(succession, name), 0

    def killed(*arguments: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        if count == calls:
            raise KeyboardInterrupt
        return real(*arguments, **named)

    monkeypatch.setattr(succession, name, killed)
    with pytest.raises(KeyboardInterrupt):
        register.continued(SECOND, "log-2")
    register.continued(SECOND, "log-2")
    register.publish()
    assert judged(register, marks[0], how="register").verdict is Verdict.VALID
    assert fsck(register.settings) == []


def test_another_operator_takes_the_register_over_from_an_export(
    lived: tuple[Register, list[Issued]], world: World, tmp_path: Path
) -> None:
    register, marks = lived
    register.close()
    public = tmp_path / "export"
    export(register.settings, public)
    there = "new.example/log2"
    end(register, origin=there)
    shutil.rmtree(register.home / "cache", ignore_errors=True)
    settings = taken_over(register, public, tmp_path / "heir", there)
    heir = Register.__new__(Register)
    heir.__dict__.update(register.__dict__)
    heir.home, heir.settings = settings.home, settings
    heir.files = RegistryFiles(settings.home, log="log2")
    heir.log_label = "log-2"
    heir.sessions = make_sessions(make_engine(settings.database_url))
    heir.open()
    heir.publish()
    fresh = world.issue(at=heir.now)
    assert heir.submit(fresh.raw).status == 200
    for how in WAYS:
        assert judged(heir, marks[0], how=how).verdict is Verdict.VALID, how
        assert judged(heir, fresh, how=how).verdict is Verdict.VALID, how
    assert fsck(settings) == []
    heir.close()
    register.open()


def taken_over(register: Register, public: Path, home: Path, origin: str) -> Settings:
    settings = Settings(
        home=home,
        origin=origin,
        anchor=register.world.anchor,
        database_url=f"sqlite:///{home / 'registry.sqlite'}",
        public_url="https://new.example",
    )
    home.mkdir()
    chain = register.chain().extended(register.world.notes)
    take_over(settings, public, chain, public=public_of("log-2"))
    return settings


def test_an_export_with_one_bent_file_is_not_taken_over(
    lived: tuple[Register, list[Issued]], tmp_path: Path
) -> None:
    register, _ = lived
    register.close()
    public = tmp_path / "export"
    export(register.settings, public)
    end(register)
    tile = next(path for path in sorted((public / "log1" / "tile" / "entries").rglob("*")) if path.is_file())
    data = bytearray(tile.read_bytes())
    data[40] ^= 1
    tile.write_bytes(data)
    with pytest.raises(FilesError, match="log1"):
        taken_over(register, public, tmp_path / "heir", SECOND)
    register.open()


def test_a_stolen_status_key_signs_nothing_more_and_another_one_goes_on(
    lived: tuple[Register, list[Issued]], world: World
) -> None:
    register, marks = lived
    keys = world.keys_with("status", compromised={"since": register.now})
    world.trust(register.now, logged=False, keys=[*keys, key_entry("status-2", "status")])
    commands.add_trust(register.settings, world.notes[-1])
    with pytest.raises(ClosedError, match="akashi-registry status-key"):
        register.submit(world.issue(at=register.now).raw)
    register.close()
    assert judged(register, marks[0], how="evidence").reasons == (Reason.STATUS_NOT_AUTHENTIC,)
    register.status_label = "status-2"
    register.open()
    register.publish()
    assert judged(register, marks[0], how="evidence").verdict is Verdict.VALID
