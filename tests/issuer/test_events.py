"""Events about marks, and the register as the ledger sees it."""

import json
from pathlib import Path
from typing import Any

import pytest

from forge.issuing import Desk, draft, drafts, star4
from forge.loopback_registry import LoopbackRegistry
from forge.world import NOW, World, sign
from keys.signed import read_event
from schemas.claims import EventClaims, EventKind, EventReason
from schemas.leaves import EventLeaf, IssueLeaf, leaf_from_bytes
from schemas.mark_number import MarkNumber
from schemas.times import DAY


@pytest.fixture
def number(desk: Desk, registry: LoopbackRegistry) -> str:
    """One published ★3 mark."""
    [mark] = desk.issue([draft()], "--registry", registry.url).json["marks"]
    return str(mark["number"])


def kinds(registry: LoopbackRegistry) -> list[str]:
    return [change["kind"] for change in registry.changes]


def status(desk: Desk, number: str) -> Any:
    return next(mark["status"] for mark in desk.marks() if mark["number"] == number)


def test_suspend_reinstate_confirm_revoke(desk: Desk, registry: LoopbackRegistry, number: str) -> None:
    there = ("--registry", registry.url)
    assert desk.run("suspend", number, "--reason", "under-investigation", *there).code == 0
    assert status(desk, number) == "suspended"
    assert desk.run("reinstate", number, "--reason", "investigation-closed", *there).code == 0
    assert desk.run("confirm", number, *there).code == 0
    assert desk.run("revoke", number, "--reason", "holder-request", *there).code == 0
    assert status(desk, number) == "revoked"
    assert kinds(registry) == ["issue", "suspend", "reinstate", "confirm", "revoke"]


def test_each_event_names_the_last_leaf_of_its_mark(
    desk: Desk, registry: LoopbackRegistry, number: str
) -> None:
    desk.run("suspend", number, "--reason", "misuse", "--registry", registry.url)
    desk.run("revoke", number, "--reason", "misuse", "--registry", registry.url)
    leaves = [leaf_from_bytes(entry) for entry in registry.entries]
    events = [read_event(leaf.event).unsafe_claims for leaf in leaves if isinstance(leaf, EventLeaf)]
    assert [event.prev.hex() for event in events] == [change["leaf"] for change in registry.changes[:2]]


def test_doing_it_again_is_nothing_to_do(desk: Desk, registry: LoopbackRegistry, number: str) -> None:
    for done in (True, False):
        ran = desk.run("revoke", number, "--reason", "misuse", "--registry", registry.url)
        assert (ran.code, ran.json["done"]) == (0, done)
    assert kinds(registry) == ["issue", "revoke"]


@pytest.mark.parametrize(
    ("verb", "reason"),
    [("reinstate", "investigation-closed"), ("suspend", "misuse"), ("revoke", "holder-request")],
)
def test_what_the_state_forbids_is_not_signed(
    desk: Desk, registry: LoopbackRegistry, number: str, verb: str, reason: str
) -> None:
    if verb != "reinstate":
        desk.run("revoke", number, "--reason", "misuse", "--registry", registry.url)
    bodies = len(registry.bodies)
    ran = desk.run(verb, number, "--reason", reason, "--registry", registry.url)
    assert (ran.code, "illegal-transition" in ran.err) == (1, True)
    assert len(registry.bodies) == bodies


def test_a_mark_the_register_does_not_hold_cannot_be_suspended(desk: Desk) -> None:
    ran = desk.run("suspend", "7K3Q9XWD29", "--reason", "misuse")
    assert (ran.code, "unknown-mark" in ran.err) == (1, True)


def test_a_number_with_a_wrong_check_character_is_usage(desk: Desk) -> None:
    with pytest.raises(SystemExit) as stopped:
        desk.run("suspend", "7K3Q9XWD28", "--reason", "misuse")
    assert stopped.value.code == 2


def test_offline_an_event_is_written_to_a_file(desk: Desk, registry: LoopbackRegistry, number: str) -> None:
    out = desk.folder / "event.cborseq"
    assert desk.run("suspend", number, "--reason", "misuse", "--out", out).code == 0
    assert registry.submit(out.read_bytes())[0] == 201
    ran = desk.run("sync", "--registry", registry.url)
    assert (ran.code, ran.json["new"], ran.json["changed"]) == (0, 1, [])
    assert status(desk, number) == "suspended"


