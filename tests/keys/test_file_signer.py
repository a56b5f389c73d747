"""Key files: what opens, what is refused, and that no secret leaves."""

import base64
import copy
import io
import json
import os
import pickle
import stat
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nacl.pwhash import argon2id

from keys.algorithms import ED25519, ESP256, P256_ORDER, PublicKey
from keys.file_signer import FileSigner, KeyFileError, generate, load, read_public
from keys.signer import Signer, SignerUnavailableError, open_signer

PASSPHRASE = b"seven small stones"
MESSAGE = b"to be signed"


def said() -> bytes:
    return PASSPHRASE


def misremembered() -> bytes:
    return b"wrong words"


def never_asked() -> bytes:
    raise AssertionError("the passphrase was asked for")


@pytest.fixture(params=[ED25519, ESP256], ids=["ed25519", "p256"])
def key_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "a.key"
    generate(path, request.param, PASSPHRASE, unsafe_light=True)
    return path


def bend(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    envelope = json.loads(path.read_text())
    change(envelope)
    path.write_text(json.dumps(envelope))


def test_a_key_file_opens_with_its_passphrase_and_its_signatures_verify(key_file: Path) -> None:
    signer: Signer = load(key_file, said)
    stated = read_public(key_file)
    assert (signer.alg, signer.public, signer.kid) == (stated.alg, stated.public, stated.kid)
    assert PublicKey(signer.alg, signer.public).verify(MESSAGE, signer.sign(MESSAGE))


def test_every_p256_signature_is_low_s(tmp_path: Path) -> None:
    generate(tmp_path / "k", ESP256, PASSPHRASE, unsafe_light=True)
    signer = load(tmp_path / "k", said)
    for number in range(32):
        assert int.from_bytes(signer.sign(bytes([number]))[32:]) <= P256_ORDER // 2


def test_a_wrong_passphrase_opens_nothing(key_file: Path) -> None:
    with pytest.raises(KeyFileError) as refused:
        load(key_file, lambda: b"seven small stone")
    assert "passphrase" in refused.value.hint


def test_an_empty_passphrase_protects_nothing_and_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError):
        generate(tmp_path / "k", ED25519, b"", unsafe_light=True)
    assert not (tmp_path / "k").exists()


def test_a_key_file_is_never_overwritten(key_file: Path) -> None:
    before = key_file.read_bytes()
    with pytest.raises(KeyFileError):
        generate(key_file, ED25519, PASSPHRASE, unsafe_light=True)
    assert key_file.read_bytes() == before


def test_the_default_asks_at_least_the_interactive_limits(tmp_path: Path) -> None:
    generate(tmp_path / "k", ED25519, PASSPHRASE)
    kdf = json.loads((tmp_path / "k").read_text())["kdf"]
    assert kdf["operations"] >= argon2id.OPSLIMIT_INTERACTIVE
    assert kdf["memory"] >= argon2id.MEMLIMIT_INTERACTIVE


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")
def test_a_new_key_file_is_its_owners_alone(key_file: Path) -> None:
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert [entry.name for entry in key_file.parent.iterdir()] == ["a.key"]


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_file_open_to_others_is_refused_before_the_passphrase_is_asked(
    key_file: Path, mode: int
) -> None:
    key_file.chmod(mode)
    with pytest.raises(KeyFileError) as refused:
        load(key_file, never_asked)
    assert "chmod 600" in refused.value.hint


def test_a_public_key_swapped_in_the_clear_part_is_noticed(tmp_path: Path) -> None:
    """Who could swap it would have the root trust a key of his own under this owner's name."""
    generate(tmp_path / "mine", ED25519, PASSPHRASE, unsafe_light=True)
    other = generate(tmp_path / "other", ED25519, PASSPHRASE, unsafe_light=True)
    bend(tmp_path / "mine", lambda envelope: envelope.update(public=base64.b64encode(other.public).decode()))
    with pytest.raises(KeyFileError) as refused:
        load(tmp_path / "mine", said)
    assert "public key" in refused.value.problem


def test_a_changed_ciphertext_opens_nothing(key_file: Path) -> None:
    def flip(envelope: dict[str, Any]) -> None:
        box = bytearray(base64.b64decode(envelope["box"]))
        box[-1] ^= 1
        envelope["box"] = base64.b64encode(box).decode()

    bend(key_file, flip)
    with pytest.raises(KeyFileError):
        load(key_file, said)


@pytest.mark.parametrize(
    "change",
    [
        {"operations": 10**6},
        {"memory": 2**40},
        {"memory": 0},
        {"operations": 0},
        {"salt": "AAAA"},
        {"name": "scrypt"},
        {"operations": 2.5},
        {"extra": 1},
    ],
)
def test_parameters_out_of_bounds_are_refused_before_any_work(key_file: Path, change: dict[str, Any]) -> None:
    bend(key_file, lambda envelope: envelope["kdf"].update(change))
    with pytest.raises(KeyFileError):
        load(key_file, never_asked)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff", b"[]", b"null", b"{" * 5000, b'{"akashi_key":1,"akashi_key":1}']
)
def test_what_is_no_key_file_is_named_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "k"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileError):
        load(path, never_asked)


def test_an_absent_file_is_named_so(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError):
        load(tmp_path / "none", never_asked)
    with pytest.raises(KeyFileError):
        generate(tmp_path / "no folder" / "k", ED25519, PASSPHRASE, unsafe_light=True)


def test_no_secret_is_in_what_a_signer_or_an_error_shows(tmp_path: Path) -> None:
    secret = bytes(range(1, 33))
    signer = FileSigner(ED25519, secret)
    shown = repr(signer) + str(signer) + repr([getattr(signer, name) for name in ("alg", "public", "kid")])
    try:
        generate(tmp_path / "k", ED25519, PASSPHRASE, unsafe_light=True)
        load(tmp_path / "k", misremembered)
    except KeyFileError:
        out = io.StringIO()
        traceback.print_exc(file=out)
        shown += out.getvalue()
    for hidden in (
        secret.hex(),
        repr(secret),
        base64.b64encode(secret).decode(),
        PASSPHRASE.decode(),
        "wrong words",
    ):
        assert hidden not in shown


def test_a_signer_is_neither_copied_nor_pickled() -> None:
    signer = FileSigner(ED25519, bytes(range(1, 33)))
    with pytest.raises(TypeError):
        pickle.dumps(signer)
    with pytest.raises(TypeError):
        copy.copy(signer)


def test_a_faulty_signature_is_not_released(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signer = load(key_file, said)
    monkeypatch.setattr(PublicKey, "verify", lambda *_: False)
    with pytest.raises(KeyFileError):
        signer.sign(MESSAGE)


def test_a_uri_opens_the_file_it_names(key_file: Path) -> None:
    signer = open_signer(f"file:{key_file}", passphrase=said, expected=read_public(key_file).public)
    assert signer.kid == read_public(key_file).kid


def test_a_uri_whose_key_is_another_than_expected_is_refused(key_file: Path) -> None:
    with pytest.raises(KeyFileError):
        open_signer(f"file:{key_file}", passphrase=said, expected=bytes(32))


@pytest.mark.parametrize(
    "uri", ["pkcs11:token=stars;object=mark", "file:", "", "a.key", "https://example.jp/a.key"]
)
def test_a_place_that_cannot_be_reached_is_named(uri: str) -> None:
    with pytest.raises(SignerUnavailableError):
        open_signer(uri, passphrase=never_asked)
