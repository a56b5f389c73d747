"""What counts as a key, and what counts as a signature (docs/format.md §1)."""

import hashlib
import json
from pathlib import Path

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.signing import SigningKey

from keys.algorithms import ED25519, ESP256, P256_ORDER, BadKeyError, PublicKey, kid, thumbprint

L = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
MESSAGE = b"three stars"

Point = tuple[int, int]

# RFC 8032: y coordinates whose points have order 1, 2, 4 or 8, each with both sign bits.
ORDER_8_A = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
ORDER_8_B = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
SMALL_ORDER = ["01" + "00" * 31, "ec" + "ff" * 30 + "7f", "00" * 32, ORDER_8_A, ORDER_8_B]


def decode(text: bytes) -> Point:
    """A point from its RFC 8032 encoding, in plain integers: libraries refuse to make what is tested here."""
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert (x * x - square) % P == 0
    return (P - x if x & 1 != sign else x), y


def encode(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def add(p: Point, q: Point) -> Point:
    (x1, y1), (x2, y2) = p, q
    k = D * x1 * x2 * y1 * y2 % P
    return (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P


def multiply(scalar: int, point: Point) -> Point:
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


BASE = decode(bytes.fromhex("58" + "66" * 31))


@pytest.fixture
def ed25519() -> SigningKey:
    return SigningKey(bytes(range(32)))


@pytest.fixture
def p256() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())


def uncompressed(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def test_an_ed25519_signature_verifies_and_for_its_own_message_only(ed25519: SigningKey) -> None:
    key = PublicKey(ED25519, bytes(ed25519.verify_key))
    signature = ed25519.sign(MESSAGE).signature
    assert key.verify(MESSAGE, signature)
    assert not key.verify(MESSAGE + b"!", signature)
    assert not key.verify(b"", signature)


@pytest.mark.parametrize("size", [0, 63, 65, 64 * 1024])
def test_a_signature_of_another_length_is_false_and_raises_nothing(ed25519: SigningKey, size: int) -> None:
    assert not PublicKey(ED25519, bytes(ed25519.verify_key)).verify(MESSAGE, bytes(size))


def test_the_high_s_twin_of_an_ed25519_signature_is_refused(ed25519: SigningKey) -> None:
    key = PublicKey(ED25519, bytes(ed25519.verify_key))
    signature = ed25519.sign(MESSAGE).signature
    s = int.from_bytes(signature[32:], "little")
    assert not key.verify(MESSAGE, signature[:32] + (s + L).to_bytes(32, "little"))


def forged_with_nonce_point(scalar: int, nonce: int, nonce_point: Point) -> tuple[PublicKey, bytes]:
    public, r = encode(multiply(scalar, BASE)), encode(nonce_point)
    h = int.from_bytes(hashlib.sha512(r + public + MESSAGE).digest(), "little")
    return PublicKey(ED25519, public), r + ((nonce + h * scalar) % L).to_bytes(32, "little")


def test_verification_is_cofactorless_so_that_openssl_and_webcrypto_agree() -> None:
    nonce_point = multiply(777, BASE)
    key, signature = forged_with_nonce_point(123456789, 777, nonce_point)
    assert key.verify(MESSAGE, signature)
    mixed = add(nonce_point, decode(bytes.fromhex(ORDER_8_A)))
    key, signature = forged_with_nonce_point(123456789, 777, mixed)
    assert not key.verify(MESSAGE, signature)


def test_a_nonce_point_of_small_order_is_refused() -> None:
    key, signature = forged_with_nonce_point(123456789, 0, (0, 1))
    assert not key.verify(MESSAGE, signature)


@pytest.mark.parametrize("point", SMALL_ORDER)
@pytest.mark.parametrize("sign", [0x00, 0x80])
def test_an_ed25519_key_of_small_order_is_refused(point: str, sign: int) -> None:
    encoded = bytearray(bytes.fromhex(point))
    encoded[31] |= sign
    with pytest.raises(BadKeyError) as refused:
        PublicKey(ED25519, bytes(encoded))
    assert refused.value.reason == "not-prime-order"


@pytest.mark.parametrize("y", range(P, 2**255))
def test_an_ed25519_key_that_is_not_canonical_is_refused(y: int) -> None:
    with pytest.raises(BadKeyError) as refused:
        PublicKey(ED25519, y.to_bytes(32, "little"))
    assert refused.value.reason == "not-canonical"


def test_an_ed25519_key_with_a_small_order_component_is_refused(ed25519: SigningKey) -> None:
    mixed = add(decode(bytes(ed25519.verify_key)), decode(bytes.fromhex(ORDER_8_A)))
    with pytest.raises(BadKeyError) as refused:
        PublicKey(ED25519, encode(mixed))
    assert refused.value.reason == "not-prime-order"


def test_bytes_that_are_no_point_are_refused() -> None:
    with pytest.raises(BadKeyError) as refused:
        PublicKey(ED25519, (2).to_bytes(32, "little"))
    assert refused.value.reason == "not-prime-order"


def raw(signature: bytes, *, low: bool) -> bytes:
    r, s = decode_dss_signature(signature)
    s = min(s, P256_ORDER - s) if low else max(s, P256_ORDER - s)
    return r.to_bytes(32) + s.to_bytes(32)


def test_a_p256_signature_verifies_and_its_high_s_twin_does_not(p256: ec.EllipticCurvePrivateKey) -> None:
    key = PublicKey(ESP256, uncompressed(p256))
    signature = p256.sign(MESSAGE, ec.ECDSA(hashes.SHA256()))
    assert key.verify(MESSAGE, raw(signature, low=True))
    assert not key.verify(MESSAGE, raw(signature, low=False))
    assert not key.verify(MESSAGE + b"!", raw(signature, low=True))


@pytest.mark.parametrize(
    ("r", "s"), [(0, 1), (1, 0), (P256_ORDER, 1), (1, P256_ORDER), (2**256 - 1, 1), (0, 0)]
)
def test_p256_numbers_out_of_range_are_false_and_raise_nothing(
    p256: ec.EllipticCurvePrivateKey, r: int, s: int
) -> None:
    assert not PublicKey(ESP256, uncompressed(p256)).verify(MESSAGE, r.to_bytes(32) + s.to_bytes(32))


def test_a_der_signature_is_refused_even_when_it_is_good(p256: ec.EllipticCurvePrivateKey) -> None:
    assert not PublicKey(ESP256, uncompressed(p256)).verify(
        MESSAGE, p256.sign(MESSAGE, ec.ECDSA(hashes.SHA256()))
    )


def test_a_p256_point_off_the_curve_is_refused(p256: ec.EllipticCurvePrivateKey) -> None:
    point = bytearray(uncompressed(p256))
    point[64] ^= 1
    with pytest.raises(BadKeyError) as refused:
        PublicKey(ESP256, bytes(point))
    assert refused.value.reason == "not-on-curve"


@pytest.mark.parametrize("first", [0, 2, 3, 5, 6, 7])
def test_only_the_uncompressed_form_of_a_point_is_a_p256_key(
    p256: ec.EllipticCurvePrivateKey, first: int
) -> None:
    with pytest.raises(BadKeyError) as refused:
        PublicKey(ESP256, bytes([first]) + uncompressed(p256)[1:])
    assert refused.value.reason == "wrong-length"


@pytest.mark.parametrize(
    ("alg", "size"), [(ED25519, 31), (ED25519, 65), (ESP256, 32), (ESP256, 33), (ESP256, 64)]
)
def test_a_key_of_the_other_algorithms_length_is_refused(alg: int, size: int) -> None:
    with pytest.raises(BadKeyError) as refused:
        PublicKey(alg, bytes(size))
    assert refused.value.reason == "wrong-length"


@pytest.mark.parametrize("alg", [-8, -7, -50, 0, 1])
def test_the_table_of_algorithms_is_closed(alg: int) -> None:
    with pytest.raises(BadKeyError) as refused:
        PublicKey(alg, bytes(32))
    assert refused.value.reason == "unknown-algorithm"


def test_the_thumbprint_is_the_one_printed_in_rfc_9679() -> None:
    x = bytes.fromhex("65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d")
    y = bytes.fromhex("1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c")
    printed = "496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec"
    assert thumbprint(ESP256, b"\x04" + x + y).hex() == printed
    assert PublicKey(ESP256, b"\x04" + x + y).kid.hex() == printed[:16]


def test_the_thumbprint_is_the_hash_of_the_keys_required_members(
    ed25519: SigningKey, p256: ec.EllipticCurvePrivateKey
) -> None:
    public, point = bytes(ed25519.verify_key), uncompressed(p256)
    okp = {1: 1, -1: 6, -2: public}
    ec2 = {1: 2, -1: 1, -2: point[1:33], -3: point[33:]}
    assert thumbprint(ED25519, public) == hashlib.sha256(cbor2.dumps(okp, canonical=True)).digest()
    assert thumbprint(ESP256, point) == hashlib.sha256(cbor2.dumps(ec2, canonical=True)).digest()
    assert kid(ED25519, public) == thumbprint(ED25519, public)[:8]


def test_the_public_did_key_vectors_are_keys(vectors: Path) -> None:
    """Ed25519 keys of the did:key test vectors; their encoding is base58 with a two-byte prefix."""
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    found = json.loads((vectors / "did-key" / "ed25519-x25519.json").read_text())
    for did in found:
        number = 0
        for character in did.removeprefix("did:key:z"):
            number = number * 58 + alphabet.index(character)
        assert PublicKey(ED25519, number.to_bytes(34)[2:]).public == number.to_bytes(34)[2:]
    assert found
