"""The door: whatever may not enter is refused by name, and changes nothing."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import cbor2
import pytest
from sqlalchemy import func, select

from forge.registers import Register
from forge.signers import signer_named
from forge.world import HOST, NOW, Issued, World, sign
from keys.algorithms import PublicKey
from keys.signed import sign as sign_claims
from registry.models import EventRow, LeafRow, MarkRow, ProfileRow
from registry.submissions import MAX_BODY, MAX_OBJECTS, accept
from schemas.claims import EventClaims, EventKind, EventReason, Unit, entities_hash_input
from schemas.mark_number import MarkNumber
from schemas.organisation_id import OrganisationId
from schemas.profile import ProfileClaims
from schemas.times import DAY

ENTITIES = [
    {"id": "0188:7000012050002", "name": "株式会社みほん電子"},
    {"id": "0188:7123456789012", "name": "みほん物流株式会社"},
]
GROUP = sha256(entities_hash_input([entity["id"] for entity in ENTITIES])).digest()


def counts(register: Register) -> list[int]:
    with register.sessions() as session:
        tables = (LeafRow, MarkRow, EventRow, ProfileRow)
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def refused(register: Register, *objects: bytes) -> list[str]:
    """Submit, and give the reasons of a refusal that changed nothing."""
    before = counts(register)
    outcome = register.submit(*objects)
    assert outcome.status in (400, 409, 413, 422), outcome
    assert counts(register) == before
    return [error["reason"] for error in outcome.body["errors"]] or [outcome.body["reason"]]


def profile_of(mark: Issued, *, iat: int = NOW, entities: bool = False, signer: str = "issuer-3") -> bytes:
    document: dict[str, object] = {"country": "JP"}
    if entities:
        document["entities"] = ENTITIES
    claims = ProfileClaims(iat=iat, number=mark.claims.number, document=document)
    return sign_claims(claims, signer_named(signer))


BENT_MARKS: dict[str, tuple[str, Callable[[World], bytes]]] = {
    "by a stranger": (
        "unknown-issuer",
        lambda world: sign(world.claims(at=NOW), "stranger"),
    ),
    "by a status key": ("unknown-issuer", lambda world: sign(world.claims(at=NOW), "status")),
    "by the right key for the wrong level": (
        "level-not-allowed",
        lambda world: sign(world.claims(at=NOW, level=4), "issuer-3"),
    ),
    "for longer than its level lasts": (
        "level-not-allowed",
        lambda world: sign(world.claims(at=NOW, exp=NOW + 401 * DAY), "issuer-3"),
    ),
    "of another scheme": (
        "scheme-mismatch",
        lambda world: sign(world.claims(at=NOW, scheme="other"), "issuer-3"),
    ),
    "changed after it was signed": (
        "bad-signature",
        lambda world: flip(sign(world.claims(at=NOW), "issuer-3"), -1),
    ),
    "signed six days ago": (
        "iat-window",
        lambda world: sign(world.claims(at=NOW - 6 * DAY), "issuer-3"),
    ),
    "signed in ten minutes": (
        "iat-window",
        lambda world: sign(world.claims(at=NOW + 600), "issuer-3"),
    ),
    "pointing at somebody else's list": (
        "status-foreign",
        lambda world: sign(world.claims(at=NOW, status_uri=f"https://{HOST}/status/b/0"), "issuer-3"),
    ),
    "pointing at somebody else's host": (
        "status-foreign",
        lambda world: sign(world.claims(at=NOW, status_uri="https://evil.example/status/a/0"), "issuer-3"),
    ),
    "pointing beyond its list": (
        "status-out-of-range",
        lambda world: sign(world.claims(at=NOW, status_index=2**17), "issuer-3"),
    ),
    "truncated": (
        "malformed",
        lambda world: b"\xd2\x84" + sign(world.claims(at=NOW), "issuer-3")[2:-9] + b"\x40",
    ),
    "too large": (
        "too-large",
        lambda world: sign(
            world.claims(
                at=NOW, name="あ" * 80, statement="い" * 80, statement_latin="b" * 240, name_latin="a" * 240
            ),
            "issuer-3",
        ),
    ),
    "with a tag in two bytes": (
        "not-deterministic",
        lambda world: b"\xd8\x12" + sign(world.claims(at=NOW), "issuer-3")[1:],
    ),
    "of nothing but a header of zeros": (
        "malformed",
        lambda _world: b"\xd2\x84\x59\x05\x00" + bytes(0x500) + b"\xa0\x40\x40",
    ),
    "with an unsigned header": (
        "unsigned-header",
        lambda world: with_header(sign(world.claims(at=NOW), "issuer-3")),
    ),
    "with a length in long form": (
        "not-deterministic",
        lambda world: long_length(sign(world.claims(at=NOW), "issuer-3")),
    ),
    "an array in its place": ("malformed", lambda _world: b"\x80"),
}


def flip(data: bytes, at: int) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def with_header(raw: bytes) -> bytes:
    """Put a kid into the unprotected header, where nobody signed it."""
    protected, _, payload, signature = cbor2.loads(raw[1:])
    return b"\xd2" + cbor2.dumps([protected, {4: b"12345678"}, payload, signature])


def long_length(raw: bytes) -> bytes:
    """Write the signature's length in two bytes where one is enough."""
    return raw[:-66] + b"\x59\x00\x40" + raw[-64:]


