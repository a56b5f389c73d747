"""One Verifier under many threads says what it says to one, from the first question on."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from forge import NOW, World
from forge.loopback import Loopback
from forge.scene import Scene
from forge.world import ISSUED
from schemas.claims import EventKind, EventReason
from schemas.times import HOUR
from verifier import Verifier
from verifier.report_json import to_json

THREADS = 8
EVENTS = ((EventKind.REVOKE, EventReason.MISUSE), (EventKind.SUSPEND, EventReason.UNDER_INVESTIGATION))


@pytest.fixture(autouse=True)
def restless() -> Iterator[None]:
    """Threads change as often as the interpreter lets them."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.fixture(scope="module")
def world() -> World:
    """Two tiles of marks, some of them ended, and one that is not logged."""
    made = World()
    marks = [made.issue() for _ in range(280)]
    made.publish(ISSUED + HOUR)
    for place in range(0, 30, 3):
        kind, reason = EVENTS[place % 2]
        made.event(marks[place], kind, reason, at=NOW - 9 * HOUR)
    made.publish(NOW - 8 * HOUR)
    made.publish(NOW - HOUR)
    return made


def subjects(world: World) -> list[bytes | str]:
    marks = [*world.issued[:30:2], *world.issued[-6:]]
    bent = [mark.raw[:-1] + bytes([mark.raw[-1] ^ 1]) for mark in marks[:4]]
    return [
        *(mark.raw for mark in marks),
        *(mark.number for mark in marks),
        *(mark.link() for mark in marks[:6]),
        *bent,
        "0000000000",
        "nonsense",
    ]


def said(judge: Verifier, subject: bytes | str, at: date | None = None) -> dict[str, Any]:
    return to_json(judge.verify(subject, at=at), input_text="")


def raced(judge: Verifier, asked: list[bytes | str], ask: Callable[..., Any] = said) -> list[list[Any]]:
    """Every thread asks everything, each from another place on, and all begin at once."""
    start = Barrier(THREADS)

    def run(number: int) -> list[Any]:
        shift = number * len(asked) // THREADS
        start.wait()
        answers = [ask(judge, subject) for subject in (*asked[shift:], *asked[:shift])]
        return answers[len(asked) - shift :] + answers[: len(asked) - shift]

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


@pytest.mark.parametrize("variant", ["bundle", "register"])
def test_many_threads_over_one_file_hear_what_one_hears(world: World, tmp_path: Path, variant: str) -> None:
    path = tmp_path / "marks.akashi"
    path.write_bytes(getattr(world, variant)())
    asked = subjects(world)

    def opened(state: str) -> Verifier:
        return Verifier.from_bundle(path, anchor=world.anchor, state=tmp_path / state, clock=lambda: NOW)

    with opened("one") as judge:
        expected = [said(judge, subject) for subject in asked]
    assert {one["verdict"] for one in expected} == {"valid", "invalid", "undetermined"}
    with opened("many") as judge:  # nothing was asked of it yet: every table is built under the race
        for answers in raced(judge, asked):
            assert answers == expected
    remembered = [(tmp_path / state / f"{world.anchor}.json").read_bytes() for state in ("one", "many")]
    assert remembered[0] == remembered[1]


def test_the_past_is_the_same_to_many_threads(world: World) -> None:
    asked: list[bytes | str] = [mark.number for mark in world.issued[:12]]

    def then(judge: Verifier, subject: bytes | str) -> dict[str, Any]:
        return said(judge, subject, date(2026, 10, 30))

    def opened() -> Verifier:
        return Verifier.from_bundle(world.register(), anchor=world.anchor, clock=lambda: NOW)

    one = opened()
    expected = [then(one, subject) for subject in asked]
    assert raced(opened(), asked, then) == [expected] * THREADS


def test_many_threads_over_one_registry_hear_what_one_hears(
    registry: Loopback, scene: Scene, tmp_path: Path
) -> None:
    asked: list[bytes | str] = [
        scene.good.raw,
        scene.ended.number,
        scene.good.link(),
        scene.ended.raw,
        "nonsense",
    ]

    def opened(state: str) -> Verifier:
        return Verifier.from_registry(
            registry.url, anchor=scene.world.anchor, state=tmp_path / state, clock=lambda: NOW
        )

    one = opened("one")
    expected = [said(one, subject) for subject in asked]
    assert [answer["verdict"] for answer in expected] == ["valid", "invalid", "valid", "invalid", "invalid"]
    assert raced(opened("many"), asked) == [expected] * THREADS