def test_an_event_for_a_state_that_has_passed_shows_what_changed(
    desk: Desk, authority: Desk, registry: LoopbackRegistry, number: str
) -> None:
    authority.run("suspend", number, "--reason", "under-investigation", "--registry", registry.url)
    desk.run("confirm", number)
    ran = desk.run("publish", "--registry", registry.url)
    assert ran.code == 3
    assert [one["reason"] for one in ran.json["rejected"]] == ["event-out-of-order"]
    assert any("suspend under-investigation" in line for line in ran.json["changed"])
    assert status(desk, number) == "suspended"
    # The decision is the officer's again: the refused event is void, a new one names what is now the last leaf.
    assert desk.run("publish", "--registry", registry.url).json["published"] == 0
    assert desk.run("confirm", number, "--registry", registry.url).code == 0
    assert kinds(registry) == ["issue", "suspend", "confirm"]


def test_what_others_did_is_said_before_an_event_is_signed(
    desk: Desk, authority: Desk, registry: LoopbackRegistry, number: str
) -> None:
    assert authority.run("suspend", number, "--reason", "misuse", "--registry", registry.url).code == 0
    ran = desk.run("revoke", number, "--reason", "requirements-unmet", "--registry", registry.url)
    assert ran.code == 0
    assert f"{number}: suspend (misuse)" in ran.err


def test_an_authority_supersedes_only_where_an_organisation_ceased(
    desk: Desk, authority: Desk, registry: LoopbackRegistry, number: str
) -> None:
    desk.issue([draft(draft_id="2", organisation_id="7010705000725", scope="別")], "--registry", registry.url)
    heir = registry.numbers[1]
    there = ("--by", heir, "--registry", registry.url)
    assert "event-not-authorised" in authority.run("supersede", number, "--reason", "replaced", *there).err
    assert authority.run("supersede", number, "--reason", "organisation-ceased", *there).code == 0
    assert registry.changes[-1]["successor"] == heir


def test_a_successor_of_another_holder_is_refused(
    desk: Desk, registry: LoopbackRegistry, number: str
) -> None:
    desk.issue([draft(draft_id="2", organisation_id="7010705000725", scope="別")], "--registry", registry.url)
    ran = desk.run(
        "supersede", number, "--by", registry.numbers[1], "--reason", "replaced", "--registry", registry.url
    )
    assert (ran.code, "illegal-transition" in ran.err) == (1, True)


def test_a_draft_that_supersedes_ends_the_old_mark_once_the_new_one_is_published(
    desk: Desk, registry: LoopbackRegistry, number: str
) -> None:
    renewed = draft(draft_id="2", supersedes=f"{number[:5]}-{number[5:]}", scope="本社と大阪のIT基盤")
    assert desk.issue([renewed], "--registry", registry.url).code == 0
    assert kinds(registry) == ["issue", "issue", "supersede"]
    assert (registry.changes[2]["reason"], registry.changes[2]["successor"]) == (
        "replaced",
        registry.numbers[1],
    )
    assert status(desk, number) == "superseded"
    assert desk.run("publish", "--registry", registry.url).json["published"] == 0


@pytest.mark.parametrize("point", ["issuer.after-publish", "issuer.after-sign", "issuer.after-submit"])
def test_a_replacement_killed_on_the_way_is_completed(
    desk: Desk, registry: LoopbackRegistry, number: str, point: str
) -> None:
    path = desk.write([draft(draft_id="2", supersedes=number, scope="別")])
    assert desk.spawn("issue", path, "--registry", registry.url, crash_at=point).returncode == -9
    assert desk.run("issue", path, "--registry", registry.url).code == 0
    assert kinds(registry) == ["issue", "issue", "supersede"]


def test_offline_the_replacement_follows_when_the_register_is_seen_to_hold_the_new_mark(
    desk: Desk, registry: LoopbackRegistry, number: str
) -> None:
    out = desk.folder / "new.cborseq"
    desk.issue([draft(draft_id="2", supersedes=number, scope="別")], "--out", out)
    registry.submit(out.read_bytes())
    desk.run("sync", "--registry", registry.url)
    assert desk.run("publish", "--out", out).code == 0
    registry.submit(out.read_bytes())
    assert kinds(registry) == ["issue", "issue", "supersede"]


@pytest.mark.parametrize(
    ("organisation", "reason"), [("7010705000725", "other-holder"), ("7000012050002", "illegal-transition")]
)
def test_a_draft_cannot_supersede_what_is_anothers_or_over(
    desk: Desk, registry: LoopbackRegistry, number: str, organisation: str, reason: str
) -> None:
    if reason == "illegal-transition":
        desk.run("revoke", number, "--reason", "misuse", "--registry", registry.url)
    ran = desk.issue([draft(draft_id="2", organisation_id=organisation, supersedes=number)])
    assert [error["reason"] for error in ran.json["errors"]] == [reason]


