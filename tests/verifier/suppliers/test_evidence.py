"""The evidence a buyer writes from a register, beside the registry's own: of no time may one say valid and the other revoked."""

from forge import ask
from forge.world import ISSUED, NOW, World
from keys.trust import walk
from schemas.claims import EventKind, EventReason
from schemas.evidence import Archive
from schemas.times import DAY, HOUR
from verifier import Verdict
from verifier.bundle_view import BundleView
from verifier.suppliers.evidence import EvidenceMaker
from verifier.suppliers.results import facts_of

DAWN = NOW - NOW % DAY  # of the day of the revocation


def test_on_the_day_of_a_revocation_two_files_never_contradict_one_another() -> None:
    world = World()
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    world.publish(DAWN - HOUR)
    world.publish(DAWN + 6 * HOUR)
    world.event(mark, EventKind.REVOKE, EventReason.MISUSE, at=DAWN + 9 * HOUR)
    world.publish(DAWN + 10 * HOUR)
    world.publish(DAWN + 12 * HOUR)
    now = DAWN + 13 * HOUR
    register = Archive.open(world.register())
    maker = EvidenceMaker(BundleView(register, walk(world.anchor, world.notes)), register)
    facts = facts_of(ask(world.register(), mark.raw, anchor=world.anchor, now=now))
    assert facts is not None
    bought = maker.evidence_of(facts)
    own = world.evidence(mark)
    seen = set()
    for at in range(DAWN - 3 * HOUR, now, 900):
        pair = [
            ask(file, mark.raw, anchor=world.anchor, now=now, at=at).verdict
            for file in (own, bought, world.register())
        ]
        assert {Verdict.VALID, Verdict.INVALID} - set(pair), (at - DAWN, pair)
        decided = {pair[0]} - {Verdict.UNDETERMINED}
        assert set(pair) <= decided | {Verdict.UNDETERMINED}
        assert pair[1] is pair[2]  # what the register says, its evidence says
        seen |= set(pair)
        # The registry's own file is undecided for the hour from its signing to its publishing, and 5 minutes.
        assert (pair[0] is Verdict.UNDETERMINED) == (DAWN + 9 * HOUR - 300 <= at < DAWN + 10 * HOUR)
    assert seen == set(Verdict)
