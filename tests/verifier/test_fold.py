"""The fold: what each leaf of a log changes, and that everything else changes nothing (docs/format.md §3, §4)."""

from typing import Any

import pytest

from forge.world import HOST, ISSUED, Issued, World, first_document, sign
from schemas.claims import EventKind, EventReason
from schemas.status_list import ENTRIES, Status, status_at
from schemas.times import DAY, HOUR
from verifier.fold import Fold, FoldRefusal, trust_version
from verifier.report import Reason, Refused

WINDOW = first_document()["keys"][0]
MISUSE, CLOSED = EventReason.MISUSE, EventReason.INVESTIGATION_CLOSED


def refusals(world: World) -> list[FoldRefusal | Reason | None]:
    """What the fold says of each leaf but the genesis."""
    fold = Fold(document=world.fold().document)
    said = [fold.apply(entry, place=0, index=index) for index, entry in enumerate(world.log.entries)][1:]
    return [one.reason if isinstance(one, Refused) else one for one in said]


def state(world: World, mark: Issued) -> Status:
    fold = world.fold()
    listed = status_at(bytes(fold.lists[mark.claims.status_uri]), mark.claims.status_index)
    assert fold.marks[mark.number].status == listed  # the list says what the state is
    return Status(listed)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"scheme": "other"}, "scheme-mismatch"),
        ({"level": 4}, "level-not-allowed"),
        ({"exp": ISSUED + 400 * DAY + 1}, "level-not-allowed"),
        ({"status_index": ENTRIES}, "status-out-of-range"),
        ({"status_uri": f"https://{HOST}/status/b/0"}, "status-foreign"),
        ({"status_uri": f"https://{HOST}/status/a/00"}, "status-foreign"),
        ({"status_uri": "https://elsewhere.example/status/a/0"}, "status-foreign"),
        ({"iat": WINDOW["from"] - 1, "nbf": WINDOW["from"]}, "key-window"),
        ({"iat": WINDOW["until"], "nbf": WINDOW["until"], "exp": WINDOW["until"] + DAY}, "key-window"),
    ],
)
def test_a_mark_its_key_may_not_sign_changes_nothing(claims: dict[str, Any], reason: str) -> None:
    world = World()
    mark = world.issue(**claims)
    assert refusals(world) == [Reason(reason)]
    assert mark.number not in world.fold().marks


@pytest.mark.parametrize("signer", ["authority", "status", "stranger"])
def test_a_mark_of_a_key_that_issues_none_changes_nothing(signer: str) -> None:
    world = World()
    world.issue(signer=signer)
    assert refusals(world) == [Reason.UNKNOWN_ISSUER]


def test_a_mark_with_a_bad_signature_changes_nothing() -> None:
    world = World()
    claims = world.claims()
    raw = sign(claims, "issuer-3")
    world.log_mark(raw[:-1] + bytes([raw[-1] ^ 1]), claims)
    world.log_mark(b"no mark", claims)
    assert refusals(world) == [Reason.BAD_SIGNATURE, Reason.MALFORMED]


def test_the_first_mark_owns_its_number_and_its_place_in_the_list() -> None:
    world = World()
    first = world.issue()
    world.issue(number=first.claims.number)
    world.issue(status_index=first.claims.status_index)
    assert refusals(world) == [None, FoldRefusal.DUPLICATE_NUMBER, FoldRefusal.DUPLICATE_INDEX]
    assert world.fold().marks[first.number].index == first.index


def test_a_leaf_at_the_position_of_a_theft_is_void_and_one_before_it_is_not() -> None:
    world = World()
    before, after = world.issue(), world.issue()
    world.compromise("issuer-3", ISSUED + HOUR, size=after.index)
    marks = world.fold().marks
    assert before.number in marks
    assert after.number not in marks


LEGAL = {
    (Status.VALID, EventKind.SUSPEND): Status.SUSPENDED,
    (Status.VALID, EventKind.REVOKE): Status.REVOKED,
    (Status.VALID, EventKind.SUPERSEDE): Status.SUPERSEDED,
    (Status.VALID, EventKind.CONFIRM): Status.VALID,
    (Status.SUSPENDED, EventKind.REINSTATE): Status.VALID,
    (Status.SUSPENDED, EventKind.REVOKE): Status.REVOKED,
    (Status.SUSPENDED, EventKind.SUPERSEDE): Status.SUPERSEDED,
    (Status.SUSPENDED, EventKind.CONFIRM): Status.SUSPENDED,
}
LEADS_TO = {
    Status.VALID: None,
    Status.SUSPENDED: EventKind.SUSPEND,
    Status.REVOKED: EventKind.REVOKE,
    Status.SUPERSEDED: EventKind.SUPERSEDE,
}