@pytest.mark.parametrize("bent", BENT_MARKS)
def test_a_mark_that_is_wrong_gets_its_named_reason(register: Register, world: World, bent: str) -> None:
    reason, make = BENT_MARKS[bent]
    assert refused(register, make(world)) == [reason]


def test_a_mark_whose_validity_is_over_may_still_enter(register: Register, world: World) -> None:
    past = world.issue(at=NOW, nbf=NOW - 6 * DAY, exp=NOW - DAY)
    assert register.submit(past.raw).status == 200


def test_a_stranger_costs_no_signature_check(
    register: Register, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[bytes] = []

    def refuse(_key: PublicKey, message: bytes, _signature: bytes) -> bool:
        checked.append(message)
        return False

    monkeypatch.setattr(PublicKey, "verify", refuse)
    mark = world.issue(at=NOW, logged=False)
    event = world.event(mark, EventKind.REVOKE, EventReason.MISUSE, at=NOW, signer="stranger", logged=False)
    strangers = [sign(world.claims(at=NOW), "stranger"), event.raw, profile_of(mark, signer="stranger")]
    assert refused(register, *strangers) == ["unknown-issuer"] * 3
    assert checked == []
    assert refused(register, mark.raw) == ["bad-signature"]
    assert len(checked) == 1


def test_a_number_belongs_to_its_first_mark(register: Register, world: World) -> None:
    first = world.issue(at=NOW)
    register.submit(first.raw)
    twin = sign(replace(world.claims(at=NOW), number=first.claims.number), "issuer-3")
    assert refused(register, twin) == ["duplicate-number"]


def test_a_list_entry_belongs_to_its_first_mark(register: Register, world: World) -> None:
    first = world.issue(at=NOW)
    register.submit(first.raw)
    twin = sign(replace(world.claims(at=NOW), status_index=first.claims.status_index), "issuer-3")
    assert refused(register, twin) == ["duplicate-index"]


def test_twins_within_one_body_are_refused_too(register: Register, world: World) -> None:
    one = world.issue(at=NOW)
    number = sign(replace(world.claims(at=NOW), number=one.claims.number), "issuer-3")
    entry = sign(
        replace(world.claims(at=NOW), number=MarkNumber(value=77), status_index=one.claims.status_index),
        "issuer-3",
    )
    assert refused(register, one.raw, number, entry) == ["duplicate-number", "duplicate-index"]


def test_a_group_needs_a_profile_that_lists_its_entities(register: Register, world: World) -> None:
    group = world.issue(at=NOW, unit=Unit.GROUP, entities_sha256=GROUP)
    assert refused(register, group.raw) == ["profile-missing"]
    assert refused(register, group.raw, profile_of(group)) == ["profile-missing", "profile-mismatch"]
    assert register.submit(group.raw, profile_of(group, entities=True)).status == 200
    assert register.files.find_entities(group.number) == entities_hash_input(
        [entity["id"] for entity in ENTITIES]
    )


def test_an_older_profile_never_replaces_a_newer_one(register: Register, world: World) -> None:
    mark = world.issue(at=NOW)
    register.submit(mark.raw, profile_of(mark))
    assert refused(register, profile_of(mark, iat=NOW - 1)) == ["profile-older"]
    assert register.submit(profile_of(mark, iat=NOW + 1)).status == 200


def test_a_profile_from_the_future_would_hold_for_ever_and_is_refused(
    register: Register, world: World
) -> None:
    mark = world.issue(at=NOW)
    register.submit(mark.raw, profile_of(mark))
    assert refused(register, profile_of(mark, iat=NOW + 301)) == ["iat-window"]
    assert register.submit(profile_of(mark, iat=NOW + 300)).status == 200


def test_of_two_profiles_of_one_second_the_one_with_the_greater_hash_holds(
    register: Register, world: World
) -> None:
    mark = world.issue(at=NOW)
    claims = [
        ProfileClaims(iat=NOW, number=mark.claims.number, document={"country": "JP", "kana": kana})
        for kana in ("ミホン", "ミホンデンシ")
    ]
    lesser, greater = sorted(
        (sign_claims(one, signer_named("issuer-3")) for one in claims), key=lambda raw: sha256(raw).digest()
    )
    register.submit(mark.raw, lesser)
    assert register.submit(greater).status == 200
    assert register.files.find_profile(mark.number) == greater
    elsewhere = world.issue(at=NOW)
    other = [replace(one, number=elsewhere.claims.number) for one in claims]
    lesser, greater = sorted(
        (sign_claims(one, signer_named("issuer-3")) for one in other), key=lambda raw: sha256(raw).digest()
    )
    register.submit(elsewhere.raw, greater)
    assert refused(register, lesser) == ["profile-older"]
    assert register.files.find_profile(elsewhere.number) == greater


def test_a_profile_comes_from_the_owner_of_its_mark(register: Register, world: World) -> None:
    mark = world.issue(at=NOW)
    register.submit(mark.raw)
    assert refused(register, profile_of(mark, signer="issuer-4")) == ["event-not-authorised"]
    assert refused(register, profile_of(world.issue(at=NOW))) == ["unknown-mark"]


def test_an_event_about_no_mark_is_refused(register: Register, world: World) -> None:
    unknown = world.issue(at=NOW, logged=False)
    event = world.event(unknown, EventKind.REVOKE, EventReason.MISUSE, at=NOW, logged=False)
    assert refused(register, event.raw) == ["unknown-mark"]


def test_an_event_by_another_owner_is_refused(register: Register, world: World) -> None:
    mark = world.issue(at=NOW)
    register.submit(mark.raw)
    event = world.event(mark, EventKind.REVOKE, EventReason.MISUSE, at=NOW, signer="issuer-4", logged=False)
    assert refused(register, event.raw) == ["event-not-authorised"]


def test_an_event_the_state_does_not_allow_is_refused(register: Register, world: World) -> None:
    mark = world.issue(at=NOW)
    register.submit(mark.raw)
    event = world.event(mark, EventKind.REINSTATE, EventReason.INVESTIGATION_CLOSED, at=NOW, logged=False)
    assert refused(register, event.raw) == ["illegal-transition"]


def test_a_replayed_event_is_known_and_changes_nothing(register: Register, world: World) -> None:
    mark = world.issue(at=NOW)
    register.submit(mark.raw)
    suspend = world.event(mark, EventKind.SUSPEND, EventReason.MISUSE, at=NOW)
    register.submit(suspend.raw)
    reinstate = world.event(mark, EventKind.REINSTATE, EventReason.INVESTIGATION_CLOSED, at=NOW)
    register.submit(reinstate.raw)
    again = world.event(mark, EventKind.SUSPEND, EventReason.MISUSE, at=NOW + 1)
    register.submit(again.raw)
    before = counts(register)
    assert register.submit(reinstate.raw, reinstate.raw).status == 200
    assert counts(register) == before
    with register.sessions() as session:
        assert session.scalars(select(MarkRow.status)).one() == 2


def test_what_a_compromise_made_void_is_not_answered_as_known(register: Register, world: World) -> None:
    first, void = world.issue(at=NOW), world.issue(at=NOW)
    register.submit(first.raw)
    register.submit(void.raw)
    revoke = world.event(first, EventKind.REVOKE, EventReason.MISUSE, at=NOW, signer="issuer-3")
    register.submit(revoke.raw)
    world.compromise("issuer-3", NOW, size=4)  # the first mark stands before it, everything else behind
    register.files.write_trust(2, world.notes[1])
    register.publish()
    assert register.submit(first.raw, first.raw).status == 200
    assert refused(register, void.raw, void.raw) == ["key-compromised"] * 2
    assert refused(register, revoke.raw, revoke.raw) == ["key-compromised"] * 2


def test_earlier_objects_of_a_body_count_for_later_ones(register: Register, world: World) -> None:
    old, new = world.issue(at=NOW), world.issue(at=NOW)
    supersede = world.event(old, EventKind.SUPERSEDE, EventReason.REPLACED, at=NOW, successor=new)
    assert register.submit(old.raw, new.raw, supersede.raw).status == 200


def test_a_successor_of_another_holder_is_refused(register: Register, world: World) -> None:
    old = world.issue(at=NOW)
    new = world.issue(at=NOW, holder=OrganisationId.from_text("0188:7123456789012"))
    supersede = world.event(
        old, EventKind.SUPERSEDE, EventReason.REPLACED, at=NOW, successor=new, logged=False
    )
    assert refused(register, old.raw, new.raw, supersede.raw) == ["illegal-transition"]


def test_all_faults_of_all_objects_are_named_at_once(register: Register, world: World) -> None:
    wrong = [
        BENT_MARKS[name][1](world) for name in ("by a stranger", "of another scheme", "signed six days ago")
    ]
    assert refused(register, *wrong) == ["unknown-issuer", "scheme-mismatch", "iat-window"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"\xff", 400),
        (b"\xd2\x84\x58", 400),
        (b"\x80" * (MAX_OBJECTS + 1), 400),
        (bytes(MAX_BODY + 1), 413),
    ],
)
def test_a_body_that_is_no_sequence_within_bounds_is_refused(
    register: Register, body: bytes, status: int
) -> None:
    assert accept(register, body, now=NOW, wait=0).status == status