def test_a_new_profile_replaces_the_old_one(desk: Desk, registry: LoopbackRegistry, number: str) -> None:
    path = desk.folder / "profile.json"
    path.write_text(json.dumps({"country": "JP", "contact": "03-0000-0000", "sites": ["本社"]}), "utf-8")
    assert desk.run("profile", number, path, "--registry", registry.url).code == 0
    assert len(registry.profiles[number]) == 2
    assert desk.run("profile", number, path, "--registry", registry.url).code == 0
    assert len(registry.profiles[number]) == 2


@pytest.mark.parametrize("document", ['{"contact": "x"}', '{"country": "JP", "web": "ftp://x"}', '["JP"]'])
def test_a_profile_of_another_shape_is_refused(
    desk: Desk, registry: LoopbackRegistry, number: str, document: str
) -> None:
    path = desk.folder / "profile.json"
    path.write_text(document)
    assert desk.run("profile", number, path, "--registry", registry.url).code == 1
    assert len(registry.profiles[number]) == 1


def test_a_groups_profile_cannot_change_its_entities(desk: Desk, registry: LoopbackRegistry) -> None:
    desk.issue([draft(unit="group", entities="7000012050002|みほん")], "--registry", registry.url)
    path = desk.folder / "profile.json"
    path.write_text(json.dumps({"country": "JP", "entities": [{"id": "0188:7010705000725", "name": "x"}]}))
    ran = desk.run("profile", registry.numbers[0], path, "--registry", registry.url)
    assert (ran.code, "profile-mismatch" in ran.err) == (1, True)


# ------------------------------------------------------------------ sync


def test_sync_reads_every_page_once(desk: Desk, authority: Desk, registry: LoopbackRegistry) -> None:
    desk.issue(drafts(7), "--registry", registry.url)
    registry.page = 3
    assert authority.run("sync", "--registry", registry.url).json["new"] == 7
    assert authority.run("sync", "--registry", registry.url).json["new"] == 0


def test_sync_takes_newer_trust_into_use(desk: Desk, registry: LoopbackRegistry, world: World) -> None:
    world.trust(NOW - DAY)
    world.trust(NOW - DAY + 1)
    assert desk.run("sync", "--registry", registry.url).json["trust"] == 3
    assert sorted(path.name for path in (desk.home / "trust").iterdir()) == ["1", "2", "3"]
    assert desk.issue(drafts(1), "--registry", registry.url).code == 0


def test_trust_the_root_did_not_sign_is_not_taken(
    desk: Desk, registry: LoopbackRegistry, world: World
) -> None:
    world.trust(NOW - DAY, signers=["root-a"])
    assert desk.run("sync", "--registry", registry.url).code == 3
    assert [path.name for path in (desk.home / "trust").iterdir()] == ["1"]


def test_a_key_that_was_closed_signs_nothing_more(
    desk: Desk, registry: LoopbackRegistry, world: World
) -> None:
    keys = [
        entry | ({"until": NOW} if entry["owner"] == "Issuer A" else {})
        for entry in world.documents[-1]["keys"]
    ]
    world.trust(NOW - DAY, keys=keys)
    desk.run("sync", "--registry", registry.url)
    ran = desk.issue(drafts(1))
    assert (ran.code, "window of its key" in ran.err) == (3, True)


