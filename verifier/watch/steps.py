"""What a buyer does about a change: names of sentences in the words files. Pure."""

from collections.abc import Iterator

from verifier.watch.compare import Change, Kind, Tone
from verifier.watch.standing import Standing

__all__ = ["steps"]

_LOOK = {Kind.MARK, Kind.SCOPE, Kind.HOLDER}


def steps(change: Change) -> Iterator[str]:
    """Give them, the most urgent first; nothing where nothing is to be done."""
    now = change.after
    if now is None:
        return
    if change.tone is Tone.WORSE or change.before is None:
        yield from _stands(now)
    if now.verdict == "valid" and Kind.LEVEL in change.kinds and change.tone is Tone.WORSE:
        yield "level"
    if now.verdict == "valid" and _LOOK & set(change.kinds):
        yield "look"
    if Kind.ENDS_SOON in change.kinds:
        yield "ends-soon"


def _stands(now: Standing) -> Iterator[str]:
    """What to do about a verdict that is not the best one."""
    if now.verdict == "undetermined":
        yield "undetermined"
    elif now.verdict == "no-mark":
        yield "no-mark"
    elif now.verdict == "invalid":
        if now.successor is not None:
            yield "successor"
        elif now.state == "valid":
            yield "unmet"  # by the policy, or by the row: the mark itself is in force
        elif now.state == "suspended":
            yield "suspended"
        else:
            yield "invalid"
