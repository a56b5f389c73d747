"""Keys that never leave their token, tried against SoftHSM2; a token that lies is a stand-in."""

import json
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from forge.tokens import PIN, Token
from forge.trust_documents import public_of
from keys import pkcs11_signer
from keys.algorithms import ED25519, ESP256, P256_ORDER, PublicKey
from keys.cli import main
from keys.file_signer import KeyFileError
from keys.notes import cosign, sign_note, verify_note_signature
from keys.pkcs11_signer import TokenError, TokenSigner
from keys.pkcs11_uri import Pkcs11Uri, Pkcs11UriError
from keys.signer import SignerUnavailableError, generate, open_signer, read_public
from schemas import note
from schemas.note import SignedNote, VerifierKey

MESSAGE = b"a message of ours"


def nobody() -> bytes:
    raise AssertionError("a token's PIN is not a passphrase")


@pytest.fixture(params=[ED25519, ESP256], ids=["ed25519", "p256"])
def alg(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


_made: dict[int, str] = {}


@pytest.fixture
def uri(token: Token, alg: int) -> str:
    """A key of this algorithm in the token, made once."""
    if alg not in _made:
        made = token.uri(f"key{alg}")
        generate(made, alg, nobody)
        _made[alg] = made
    return _made[alg]


def test_a_key_in_a_token_signs_what_everybody_verifies(uri: str, alg: int) -> None:
    signer = open_signer(uri, passphrase=nobody)
    signature = signer.sign(MESSAGE)
    assert PublicKey(alg, signer.public).verify(MESSAGE, signature)
    if alg == ED25519:
        ed25519.Ed25519PublicKey.from_public_bytes(signer.public).verify(signature, MESSAGE)
    else:
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        assert s <= P256_ORDER // 2
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), signer.public)
        key.verify(encode_dss_signature(r, s), MESSAGE, ec.ECDSA(hashes.SHA256()))