def test_a_number_of_ours_with_other_bytes_is_an_alarm(
    desk: Desk, registry: LoopbackRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    [mark] = desk.issue(drafts(1)).json["marks"]
    change = {
        "cursor": "0-1",
        "leaf": "00" * 32,
        "at": "2026-11-01T00:00:00Z",
        "kind": "issue",
        "number": mark["number"],
        "organisation": "0188:7000012050002",
        "level": 3,
        "status": "valid",
        "reason": None,
        "successor": None,
    }
    monkeypatch.setattr(registry, "changes", [change | {"index": 1}])
    ran = desk.run("sync", "--registry", registry.url)
    assert (ran.code, ran.json["foreign"]) == (3, [mark["number"]])


@pytest.mark.parametrize(
    "bent", [{"leaf": "00"}, {"number": "ILOU"}, {"at": "now"}, {"kind": None}, {"cursor": "a b"}]
)
def test_changes_of_another_shape_are_not_taken(
    desk: Desk, registry: LoopbackRegistry, number: str, bent: dict[str, Any]
) -> None:
    assert number in registry.numbers
    registry.changes.append(registry.changes[0] | {"index": 99, "cursor": "0-99"} | bent)
    assert desk.run("sync", "--registry", registry.url).code == 3


def register_file(desk: Desk, world: World, registry: LoopbackRegistry) -> Path:
    """What the registry took in, as a register file of the forge's world."""
    for entry in registry.entries[1:]:
        leaf = leaf_from_bytes(entry)
        assert isinstance(leaf, IssueLeaf | EventLeaf)
        world.log.append(entry)
    world.publish(NOW)
    path = desk.folder / "register.zip"
    path.write_bytes(world.register())
    return path


def test_a_register_file_serves_as_well_as_the_registry(
    desk: Desk, authority: Desk, registry: LoopbackRegistry, world: World, number: str
) -> None:
    desk.run("suspend", number, "--reason", "misuse", "--registry", registry.url)
    path = register_file(desk, world, registry)
    assert authority.run("sync", "--bundle", path).json["new"] == 2
    out = authority.folder / "revoked.cborseq"
    assert authority.run("revoke", number, "--reason", "misuse", "--out", out).code == 0
    assert registry.submit(out.read_bytes())[0] == 201


def test_a_ledger_begun_anew_gives_out_no_index_the_register_holds(
    desk: Desk, registry: LoopbackRegistry, world: World
) -> None:
    desk.issue(drafts(3), "--registry", registry.url)
    path = register_file(desk, world, registry)
    for kept in desk.home.glob("ledger.sqlite*"):
        kept.unlink()
    desk.run("sync", "--bundle", path)
    assert desk.issue([draft()], "--registry", registry.url).code == 0
    assert len(registry.numbers) == 4


def test_a_bundle_without_entries_or_with_a_changed_leaf_is_refused(
    desk: Desk, registry: LoopbackRegistry, world: World, number: str
) -> None:
    assert number
    path = register_file(desk, world, registry)
    good = path.read_bytes()
    path.write_bytes(world.bundle())
    assert desk.run("sync", "--bundle", path).code == 3
    path.write_bytes(good.replace(b"0188:7000012050002", b"0188:7010705000725"))
    assert desk.run("sync", "--bundle", path).code == 3


# ------------------------------------------------------------------ due


def test_what_ends_soon_or_wants_confirming_is_due(
    other_desk: Desk, registry: LoopbackRegistry, desk: Desk
) -> None:
    desk.issue([draft(draft_id="3")], "--registry", registry.url)
    other_desk.issue([star4(draft_id="4")], "--registry", registry.url)
    assert desk.run("due").json["due"] == []
    assert other_desk.run("due").json["due"] == []
    desk.now = other_desk.now = NOW + 300 * DAY
    assert [(one["due"], one["on"]) for one in desk.run("due").json["due"]] == [("renew", "2027-10-31")]
    assert [(one["due"], one["on"]) for one in other_desk.run("due").json["due"]] == [
        ("confirm", "2027-11-01")
    ]
    other_desk.now = NOW + 370 * DAY
    assert [one["due"] for one in other_desk.run("due").json["due"]] == ["confirm-overdue-show"]


def test_a_confirmation_that_came_in_is_no_longer_due(
    other_desk: Desk, registry: LoopbackRegistry, desk: Desk
) -> None:
    other_desk.issue([star4(draft_id="4")], "--registry", registry.url)
    desk.now = other_desk.now = NOW + 300 * DAY
    assert other_desk.run("confirm", registry.numbers[0], "--registry", registry.url).code == 0
    assert other_desk.run("due").json["due"] == []
    assert other_desk.run("confirm", registry.numbers[0], "--registry", registry.url).json["done"] is False


def test_an_event_signed_by_a_stranger_changes_nothing_here(
    desk: Desk, registry: LoopbackRegistry, world: World, number: str
) -> None:
    prev = bytes.fromhex(registry.changes[0]["leaf"])
    claims = EventClaims(
        iat=NOW,
        number=MarkNumber.from_text(number),
        kind=EventKind.REVOKE,
        reason=EventReason.MISUSE,
        prev=prev,
    )
    world.log.append(registry.entries[1])
    world.log.append(EventLeaf(event=sign(claims, "stranger")).to_bytes())
    world.publish(NOW)
    path = desk.folder / "register.zip"
    path.write_bytes(world.register())
    assert desk.run("sync", "--bundle", path).code == 0
    assert status(desk, number) == "valid"
