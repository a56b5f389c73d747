"""Lines 1 and 2: the full verdict on one mark, beside the bare signature and beside other people's libraries.

The verdict is `Verifier.from_bundle(…).verify(mark)`: all seven checks, trust, log and status in memory. The
limit is libsodium's Ed25519 verification of the very bytes that are signed, and nothing else. 1,000 marks of
1,000 holders are judged in a loop, so only what belongs to an issuer's key, never what belongs to a mark, can
be found in a cache. The peers do less: signature and expiry (python-cwt), signature alone (pycose).

Rivals take turns of 50 marks, the same ones for each, and count their own processor time. The peers' half runs
in its own environment and takes its turn when told to, so that it is in the same rotation. pycose knows no
algorithm -19 (RFC 9864): it gets the same claims under -8 (EdDSA), signed by the same keys.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeAlias, TypeVar

from nacl.bindings import crypto_sign_open

from bench.peer import asked_of
from bench.table import Row, in_turns, ratio_of, timed
from bench.world import Key, Register, make_register
from schemas.cose import MARK_TYPE, Sign1, header_bytes, to_be_signed
from verifier import Verdict, Verifier

__all__ = ["measure"]

SIZES = ((1_200, 30), (10_000, 365), (100_000, 3 * 365))  # leaves, days of daily checkpoints
TURNS, PIECE = 400, 50  # marks
EDDSA = -8
PEER = Path(__file__).with_name("verify_peer.py")
PEERS = {"cwt": "python-cwt 3.3: signature, expiry", "pycose": "pycose 1.1: signature"}


def measure(peers: Path | None) -> Iterator[Row]:
    """Rows for each size of the log; for the last one also beside the peers, when their Python is named."""
    for size, days in SIZES:
        register = make_register(size, days=days)
        rivals = {"verdict": _verdicts(register), "bare": _bare(register)}
        if peers is None or (size, days) != SIZES[-1]:
            yield _beside_bare(register, in_turns(rivals, turns=TURNS))
            continue
        with _peer(peers, register) as others:
            taken = in_turns(rivals | others, turns=TURNS)
        yield _beside_bare(register, taken)
        for name in others:
            row = _row(register, "2", taken, name, PEERS[name], 2.5)
            yield row
            # What a verdict that cost nothing but its signature would reach: no verifier on libsodium can be above it.
            limit = ratio_of(taken[name], taken["bare"])
            yield replace(
                row,
                work="the bare signature: the limit of the line above",
                ours=PIECE / median(taken["bare"]),
                ratio=limit,
                goal="state it",
                is_met=True,
            )


Rival: TypeAlias = Callable[[int], float]
T = TypeVar("T")


def _piece(everything: Sequence[T], turn: int) -> Sequence[T]:
    start = turn * PIECE % len(everything)
    return everything[start : start + PIECE]


def _verdicts(register: Register) -> Rival:
    verifier = Verifier.from_bundle(register.bundle, anchor=register.anchor)
    marks = [mark for mark, _ in register.marks]
    wrong = [report.reasons for report in map(verifier.verify, marks) if report.verdict is not Verdict.VALID]
    if wrong:
        raise AssertionError(f"{len(wrong)} of {len(marks)} marks are not valid: {wrong[0]}")

    def judge(some: Sequence[bytes]) -> None:
        for mark in some:
            verifier.verify(mark)

    return lambda turn: timed(partial(judge, _piece(marks, turn)))


def _bare(register: Register) -> Rival:
    read = [(Sign1.from_bytes(mark, typ=MARK_TYPE), key.public) for mark, key in register.marks]
    signed = [(sign1.signature + sign1.to_be_signed(), public) for sign1, public in read]

    def open_them(some: Sequence[tuple[bytes, bytes]]) -> None:
        for message, public in some:
            crypto_sign_open(message, public)

    return lambda turn: timed(partial(open_them, _piece(signed, turn)))


@contextmanager
def _peer(python: Path, register: Register) -> Iterator[dict[str, Rival]]:
    keys = {key.kid.hex(): key.public.hex() for _, key in register.marks}
    marks = {
        "cwt": [mark.hex() for mark, _ in register.marks],
        "pycose": [_under_eddsa(mark, key).hex() for mark, key in register.marks],
    }
    with asked_of(python, PEER, {"keys": keys, "marks": marks, "piece": PIECE}) as ask:
        yield {name: partial(_turn, ask, name) for name in marks}


def _turn(ask: Callable[[str], float], name: str, turn: int) -> float:
    return ask(f"{name} {turn}")


def _under_eddsa(mark: bytes, key: Key) -> bytes:
    payload = Sign1.from_bytes(mark, typ=MARK_TYPE).payload
    protected = header_bytes(alg=EDDSA, kid=key.kid, typ=MARK_TYPE)
    signature = key.sign(to_be_signed(protected, payload))
    return Sign1.assemble(protected=protected, payload=payload, signature=signature).raw


def _beside_bare(register: Register, taken: dict[str, list[float]]) -> Row:
    return _row(register, "1", taken, "bare", "bare libsodium Ed25519", 0.70)


def _row(
    register: Register, line: str, taken: dict[str, list[float]], rival: str, beside: str, goal: float
) -> Row:
    ratio = ratio_of(taken[rival], taken["verdict"])
    return Row(
        line=line,
        work=f"verdict, log of {register.size:,} leaves and {register.days:,} days",
        beside=beside,
        unit="marks/s",
        ours=PIECE / median(taken["verdict"]),
        theirs=PIECE / median(taken[rival]),
        ratio=ratio,
        goal=f"≥ {goal:.2f}",
        is_met=ratio >= goal,
    )
