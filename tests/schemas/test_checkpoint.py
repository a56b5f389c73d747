"""Checkpoints and the bytes of cosignatures."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import merkle
from schemas.checkpoint import (
    Checkpoint,
    CosignatureBlob,
    cosignature_message,
    int_of_decimal,
    read_checkpoint,
)
from schemas.errors import MalformedError, TooLargeError
from schemas.times import MAX_TIME

ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
TEXT = f"example.com/behind-the-sofa\n20852163\n{ROOT}\n"


def test_the_specifications_example_reads_and_writes_back() -> None:
    checkpoint = Checkpoint.from_text(TEXT)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.to_text() == TEXT


def test_the_example_logs_checkpoint_has_its_published_values(vectors: Path) -> None:
    values = json.loads((vectors / "log-example" / "values.json").read_text())
    checkpoint, note = read_checkpoint((vectors / "log-example" / "checkpoint").read_bytes())
    assert checkpoint == Checkpoint(origin=values["origin"], size=5, root=bytes.fromhex(values["roots"][5]))
    assert [CosignatureBlob.from_bytes(line.blob).time for line in note.signatures[1:]] == [
        values["time"]
    ] * 2


def test_the_example_logs_witness_request_holds_a_checkpoint_and_a_proof_to_it(vectors: Path) -> None:
    head, _, tail = (vectors / "log-example" / "add-checkpoint.body").read_bytes().partition(b"\n\n")
    values = json.loads((vectors / "log-example" / "values.json").read_text())
    checkpoint, _ = read_checkpoint(tail)
    assert head.startswith(b"old 3\n")
    proof = [bytes.fromhex(each) for each in values["consistency_3_5"]]
    old_root = bytes.fromhex(values["roots"][3])
    assert merkle.verify_consistency(3, checkpoint.size, proof, old_root, checkpoint.root)


def test_an_empty_log_has_size_nought_and_the_root_of_nothing() -> None:
    checkpoint = Checkpoint.from_text("o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
    assert (checkpoint.size, checkpoint.root) == (0, merkle.EMPTY_ROOT)


@pytest.mark.parametrize(
    ("lie", "text"),
    [
        ("an extension line", f"{TEXT}extension\n"),
        ("an empty extension line", f"{TEXT}\n"),
        ("no final newline", TEXT[:-1]),
        ("no root", "o\n5\n"),
        ("an empty origin", f"\n5\n{ROOT}\n"),
        ("an origin longer than any host allows", f"{'o' * 256}\n5\n{ROOT}\n"),
        ("a leading zero", f"o\n05\n{ROOT}\n"),
        ("a second zero", f"o\n00\n{ROOT}\n"),
        ("a plus sign", f"o\n+5\n{ROOT}\n"),
        ("a minus sign", f"o\n-5\n{ROOT}\n"),
        ("a space before the size", f"o\n 5\n{ROOT}\n"),
        ("a space after the size", f"o\n5 \n{ROOT}\n"),
        ("an underscore", f"o\n1_0\n{ROOT}\n"),
        ("hexadecimal", f"o\n0x5\n{ROOT}\n"),
        ("full-width digits", f"o\n５\n{ROOT}\n"),
        ("no size", f"o\n\n{ROOT}\n"),
        ("a size of 2^53", f"o\n9007199254740992\n{ROOT}\n"),
        ("a size of a thousand digits", f"o\n{'9' * 1000}\n{ROOT}\n"),
        ("a carriage return", f"o\n5\r\n{ROOT}\n"),
        ("a root of 31 bytes", "o\n5\n" + "A" * 40 + "AA==\n"),
        ("a root of 33 bytes", "o\n5\n" + "A" * 44 + "\n"),
        ("a root with stray bits", f"o\n5\n{ROOT[:-2]}J=\n"),
        ("a root in hexadecimal", "o\n5\n" + "ab" * 32 + "\n"),
        ("nothing", ""),
    ],
)
def test_what_is_only_almost_a_checkpoint_is_refused(lie: str, text: str) -> None:
    with pytest.raises(MalformedError):
        pytest.fail(f"{lie}: {Checkpoint.from_text(text)}")


def test_a_checkpoint_that_could_not_be_read_back_cannot_be_made() -> None:
    for origin, size, root in (
        ("a\nb", 1, bytes(32)),
        ("o", -1, bytes(32)),
        ("o", 2**53, bytes(32)),
        ("o", 1, b""),
    ):
        with pytest.raises(MalformedError):
            Checkpoint(origin=origin, size=size, root=root)
    with pytest.raises(MalformedError):
        Checkpoint(origin="\udc00", size=1, root=bytes(32))


def test_numbers_end_where_javascript_stops_counting() -> None:
    assert int_of_decimal("9007199254740991", "size") == 2**53 - 1
    with pytest.raises(MalformedError):
        int_of_decimal("9007199254740992", "size")


def test_an_oversized_checkpoint_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(TooLargeError):
        read_checkpoint(b"x" * (2**17 + 1))


def test_a_witness_signs_the_words_of_the_specification() -> None:
    said = cosignature_message(TEXT, 1679315147)
    assert (
        said == f"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n{ROOT}\n".encode()
    )


@given(time=st.integers(0, MAX_TIME - 1), signature=st.binary(min_size=64, max_size=64))
def test_every_cosignature_reads_back_as_itself(time: int, signature: bytes) -> None:
    blob = CosignatureBlob(time=time, signature=signature)
    assert len(blob.to_bytes()) == 72
    assert CosignatureBlob.from_bytes(blob.to_bytes()) == blob


@pytest.mark.parametrize("size", [0, 4, 8, 64, 71, 73, 2428])
def test_a_cosignature_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(MalformedError):
        CosignatureBlob.from_bytes(bytes(size))


def test_a_cosignature_from_the_year_10000_is_refused() -> None:
    for time in (MAX_TIME, 2**63 - 1, 2**64 - 1):
        with pytest.raises(MalformedError):
            CosignatureBlob.from_bytes(time.to_bytes(8, "big") + bytes(64))


@given(
    origin=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60),
    size=st.integers(0, 2**53 - 1),
)
def test_every_checkpoint_reads_back_as_itself(origin: str, size: int) -> None:
    checkpoint = Checkpoint(origin=origin, size=size, root=bytes(range(32)))
    assert Checkpoint.from_text(checkpoint.to_text()) == checkpoint
