"""The publisher: what enters is published once, and no crash, rival or restored backup forks the log."""

from hashlib import sha256

import pytest
from sqlalchemy import select, update

from forge.laid import json_of
from forge.registers import ForgedWitness, Register
from forge.signers import signer_named
from forge.trust_documents import witness
from forge.world import NOW, World
from keys.signed import read_status_list
from registry import projection
from registry.files import FilesError
from registry.logs import read_entries
from registry.models import HeadRow, LeafRow, MarkRow
from registry.publisher import ClockBehindError, NoQuorumError
from registry.ratchet import Ratchet, RatchetBusyError, RatchetError
from registry.sequencer import ForkError
from schemas.checkpoint import read_checkpoint
from schemas.claims import EventKind, EventReason
from schemas.leaves import SnapshotLeaf, leaf_from_bytes
from schemas.note import SignedNote
from schemas.status_list import Status, status_at
from verifier.fold import Fold
from verifier.transparency import Witnessed, check_checkpoint


def head_of(register: Register) -> HeadRow:
    with register.sessions() as session:
        return session.scalars(select(HeadRow)).one()


def test_an_empty_register_publishes_its_genesis_and_an_empty_snapshot(register: Register) -> None:
    entries = read_entries(register.files, 2)
    snapshot = leaf_from_bytes(entries[1])
    assert isinstance(snapshot, SnapshotLeaf)
    assert (snapshot.size, snapshot.lists) == (1, ())
    assert register.files.kept_sizes() == [2]


def test_a_mark_that_entered_is_in_a_witnessed_checkpoint_with_its_list(
    register: Register, world: World
) -> None:
    mark = world.issue(at=NOW)
    outcome = register.submit(mark.raw)
    assert outcome.status == 200
    assert outcome.body["items"] == [
        {"item": 0, "kind": "mark", "number": mark.number, "log": "akashi.example/log1", "index": 2}
    ]
    note = register.files.find_checkpoint()
    assert note is not None
    witnessed = check_checkpoint(SignedNote.from_bytes(note), register.chain().current)
    assert isinstance(witnessed, Witnessed)
    assert witnessed.checkpoint.size == outcome.body["checkpoint"]["size"] == 4
    assert register.files.find_list("a", 0) is not None


def test_the_lists_equal_the_fold_of_the_log(register: Register, world: World) -> None:
    marks = [world.issue(at=NOW) for _ in range(5)]
    register.submit(*(mark.raw for mark in marks))
    suspend = world.event(marks[1], EventKind.SUSPEND, EventReason.UNDER_INVESTIGATION, at=NOW)
    revoke = world.event(marks[2], EventKind.REVOKE, EventReason.MISUSE, at=NOW)
    assert register.submit(suspend.raw, revoke.raw).status == 200
    size = head_of(register).size
    fold = Fold(document=register.chain().current)
    for index, entry in enumerate(read_entries(register.files, size)):
        fold.apply(entry, place=0, index=index)
    with register.sessions() as session:
        lists = projection.status_lists(session)
    assert lists == {uri: bytes(statuses) for uri, statuses in fold.lists.items()}
    snapshot = leaf_from_bytes(read_entries(register.files, size)[-1])
    assert isinstance(snapshot, SnapshotLeaf)
    assert dict(snapshot.lists) == {uri: sha256(data).digest() for uri, data in lists.items()}


def test_the_same_body_again_changes_nothing(register: Register, world: World) -> None:
    mark = world.issue(at=NOW)
    first = register.submit(mark.raw)
    size = head_of(register).size
    assert register.submit(mark.raw).body == first.body
    assert head_of(register).size == size


def test_a_known_object_in_another_body_is_answered_from_the_index(register: Register, world: World) -> None:
    old, new = world.issue(at=NOW), world.issue(at=NOW)
    register.submit(old.raw)
    outcome = register.submit(old.raw, new.raw)
    assert [item["index"] for item in outcome.body["items"]] == [2, 4]


def test_one_bad_object_keeps_the_whole_body_out(register: Register, world: World) -> None:
    good, bad = world.issue(at=NOW), world.issue(at=NOW - 30 * 86400)
    size = head_of(register).size
    outcome = register.submit(good.raw, bad.raw)
    assert outcome.status == 422
    assert [(error["item"], error["reason"]) for error in outcome.body["errors"]] == [(1, "iat-window")]
    assert head_of(register).size == size