def test_every_p256_signature_has_the_low_s(token: Token) -> None:
    generate(token.uri("low"), ESP256, nobody)
    signer = open_signer(token.uri("low"), passphrase=nobody)
    assert all(int.from_bytes(signer.sign(bytes([n]))[32:], "big") <= P256_ORDER // 2 for n in range(24))


def test_the_public_half_is_shown_without_a_pin(token: Token, uri: str) -> None:
    shown = read_public(uri.partition("?")[0] + f"?module-path={token.module}")
    assert shown is not None
    assert shown.public == open_signer(uri, passphrase=nobody).public


def test_the_private_half_does_not_come_out(uri: str) -> None:
    import pkcs11
    from pkcs11 import Attribute

    where = Pkcs11Uri.from_text(uri)
    private = pkcs11_signer._find_private(pkcs11_signer._session(where, PIN), where)
    for attribute in (Attribute.VALUE, Attribute.PRIVATE_EXPONENT):
        with pytest.raises(pkcs11.exceptions.PKCS11Error):
            _ = private[attribute]
    assert private[Attribute.EXTRACTABLE] is False


@pytest.mark.parametrize(
    "bent", [{"EXTRACTABLE": True}, {"SENSITIVE": False}, {"SENSITIVE": False, "EXTRACTABLE": True}]
)
def test_a_key_that_may_leave_its_token_is_refused(token: Token, bent: dict[str, bool]) -> None:
    import pkcs11
    from pkcs11 import Attribute, KeyType

    label = "loose" + "".join(sorted(bent)).lower()
    where = Pkcs11Uri.from_text(token.uri(label))
    session = pkcs11_signer._session(where, PIN, writes=True)
    parameters = session.create_domain_parameters(
        KeyType.EC, {Attribute.EC_PARAMS: bytes.fromhex("06082a8648ce3d030107")}, local=True
    )
    template = {getattr(Attribute, name): value for name, value in bent.items()}
    parameters.generate_keypair(
        label=label, id=label.encode(), store=True, private_template=template,
        capabilities=pkcs11.MechanismFlag.SIGN | pkcs11.MechanismFlag.VERIFY,
    )  # fmt: skip
    with pytest.raises(TokenError, match="not kept as a signing key must be"):
        open_signer(token.uri(label), passphrase=nobody)


def test_another_key_than_expected_is_refused_before_it_is_used(uri: str) -> None:
    with pytest.raises(TokenError, match="another key than expected"):
        open_signer(uri, passphrase=nobody, expected=public_of("somebody else"))


def test_a_key_is_never_made_over_another(uri: str, alg: int) -> None:
    before = open_signer(uri, passphrase=nobody).public
    with pytest.raises(TokenError, match="there already"):
        generate(uri, alg, nobody)
    assert open_signer(uri, passphrase=nobody).public == before


def test_two_keys_of_one_name_are_told_apart_by_their_id(token: Token) -> None:
    from pkcs11 import Attribute, KeyType

    where = Pkcs11Uri.from_text(token.uri("twin"))
    generate(token.uri("twin"), ED25519, nobody)
    session = pkcs11_signer._session(where, PIN, writes=True)
    parameters = session.create_domain_parameters(
        KeyType.EC, {Attribute.EC_PARAMS: bytes.fromhex("06082a8648ce3d030107")}, local=True
    )
    parameters.generate_keypair(
        label="twin", id=b"\x01", store=True,
        private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
    )  # fmt: skip
    with pytest.raises(TokenError, match="2 keys"):
        open_signer(token.uri("twin"), passphrase=nobody)
    assert open_signer(token.uri("twin", more=";id=%01"), passphrase=nobody).alg == ESP256


@pytest.mark.parametrize(
    ("bend", "says"),
    [
        (lambda uri, _token: uri.replace("token=register", "token=nowhere"), "is not there"),
        (lambda uri, _token: uri.replace("libsofthsm2", "nothing"), "cannot be loaded"),
        (lambda uri, _token: uri.replace("object=key", "object=nokey"), "no such key"),
        (lambda uri, _token: uri.replace("token=register", "token=other"), "no such key"),
    ],
)
def test_what_is_not_there_is_named(
    token: Token, uri: str, bend: Callable[[str, Token], str], says: str
) -> None:
    with pytest.raises(TokenError, match=says):
        open_signer(bend(uri, token), passphrase=nobody)


def test_a_wrong_pin_is_tried_once_and_said(token: Token, uri: str, tmp_path: Path) -> None:
    wrong = tmp_path / "pin"
    wrong.write_text("wrong-pin\n")
    wrong.chmod(0o600)
    # In a process of its own: in this one the token is open already.
    bent = uri.replace(str(token.pin_file), str(wrong))
    done = subprocess.run(
        [
            sys.executable, "-c",
            "import sys; from keys.signer import open_signer; open_signer(sys.argv[1], passphrase=bytes)", bent,
        ],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert "the PIN is wrong" in done.stderr
    assert "wrong-pin" not in done.stderr


def test_a_pin_file_others_can_read_is_refused(token: Token, uri: str, tmp_path: Path) -> None:
    loose = tmp_path / "pin"
    loose.write_text(PIN)
    loose.chmod(0o644)
    with pytest.raises(KeyFileError, match="open to other accounts"):
        open_signer(uri.replace(str(token.pin_file), str(loose)), passphrase=nobody)


def test_the_pin_may_come_from_a_variable_that_names_a_file(
    token: Token, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AKASHI_PIN_FILE", str(token.pin_file))
    monkeypatch.setenv("AKASHI_PKCS11_MODULE", str(token.module))
    assert open_signer(uri.partition("?")[0], passphrase=nobody).sign(MESSAGE)


def test_without_anybody_to_ask_a_missing_pin_is_named(token: Token, uri: str) -> None:
    with pytest.raises(KeyFileError, match="AKASHI_PIN_FILE"):
        open_signer(uri.partition("?")[0] + f"?module-path={token.module}", passphrase=nobody)


def test_the_pin_may_be_typed_at_a_prompt_that_names_the_token(
    token: Token, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def typed(prompt: str) -> str:
        asked.append(prompt)
        return PIN

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", typed)
    signer = open_signer(uri.partition("?")[0] + f"?module-path={token.module}", passphrase=nobody)
    assert len(signer.sign(b"message")) == 64
    assert asked == ["PIN of the token register: "]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pkcs11:", "expected pkcs11:token"),
        ("pkcs11:token=a", "object=LABEL"),
        ("pkcs11:object=a", "token=LABEL"),
        ("pkcs11:token=a;object=b", "no module"),
        ("pkcs11:token=a;object=b;slot-description=x?module-path=m", "not understood"),
        ("pkcs11:token=a;object=b;object=c?module-path=m", "twice"),
        ("pkcs11:token=a;object=%zz?module-path=m", "hex digits"),
        ("pkcs11:token=a;object=%ff?module-path=m", "UTF-8"),
        ("pkcs11:token=a;object=b;type=public?module-path=m", "only private keys"),
        ("pkcs11:token=a;object=b?module-path=m&pin-source=|rm", "pin-source=file"),
        ("pkcs11:token=a;object=b?module-path=m&pin-value=0815", "never an argument"),
    ],
)
def test_a_uri_that_names_no_key_is_refused_and_no_pin_is_repeated(text: str, says: str) -> None:
    with pytest.raises(Pkcs11UriError, match=says) as caught:
        Pkcs11Uri.from_text(text, {})
    assert "0815" not in str(caught.value)


def test_a_uri_is_read_as_rfc_7512_writes_it() -> None:
    text = "pkcs11:token=The%20token;serial=1f;object=my%3bkey;id=%69%95?module-path=/m.so&pin-source=file:///etc/pin"
    assert Pkcs11Uri.from_text(text, {}) == Pkcs11Uri(
        module="/m.so", token="The token", serial="1f", label="my;key", id=b"i\x95", pin_file="/etc/pin"
    )


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keys.signer.find_spec", lambda _name: None)
    with pytest.raises(SignerUnavailableError, match=r"akashi-marks\[pkcs11\]"):
        open_signer("pkcs11:token=a;object=b", passphrase=nobody)


class Lying:
    """A token that answers with whatever it was given."""

    def __init__(self, answers: list[bytes]) -> None:
        self.answers = answers

    def sign(self, _message: bytes, *, mechanism: Any) -> bytes:
        assert mechanism is not None
        return self.answers.pop(0)


def test_a_signature_that_does_not_verify_never_leaves(uri: str, alg: int) -> None:
    honest = open_signer(uri, passphrase=nobody)
    key = PublicKey(alg, honest.public)
    proof = honest.sign(pkcs11_signer._PROOF)
    for bad in (bytes(64), b"", proof[:63], proof[:-1] + bytes([proof[-1] ^ 1])):
        with pytest.raises(TokenError, match="does not verify"):
            TokenSigner(key, lambda bad=bad: Lying([bad]))  # type: ignore[misc]
        lying = TokenSigner(key, lambda bad=bad: Lying([proof, bad]))  # type: ignore[misc]
        with pytest.raises(TokenError, match="does not verify"):
            lying.sign(MESSAGE)


def test_a_public_object_that_is_not_the_private_keys_is_noticed_at_once(
    token: Token, uri: str, alg: int
) -> None:
    other = generate(token.uri(f"stranger{alg}"), alg, nobody)
    where = Pkcs11Uri.from_text(uri)
    private = pkcs11_signer._find_private(pkcs11_signer._session(where, PIN), where)
    with pytest.raises(TokenError, match="does not verify"):
        TokenSigner(other, lambda: private)


def test_a_lost_session_is_opened_again_once(uri: str) -> None:
    signer = open_signer(uri, passphrase=nobody)
    assert isinstance(signer, TokenSigner)

    class Gone:
        def sign(self, _message: bytes, *, mechanism: Any) -> bytes:
            raise RuntimeError(f"session handle invalid for {mechanism}")

    signer._private = Gone()
    assert signer.sign(MESSAGE)


def test_threads_share_a_signer(uri: str, alg: int) -> None:
    signer = open_signer(uri, passphrase=nobody)
    key, bad = PublicKey(alg, signer.public), list[int]()

    def work(number: int) -> None:
        for turn in range(10):
            message = f"{number} {turn}".encode()
            if not key.verify(message, signer.sign(message)):
                bad.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bad == []


def test_nothing_it_shows_or_pickles_is_secret(uri: str) -> None:
    signer = open_signer(uri, passphrase=nobody)
    assert PIN not in repr(signer)
    with pytest.raises(TypeError):
        pickle.dumps(signer)


def test_a_log_and_a_witness_sign_with_keys_in_a_token(token: Token) -> None:
    for label in ("log", "witness"):
        generate(token.uri(label), ED25519, nobody)
    log, witness = (open_signer(token.uri(label), passphrase=nobody) for label in ("log", "witness"))
    text = "akashi.example/log1\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    lines = (
        sign_note(text, name="akashi.example/log1", signer=log),
        cosign(text, name="w.example", time=1, signer=witness),
    )
    signed = SignedNote(text=text, signatures=lines)
    key = VerifierKey(name="akashi.example/log1", type=note.ED25519, public=log.public)
    assert verify_note_signature(signed, key)


def test_the_command_makes_and_shows_a_key_in_a_token(
    token: Token, capsys: pytest.CaptureFixture[str]
) -> None:
    uri = token.uri("by-command")
    assert main(["generate", "--out", uri, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert main(["show", uri, "--json", "--note-name", "root.example", "--type", "root"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["pub"], shown["key"]) == (made["pub"], uri)
    assert shown["vkey"].startswith("root.example+")
    assert main(["generate", "--out", uri]) == 1
    assert "there already" in capsys.readouterr().err
    assert main(["show", "pkcs11:token=register;object=x?pin-value=0815"]) == 2
    assert "0815" not in capsys.readouterr().err