@pytest.mark.parametrize("start", Status)
@pytest.mark.parametrize("kind", EventKind)
def test_every_step_but_the_legal_ones_changes_nothing(start: Status, kind: EventKind) -> None:
    world = World()
    mark, other = world.issue(), world.issue()

    def happen(kind: EventKind) -> None:
        reason = None if kind is EventKind.CONFIRM else MISUSE
        world.event(mark, kind, reason, successor=other if kind is EventKind.SUPERSEDE else None)

    if (first := LEADS_TO[start]) is not None:
        happen(first)
    assert state(world, mark) is start
    happen(kind)
    assert state(world, mark) is LEGAL.get((start, kind), start)
    if (start, kind) not in LEGAL:
        assert refusals(world)[-1] is FoldRefusal.ILLEGAL_TRANSITION


def test_an_event_about_no_mark_changes_nothing() -> None:
    world = World()
    mark = world.issue(logged=False)
    world.event(mark, EventKind.REVOKE, MISUSE)
    assert refusals(world) == [FoldRefusal.UNKNOWN_MARK]


def test_an_event_that_names_another_leaf_as_the_last_is_out_of_order() -> None:
    world = World()
    mark = world.issue()
    world.event(mark, EventKind.SUSPEND, MISUSE)
    world.event(mark, EventKind.REVOKE, MISUSE, prev=mark.leaf)
    assert refusals(world)[-1] is FoldRefusal.EVENT_OUT_OF_ORDER
    assert state(world, mark) is Status.SUSPENDED


@pytest.mark.parametrize("signer", ["issuer-4", "issuer-p", "status", "stranger"])
def test_an_event_of_somebody_else_changes_nothing_and_still_links(signer: str) -> None:
    world = World()
    mark = world.issue()
    world.event(mark, EventKind.REVOKE, MISUSE, signer=signer)
    assert state(world, mark) is Status.VALID
    world.event(mark, EventKind.SUSPEND, MISUSE)
    assert state(world, mark) is Status.SUSPENDED


def test_the_authority_does_not_confirm() -> None:
    world = World()
    mark = world.issue()
    world.event(mark, EventKind.CONFIRM, signer="authority")
    assert refusals(world)[-1] is FoldRefusal.EVENT_NOT_AUTHORISED


def test_a_successor_has_the_same_owner() -> None:
    world = World()
    mark, other = world.issue(), world.issue(signer="issuer-p")
    world.event(mark, EventKind.SUPERSEDE, EventReason.REPLACED, successor=other)
    assert refusals(world)[-1] is FoldRefusal.ILLEGAL_TRANSITION


def test_lists_are_judged_under_the_highest_version_logged() -> None:
    world = World()
    assert trust_version(world.log.entries) == 1
    world.trust(ISSUED)
    world.log.append(b"nothing anybody can read")
    assert trust_version(world.log.entries) == 2
    assert world.fold().document.version == 2


def test_an_event_with_a_bad_signature_or_from_before_its_keys_window_changes_nothing() -> None:
    world = World()
    mark = world.issue()
    event = world.event(mark, EventKind.REVOKE, MISUSE, logged=False)
    world.log_event(event.raw[:-1] + bytes([event.raw[-1] ^ 1]), event.claims)
    assert refusals(world)[-1] is Reason.BAD_SIGNATURE
    world.event(mark, EventKind.REVOKE, MISUSE, at=WINDOW["from"] - 1)
    assert refusals(world)[-1] is Reason.KEY_WINDOW
    assert state(world, mark) is Status.VALID


def test_closing_a_key_brings_nothing_back_to_life_that_it_had_revoked() -> None:
    world = World()
    mark = world.issue(at=ISSUED)
    world.event(mark, EventKind.REVOKE, MISUSE, at=ISSUED + HOUR)
    # Signed before the revocation, logged after it: to everybody but the root the key was in force meanwhile.
    world.trust(ISSUED + 60, keys=world.keys_with("issuer-3", until=ISSUED + HOUR - 1))
    assert refusals(world) == [None, None, None]
    assert state(world, mark) is Status.REVOKED


def test_another_key_of_the_owner_acts_only_on_levels_it_may_sign() -> None:
    document = first_document()
    document["keys"][1] |= {"owner": document["keys"][0]["owner"]}  # issuer-4, for level 4 only
    world = World(document)
    mark = world.issue()
    world.event(mark, EventKind.REVOKE, MISUSE, signer="issuer-4")
    assert refusals(world)[-1] is FoldRefusal.EVENT_NOT_AUTHORISED
    assert state(world, mark) is Status.VALID
