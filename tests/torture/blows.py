"""Where and when a process is killed: chosen by a seed, so that a run can be told again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

__all__ = ["Blow", "blows", "named", "places_in_source"]

ROOT = Path(__file__).parents[2]
PACKAGES = ("schemas", "keys", "verifier", "issuer", "registry")
TARGETS = ("publisher", "publisher", "publisher", "witness", "issuer", "issuer", "web", "web")
SUBMITTING = 120  # milliseconds within which most submissions are still under way
STARTING = 1500  # milliseconds a process needs to come up, and a little more
SIGNING = ("issuer.before-reserve", "issuer.after-reserve", "issuer.after-sign", "issuer.after-store")
SENDING = ("issuer.before-submit", "issuer.after-submit", "issuer.after-publish")


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """One SIGKILL. At `place` (its `arrival`-th time), else `delay` milliseconds after the submission or the start began.

    `during`: while a submission is under way. `work`: what the submission is, "issue" or "event".
    """

    number: int
    seed: str
    target: str
    during: bool
    place: str | None = None
    arrival: int = 1
    delay: int = 0
    work: str = "issue"
    drafts: int = 1

    @property
    def point(self) -> str:
        if self.place is None:
            return f"{self.delay} ms after {'sending' if self.during else 'start'}"
        return self.place if self.arrival == 1 else f"{self.place}:{self.arrival}"


def places_in_source() -> list[str]:
    """Every named crash point there is."""
    found = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            found |= set(re.findall(r'\breach\("([a-z.-]+)"\)', path.read_text("utf-8")))
    return sorted(found)


def named() -> Iterator[Blow]:
    """One blow at every named point."""
    for number, place in enumerate(places_in_source(), 1):
        target, during = place.partition(".")[0], place not in SIGNING
        yield Blow(number=number, seed="named", target=target, during=during, place=place, drafts=2)


def blows(seed: int) -> Iterator[Blow]:
    """Give blows without end; some more than half of them during a submission, for a few come too late."""
    for number in count(1):
        name = f"{seed}/{number}"
        chance = Random(name)
        target, during = chance.choice(TARGETS), number % 10 not in (1, 3, 7)
        place = _place(target, chance, during=during) if chance.random() < 0.6 else None
        yield Blow(
            number=number,
            seed=name,
            target=target,
            during=during,
            place=place,
            arrival=chance.randint(1, 2) if place == "publisher.between-tiles" else 1,
            delay=chance.randrange(SUBMITTING if during else STARTING),
            work="event" if during and chance.random() < 0.25 else "issue",
            drafts=chance.randint(1, 4),
        )


def _place(target: str, chance: Random, *, during: bool) -> str | None:
    if target == "issuer":
        return chance.choice(SENDING if during else SIGNING)
    places = [place for place in places_in_source() if place.startswith(f"{target}.")]
    return chance.choice(places) if places and during else None
