"""One world most questions can be asked about."""

from dataclasses import dataclass

from forge.world import ISSUED, NOW, Issued, World
from schemas.claims import EventKind, EventReason
from schemas.times import DAY, HOUR

REVOKED_AT = NOW - 2 * DAY


@dataclass(frozen=True, kw_only=True)
class Scene:
    """`good` is valid, `ended` was revoked on REVOKED_AT; the lists are an hour old at NOW."""

    world: World
    good: Issued
    ended: Issued

    @classmethod
    def made(cls) -> "Scene":
        world = World()
        good, ended = world.issue(), world.issue()
        world.publish(ISSUED + HOUR)
        world.event(ended, EventKind.REVOKE, EventReason.MISUSE, at=REVOKED_AT - HOUR)
        world.publish(REVOKED_AT)
        world.publish(NOW - HOUR)
        return cls(world=world, good=good, ended=ended)

    def served(self) -> dict[str, bytes]:
        """What a registry answers, by path."""
        files = {f"/trust/{version}": note for version, note in enumerate(self.world.notes, 1)}
        for mark in (self.good, self.ended):
            files[f"/m/{mark.number}/evidence"] = self.world.evidence(mark)
        return files | {"/bundle": self.world.bundle(), "/bundle/register": self.world.register()}
