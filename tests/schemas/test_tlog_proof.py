"""Proofs as files: c2sp.org/tlog-proof@v1."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import merkle
from schemas.errors import MalformedError, TooLargeError
from schemas.note import NoteSignature, SignedNote
from schemas.tlog_proof import MAX_HASHES, TlogProof

HASH = b64encode(bytes(range(32))).decode()
NOTE = f"o\n5\n{HASH}\n\n— o AAAAAAE=\n"
GOOD = f"c2sp.org/tlog-proof@v1\nindex 2\n{HASH}\n{HASH}\n\n{NOTE}"


def _note() -> SignedNote:
    return SignedNote.from_bytes(NOTE.encode())


def test_the_example_logs_proof_proves_its_entry_and_writes_back(vectors: Path) -> None:
    data = (vectors / "log-example" / "mark-2.tlog-proof").read_bytes()
    values = json.loads((vectors / "log-example" / "values.json").read_text())
    proof = TlogProof.from_bytes(data)
    assert (proof.index, proof.extra) == (2, None)
    assert [each.hex() for each in proof.hashes] == values["inclusion_2"]
    leaf = merkle.leaf_hash(values["entries"][2].encode())
    head = proof.checkpoint
    assert merkle.verify_inclusion(leaf, proof.index, head.size, proof.hashes, head.root)
    assert proof.to_bytes() == data
    assert proof.checkpoint_note.to_bytes() == (vectors / "log-example" / "checkpoint").read_bytes()


def test_extra_data_stands_before_the_index_and_is_kept() -> None:
    data = GOOD.replace("index", "extra YWdl\nindex").encode()
    proof = TlogProof.from_bytes(data)
    assert proof.extra == b"age"
    assert proof.to_bytes() == data


def test_the_only_leafs_proof_has_no_hashes() -> None:
    data = f"c2sp.org/tlog-proof@v1\nindex 0\n\n{NOTE}".encode()
    assert TlogProof.from_bytes(data).hashes == ()
    assert TlogProof.from_bytes(data).to_bytes() == data


@pytest.mark.parametrize(
    ("lie", "text"),
    [
        ("nothing", ""),
        ("another version", GOOD.replace("@v1", "@v2")),
        ("no first line", GOOD.removeprefix("c2sp.org/tlog-proof@v1\n")),
        ("a blank line at the start", "\n" + GOOD),
        ("a blank line after the first", GOOD.replace("\nindex", "\n\nindex")),
        ("no index", GOOD.replace("index 2\n", "")),
        ("an index without a number", GOOD.replace("index 2", "index ")),
        ("an index with a leading zero", GOOD.replace("index 2", "index 02")),
        ("a negative index", GOOD.replace("index 2", "index -2")),
        ("two spaces before the index", GOOD.replace("index 2", "index  2")),
        ("an index of 2^53", GOOD.replace("index 2", "index 9007199254740992")),
        ("full-width index", GOOD.replace("index 2", "index ２")),
        ("an upper-case word", GOOD.replace("index", "Index")),
        ("two indexes", GOOD.replace("index 2\n", "index 2\nindex 2\n")),
        ("empty extra data", GOOD.replace("index", "extra \nindex")),
        ("extra without a space", GOOD.replace("index", "extra\nindex")),
        ("extra data after the index", GOOD.replace("index 2\n", "index 2\nextra YWdl\n")),
        ("extra data twice", GOOD.replace("index", "extra YWdl\nextra YWdl\nindex")),
        ("extra data with stray bits", GOOD.replace("index", "extra YWf=\nindex")),
        ("too much extra data", GOOD.replace("index", f"extra {b64encode(bytes(4097)).decode()}\nindex")),
        ("a hash of 31 bytes", GOOD.replace(HASH, b64encode(bytes(31)).decode(), 1)),
        ("a hash of 33 bytes", GOOD.replace(HASH, b64encode(bytes(33)).decode(), 1)),
        ("a hash with a space after it", GOOD.replace(HASH, HASH + " ", 1)),
        ("too many hashes", GOOD.replace("index 2\n", "index 2\n" + f"{HASH}\n" * MAX_HASHES)),
        ("carriage returns", GOOD.replace("\n", "\r\n")),
        ("no checkpoint", GOOD.partition("\n\n")[0] + "\n\n"),
        ("a checkpoint nobody signed", GOOD.replace("— o AAAAAAE=\n", "")),
        ("a checkpoint with an extension line", GOOD.replace(f"{HASH}\n\n—", f"{HASH}\nmore\n\n—")),
        ("two blank lines before the checkpoint", GOOD.replace("\n\no\n", "\n\n\no\n")),
        ("something after the checkpoint", GOOD + "\n"),
    ],
)
def test_what_is_only_almost_a_proof_is_refused(lie: str, text: str) -> None:
    assert text != GOOD
    with pytest.raises(MalformedError):
        pytest.fail(f"{lie}: {TlogProof.from_bytes(text.encode())}")


def test_an_oversized_proof_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(TooLargeError):
        TlogProof.from_bytes(GOOD.encode(), max_size=len(GOOD.encode()) - 1)


def test_a_proof_that_could_not_be_read_back_cannot_be_made() -> None:
    line = NoteSignature(name="n", key_id=bytes(4), blob=b"\x01")
    with pytest.raises(MalformedError):
        TlogProof(index=-1, hashes=(), checkpoint_note=_note())
    with pytest.raises(MalformedError):
        TlogProof(index=0, hashes=(b"",), checkpoint_note=_note())
    with pytest.raises(MalformedError):
        TlogProof(index=0, hashes=(), checkpoint_note=_note(), extra=b"")
    with pytest.raises(MalformedError):
        TlogProof(index=0, hashes=(), checkpoint_note=SignedNote(text="no checkpoint\n", signatures=(line,)))


@given(
    index=st.integers(0, 2**53 - 1),
    hashes=st.lists(st.binary(min_size=32, max_size=32), max_size=6),
    extra=st.none() | st.binary(min_size=1, max_size=60),
)
def test_every_proof_reads_back_as_itself(index: int, hashes: list[bytes], extra: bytes | None) -> None:
    proof = TlogProof(index=index, hashes=tuple(hashes), checkpoint_note=_note(), extra=extra)
    assert TlogProof.from_bytes(proof.to_bytes()) == proof


@given(place=st.integers(0, len(GOOD.encode()) - 1), byte=st.integers(0, 255))
def test_a_changed_byte_is_refused_or_read_as_exactly_those_bytes(place: int, byte: int) -> None:
    good = GOOD.encode()
    changed = good[:place] + bytes([byte]) + good[place + 1 :]
    try:
        proof = TlogProof.from_bytes(changed)
    except MalformedError:
        return
    assert proof.to_bytes() == changed
