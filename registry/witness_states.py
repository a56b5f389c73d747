"""How each witness did last time, for the operator and for `/readyz`: <home>/witnesses.json.

Written by the publisher after each collection, read by everybody. Addresses and details are the operator's; the public sees
names and states.
"""

import json
import logging
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from keys.whole_files import write_whole

__all__ = ["State", "WitnessState", "WitnessStates"]

log = logging.getLogger("akashi.publisher")


class State(StrEnum):
    """What a witness did when it was last asked."""

    OK = "ok"
    SLOW = "slow"
    DOWN = "down"
    REFUSED = "refused"
    LYING = "lying"  # a cosignature that does not verify, a time that is not now, an answer without end
    AHEAD = "ahead"  # it has seen a larger tree than this register ever signed
    ROLLED_BACK = "rolled-back"  # it cosigned, and had forgotten what it cosigned before
    RETIRED = "retired"
    UNLISTED = "unlisted"  # it answers under a key the trust document does not name

    @property
    def is_alarm(self) -> bool:
        return self in (State.LYING, State.AHEAD, State.ROLLED_BACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessState:
    """Since when it is in this state (POSIX seconds); `size` is what it last cosigned."""

    url: str
    state: State
    since: int
    detail: str = ""
    name: str | None = None
    size: int = 0


class WitnessStates:
    """The states by address, and since when a head waits for its quorum."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.by_url: dict[str, WitnessState] = {}
        self.waiting_since: int | None = None

    @classmethod
    def load(cls, path: Path) -> "WitnessStates":
        """Read what was written; a file that is missing or damaged says nothing: the next collection writes it anew."""
        found = cls(path)
        try:
            value = json.loads(path.read_bytes())
            found.waiting_since = value["waiting_since"]
            for one in value["witnesses"]:
                state = WitnessState(**(one | {"state": State(one["state"])}))
                found.by_url[state.url] = state
        except (OSError, ValueError, KeyError, TypeError):
            return cls(path)
        return found

    def name_of(self, url: str) -> str | None:
        known = self.by_url.get(url)
        return None if known is None else known.name

    def size_of(self, url: str) -> int:
        known = self.by_url.get(url)
        return 0 if known is None else known.size

    def put(
        self,
        url: str,
        state: State,
        detail: str,
        *,
        now: int,
        name: str | None = None,
        size: int | None = None,
    ) -> None:
        """Take a state down; a change is said once in the operator's log."""
        known = self.by_url.get(url)
        is_new = known is None or known.state is not state
        if is_new:
            level = (
                logging.CRITICAL if state.is_alarm else logging.INFO if state is State.OK else logging.WARNING
            )
            log.log(level, "witness %s is %s %s", url, state, detail)
        self.by_url[url] = WitnessState(
            url=url,
            state=state,
            since=now if known is None or is_new else known.since,
            detail=detail,
            name=name or (None if known is None else known.name),
            size=size if size is not None else 0 if known is None else known.size,
        )

    def keep_only(self, urls: list[str]) -> None:
        self.by_url = {url: state for url, state in self.by_url.items() if url in urls}

    def save(self) -> None:
        rows: list[dict[str, Any]] = [
            {name: getattr(one, name) for name in WitnessState.__slots__} for one in self.by_url.values()
        ]
        value = {"waiting_since": self.waiting_since, "witnesses": rows}
        write_whole(self._path, json.dumps(value, indent=1).encode(), mode=0o644)
