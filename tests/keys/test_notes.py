"""Who signed a note, and when a witness saw a checkpoint."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_sign, crypto_sign_seed_keypair

from keys.notes import (
    BadNoteSignatureError,
    cosign,
    cosignature_times,
    sign_note,
    verified_signers,
    verify_cosignature,
    verify_note_signature,
)
from schemas.checkpoint import read_checkpoint
from schemas.errors import MalformedError
from schemas.note import COSIGNATURE, ED25519, ML_DSA_44, NoteSignature, SignedNote, VerifierKey

TEXT = "log.example/log1\n5\nPUVMg6LinBDy8tj4vZ3o7UZB/b3r4gFoMy7VpOh9IrQ=\n"
NOON = 1_790_000_000


@dataclass(frozen=True)
class SeedSigner:
    seed: bytes

    @property
    def public(self) -> bytes:
        return crypto_sign_seed_keypair(self.seed)[0]

    def sign(self, message: bytes) -> bytes:
        return crypto_sign(message, crypto_sign_seed_keypair(self.seed)[1])[:64]


LOG, ONE, TWO = (SeedSigner(bytes([number]) * 32) for number in range(1, 4))


def _key(name: str, signer: SeedSigner, kind: int) -> VerifierKey:
    return VerifierKey(name=name, type=kind, public=signer.public)


LOG_KEY = _key("log.example/log1", LOG, ED25519)
ONE_KEY = _key("one.example", ONE, COSIGNATURE)
TWO_KEY = _key("two.example", TWO, COSIGNATURE)


def _note(*lines: NoteSignature, text: str = TEXT) -> SignedNote:
    return SignedNote(text=text, signatures=(sign_note(text, name="log.example/log1", signer=LOG), *lines))


def _cosigned(name: str, signer: SeedSigner, time: int = NOON, text: str = TEXT) -> NoteSignature:
    return cosign(text, name=name, time=time, signer=signer)


def _bent(line: NoteSignature, place: int = -1) -> NoteSignature:
    blob = bytearray(line.blob)
    blob[place] ^= 1
    return replace(line, blob=bytes(blob))


@pytest.fixture
def example(vectors: Path) -> tuple[SignedNote, list[VerifierKey], dict[str, Any]]:
    folder = vectors / "log-example"
    _, note = read_checkpoint((folder / "checkpoint").read_bytes())
    keys = [VerifierKey.from_text(line) for line in (folder / "vkeys.txt").read_text().splitlines()]
    return note, keys, json.loads((folder / "values.json").read_text())


Example = tuple[SignedNote, list[VerifierKey], dict[str, Any]]


def test_the_specifications_example_key_verifies_the_specifications_example_note() -> None:
    key = VerifierKey.from_text("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    line = "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    note = SignedNote(text="This is an example message.\n", signatures=(NoteSignature.from_line(line),))
    assert verify_note_signature(note, key) is True


def test_the_example_logs_signature_and_cosignatures_verify(example: Example) -> None:
    note, (log, *witnesses), values = example
    assert verify_note_signature(note, log) is True
    assert cosignature_times(note, witnesses) == dict.fromkeys(witnesses, values["time"])


def test_the_example_logs_lines_come_out_of_its_seeds_byte_for_byte(example: Example) -> None:
    note, (log, one, two), values = example
    seeds = [SeedSigner(bytes.fromhex(values[name])) for name in ("log_seed", "w1_seed", "w2_seed")]
    assert note.signatures == (
        sign_note(note.text, name=log.name, signer=seeds[0]),
        cosign(note.text, name=one.name, time=values["time"], signer=seeds[1]),
        cosign(note.text, name=two.name, time=values["time"], signer=seeds[2]),
    )


def test_a_changed_text_makes_the_signature_bad_and_not_absent() -> None:
    assert verify_note_signature(_note(), LOG_KEY) is True
    assert verify_note_signature(replace(_note(), text=TEXT.replace("\n5\n", "\n6\n")), LOG_KEY) is False


def test_a_known_keys_bad_line_spoils_its_good_one() -> None:
    good = sign_note(TEXT, name=LOG_KEY.name, signer=LOG)
    for lines in ((good, _bent(good)), (_bent(good), good)):
        note = SignedNote(text=TEXT, signatures=lines)
        assert verify_note_signature(note, LOG_KEY) is False
        with pytest.raises(BadNoteSignatureError) as caught:
            verified_signers(note, [LOG_KEY])
        assert caught.value.key == LOG_KEY


def test_a_signature_of_another_length_is_bad_and_does_not_raise() -> None:
    good = sign_note(TEXT, name=LOG_KEY.name, signer=LOG)
    for blob in (b"\x00", good.blob[:-1], good.blob + b"\x00", bytes(64)):
        assert (
            verify_note_signature(SignedNote(text=TEXT, signatures=(replace(good, blob=blob),)), LOG_KEY)
            is False
        )


def test_lines_that_share_only_a_name_or_only_a_key_id_are_strangers() -> None:
    good = sign_note(TEXT, name=LOG_KEY.name, signer=LOG)
    namesake = replace(_bent(good), key_id=bytes(4))
    same_id = replace(_bent(good), name="other.example")
    assert verify_note_signature(SignedNote(text=TEXT, signatures=(namesake, same_id)), LOG_KEY) is None
    assert verify_note_signature(SignedNote(text=TEXT, signatures=(namesake, good, same_id)), LOG_KEY) is True


def test_a_small_order_key_verifies_nothing() -> None:
    # The identity point: OpenSSL accepts R = identity, S = 0 under it for every message.
    identity = VerifierKey(name="n", type=ED25519, public=b"\x01" + bytes(31))
    line = NoteSignature(name="n", key_id=identity.key_id, blob=b"\x01" + bytes(63))
    assert verify_note_signature(SignedNote(text=TEXT, signatures=(line,)), identity) is False


def test_a_signature_with_the_group_order_added_is_refused() -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    good = sign_note(TEXT, name=LOG_KEY.name, signer=LOG)
    twin = int.from_bytes(good.blob[32:], "little") + order
    line = replace(good, blob=good.blob[:32] + twin.to_bytes(32, "little"))
    assert verify_note_signature(SignedNote(text=TEXT, signatures=(line,)), LOG_KEY) is False


def test_a_cosignature_states_the_witness_time() -> None:
    assert verify_cosignature(_note(_cosigned("one.example", ONE)), ONE_KEY) == NOON


def test_a_witness_that_did_not_sign_is_absent() -> None:
    assert verify_cosignature(_note(), ONE_KEY) is None
    assert cosignature_times(_note(), [ONE_KEY, TWO_KEY]) == {}


@pytest.mark.parametrize("place", [0, 7, 8, 71])
def test_a_cosignature_with_a_changed_time_or_signature_is_reported_as_that_witness_fault(place: int) -> None:
    note = _note(_bent(_cosigned("one.example", ONE), place), _cosigned("two.example", TWO))
    with pytest.raises(BadNoteSignatureError) as caught:
        cosignature_times(note, [TWO_KEY, ONE_KEY])
    assert caught.value.key == ONE_KEY
    assert cosignature_times(note, [TWO_KEY]) == {TWO_KEY: NOON}


def test_a_cosignature_on_another_checkpoint_is_bad_on_this_one() -> None:
    other = _cosigned("one.example", ONE, text=TEXT.replace("\n5\n", "\n6\n"))
    with pytest.raises(BadNoteSignatureError):
        verify_cosignature(_note(other), ONE_KEY)


def test_a_cosignature_of_another_length_is_bad() -> None:
    good = _cosigned("one.example", ONE)
    for blob in (b"\x00", good.blob[:-1], good.blob + b"\x00"):
        with pytest.raises(BadNoteSignatureError):
            verify_cosignature(_note(replace(good, blob=blob)), ONE_KEY)


def test_a_plain_signature_by_a_witness_key_is_no_cosignature() -> None:
    plain = sign_note(TEXT, name="one.example", signer=ONE)
    assert verify_cosignature(_note(plain), ONE_KEY) is None
    borrowed = replace(plain, key_id=ONE_KEY.key_id, blob=bytes(8) + plain.blob)
    with pytest.raises(BadNoteSignatureError):
        verify_cosignature(_note(borrowed), ONE_KEY)


def test_a_cosignature_is_no_signature_of_the_log() -> None:
    log_as_witness = _cosigned(LOG_KEY.name, LOG)
    note = SignedNote(text=TEXT, signatures=(log_as_witness,))
    assert verify_note_signature(note, LOG_KEY) is None
    assert verify_note_signature(note, _key(LOG_KEY.name, LOG, COSIGNATURE)) is None
    assert verify_cosignature(note, LOG_KEY) is None


def test_strangers_and_post_quantum_lines_are_ignored() -> None:
    post_quantum = VerifierKey(name="pq.example", type=ML_DSA_44, public=bytes(1312))
    pq_line = NoteSignature(name="pq.example", key_id=post_quantum.key_id, blob=bytes(8 + 2420))
    note = _note(pq_line, _bent(_cosigned("stranger.example", TWO)), _cosigned("one.example", ONE))
    assert cosignature_times(note, [post_quantum, ONE_KEY]) == {ONE_KEY: NOON}
    assert verified_signers(note, [post_quantum, LOG_KEY]) == [LOG_KEY]


def test_one_public_key_under_two_names_is_one_witness() -> None:
    alias = _key("alias.example", ONE, COSIGNATURE)
    note = _note(_cosigned("alias.example", ONE, NOON + 9), _cosigned("one.example", ONE))
    assert cosignature_times(note, [ONE_KEY, alias]) == {ONE_KEY: NOON}
    signed = SignedNote(
        text=TEXT,
        signatures=tuple(sign_note(TEXT, name=name, signer=ONE) for name in ("one.example", "alias.example")),
    )
    keys = [_key(name, ONE, ED25519) for name in ("one.example", "alias.example")]
    assert verified_signers(signed, keys) == keys[:1]


def test_a_bad_line_is_reported_even_under_a_second_name_of_a_counted_key() -> None:
    alias = _key("alias.example", ONE, COSIGNATURE)
    note = _note(_cosigned("one.example", ONE), _bent(_cosigned("alias.example", ONE)))
    with pytest.raises(BadNoteSignatureError):
        cosignature_times(note, [ONE_KEY, alias])


def test_of_a_witness_two_times_the_earlier_counts_in_whatever_order_the_lines_stand() -> None:
    early, late = _cosigned("one.example", ONE, NOON), _cosigned("one.example", ONE, NOON + 60)
    assert verify_cosignature(_note(early, late), ONE_KEY) == NOON
    assert verify_cosignature(_note(late, early), ONE_KEY) == NOON


def test_a_time_beyond_the_calendar_is_neither_signed_nor_believed() -> None:
    with pytest.raises(MalformedError):
        _cosigned("one.example", ONE, 253402300800)
    far = 2**63 - 1
    signature = ONE.sign(f"cosignature/v1\ntime {far}\n{TEXT}".encode())
    line = NoteSignature(name="one.example", key_id=ONE_KEY.key_id, blob=far.to_bytes(8, "big") + signature)
    with pytest.raises(BadNoteSignatureError):
        verify_cosignature(_note(line), ONE_KEY)


@given(bit=st.integers(0, 72 * 8 - 1))
def test_no_flipped_bit_in_a_cosignature_survives(bit: int) -> None:
    good = _cosigned("one.example", ONE)
    blob = bytearray(good.blob)
    blob[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BadNoteSignatureError):
        verify_cosignature(_note(replace(good, blob=bytes(blob))), ONE_KEY)
