"""ML-DSA-44 lines (type 06) stand beside Ed25519's on notes and cosignatures, and change nothing yet.

The signatures are real ones where `cryptography` can make them (FIPS 204, OpenSSL 3.5), else random bytes of the right
size: what is claimed here is that readers pass over them, whatever they say.
"""

import os
from hashlib import sha256

import pytest

from forge.logs import Log
from forge.trust_documents import ROOTS, base64_of, document, note, note_key_id, vkey
from forge.world import NOW, World
from keys.notes import cosignature_times, verified_signers
from keys.trust import TrustRefusedError, read_note, walk
from schemas.checkpoint import MAX_CHECKPOINT
from schemas.errors import MalformedError
from schemas.extension import MAX_EXTENSION, Extension
from schemas.merkle import consistency_proof
from schemas.note import SignedNote
from schemas.trust_document import TrustDocument
from verifier import Verdict, Verifier
from verifier.transparency import Witnessed, check_checkpoint

TYPE, KEY_SIZE, SIGNATURE_SIZE = 6, 1312, 2420


def ml_dsa_line(name: str, message: bytes, *, time: int | None = None) -> str:
    """A line of this name by a key of type 06; with a time it is a cosignature's."""
    public, signature = _signed(message)
    stamp = b"" if time is None else time.to_bytes(8, "big")
    return f"— {name} {base64_of(note_key_id(name, TYPE, public) + stamp + signature)}\n"


def _signed(message: bytes) -> tuple[bytes, bytes]:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric import mldsa
    except ImportError:
        return os.urandom(KEY_SIZE), os.urandom(SIGNATURE_SIZE)
    try:
        key = mldsa.MLDSA44PrivateKey.generate()
        signature = key.sign(message)
        key.public_key().verify(signature, message)
        public = key.public_key().public_bytes_raw()
    except UnsupportedAlgorithm:
        return os.urandom(KEY_SIZE), os.urandom(SIGNATURE_SIZE)
    assert (len(public), len(signature)) == (KEY_SIZE, SIGNATURE_SIZE)
    return public, signature


def with_lines(raw: bytes, *lines: str, first: bool = False) -> bytes:
    text, blank, held = raw.partition(b"\n\n")
    more = "".join(lines).encode()
    return text + blank + (more + held if first else held + more)


@pytest.mark.parametrize("first", [True, False])
def test_a_trust_document_with_further_lines_is_the_same_version(first: bool) -> None:  # noqa: FBT001 (a parameter)
    raw = note(document())
    lines = [ml_dsa_line(f"{label}.example", raw) for label in ROOTS]
    more = with_lines(raw, *lines, first=first)
    anchor = read_note(raw)[1].anchor
    assert walk(anchor, [more]).current.anchor == anchor
    assert len(verified_signers(SignedNote.from_bytes(more), read_note(raw)[1].root.keys)) == 2


def test_lines_of_the_new_type_reach_no_threshold() -> None:
    raw = note(document(), ROOTS[0])
    more = with_lines(raw, *(ml_dsa_line(f"{label}.example", raw) for label in ROOTS))
    with pytest.raises(TrustRefusedError, match="below-threshold"):
        walk(read_note(raw)[1].anchor, [more])


@pytest.mark.parametrize("first", [True, False])
def test_a_checkpoint_with_both_kinds_of_cosignatures_is_witnessed_as_before(first: bool) -> None:  # noqa: FBT001 (a parameter)
    world = World()
    world.publish(NOW)
    held = world.log.head.note
    lines = [ml_dsa_line(f"w{n}.example", held, time=NOW + 5 * n) for n in range(1, 9)]
    lines.append(ml_dsa_line(world.log.origin, held))
    more = with_lines(held, *lines, first=first)
    assert len(more) < MAX_CHECKPOINT
    trusted = TrustDocument.from_json(world.documents[-1])
    before, after = (check_checkpoint(SignedNote.from_bytes(one), trusted) for one in (held, more))
    assert isinstance(before, Witnessed)
    assert before == after


def test_cosignatures_of_the_new_type_make_no_quorum() -> None:
    world = World()
    world.publish(NOW, cosigned={"w1": NOW})
    more = with_lines(world.log.head.note, *(ml_dsa_line(f"w{n}.example", b"", time=NOW) for n in (1, 2, 3)))
    keys = [one.key for one in TrustDocument.from_json(world.documents[-1]).witnesses]
    assert len(cosignature_times(SignedNote.from_bytes(more), keys)) == 1


def test_evidence_with_both_kinds_of_lines_gives_the_same_verdict() -> None:
    world = World()
    mark = world.issue(at=NOW - 60)
    world.publish(NOW)
    more = with_lines(
        world.log.head.note, *(ml_dsa_line(f"w{n}.example", b"", time=NOW) for n in range(1, 9))
    )
    verifier = Verifier.from_bundle(
        world.evidence(mark, bent={f"log/0/heads/{world.log.head.size}": b"old 0\n\n" + more}),
        anchor=world.anchor,
        clock=lambda: float(NOW),
    )
    assert verifier.verify(mark.raw).verdict is Verdict.VALID


def test_a_witness_reads_a_request_with_both_kinds_of_lines() -> None:
    log = Log(origin="akashi.example/log1")
    for number in range(9):
        log.append(b"entry %d" % number)
    held = with_lines(log.signed({}), *(ml_dsa_line(f"w{n}.example", b"", time=NOW) for n in range(8)))
    proof = "".join(f"{base64_of(one)}\n" for one in consistency_proof(log.hashes, 4))
    body = f"old 4\n{proof}\n".encode() + held
    assert len(body) < MAX_EXTENSION
    assert len(Extension.from_bytes(body).note.signatures) == 9


def test_a_key_of_the_new_type_is_no_key_of_a_trust_document_yet() -> None:
    public = sha256(b"ml-dsa").digest() * 41
    name = "root-d.example"
    key = f"{name}+{note_key_id(name, TYPE, public).hex()}+{base64_of(bytes([TYPE]) + public)}"
    roots = [vkey(f"{label}.example", label) for label in ROOTS]
    with pytest.raises(MalformedError) as caught:
        TrustDocument.from_json(document(root={"threshold": 2, "keys": [*roots, key]}))
    assert caught.value.path == "/root/keys/3"