def test_an_event_that_does_not_follow_is_answered_with_the_leaf_it_must_follow(
    register: Register, world: World
) -> None:
    mark = world.issue(at=NOW)
    register.submit(mark.raw)
    late = world.event(mark, EventKind.REVOKE, EventReason.MISUSE, at=NOW, logged=False)
    first = world.event(mark, EventKind.SUSPEND, EventReason.MISUSE, at=NOW)
    assert register.submit(first.raw).status == 200
    outcome = register.submit(late.raw)
    assert outcome.status == 409
    assert outcome.body["last_leaf"] == first.leaf.hex()


def test_without_a_quorum_nothing_is_published_and_nothing_is_lost(register: Register, world: World) -> None:
    mark = world.issue(at=NOW)
    for one in register.witnesses[:2]:
        one.down = True
    with pytest.raises(NoQuorumError):
        register.submit(mark.raw)
    assert register.files.kept_sizes() == [2]
    for one in register.witnesses:
        one.down = False
    register.publisher.recover()
    assert register.files.kept_sizes() == [2, 4]
    assert register.submit(mark.raw).status == 200


def test_new_trust_replaces_the_witnesses_that_are_waited_for(register: Register, world: World) -> None:
    """All witnesses are gone for good: the next trust document names others, and publishing goes on by itself."""
    mark = world.issue(at=NOW)
    for gone in register.witnesses:
        gone.down = True
    with pytest.raises(NoQuorumError):
        register.submit(mark.raw)
    entries = world.documents[-1]["witnesses"]
    closed = [entry | {"until": NOW} for entry in entries]
    fresh = [witness(f"n{number}", **{"from": NOW}) for number in (1, 2, 3)]
    world.trust(NOW, witnesses=[*closed, *fresh])
    register.files.write_trust(2, world.notes[1])
    register.publisher._witnesses = [
        ForgedWitness(url=f"http://n{number}.example", label=f"n{number}", now=lambda: float(register.now))
        for number in (1, 2, 3)
    ]
    register.publisher.recover()
    register.publish()
    assert register.submit(mark.raw).status == 200


def test_what_a_thief_signs_after_the_theft_was_declared_stays_outside(
    register: Register, world: World
) -> None:
    mark = world.issue(at=NOW)
    register.submit(mark.raw)
    world.compromise("issuer-3", NOW, size=4)
    register.files.write_trust(2, world.notes[1])
    register.publish()
    minted = world.issue(at=NOW)
    revocation = world.event(mark, EventKind.REVOKE, EventReason.MISUSE, at=NOW)
    for stolen in (minted.raw, revocation.raw):
        outcome = register.submit(stolen)
        assert outcome.status == 422
        assert [error["reason"] for error in outcome.body["errors"]] == ["key-compromised"]
    answer = register.client().get(f"/api/v1/marks/{mark.number}")
    assert json_of(answer)["state"] == "valid"


def test_what_a_thief_logged_before_is_undone_by_the_position(register: Register, world: World) -> None:
    mark = world.issue(at=NOW)
    register.submit(mark.raw)
    revocation = world.event(mark, EventKind.REVOKE, EventReason.MISUSE, at=NOW)
    register.submit(revocation.raw)
    assert json_of(register.client().get(f"/api/v1/marks/{mark.number}"))["state"] == "revoked"
    with register.sessions() as session:
        index = session.scalars(select(LeafRow.index).where(LeafRow.kind == "revoke")).one()
    world.compromise("issuer-3", NOW, size=index)
    register.files.write_trust(2, world.notes[1])
    register.publish()
    assert json_of(register.client().get(f"/api/v1/marks/{mark.number}"))["state"] == "valid"
    listed = read_status_list(register.files.find_list("a", 0) or b"").unsafe_claims
    assert status_at(listed.statuses, mark.claims.status_index) == Status.VALID


def test_two_trust_versions_given_together_are_two_leaves(register: Register, world: World) -> None:
    world.trust(NOW, mirrors=["https://mirror.example"])
    world.trust(NOW, mirrors=["https://other.example"])
    for version in (2, 3):
        register.files.write_trust(version, world.notes[version - 1])
    register.publish()
    with register.sessions() as session:
        logged = select(LeafRow.trust_version).where(LeafRow.kind == "trust").order_by(LeafRow.index)
        assert session.scalars(logged).all() == [2, 3]


def test_the_lists_are_signed_anew_when_nothing_happens_for_six_hours(
    register: Register, world: World
) -> None:
    register.submit(world.issue(at=NOW).raw)
    before = register.files.find_list("a", 0)
    register.now += 6 * 3600
    register.publish()
    assert register.files.find_list("a", 0) != before
    assert register.files.kept_sizes() == [2, 4, 5]


