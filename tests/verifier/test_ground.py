"""What was worked out for one verdict is taken for the next only where it speaks of the same view and the same memory."""

from forge.vectors import published
from forge.world import ISSUED, NOW, World
from keys.trust import TrustChain
from schemas.qr import Found
from schemas.times import HOUR
from verifier import Reason
from verifier.sources import FileSource
from verifier.state import Remembered
from verifier.verify import verify


def source_of(world: World, file: bytes, chain: TrustChain | None = None) -> FileSource:
    return FileSource(file, anchor=world.anchor, chain=chain)


def test_another_view_is_judged_by_itself() -> None:
    world, mark = published()
    old = world.bundle()
    world.trust(NOW - HOUR // 2)
    world.publish(NOW)
    found = Found(number=None, host=None, mark=mark.raw)
    newer = source_of(world, world.bundle())
    first, ground = verify(found, newer, now=NOW)
    chain = newer.trust()
    assert first.reasons == ()
    assert isinstance(chain, TrustChain)
    again, _ = verify(found, source_of(world, old, chain), now=NOW, known=ground)
    alone, _ = verify(found, source_of(world, old, chain), now=NOW)
    assert (again.as_of, again.reasons) == (alone.as_of, alone.reasons)
    assert again.as_of != first.as_of


def test_another_memory_is_held_against_the_same_view() -> None:
    world, mark = published()
    found, source = Found(number=None, host=None, mark=mark.raw), source_of(world, world.bundle())
    _, ground = verify(found, source, now=NOW, remembered=Remembered())
    seen = Remembered(heads={0: (99, bytes(32))}, seen=ISSUED)
    report, _ = verify(found, source, now=NOW, remembered=seen, known=ground)
    assert report.reasons == (Reason.BUNDLE_TOO_OLD,)
