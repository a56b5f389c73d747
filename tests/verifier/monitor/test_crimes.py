"""Each crime an operator, a thief or a careless issuer can commit is caught by name; an honest twin raises nothing."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from forge.trust_documents import ROOTS, base64_of, note, successor
from forge.world import HOST, LIFETIME, NOW, Issued, World, sign
from keys.signed import read_status_list
from schemas.claims import EventKind, EventReason
from schemas.leaves import SnapshotLeaf, TrustLeaf
from schemas.organisation_id import OrganisationId
from schemas.times import DAY, HOUR
from simulator import SimulatedRegistry, honest
from verifier.http import FetchError
from verifier.monitor.findings import Kind
from verifier.monitor.kept import KeptError
from verifier.monitor.run import Monitor, Outcome

BEGAN = NOW - 3 * DAY


@pytest.fixture
def world() -> World:
    """Three marks, one suspended; published two days ago."""
    world = World()
    world.publish(BEGAN)
    marks = [world.issue(at=NOW - 2 * DAY) for _ in range(3)]
    world.publish(NOW - 2 * DAY)
    world.event(marks[1], EventKind.SUSPEND, EventReason.MISUSE, at=NOW - DAY)
    world.publish(NOW - DAY)
    return world


class Watch:
    """One monitor with a memory, and what it says."""

    def __init__(self, registry: SimulatedRegistry, folder: Path) -> None:
        self.registry, self.now = registry, NOW
        self.monitor = Monitor(
            registry, anchor=registry.world.anchor, folder=folder, clock=lambda: float(self.now)
        )

    def run(self, **words: Any) -> Outcome:
        return self.monitor.run(**words)

    def alarms(self, **words: Any) -> list[Kind]:
        return sorted({alarm.finding.kind for alarm in self.run(**words).standing})


@pytest.fixture
def watch(world: World, tmp_path: Path) -> Watch:
    """A monitor that has followed an honest register so far."""
    found = Watch(honest(world), tmp_path)
    outcome = found.run()
    assert (outcome.standing, outcome.warnings, outcome.unknown) == ([], [], [])
    assert outcome.leaves == len(world.log.entries)
    return found


def later(world: World, hours: int = 1) -> None:
    world.publish(NOW + hours * HOUR)


def fresh(world: World, folder: Path) -> Watch:
    found = Watch(SimulatedRegistry(world), folder / "fresh")
    found.now = NOW + HOUR
    return found


def test_an_honest_register_raises_nothing_however_often_it_is_looked_at(watch: Watch, world: World) -> None:
    for hour in (1, 2, 3):
        mark = world.issue(at=NOW + hour * HOUR)
        world.event(mark, EventKind.REVOKE, EventReason.HOLDER_REQUEST, at=NOW + hour * HOUR)
        later(world, hour)
        watch.now = NOW + hour * HOUR
        outcome = watch.run()
        assert (outcome.standing, outcome.warnings, outcome.unknown) == ([], [], [])
        assert outcome.leaves == 3
    asked = len(watch.registry.asked)
    assert watch.run().leaves == 0
    assert len(watch.registry.asked) - asked < 12  # nothing that was read before is read again


# Histories


def test_equivocation_two_heads_of_one_size(watch: Watch, world: World) -> None:
    other = deepcopy(world)
    other.log.entries[-1] = b"another history"
    watch.registry.world = other
    other.log.kept[-1] = other.log.publish({"w1": NOW, "w2": NOW}, k=2)
    assert watch.alarms() == [Kind.TWO_HEADS]
    notes = sorted(path.name for path in (watch.monitor.store.folder / "evidence").iterdir())
    assert [name.partition("-")[2] for name in notes] == ["seen.checkpoint", "served.checkpoint"]


def test_a_dropped_leaf(watch: Watch, world: World) -> None:
    world.issue(at=NOW + HOUR)
    del world.log.entries[5]
    later(world)
    assert watch.alarms() == [Kind.LOG_REWRITTEN]


def test_an_edited_leaf(watch: Watch, world: World) -> None:
    world.log.entries[3] = world.log.entries[4]
    world.issue(at=NOW + HOUR)
    later(world)
    assert watch.alarms() == [Kind.LOG_REWRITTEN]


def test_an_inserted_leaf(watch: Watch, world: World) -> None:
    inserted = world.issue(at=NOW - DAY)
    entry = world.log.entries.pop(inserted.index)
    world.log.entries.insert(4, entry)
    later(world)
    assert watch.alarms() == [Kind.LOG_REWRITTEN]


def test_a_log_that_goes_back_to_an_old_backup(watch: Watch, world: World) -> None:
    old = world.log.kept[-2]
    watch.registry.bent["log1/checkpoint"] = old.note
    assert watch.alarms() == [Kind.HEAD_WENT_BACK]


def test_entries_that_are_not_the_trees(watch: Watch, world: World) -> None:
    world.issue(at=NOW + HOUR)
    later(world)
    honestly = watch.registry.get(f"log1/tile/entries/000.p/{world.log.head.size}", max_size=1 << 20)
    assert honestly is not None
    path = watch.registry.asked[-1]
    watch.registry.bent[path] = honestly[:-1] + bytes([honestly[-1] ^ 1])
    outcome = watch.run()
    assert [alarm.finding.kind for alarm in outcome.standing] == [Kind.ENTRIES_CONTRADICT_LOG]
    del watch.registry.bent[path]
    assert watch.run().leaves == 2  # nothing of the bent ones was kept


def test_a_published_checkpoint_that_is_not_kept(world: World, tmp_path: Path) -> None:
    registry = honest(world)
    registry.bent[f"log1/checkpoint/{world.log.kept[1].size}"] = None
    assert Watch(registry, tmp_path).alarms() == [Kind.CHECKPOINT_MISSING]


def test_a_kept_checkpoint_over_another_tree(world: World, tmp_path: Path) -> None:
    registry = honest(world)
    size = world.log.kept[1].size
    text = f"{world.log.origin}\n{size}\n{base64_of(bytes(32))}\n"
    registry.bent[f"log1/checkpoint/{size}"] = world.log.signed({"w1": NOW, "w2": NOW}, text=text)
    assert Watch(registry, tmp_path).alarms() == [Kind.TWO_HEADS]


@pytest.mark.parametrize(
    ("cosigned", "kind"),
    [
        ({"w1": NOW + HOUR}, Kind.NOT_WITNESSED),
        ({}, Kind.NOT_WITNESSED),
        ({"w1": NOW + HOUR, "stranger": NOW + HOUR}, Kind.NOT_WITNESSED),
    ],
)
def test_a_head_too_few_have_seen(watch: Watch, world: World, cosigned: dict[str, int], kind: Kind) -> None:
    world.issue(at=NOW + HOUR)
    world.publish(NOW + HOUR, cosigned=cosigned)
    assert watch.alarms() == [kind]
    assert watch.run().sizes == {world.log.origin: world.log.kept[-2].size}


def test_a_head_the_log_did_not_sign(watch: Watch, world: World) -> None:
    watch.registry.bent["log1/checkpoint"] = world.log.signed({"w1": NOW, "w2": NOW}, label="stranger")
    assert watch.alarms() == [Kind.CHECKPOINT_NOT_SIGNED]


def test_one_witness_under_two_names_is_one_witness(watch: Watch, world: World) -> None:
    world.issue(at=NOW + HOUR)
    world.publish(NOW + HOUR, cosigned={"w1": NOW + HOUR})
    twice = (
        world.log.head.note
        + world.log.signed({"w1": NOW + HOUR + 1}).rpartition(b"\n\n")[2].split(b"\n", 1)[1]
    )
    watch.registry.bent["log1/checkpoint"] = twice
    assert watch.alarms() == [Kind.NOT_WITNESSED]


# Leaves


def forged(world: World) -> None:
    claims = world.claims(at=NOW + HOUR)
    world.log_mark(sign(claims, "issuer-3")[:-1] + b"\0", claims)


def unlogged(world: World) -> Issued:
    return world.issue(at=NOW + HOUR, logged=False)


LEAVES: dict[Kind, Callable[[World], Any]] = {
    Kind.BACKDATED: lambda world: world.issue(at=NOW - 20 * DAY),
    Kind.LEVEL_NOT_ALLOWED: lambda world: world.issue(at=NOW + HOUR, level=4),
    Kind.SCHEME_MISMATCH: lambda world: world.issue(at=NOW + HOUR, scheme="jp-scs"),
    Kind.STATUS_FOREIGN: lambda world: world.issue(at=NOW + HOUR, status_uri=f"https://{HOST}/status/b/0"),
    Kind.STATUS_OUT_OF_RANGE: lambda world: world.issue(at=NOW + HOUR, status_index=2**17),
    Kind.DUPLICATE_NUMBER: lambda world: world.issue(at=NOW + HOUR, number=world.issued[0].claims.number),
    Kind.DUPLICATE_INDEX: lambda world: world.issue(at=NOW + HOUR, status_index=0),
    Kind.UNKNOWN_ISSUER: lambda world: world.issue(at=NOW + HOUR, signer="stranger"),
    Kind.BAD_SIGNATURE: forged,
    Kind.MALFORMED_LEAF: lambda world: world.log.append(b"\x83\x01\x01\x41\x00"),
    Kind.EVENT_NOT_AUTHORISED: lambda world: world.event(
        world.issued[0], EventKind.REVOKE, EventReason.MISUSE, at=NOW + HOUR, signer="issuer-4"
    ),
    Kind.ILLEGAL_TRANSITION: lambda world: world.event(
        world.issued[0], EventKind.REINSTATE, EventReason.MISUSE, at=NOW + HOUR
    ),
    Kind.UNKNOWN_MARK: lambda world: world.event(
        unlogged(world), EventKind.REVOKE, EventReason.MISUSE, at=NOW + HOUR
    ),
    Kind.GENESIS_WRONG: lambda world: world.log.append(world.log.entries[0]),
}


@pytest.mark.parametrize("kind", list(LEAVES))
def test_a_leaf_that_should_never_have_been_let_in(watch: Watch, world: World, kind: Kind) -> None:
    LEAVES[kind](world)
    later(world)
    outcome = watch.run()
    assert [alarm.finding.kind for alarm in outcome.standing] == [kind]
    assert outcome.standing[0].finding.index == world.log.kept[-2].size
    assert outcome.leaves == 2  # it is followed on: one crime does not blind the monitor


def test_a_replayed_event(watch: Watch, world: World) -> None:
    world.event(world.issued[1], EventKind.REINSTATE, EventReason.INVESTIGATION_CLOSED, at=NOW + HOUR)
    later(world)
    assert watch.alarms() == []
    replayed = world.events[world.issued[1].number][0]
    world.log_event(replayed.raw, replayed.claims)
    later(world, 2)
    watch.now = NOW + 2 * HOUR
    assert watch.alarms() == [Kind.EVENT_OUT_OF_ORDER]


def test_a_reinstatement_that_was_kept_for_a_week_before_it_was_logged(watch: Watch, world: World) -> None:
    world.event(world.issued[1], EventKind.REINSTATE, EventReason.INVESTIGATION_CLOSED, at=NOW)
    watch.now = NOW + 7 * DAY + 1
    world.publish(watch.now)
    assert watch.alarms() == [Kind.BACKDATED]


def test_the_owner_lifts_what_the_authority_suspended(watch: Watch, world: World) -> None:
    world.event(world.issued[0], EventKind.SUSPEND, EventReason.MISUSE, at=NOW + HOUR, signer="authority")
    world.event(world.issued[0], EventKind.REINSTATE, EventReason.MISUSE, at=NOW + HOUR)
    later(world)
    assert watch.alarms() == [Kind.EVENT_NOT_AUTHORISED]


def test_a_mark_minted_with_a_stolen_key_after_the_theft_was_declared(watch: Watch, world: World) -> None:
    world.compromise("issuer-3", NOW + HOUR)
    world.issue(at=NOW + HOUR)
    later(world)
    assert watch.alarms() == [Kind.KEY_COMPROMISED]


def test_marks_minted_before_the_theft_was_noticed_lose_their_effect_by_name(
    watch: Watch, world: World
) -> None:
    stolen = world.issue(at=NOW + HOUR)
    later(world)
    assert watch.alarms() == []
    world.compromise("issuer-3", NOW + 2 * HOUR, size=stolen.index)
    later(world, 2)
    watch.now = NOW + 2 * HOUR
    outcome = watch.run()
    assert outcome.standing == []
    assert [one.kind for one in outcome.warnings] == [Kind.LEAVES_VOIDED]
    assert stolen.number in outcome.warnings[0].detail
    assert outcome.marks == 3


def test_a_revocation_the_thief_made_is_undone_by_name(watch: Watch, world: World) -> None:
    event = world.event(world.issued[0], EventKind.REVOKE, EventReason.MISUSE, at=NOW + HOUR)
    later(world)
    assert watch.alarms() == []
    world.compromise("issuer-3", NOW + 2 * HOUR, size=event.index)
    later(world, 2)
    watch.now = NOW + 2 * HOUR
    [warning] = watch.run().warnings
    assert warning.kind is Kind.LEAVES_VOIDED
    assert "in another state" in warning.detail
    assert world.issued[0].number in warning.detail


def test_a_mark_logged_after_its_keys_window(watch: Watch, world: World) -> None:
    world.trust(NOW + HOUR, keys=world.keys_with("issuer-3", until=NOW + HOUR))
    world.issue(at=NOW + HOUR - 60)
    world.publish(NOW + 2 * HOUR)
    watch.now = NOW + 2 * HOUR
    assert watch.alarms() == [Kind.KEY_WINDOW]


# Lists


def test_unrevoked_for_one_buyer(watch: Watch, world: World, tmp_path: Path) -> None:
    """The buyer brings the list he was shown; everybody else sees the honest one."""
    uri = world.issued[1].claims.status_uri
    shown = tmp_path / "shown.cwt"
    shown.write_bytes(signed_list(world, uri, bytes(32768)))
    assert watch.alarms(files=[shown]) == [Kind.LIST_CONTRADICTS_SNAPSHOT]
    shown.write_bytes(world.lists[uri])
    watch.monitor.acknowledge(["all"])
    assert watch.alarms(files=[shown]) == []


def test_unrevoked_for_one_buyer_by_an_old_list_signed_anew(
    watch: Watch, world: World, tmp_path: Path
) -> None:
    """The old state was published once, and its snapshot is in the log: only its new date gives it away."""
    mark = world.issued[0]
    before = world.lists[mark.claims.status_uri]
    world.event(mark, EventKind.REVOKE, EventReason.MISUSE, at=NOW + HOUR)
    later(world)
    watch.now = NOW + DAY
    world.publish(watch.now)
    assert watch.alarms() == []
    claims = read_status_list(before).unsafe_claims
    shown = tmp_path / "shown.cwt"
    shown.write_bytes(sign(replace(claims, iat=watch.now + HOUR, exp=watch.now + HOUR + LIFETIME), "status"))
    assert watch.alarms(files=[shown]) == [Kind.LIST_CONTRADICTS_SNAPSHOT]
    shown.write_bytes(before)  # an old list is only old
    watch.monitor.acknowledge(["all"])
    assert watch.alarms(files=[shown]) == []


def test_a_revocation_that_is_logged_and_shown_to_nobody(watch: Watch, world: World) -> None:
    world.event(world.issued[0], EventKind.REVOKE, EventReason.MISUSE, at=NOW + HOUR)
    world.publish(NOW + HOUR, snapshot=False)
    watch.now = NOW + HOUR
    assert watch.alarms() == [Kind.SNAPSHOT_MISSING]


def signed_list(world: World, uri: str, statuses: bytes, **changes: Any) -> bytes:
    claims = read_status_list(world.lists[uri]).unsafe_claims
    return sign(replace(claims, statuses=statuses, **changes), "status")


def test_a_wrong_list_is_signed_and_served(watch: Watch, world: World) -> None:
    uri = world.issued[1].claims.status_uri
    watch.registry.bent["status/a/0"] = signed_list(world, uri, bytes(32768))
    assert watch.alarms() == [Kind.LIST_CONTRADICTS_SNAPSHOT]


def test_a_wrong_list_is_signed_and_logged_for_everybody(watch: Watch, world: World) -> None:
    later(world)
    uri = world.issued[1].claims.status_uri
    index = len(world.log.entries)
    wrong = bytes(32768)
    world.log.append(
        SnapshotLeaf(size=index, lists=((uri, sha256(wrong).digest()),), trust_version=1).to_bytes()
    )
    world.publish(NOW + 2 * HOUR, snapshot=False)
    world.lists[uri] = signed_list(
        world, uri, wrong, size=index, iat=NOW + 2 * HOUR, exp=NOW + 2 * HOUR + 14 * DAY
    )
    watch.now = NOW + 2 * HOUR
    assert watch.alarms() == [Kind.LIST_CONTRADICTS_LOG, Kind.SNAPSHOT_CONTRADICTS_LOG]


def test_a_snapshot_that_speaks_of_another_size_than_its_place(watch: Watch, world: World) -> None:
    """What it says of the lists is right as of its place; only the size it names is another."""
    later(world)
    lists = tuple(
        (uri, sha256(bytes(statuses)).digest()) for uri, statuses in sorted(world.fold().lists.items())
    )
    index = len(world.log.entries)
    world.log.append(SnapshotLeaf(size=index - 1, lists=lists, trust_version=1).to_bytes())
    later(world, 2)
    watch.now = NOW + 2 * HOUR
    assert Kind.SNAPSHOT_CONTRADICTS_LOG in watch.alarms()


def test_a_snapshot_that_names_another_trust_version_than_was_logged(watch: Watch, world: World) -> None:
    """Whoever was admitted by the version it passes over would be a stranger to every reader of its lists."""
    world.trust(NOW + HOUR // 2)
    later(world)
    lists = tuple(
        (uri, sha256(bytes(statuses)).digest()) for uri, statuses in sorted(world.fold().lists.items())
    )
    index = len(world.log.entries)
    world.log.append(SnapshotLeaf(size=index, lists=lists, trust_version=1).to_bytes())
    world.publish(NOW + 2 * HOUR, snapshot=False)
    watch.now = NOW + 2 * HOUR
    assert Kind.SNAPSHOT_CONTRADICTS_LOG in watch.alarms()


def test_a_snapshot_that_leaves_a_list_out(watch: Watch, world: World) -> None:
    world.issue(signer="issuer-4", at=NOW + HOUR)
    index = len(world.log.entries)
    world.log.append(SnapshotLeaf(size=index, lists=(), trust_version=1).to_bytes())
    world.publish(NOW + HOUR, snapshot=False)
    assert Kind.SNAPSHOT_CONTRADICTS_LOG in watch.alarms()


def test_a_list_signed_by_another_key(watch: Watch, world: World) -> None:
    claims = read_status_list(world.lists[world.issued[0].claims.status_uri]).unsafe_claims
    watch.registry.bent["status/a/0"] = sign(claims, "issuer-3", typ="application/statuslist+cwt")
    assert watch.alarms() == [Kind.LIST_NOT_AUTHENTIC]


def test_a_list_that_is_not_served(watch: Watch) -> None:
    watch.registry.bent["status/a/0"] = None
    assert watch.alarms() == [Kind.LIST_MISSING]


def test_a_list_kept_old_to_hide_a_revocation(watch: Watch, world: World) -> None:
    old = world.lists[world.issued[0].claims.status_uri]
    world.event(world.issued[0], EventKind.REVOKE, EventReason.MISUSE, at=NOW + HOUR)
    later(world)
    watch.registry.bent["status/a/0"] = old
    outcome = watch.run()
    assert [one.kind for one in outcome.warnings] == [Kind.LIST_STALE]


# Trust


def test_a_trust_version_that_is_withheld(watch: Watch, world: World) -> None:
    world.trust(NOW + HOUR, keys=world.keys_with("issuer-3", until=NOW + HOUR))
    later(world)
    watch.registry.bent["trust/2"] = None
    found = watch.alarms()
    assert found == [Kind.TRUST_WITHHELD]


def test_a_trust_version_that_was_never_signed(watch: Watch, world: World) -> None:
    world.log.append(TrustLeaf(version=2, sha256=bytes(32)).to_bytes())
    world.log.publish({"w1": NOW + HOUR, "w2": NOW + HOUR}, k=2)
    assert watch.alarms() == [Kind.SNAPSHOT_MISSING, Kind.TRUST_WITHHELD]


def test_a_trust_version_with_two_texts(watch: Watch, world: World) -> None:
    world.trust(NOW + HOUR)
    later(world)
    twin = successor(world.documents[0], issued=NOW + HOUR, mirrors=["https://other.example"])
    watch.registry.bent["trust/2"] = note(twin)
    assert watch.alarms() == [Kind.TRUST_CONTRADICTS_LOG]
    del watch.registry.bent["trust/2"]
    assert Kind.TRUST_REFUSED in watch.alarms()  # the honest text now contradicts the one that was kept


def test_a_trust_version_its_roots_did_not_sign(watch: Watch, world: World) -> None:
    world.documents.append(successor(world.documents[-1], issued=NOW + HOUR))
    world.notes.append(note(world.documents[-1], ROOTS[0]))
    assert watch.alarms() == [Kind.TRUST_REFUSED]


@pytest.mark.parametrize(
    ("days", "kind"),
    [(100, None), (200, Kind.TRUST_HALF), (300, Kind.TRUST_QUARTER), (366, Kind.TRUST_EXPIRED)],
)
def test_the_remaining_life_of_trust_is_told(
    watch: Watch, world: World, days: int, kind: Kind | None
) -> None:
    watch.now = world.documents[0]["issued"] + days * DAY
    warned = {one.kind for one in watch.run().warnings} - {Kind.VIEW_STALE, Kind.LIST_STALE}
    assert warned == ({kind} if kind else set())


# Logs that end


def test_a_log_that_ended_and_goes_on(watch: Watch, world: World) -> None:
    world.end_log(NOW + HOUR)
    world.publish(NOW + HOUR)
    assert watch.alarms() == []
    old = world.logs[0]
    old.append(b"beyond")
    old.publish({"w1": NOW + 2 * HOUR, "w2": NOW + 2 * HOUR}, k=2)
    assert watch.alarms() == [Kind.LOG_BEYOND_END]


def test_a_successor_that_does_not_continue_the_log_before(watch: Watch, world: World) -> None:
    world.end_log(NOW + HOUR)
    world.logs[1].entries[0] = world.logs[0].entries[0]
    world.publish(NOW + HOUR)
    assert watch.alarms() == [Kind.GENESIS_WRONG]


# Age, quorum, trouble


def test_what_grows_old_is_a_warning_and_no_alarm(watch: Watch) -> None:
    watch.now = NOW + 7 * HOUR
    outcome = watch.run()
    assert outcome.standing == []
    assert {one.kind for one in outcome.warnings} == {Kind.VIEW_STALE, Kind.LIST_STALE}


def test_a_witness_that_stays_away_is_named(watch: Watch, world: World) -> None:
    world.publish(NOW + HOUR, cosigned={"w1": NOW + HOUR, "w2": NOW + HOUR})
    outcome = watch.run()
    assert [(one.kind, one.detail) for one in outcome.warnings] == [
        (Kind.WITNESS_MISSING, "not cosigned by w3")
    ]


def test_a_registry_that_does_not_answer_is_not_accused(watch: Watch) -> None:
    watch.registry.is_down = True
    outcome = watch.run()
    assert outcome.standing == []
    assert {one.kind for one in outcome.unknown} == {Kind.UNREACHABLE}


@pytest.mark.parametrize("after", range(1, 12))
def test_a_run_cut_off_anywhere_is_gone_on_with(world: World, tmp_path: Path, after: int) -> None:
    registry = honest(world)
    watch, asked = Watch(registry, tmp_path), 0

    def cut(_path: str) -> None:
        nonlocal asked
        asked += 1
        if asked == after:
            raise KeyboardInterrupt

    registry.on_ask = cut
    with pytest.raises(KeyboardInterrupt):
        watch.run()
    registry.on_ask = None
    assert watch.alarms() == []
    assert watch.run().sizes == {world.log.origin: world.log.head.size}


def test_a_connection_lost_half_way_keeps_what_was_verified(watch: Watch, world: World) -> None:
    world.issue(at=NOW + HOUR)
    later(world)

    def lost(path: str) -> None:
        if path.startswith("status/"):
            raise FetchError("broke off")

    watch.registry.on_ask = lost
    outcome = watch.run()
    assert [one.kind for one in outcome.unknown] == [Kind.UNREACHABLE]
    watch.registry.on_ask = None
    assert (watch.run().leaves, watch.alarms()) == (0, [])


def test_an_alarm_stays_until_somebody_takes_note(watch: Watch, world: World) -> None:
    LEAVES[Kind.BACKDATED](world)
    later(world)
    first = watch.run()
    again = watch.run()
    assert len(first.new) == 1
    assert again.new == []
    assert [alarm.finding for alarm in again.standing] == first.new
    assert watch.monitor.acknowledge(["nothing"]) == ["nothing"]
    assert watch.monitor.acknowledge([first.new[0].id]) == []
    assert watch.alarms() == []


def test_a_damaged_memory_is_named_and_not_begun_anew(watch: Watch) -> None:
    state = watch.monitor.store.folder / "state.json"
    state.write_bytes(state.read_bytes()[:-9])
    with pytest.raises(KeptError, match="damaged"):
        watch.run()


def test_a_memory_whose_entries_were_cut_is_named(watch: Watch) -> None:
    path = watch.monitor.store.folder / "0.entries"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(KeptError, match="restore it"):
        watch.run()


def test_two_runs_at_once_exclude_one_another(watch: Watch) -> None:
    with watch.monitor.store.locked(), pytest.raises(KeptError, match="another run"):
        watch.run()


# Victims


def test_a_false_mark_is_noticed_by_its_victim(watch: Watch, world: World) -> None:
    victim = OrganisationId.from_text("0188:7123456789012")
    watched = frozenset({str(victim)})
    assert watch.run(watched=watched).notices == []
    mark = world.issue(at=NOW + HOUR, holder=victim)
    world.event(mark, EventKind.SUSPEND, EventReason.MISUSE, at=NOW + HOUR)
    later(world)
    notices = watch.run(watched=watched).notices
    assert [(one.kind, one.number, one.counts) for one in notices] == [
        ("issue", mark.number, True),
        ("suspend", mark.number, True),
    ]
    assert watch.run(watched=watched).notices == []
    assert len(watch.run(watched=watched, everything=True).notices) == 2


def test_a_mark_in_a_victims_name_that_counts_for_nothing_is_told_too(watch: Watch, world: World) -> None:
    victim = OrganisationId.from_text("0188:7123456789012")
    world.issue(at=NOW + HOUR, holder=victim, signer="stranger")
    later(world)
    [notice] = watch.run(watched=frozenset({str(victim)})).notices
    assert not notice.counts


# Others' views


@pytest.mark.parametrize("what", ["checkpoint", "evidence", "bundle", "register"])
def test_an_honest_file_of_somebody_else_agrees(
    watch: Watch, world: World, tmp_path: Path, what: str
) -> None:
    made: dict[str, Callable[[], bytes]] = {
        "checkpoint": lambda: world.log.kept[1].note,
        "evidence": lambda: world.evidence(world.issued[1]),
        "bundle": world.bundle,
        "register": world.register,
    }
    path = tmp_path / what
    path.write_bytes(made[what]())
    assert watch.alarms(files=[path]) == []


def test_another_history_shown_elsewhere_is_proven_by_its_checkpoint(
    watch: Watch, world: World, tmp_path: Path
) -> None:
    other = deepcopy(world)
    other.log.entries[-2] = b"another history"
    path = tmp_path / "theirs"
    path.write_bytes(other.log.signed({"w1": NOW, "w2": NOW}))
    assert watch.alarms(files=[path]) == [Kind.TWO_HEADS]


def test_a_mirror_is_one_history_or_is_named(watch: Watch, world: World) -> None:
    mirror = SimulatedRegistry(deepcopy(world))
    assert watch.alarms(places=[("https://mirror.example", mirror)]) == []
    mirror.world.log.entries[-1] = b"another history"
    mirror.world.log.append(b"and more")
    mirror.world.log.publish({"w1": NOW, "w2": NOW}, k=2)
    assert watch.alarms(places=[("https://mirror.example", mirror)]) == [Kind.TWO_HEADS]


# Without a memory


@pytest.mark.parametrize("kind", list(LEAVES))
def test_a_fresh_monitor_finds_the_same(world: World, tmp_path: Path, kind: Kind) -> None:
    LEAVES[kind](world)
    later(world)
    assert fresh(world, tmp_path).alarms() == [kind]


def test_the_memory_says_no_more_than_it_must(watch: Watch) -> None:
    value = json.loads((watch.monitor.store.folder / "state.json").read_bytes())
    assert sorted(value) == ["alarms", "format", "logged_version", "logs", "marks", "size", "version"]
