"""What a verifier remembers, per anchor, so that nobody can show it yesterday again (docs/format.md §7).

    <state>/<anchor>.json   {"trust": 3, "heads": {"0": [size, root hex]}, "list": [place, N], "seen": time}

Only authentic facts are remembered, and each may only grow.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keys.whole_files import alone_in, write_whole
from schemas.times import MAX_TIME
from verifier.view import View

__all__ = ["Remembered", "StateError", "StateFile"]


class StateError(Exception):
    """The remembered state cannot be read or written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """`seen` is the latest authentic time met, POSIX seconds."""

    trust_version: int = 0
    heads: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    list_position: tuple[int, int] = (0, 0)
    seen: int = 0

    def check(self) -> None:
        """On return nothing in it is what no view could have shown. Raises ValueError."""
        numbers = [self.trust_version, self.seen, *self.list_position, *self.heads]
        numbers += [size for size, _ in self.heads.values()]
        if (
            min(numbers) < 0
            or self.seen >= MAX_TIME
            or any(len(root) != 32 for _, root in self.heads.values())
        ):
            raise ValueError("a number or a root out of range")

    def with_view(self, view: View) -> "Remembered":
        """Add what a view established; the caller has found that it does not go back.

        A head gives way only to one that the view proves to extend it: else two histories, each fully witnessed, could be shown in turn.
        """
        newest = view.newest_list
        heads = dict(self.heads)
        for head in view.heads:
            before = heads.get(head.place)
            if before is None or view.root_at(head.place, before[0]) == before[1]:
                heads[head.place] = (head.checkpoint.size, head.checkpoint.root)
        listed = (0, 0) if newest is None else (newest.claims.place, newest.claims.size)
        return Remembered(
            trust_version=max(self.trust_version, view.chain.current.version),
            heads=heads,
            list_position=max(self.list_position, listed),
            seen=max([self.seen, *(head.seen_at for head in view.heads)]),
        )


class StateFile:
    """Keeps one `Remembered` in a directory; written whole or not at all."""

    def __init__(self, directory: Path, anchor: str) -> None:
        self._path = directory / f"{anchor}.json"

    def load(self) -> Remembered:
        """Give what was remembered. Raises StateError: a damaged memory must be noticed, not forgotten."""
        try:
            value: Any = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return Remembered()
        except (OSError, ValueError, RecursionError) as error:
            raise StateError(
                f"{self._path}: {error}; delete it only if you know why it is damaged"
            ) from error
        try:
            found = Remembered(
                trust_version=int(value["trust"]),
                heads={
                    int(place): (int(size), bytes.fromhex(root))
                    for place, (size, root) in value["heads"].items()
                },
                list_position=(int(value["list"][0]), int(value["list"][1])),
                seen=int(value["seen"]),
            )
            found.check()
        except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError, IndexError) as error:
            raise StateError(f"{self._path}: not a remembered state ({error!r})") from error
        return found

    def save(self, grow: Callable[[Remembered], Remembered]) -> Remembered:
        """Write what `grow` makes of what is remembered by now, another verifier's views included, and give it. Raises StateError."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Between reading and replacing nobody else may write: what he had seen would be forgotten.
            with alone_in(self._path.parent):
                before = self.load()
                grown = grow(before)
                if grown != before:
                    self._write(grown)
                return grown
        except OSError as error:
            raise StateError(f"{self._path}: {error}") from error

    def _write(self, remembered: Remembered) -> None:
        text = json.dumps(
            {
                "trust": remembered.trust_version,
                "heads": {str(place): [size, root.hex()] for place, (size, root) in remembered.heads.items()},
                "list": list(remembered.list_position),
                "seen": remembered.seen,
            }
        )
        write_whole(self._path, text.encode())
