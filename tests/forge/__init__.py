"""A forge of whole registers, honest or bent in one named way.

    world = World()                                   trust document, keys, a log with its genesis
    mark = world.issue(level=3)                       signed and logged
    world.event(mark, EventKind.SUSPEND, EventReason.MISUSE)
    world.publish(at=NOW)                             status lists, snapshot leaf, cosigned checkpoint
    report = ask(world.evidence(mark), mark.raw, anchor=world.anchor)

Everything comes from labels and a fixed clock: the same calls give the same bytes. Signing, notes,
checkpoints and proofs are written out here and not borrowed from what is tested.
"""

from forge.asking import ask
from forge.signers import signer_named
from forge.world import NOW, Issued, World

__all__ = ["NOW", "Issued", "World", "ask", "signer_named"]
