"""Whoever broke into the web may write into the queue: the publisher judges what it finds, and goes on."""

import time

import pytest

from forge.registers import Register
from forge.world import NOW, World
from registry.models import SubmissionRow
from registry.submissions import MAX_BODY, MAX_OBJECTS, accept, find

GARBAGE = {
    "no sequence": b"\xff",
    "cut short": b"\xd2\x84\x59",
    "nothing": b"",
    "too long": b"\x00" * (MAX_BODY + 1),
    "too many": b"\x00" * (MAX_OBJECTS + 1),
    "not signed": b"\x00",
}


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
def test_what_never_went_through_the_door_is_refused_and_holds_nothing_up(
    register: Register, world: World, body: bytes
) -> None:
    with register.sessions.begin() as session:
        session.add(SubmissionRow(receipt="0" * 64, arrival=time.time_ns(), body=body, state="queued"))
    good = world.issue(at=NOW).raw
    assert accept(register, good, now=NOW, wait=0).status == 202
    register.publish()
    refused = find(register, "0" * 64)
    assert refused is not None
    assert refused.status in (400, 413, 422)
    assert accept(register, good, now=NOW, wait=0).status == 200
