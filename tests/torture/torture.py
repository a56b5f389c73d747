"""Kill the real processes of a register, start them again, and look whether anything is lost, doubled or gone back.

    python -m torture --count 200 --seed 1

A round begins with everything running. One process is killed: at a named point of its sequence, or so many
milliseconds after a submission or a start began. Then everything is started again as an operator would (the supervisor
looks after publisher and web, the issuer's command is simply given again), and all of `Torture.check` must hold.
"""

import argparse
import os
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from issuer.home import Home
from issuer.reports import listed
from life.running import Made, Running, prepare
from registry.files import RegistryFiles
from schemas.checkpoint import Checkpoint, read_checkpoint
from schemas.tiles import root_from_tiles
from torture.blows import SIGNING, Blow, blows
from verifier import Verdict, Verifier

__all__ = ["Torture", "main"]

ISSUER = "issuer-3"
LARGE = 100  # rounds with one register, enough to fill a tile; then a new one, for looking at everything takes long
PATIENCE = 30.0  # seconds
TRIES = 6


@dataclass(slots=True)
class Torture:
    """One register, what was asked of it, and what it has been seen to say."""

    made: Made
    running: Running = field(init=False)
    drafts: dict[str, str] = field(default_factory=dict)  # organisation -> draft
    state: dict[str, str] = field(default_factory=dict)  # number -> what the events given amount to
    events: Counter[str] = field(default_factory=Counter)  # number -> events given
    told: list[Any] = field(default_factory=list)  # changes, as last told
    head: Checkpoint | None = None
    killed: int = 0
    under_way: int = 0

    def __post_init__(self) -> None:
        self.running = Running(self.made, crash_file=True)
        try:
            self.running.start()
            self._until(lambda: self.running.get("/log1/checkpoint").status == 200, "no first checkpoint")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.running.stop()

    def fill(self, size: int) -> None:
        """Issue so many marks that the next batch begins at leaf `size`."""
        rows = self.running.drafts(size - self._head().size - 1)  # and the snapshot behind them
        self.drafts |= {f"0188:{row['organisation_id']}": row["draft_id"] for row in rows}
        self.running.issue(ISSUER, rows)
        self.check(Random(0))

    def copied(self, to: Path) -> "Torture":
        """Give another, stopped here, that goes on from where this one is."""
        self.close()
        other = Torture(self.made.copied(to))
        other.drafts, other.state, other.events = dict(self.drafts), dict(self.state), Counter(self.events)
        other.told, other.head = list(self.told), self.head
        other.running.skip_holders(len(self.drafts))
        return other

    # -- one round -------------------------------------------------------------------------

    def strike(self, blow: Blow) -> str:
        """Kill as told, start again, check; give one line about it. Raises AssertionError."""
        chance = Random(f"{blow.seed} work")
        words, rows = self._work(blow, chance)
        was_under_way = self._during(blow, words) if blow.during else False
        # An issuer that was quicker than the blow is the only one that can escape.
        escapes = blow.target == "issuer" and blow.place is None
        has_fallen = was_under_way or (not escapes if blow.during else self._at_start(blow, rows))
        self.killed += has_fallen
        self.under_way += was_under_way
        tries = self._again(words)
        self.check(chance)
        assert self.head is not None
        when = "during a submission" if was_under_way else "otherwise" if has_fallen else "came too late"
        return (
            f"kill {blow.number:3}  seed {blow.seed:8} {blow.target:9} {blow.point:28} {when:20}"
            f" sent again {tries}x: {len(self.state):3} marks, size {self.head.size}"
        )

    def _work(self, blow: Blow, chance: Random) -> tuple[list[str], list[dict[str, str]]]:
        """What the issuer is told to do; the same words again and again until it is done."""
        if blow.place == "issuer.after-sync":
            return ["sync", "--registry", self.running.url], []
        if blow.work == "event" and self.state:
            number = chance.choice(sorted(self.state))
            is_valid = self.state[number] == "valid"
            verb, reason = (
                ("suspend", "holder-request") if is_valid else ("reinstate", "investigation-closed")
            )
            self.state[number] = "suspended" if is_valid else "valid"
            self.events[number] += 1
            return [verb, number, "--reason", reason, "--registry", self.running.url], []
        rows = self.running.drafts(blow.drafts)
        self.drafts |= {f"0188:{row['organisation_id']}": row["draft_id"] for row in rows}
        return ["issue", str(self.running.write_drafts(rows)), "--registry", self.running.url], rows

    def _during(self, blow: Blow, words: list[str]) -> bool:
        """Kill while the issuer's submission is under way; say whether it still was."""
        if blow.target == "issuer" and blow.place is not None:
            if blow.place == "issuer.after-out":
                words = [*words[:-2], "--out", str(self.running.home / "carried.cborseq")]
            done = self._issuer(words, AKASHI_CRASH_AT=blow.point)
            assert done == -signal.SIGKILL, f"the issuer did not come to {blow.point}: {done}"
            return blow.place in ("issuer.before-submit", "issuer.after-submit")
        if blow.place is not None:
            self.running.arm(f"{blow.place}:{blow.arrival}")
        process = self._begin(words)
        try:
            if blow.place is not None:
                self._until(lambda: not self.running.is_armed, f"nobody came to {blow.point}")
            else:
                self._until(lambda: self._submitted() or process.poll() is not None, "nothing was sent")
                time.sleep(blow.delay / 1000)
            was_under_way = process.poll() is None
            if blow.place is None:
                self._kill(blow.target, process)
            self._witness_again()
        finally:
            self._finish(process)
        return was_under_way

    def _at_start(self, blow: Blow, rows: list[dict[str, str]]) -> bool:
        """Kill a process that is coming up, or the issuer while it signs; say whether it was still there."""
        if blow.target == "issuer":
            words = ["issue", str(self.running.home / f"{rows[0]['draft_id']}.csv")]
            if blow.place in SIGNING:
                assert self._issuer(words, AKASHI_CRASH_AT=blow.place) == -signal.SIGKILL
                return True
            process = self._begin(words)
            time.sleep(blow.delay / 1000)
            process.kill()
            return self._finish(process) == -signal.SIGKILL
        if blow.target == "witness":
            self.running.stop("witness")
            self.running.spawn_witness()
        elif blow.target in ("publisher", "web"):
            before = set(self.running.pids(blow.target))
            os.kill(min(before), signal.SIGTERM)
            self._until(
                lambda: set(self.running.pids(blow.target)) - before != set(),
                f"{blow.target} is not started again",
            )
        time.sleep(blow.delay / 1000)
        self._kill(blow.target, None)
        return True

    def _kill(self, target: str, issuer: "subprocess.Popen[str] | None") -> None:
        if target == "issuer" and issuer is not None:
            issuer.kill()
        elif target == "witness":
            self.running.processes["witness"].kill()
        else:
            self._until(lambda: self.running.pids(target) != [], f"no {target} is running")
            pid = self.running.pids(target)[-1]  # the newest
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    # -- starting again --------------------------------------------------------------------

    def _again(self, words: list[str]) -> int:
        """Start everything that does not start itself, and give the issuer's command until it is done."""
        self._witness_again()
        self.running.start()
        for tried in range(TRIES):
            code = self._issuer(words)
            if code == 0:
                return tried + 1
            assert code == 3, f"the issuer gave up with {code}: {words}\n{self.running.said('issuer')}"
            time.sleep(1)
        raise AssertionError(f"{words} is not done after {TRIES} tries\n{self.running.said('registry')}")

    def _witness_again(self) -> None:
        """Start the witness if it was killed: nobody else looks after it."""
        self.running.reap("witness")
        self.running.start_witness()

    def _begin(self, words: list[str], **environment: str) -> "subprocess.Popen[str]":
        return self.running.begin(
            "akashi-issuer", "--home", str(self.running.home / ISSUER), *words, **environment
        )

    def _issuer(self, words: list[str], **environment: str) -> int:
        return self._finish(self._begin(words, **environment))

    def _finish(self, process: "subprocess.Popen[str]") -> int:
        done = self.running.finish(process, code=None)
        with (self.running.home / "issuer.said").open("a") as said:
            said.write(f"{done.code}: {done.out}{done.err}\n")
        return done.code

    def _submitted(self) -> bool:
        """Whether the issuer has sent something that is not answered yet."""
        path = self.running.home / ISSUER / "ledger.sqlite"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as ledger:
            return bool(ledger.execute("SELECT 1 FROM objects WHERE state = 'submitted'").fetchone())

    def _until(self, holds: Any, otherwise: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"{otherwise}\n{self.running.said('registry')[-4000:]}"
            time.sleep(0.002)

    # -- what must hold --------------------------------------------------------------------

    def check(self, chance: Random) -> None:
        """Raises AssertionError naming what is lost, doubled, damaged or gone back."""
        self.running.disarm()
        # 1. Nothing is damaged, and the tables are what the files say.
        assert self.running.fsck() == []
        # 2. What was told once stays as it was told.
        changes = self.running.changes()
        assert changes[: len(self.told)] == self.told, "what the register told has changed"
        self.told = changes
        # 3. Each draft has exactly one mark: the register's by holder, and the issuer's own by draft.
        issued = [(one["organisation"], one["number"]) for one in changes if one["kind"] == "issue"]
        assert sorted(holder for holder, _ in issued) == sorted(self.drafts), "a mark is lost or doubled"
        ledger = self._ledger()
        assert sorted((self.drafts[holder], number) for holder, number in issued) == ledger
        self.state |= {number: "valid" for _, number in issued if number not in self.state}
        # 4. Each event once, and the marks are in the states they amount to.
        happened = Counter(one["number"] for one in changes if one["kind"] in ("suspend", "reinstate"))
        assert happened == self.events
        # 5. The head never goes back, nor aside; nor has the witness seen another.
        head = self._head()
        seen = [head, self._witnessed(), *([self.head] if self.head else [])]
        files = RegistryFiles(self.running.registry)
        for one in seen:
            assert one.size <= head.size, f"the head went back from {one.size} to {head.size}"
            assert root_from_tiles(files.read_tile, one.size) == one.root, f"two histories at {one.size}"
        self.head = head
        # 6. A verifier that remembers believes it.
        verifier = Verifier.from_registry(
            self.running.url, anchor=self.running.anchor, state=self.running.home / "verifier"
        )
        number = chance.choice(sorted(self.state)) if self.state else None
        if number is not None:
            expected = Verdict.VALID if self.state[number] == "valid" else Verdict.INVALID
            assert verifier.verify(number).verdict is expected, verifier.verify(number)

    def _ledger(self) -> list[tuple[str, str]]:
        home = Home.load(self.running.home / ISSUER)
        try:
            with home.ledger.reading() as books:
                rows = listed(home, books, now=int(time.time()))
        finally:
            home.ledger.close()
        assert {row["state"] for row in rows} <= {"published"}, rows
        return sorted((row["draft_id"], row["number"]) for row in rows)

    def _head(self) -> Checkpoint:
        return read_checkpoint(self.running.get("/log1/checkpoint").body)[0]

    def _witnessed(self) -> Checkpoint:
        path = self.running.home / "witness" / "witness.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
            origin, size, root = store.execute("SELECT origin, size, root FROM head").fetchone()
        return Checkpoint(origin=origin, size=size, root=root)


def torment(ground: Made, folder: Path, *, count: int, seed: int) -> Counter[str]:
    """Run a whole seeded series, printing a line a kill; give what was counted."""
    counted: Counter[str] = Counter()
    torture: Torture | None = None
    try:
        for blow in blows(seed):
            if counted["kills"] == count:
                break
            if torture is None or torture.killed == LARGE:
                if torture is not None:
                    torture.close()
                torture = Torture(ground.copied(folder / f"from-{blow.number}"))
            killed, under_way = torture.killed, torture.under_way
            print(torture.strike(blow), flush=True)
            counted["during"] += torture.under_way - under_way
            for name in ("kills", blow.target, "named" if blow.place else "timed"):
                counted[name] += torture.killed - killed
    finally:
        if torture is not None:
            torture.close()
    return counted


def summary(counted: Counter[str], seed: int) -> str:
    targets = ", ".join(f"{counted[name]} {name}" for name in ("publisher", "web", "issuer", "witness"))
    return (
        f"{counted['kills']} kills with seed {seed} ({targets}); {counted['during']} during a submission, "
        f"{counted['named']} at named points: no mark lost, none doubled, the head never went back, fsck clean"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m torture", description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="akashi-torture-") as folder:
        ground = prepare(Path(folder) / "ground")
        counted = torment(ground, Path(folder), count=arguments.count, seed=arguments.seed)
    print(f"{summary(counted, arguments.seed)} ({time.monotonic() - begun:.0f} s)")
