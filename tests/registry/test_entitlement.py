"""Door, tables, lists, evidence and bundles judge by one rule who was entitled (docs/format.md §5, Entitled)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from forge.registers import Register
from forge.world import NOW, Issued, World, first_document, sign
from registry.logs import read_entries
from schemas.claims import EventClaims, EventKind, EventReason
from schemas.status_list import Status
from schemas.times import DAY, HOUR
from verifier import Reason, Verdict, Verifier
from verifier.fold import Fold

START, END = NOW - 2 * DAY, NOW + 2 * DAY


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    """A register whose issuer's and authority's keys hold from START to END."""
    document = first_document()
    for key in document["keys"]:
        if key["use"] != "status":
            key |= {"from": START, "until": END}
    made = Register(tmp_path / "register", World(document), now=START - HOUR)
    made.publish()
    yield made
    made.close()


def folded(register: Register) -> Fold:
    entries = read_entries(register.files, max(register.files.kept_sizes()))
    fold = Fold(document=register.chain().current)
    for index, entry in enumerate(entries):
        fold.apply(entry, place=0, index=index)
    return fold


def verdicts(register: Register, mark: Issued) -> list[tuple[Verdict, tuple[Reason, ...]]]:
    client, anchor = register.client(), register.world.anchor
    found = []
    for path in ("/bundle", "/bundle/register", f"/m/{mark.number}/evidence"):
        with client.get(path) as answer:
            file = answer.data
        report = Verifier.from_bundle(file, anchor=anchor, clock=lambda: float(register.now)).verify(mark.raw)
        found.append((report.verdict, report.reasons))
    return found


# now, iat: around both ends of the keys' window, within what the door takes of a clock
MOMENTS = [
    (START, START - 1),
    (START, START - 2 * DAY),
    (START + DAY, START - 1),
    (START, START),
    (START - 1, START),
    (START + DAY, START),
    (END - 1, END - 1),
    (END - 1, END),
    (END - 1, END + 299),
    (END, END - 1),
    (END + DAY, END - 1),
]


@pytest.mark.parametrize(("now", "iat"), MOMENTS)
def test_what_the_door_lets_in_the_fold_counts(register: Register, now: int, iat: int) -> None:
    register.now = now
    mark = register.world.issue(at=iat, logged=False, nbf=min(iat, now))
    status = register.submit(mark.raw).status
    assert status == (200 if START <= iat < END and START <= now < END else 422)
    assert (mark.number in folded(register).marks) == (status == 200)
    assert (register.client().get(f"/m/{mark.number}").status_code == 200) == (status == 200)


@pytest.mark.parametrize("signer", ["issuer-3", "authority"])
@pytest.mark.parametrize(("now", "iat"), MOMENTS)
def test_an_event_that_is_answered_has_done_what_it_says(
    register: Register, now: int, iat: int, signer: str
) -> None:
    register.now = START
    mark = register.world.issue(at=START, logged=False)
    assert register.submit(mark.raw).status == 200
    register.now = now
    event = EventClaims(
        iat=iat,
        number=mark.claims.number,
        kind=EventKind.REVOKE,
        reason=EventReason.MISUSE,
        prev=mark.leaf,
    )
    status = register.submit(sign(event, signer)).status
    state = folded(register).marks[mark.number].status
    assert state is (Status.REVOKED if status == 200 else Status.VALID)
    assert status == (200 if iat >= START and START <= now < END else 422)


def test_a_mark_that_verifies_has_a_page_and_can_be_revoked(register: Register) -> None:
    register.now = NOW
    mark = register.world.issue(at=NOW, logged=False)
    register.submit(mark.raw)
    register.now = NOW + HOUR
    assert verdicts(register, mark) == [(Verdict.VALID, ())] * 3
    assert register.client().get(f"/m/{mark.number}").status_code == 200
    event = EventClaims(
        iat=register.now,
        number=mark.claims.number,
        kind=EventKind.REVOKE,
        reason=EventReason.MISUSE,
        prev=mark.leaf,
    )
    assert register.submit(sign(event, "authority")).status == 200
    assert verdicts(register, mark) == [(Verdict.INVALID, (Reason.REVOKED,))] * 3


def test_closing_a_key_leaves_what_it_revoked_revoked_on_every_way(register: Register) -> None:
    world, register.now = register.world, NOW
    mark = world.issue(at=NOW, logged=False)
    register.submit(mark.raw)
    register.now = NOW + 2 * HOUR
    event = EventClaims(
        iat=register.now,
        number=mark.claims.number,
        kind=EventKind.REVOKE,
        reason=EventReason.MISUSE,
        prev=mark.leaf,
    )
    assert register.submit(sign(event, "issuer-3")).status == 200
    # The root holders signed it an hour before; it is published an hour after.
    world.trust(NOW + HOUR, keys=world.keys_with("issuer-3", until=NOW + HOUR))
    register.files.write_trust(2, world.notes[1])
    register.now = NOW + 3 * HOUR
    register.publish()
    assert [(verdict, reasons[-1]) for verdict, reasons in verdicts(register, mark)] == [
        (Verdict.INVALID, Reason.REVOKED)
    ] * 3
    assert folded(register).marks[mark.number].status is Status.REVOKED
