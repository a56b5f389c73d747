"""A bad day with many marks: choose them from the whole register, look, and end them with one command."""

import io
from pathlib import Path

import pytest

from forge.issuing import Desk, draft, drafts, star4
from forge.loopback_registry import LoopbackRegistry
from forge.world import NOW, World
from schemas.mark_number import MarkNumber
from schemas.times import DAY
from schemas.trust_document import TrustDocument


@pytest.fixture
def issued(desk: Desk, other_desk: Desk, registry: LoopbackRegistry) -> list[str]:
    """Numbers: two marks AB01 assessed, the second revoked; one of another assessor; one of a ★3 issuer."""
    there = ("--registry", registry.url)
    rows = [star4(draft_id=f"four-{place}", scope=f"拠点{place}のIT基盤") for place in range(3)]
    rows[2] |= {"assessor_code": "AB02"}
    numbers = [mark["number"] for mark in other_desk.issue(rows, *there).json["marks"]]
    other_desk.run("revoke", numbers[1], "--reason", "misuse", *there)
    return numbers + [mark["number"] for mark in desk.issue([draft()], *there).json["marks"]]


@pytest.fixture
def register(world: World, registry: LoopbackRegistry, issued: list[str], tmp_path: Path) -> Path:
    """The same as a file; `issued` has run before."""
    assert issued
    world.log.entries[:] = registry.entries
    world.publish(NOW)
    path = tmp_path / "register.akashi"
    path.write_bytes(world.register())
    return path


@pytest.mark.parametrize(
    ("words", "places"),
    [
        (("--assessor", "AB01"), [0]),
        (("--owner", "Issuer B"), [0, 2]),
        (("--owner", "Issuer B", "--assessor", "AB02"), [2]),
        (("--level", "3"), [3]),
        (("--assessor", "nobody"), []),
    ],
)
def test_the_marks_that_are_meant_and_can_still_end_are_found(
    authority: Desk, issued: list[str], register: Path, words: tuple[str, ...], places: list[int]
) -> None:
    ran = authority.run("select", "--bundle", register, *words)
    assert ran.code == 0
    assert [one["number"] for one in ran.json["marks"]] == [issued[place] for place in places]


def test_marks_are_chosen_by_the_key_that_signed_them_and_by_their_holder(
    authority: Desk, desk: Desk, issued: list[str], register: Path
) -> None:
    kid = desk.init().json["kid"]
    by_key = authority.run("select", "--bundle", register, "--kid", kid).json["marks"]
    assert [one["number"] for one in by_key] == [issued[3]]
    holder = by_key[0]["holder"]
    of_holder = authority.run("select", "--bundle", register, "--holder", holder.removeprefix("0188:"))
    assert issued[3] in [one["number"] for one in of_holder.json["marks"]]
    assert {one["holder"] for one in of_holder.json["marks"]} == {holder}


def test_a_mark_that_ran_out_needs_no_end(authority: Desk, issued: list[str], register: Path) -> None:
    authority.now += 400 * DAY
    ran = authority.run("select", "--bundle", register, "--level", "3")
    assert (ran.json["marks"], issued[3] in ran.out) == ([], False)


def test_all_marks_are_not_chosen_by_asking_for_nothing(authority: Desk, register: Path) -> None:
    ran = authority.run("select", "--bundle", register)
    assert (ran.code, "--assessor" in ran.err) == (2, True)


def test_a_register_with_a_bent_byte_is_not_chosen_from(authority: Desk, register: Path) -> None:
    data = bytearray(register.read_bytes())
    data[len(data) // 2] ^= 1
    register.write_bytes(data)
    assert authority.run("select", "--bundle", register, "--level", "3").code == 3


def test_many_marks_end_with_one_command_read_from_a_list(
    desk: Desk, authority: Desk, registry: LoopbackRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = desk.issue(drafts(3), "--registry", registry.url).json["marks"]
    numbers = [mark["number"] for mark in issued]
    lines = "".join(f"{MarkNumber.from_text(number).display}  ★3  somebody\n" for number in numbers)
    monkeypatch.setattr("sys.stdin", io.StringIO(lines + "\n"))
    bodies = len(registry.bodies)
    there = ("--registry", registry.url)
    ran = authority.run("suspend", "-", "--reason", "under-investigation", *there)
    assert (ran.code, ran.json["numbers"], ran.json["published"]) == (0, numbers, 3)
    assert len(registry.bodies) == bodies + 1  # one submission: all of them or none
    assert [change["kind"] for change in registry.changes[-3:]] == ["suspend"] * 3
    again = authority.run("suspend", *numbers, "--reason", "under-investigation", *there)
    assert (again.code, again.json["done"]) == (0, False)


def test_if_one_of_many_cannot_be_nothing_is_signed(desk: Desk, registry: LoopbackRegistry) -> None:
    there = ("--registry", registry.url)
    first, second = (mark["number"] for mark in desk.issue(drafts(2), *there).json["marks"])
    desk.run("revoke", second, "--reason", "misuse", *there)
    bodies = len(registry.bodies)
    ran = desk.run("suspend", first, second, "7K3Q9XWD29", "--reason", "misuse", *there)
    assert ran.code == 1
    assert second in ran.err
    assert "7K3Q9XWD29" in ran.err
    assert len(registry.bodies) == bodies
    assert desk.run("publish", *there).json["published"] == 0


def test_after_the_hosts_name_changed_a_new_list_begins_and_old_marks_keep_theirs(
    desk: Desk, registry: LoopbackRegistry, world: World
) -> None:
    there = ("--registry", registry.url)
    desk.issue([draft(draft_id="before")], *there)
    old, *others = world.documents[-1]["hosts"]
    world.trust(NOW + 1, hosts=[old | {"until": NOW + 1}, {"host": "new.example"}, *others])
    registry.fold.document = TrustDocument.from_json(world.documents[-1])
    desk.now += 60
    desk.run("sync", *there)
    desk.issue([draft(draft_id="after"), draft(draft_id="after-2", scope="別の拠点")], *there)
    uris = [(state.status_uri, state.status_index) for state in registry.fold.marks.values()]
    assert uris == [
        ("https://akashi.example/status/a/0", 0),
        ("https://new.example/status/a/1", 0),
        ("https://new.example/status/a/1", 1),
    ]