def test_a_second_publisher_cannot_open_the_ratchet(register: Register) -> None:
    with pytest.raises(RatchetBusyError, match="another publisher"):
        register.open()


def test_a_database_restored_from_an_old_backup_stops_the_publisher(register: Register, world: World) -> None:
    with register.sessions() as session:
        head = session.scalars(select(HeadRow)).one()
        old = {"size": head.size, "root": head.root}
    register.submit(world.issue(at=NOW).raw)
    with register.sessions.begin() as session:
        session.execute(update(HeadRow).values(**old))
    register.close()
    with pytest.raises(ForkError, match="backup"):
        register.open()


def test_a_ratchet_restored_from_an_old_backup_stops_the_publisher(register: Register, world: World) -> None:
    before = register.files.ratchet.read_bytes()
    register.submit(world.issue(at=NOW).raw)
    register.close()
    register.files.ratchet.write_bytes(before)
    with pytest.raises(ForkError, match="log key has signed size 2"):
        register.open()


def test_a_head_moved_by_somebody_else_is_never_signed_over(register: Register, world: World) -> None:
    register.submit(world.issue(at=NOW).raw)
    with register.sessions.begin() as session:
        session.execute(update(HeadRow).values(size=HeadRow.size + 1))
    with pytest.raises(ForkError, match="the ratchet stands at 4, the database at 5"):
        register.submit(world.issue(at=NOW).raw)
    checkpoint, _ = read_checkpoint(register.files.find_checkpoint() or b"")
    assert checkpoint.size == 4


def test_an_immutable_tile_is_never_overwritten(register: Register) -> None:
    with pytest.raises(FilesError, match="immutable"):
        register.files.write_tile("tile/0/000.p/2", b"other")


def test_newer_trust_is_logged_and_every_leaf_judged_again(register: Register, world: World) -> None:
    before, after = world.issue(at=NOW), world.issue(at=NOW)
    register.submit(before.raw)
    register.submit(after.raw)
    world.compromise("issuer-3", NOW, size=4)
    register.files.write_trust(2, world.notes[1])
    register.publish()
    with register.sessions() as session:
        assert session.scalars(select(MarkRow.number)).all() == [before.number]
        assert session.scalars(select(HeadRow.trust_version)).one() == 2


def test_a_clock_gone_back_signs_nothing_until_it_is_right(register: Register, world: World) -> None:
    mark = world.issue(at=NOW)
    register.submit(mark.raw)
    lists = register.files.find_list("a", 0)
    register.now -= 3600
    early = world.issue(at=register.now)
    with pytest.raises(ClockBehindError, match="set it right"):
        register.submit(early.raw)
    assert (register.files.kept_sizes(), register.files.find_list("a", 0)) == ([2, 4], lists)
    register.now += 3600
    assert register.submit(early.raw).status == 200  # it waited, and lost nothing


def test_a_clock_gone_back_publishes_nothing_that_was_appended_before(
    register: Register, world: World
) -> None:
    """Appended, and then killed before its checkpoint; the clock is wrong when it starts again."""
    mark = world.issue(at=NOW)
    for one in register.witnesses:
        one.down = True
    with pytest.raises(NoQuorumError):
        register.submit(mark.raw)
    for one in register.witnesses:
        one.down = False
    register.now -= 3600
    with pytest.raises(ClockBehindError):
        register.publisher.recover()
    assert (register.files.kept_sizes(), register.files.find_list("a", 0)) == ([2], None)
    register.now += 3600
    register.publisher.recover()
    assert register.files.kept_sizes() == [2, 4]


def test_a_ratchet_of_another_log_is_no_ratchet_of_this_one(register: Register) -> None:
    register.close()
    whole = register.files.ratchet.read_bytes()
    other = whole.replace(b"akashi.example/log1", b"akashi.example/log9")
    for bent, says in (
        (other, "no log of this register"),
        (whole + whole, "line 2 does not follow"),
        (whole.split(b" ")[0] + b"\n", "line 1"),
        (whole + other + whole, "line 3 does not follow"),
    ):
        register.files.ratchet.write_bytes(bent)
        with pytest.raises(RatchetError, match=says):
            Ratchet(register.files.ratchet, origin="akashi.example/log1", signer=signer_named("log"))
    register.files.ratchet.write_bytes(whole)
    register.open()