def test_a_key_may_sign_until_its_window_ends(register: Register, world: World) -> None:
    world.trust(NOW, keys=world.keys_with("issuer-3", until=NOW + 10))
    register.files.write_trust(2, world.notes[1])
    register.publish()
    register.now = NOW + 11
    assert refused(register, world.issue(at=NOW + 5).raw) == ["key-window"]


def test_an_event_signed_too_long_ago_is_refused_although_it_follows(
    register: Register, world: World
) -> None:
    mark = world.issue(at=NOW)
    register.submit(mark.raw)
    hoarded = EventClaims(
        iat=NOW - 6 * DAY,
        number=mark.claims.number,
        kind=EventKind.SUSPEND,
        reason=EventReason.MISUSE,
        prev=mark.leaf,
    )
    assert refused(register, sign(hoarded, "issuer-3")) == ["iat-window"]


def test_a_list_has_one_host_name_and_under_another_the_next_one_begins(
    register: Register, world: World
) -> None:
    register.submit(world.issue(at=NOW).raw)
    elsewhere = world.issue(at=NOW, logged=False, status_uri="https://127.0.0.1/status/a/0")
    assert refused(register, elsewhere.raw) == ["status-foreign"]
    following = world.issue(at=NOW, logged=False, status_uri="https://127.0.0.1/status/a/1")
    assert register.submit(following.raw).status == 200
    both = [
        world.issue(at=NOW, logged=False, status_uri=f"https://{host}/status/b/7", signer="issuer-4").raw
        for host in (HOST, "127.0.0.1")
    ]
    assert refused(register, *both) == ["status-foreign"]
