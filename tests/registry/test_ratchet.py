"""The log key signs only what is proven to extend what it signed before: each way to bend a head, tried on the ratchet itself."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forge.signers import Ed25519Signer
from registry.ratchet import Ratchet, RatchetError
from schemas.checkpoint import Checkpoint
from schemas.merkle import consistency_proof, leaf_hash, root

ORIGIN = "akashi.example/log1"
LEAVES = [leaf_hash(bytes([number])) for number in range(9)]


def head(size: int, *, leaves: list[bytes] = LEAVES, origin: str = ORIGIN) -> Checkpoint:
    return Checkpoint(origin=origin, size=size, root=root(leaves[:size]))


def proof(old: int, new: int) -> list[bytes]:
    return consistency_proof(LEAVES[:new], old)


@pytest.fixture
def ratchet(tmp_path: Path) -> Iterator[Ratchet]:
    made = Ratchet(tmp_path / "ratchet", origin=ORIGIN, signer=Ed25519Signer("log"))
    made.sign(head(5), proof=[])
    yield made
    made.close()


BENT: dict[str, Callable[[], tuple[Checkpoint, list[bytes]]]] = {
    "the same size, another tree": lambda: (head(5, leaves=[*LEAVES[:4], leaf_hash(b"x")]), []),
    "a smaller size": lambda: (head(3), []),
    "no proof": lambda: (head(9), []),
    "the proof of other sizes": lambda: (head(9), proof(4, 9)),
    "a proof of another tree": lambda: (head(9, leaves=[leaf_hash(b"x"), *LEAVES[1:]]), proof(5, 9)),
    "a proof with a hash too many": lambda: (head(9), [*proof(5, 9), LEAVES[0]]),
    "another log": lambda: (head(9, origin="akashi.example/log2"), proof(5, 9)),
}


@pytest.mark.parametrize("what", list(BENT))
def test_a_head_that_does_not_extend_the_last_is_not_signed_nor_written_down(
    ratchet: Ratchet, what: str
) -> None:
    before = ratchet._path.read_bytes()
    checkpoint, bent = BENT[what]()
    with pytest.raises(RatchetError):
        ratchet.sign(checkpoint, proof=bent)
    assert (ratchet._path.read_bytes(), ratchet.last) == (before, head(5))
    ratchet.sign(head(9), proof=proof(5, 9))


def test_the_last_head_may_be_signed_again_and_is_written_once(ratchet: Ratchet) -> None:
    before = ratchet._path.read_bytes()
    assert ratchet.sign(head(5), proof=[]) == ratchet.sign(head(5), proof=[])
    assert ratchet._path.read_bytes() == before


def test_a_head_is_on_the_disk_before_it_is_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ratchet"
    done: list[str] = []

    class Recorder(Ed25519Signer):
        def sign(self, message: bytes) -> bytes:
            done.append(f"sign, {len(path.read_bytes().splitlines())} written")
            return super().sign(message)

    flush = os.fsync

    def recorded(handle: int) -> None:
        flush(handle)
        done.append("fsync")

    monkeypatch.setattr(os, "fsync", recorded)
    ratchet = Ratchet(path, origin=ORIGIN, signer=Recorder("log"))
    ratchet.sign(head(5), proof=[])
    ratchet.sign(head(9), proof=proof(5, 9))
    ratchet.close()
    assert done == ["fsync", "sign, 1 written", "fsync", "sign, 2 written"]
