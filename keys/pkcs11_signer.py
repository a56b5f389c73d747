"""A private key that never leaves its token: PKCS#11, through python-pkcs11 (the extra `pkcs11`).

The token signs; what it is worth is not taken on trust:

* the key must be sensitive and not extractable, and must have been so always: one that ever was outside may be elsewhere
* its public half is compared with the one expected, before first use
* a first signature over our own words proves that the private key belongs to that public half
* every signature is verified before it is given away: a faulty one can betray the key

Ed25519 is CKM_EDDSA, P-256 is CKM_ECDSA over the SHA-256; `s` is brought to its low form (docs/format.md §1).
What this does not protect against: whoever may use the token can have it sign, for as long as he may.
"""

import hashlib
import threading
from collections.abc import Callable
from typing import Any, NoReturn

from keys.algorithms import ALGORITHM_NAMES, ED25519, ESP256, P256_ORDER, BadKeyError, PublicKey
from keys.file_signer import KeyFileError
from keys.passphrase import read_pin
from keys.pkcs11_uri import Pkcs11Uri, Pkcs11UriError
from keys.signing import SignerUnavailableError

__all__ = ["TokenError", "TokenSigner", "generate", "load", "read_public"]

_PROOF = b"akashi: this signature proves possession and says nothing else\n"
# DER of the curves' names: 1.3.101.112 as PKCS#11 3.0 and SoftHSM write it, and 1.2.840.10045.3.1.7.
_ED25519_PARAMETERS = (bytes.fromhex("06032b6570"), bytes.fromhex("130c656477617264733235353139"))
_P256_PARAMETERS = bytes.fromhex("06082a8648ce3d030107")


class TokenError(KeyFileError):
    """The token, or the key in it, cannot be used; `hint` says what to do. Carries no secret."""


class TokenSigner:
    """Signs with a key in a token; made by `load`. Safe to share by threads; a session that was lost is opened again once."""

    __slots__ = ("_key", "_lock", "_open", "_private")

    def __init__(self, key: PublicKey, opened: Callable[[], Any]) -> None:
        self._key, self._open = key, opened
        self._private = opened()
        self._lock = threading.Lock()
        self.sign(_PROOF)

    @property
    def alg(self) -> int:
        return self._key.alg

    @property
    def public(self) -> bytes:
        return self._key.public

    @property
    def kid(self) -> bytes:
        return self._key.kid

    def sign(self, message: bytes) -> bytes:
        """Give 64 bytes that verify. Raises TokenError."""
        import pkcs11

        with self._lock:
            try:
                signature = _sign(self._private, self._key.alg, message)
            except (pkcs11.exceptions.PKCS11Error, RuntimeError) as first:
                # A session ends when the token was pulled or the daemon behind it restarted: one new one may help.
                try:
                    self._private = self._open()
                    signature = _sign(self._private, self._key.alg, message)
                except (pkcs11.exceptions.PKCS11Error, RuntimeError):
                    raise TokenError(
                        f"the token does not sign: {_named(first)}", "look at the token"
                    ) from None
        if not self._key.verify(message, signature):
            raise TokenError(
                "a signature the token made does not verify", "do not use this token for signing"
            )
        return signature

    def __repr__(self) -> str:
        return f"TokenSigner(alg={self.alg}, kid={self.kid.hex()})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a signer is not copied or stored: open its key where it is needed")


def load(uri: str, *, expected: bytes | None = None) -> TokenSigner:
    """Open a key in a token. Raises TokenError (also for a key that may leave its token), SignerUnavailableError.

    `expected` is the public key it must have; it is compared before the key is used.
    """
    import pkcs11

    where = _where(uri)
    pin = read_pin(where.pin_file, prompt=f"PIN of the token {where.token or where.serial}")

    def opened() -> Any:
        return _find_private(_session(where, pin), where)

    try:
        private = opened()
        key = _public_half(private, where, expected)
        if expected is not None and key.public != expected:
            raise TokenError(
                f"{where.label or where.id!r} is another key than expected", "check which key belongs here"
            )
        _check_custody(private, where)
    except pkcs11.exceptions.PKCS11Error as error:
        raise TokenError(
            f"the token {where.token or where.serial}: {_named(error)}", "look at the token"
        ) from None
    return TokenSigner(key, opened)


def read_public(uri: str) -> PublicKey | None:
    """Give the public half where the token shows it without a PIN; None where it does not. Raises TokenError."""
    import pkcs11

    where = _where(uri)
    try:
        with _token(where).open() as session:
            found = list(session.get_objects(_template(where, pkcs11.ObjectClass.PUBLIC_KEY)))
            return _read_point(found[0]) if len(found) == 1 else None
    except pkcs11.exceptions.PKCS11Error as error:
        raise TokenError(
            f"the token {where.token or where.serial}: {_named(error)}", "look at the token"
        ) from None


def generate(uri: str, alg: int) -> PublicKey:
    """Make a key in a token that can never leave it, under a name nobody has there. Raises TokenError."""
    import pkcs11
    from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass

    where = _where(uri)
    if where.label is None:
        raise TokenError("a new key needs a name", "add object=LABEL")
    pin = read_pin(where.pin_file, prompt=f"PIN of the token {where.token or where.serial}")
    try:
        session = _session(where, pin, writes=True)
        for kind in (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY):
            if list(session.get_objects({Attribute.CLASS: kind, Attribute.LABEL: where.label})):
                raise TokenError(
                    f"{where.label} is there already", "a key is never made over another: choose another name"
                )
        # Each key its own id: some tools find the halves of a pair by it alone.
        identity = where.id or hashlib.sha256(where.label.encode()).digest()[:8]
        edwards = alg == ED25519
        parameters = session.create_domain_parameters(
            KeyType.EC_EDWARDS if edwards else KeyType.EC,
            {Attribute.EC_PARAMS: _ED25519_PARAMETERS[1] if edwards else _P256_PARAMETERS},
            local=True,
        )
        parameters.generate_keypair(
            mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN if edwards else Mechanism.EC_KEY_PAIR_GEN,
            id=identity,
            label=where.label,
            store=True,
            capabilities=pkcs11.MechanismFlag.SIGN | pkcs11.MechanismFlag.VERIFY,
            private_template={
                Attribute.SENSITIVE: True,
                Attribute.EXTRACTABLE: False,
                Attribute.PRIVATE: True,
            },
            public_template={Attribute.PRIVATE: False},
        )
        private = _find_private(session, where)
        key = _public_half(private, where, None)
        _check_custody(private, where)
        TokenSigner(key, lambda: private)  # it signs, and what it signs verifies
        return key
    except pkcs11.exceptions.PKCS11Error as error:
        raise TokenError(
            f"the token made no {ALGORITHM_NAMES[alg]} key: {_named(error)}", "does it know this algorithm?"
        ) from None


def _where(uri: str) -> Pkcs11Uri:
    """Read the URI. Raises SignerUnavailableError."""
    try:
        return Pkcs11Uri.from_text(uri)
    except Pkcs11UriError as error:
        raise SignerUnavailableError(f"the key's URI: {error}") from None


def _token(where: Pkcs11Uri) -> Any:
    """Give the one token that is meant. Raises TokenError."""
    import pkcs11

    try:
        library = pkcs11.lib(where.module)
    except (RuntimeError, OSError, pkcs11.exceptions.PKCS11Error) as error:
        raise TokenError(
            f"the module {where.module} cannot be loaded: {error}", "check module-path"
        ) from None
    found = [
        token
        for slot in library.get_slots(token_present=True)
        if (token := _present(slot)) is not None
        and where.token in (None, token.label)
        and where.serial in (None, token.serial.decode(errors="replace").strip())
    ]
    if len(found) != 1:
        problem = "is not there" if not found else f"is {len(found)} tokens"
        raise TokenError(
            f"the token {where.token or where.serial} {problem}", "name it by token= and serial="
        )
    return found[0]


def _present(slot: Any) -> Any:
    import pkcs11

    try:
        return slot.get_token()
    except pkcs11.exceptions.PKCS11Error:
        return None


def _session(where: Pkcs11Uri, pin: str, *, writes: bool = False) -> Any:
    """Open a session; a wrong PIN is tried once and never again: tokens lock. Raises TokenError."""
    import pkcs11

    token = _token(where)
    try:
        return token.open(user_pin=pin, rw=writes)
    except pkcs11.exceptions.UserAlreadyLoggedIn:
        return token.open(rw=writes)  # another key of the same token is open in this process
    except pkcs11.exceptions.PinLocked:
        raise TokenError("the token is locked", "its security officer unlocks it") from None
    except (pkcs11.exceptions.PinIncorrect, pkcs11.exceptions.PinLenRange, pkcs11.exceptions.PinInvalid):
        raise TokenError("the PIN is wrong", "it was tried once; a token locks after some tries") from None


def _template(where: Pkcs11Uri, kind: Any) -> dict[Any, Any]:
    from pkcs11 import Attribute

    found: dict[Any, Any] = {Attribute.CLASS: kind}
    if where.label is not None:
        found[Attribute.LABEL] = where.label
    if where.id is not None:
        found[Attribute.ID] = where.id
    return found


def _find_private(session: Any, where: Pkcs11Uri) -> Any:
    from pkcs11 import ObjectClass

    found = list(session.get_objects(_template(where, ObjectClass.PRIVATE_KEY)))
    if len(found) != 1:
        problem = "there is no such key" if not found else f"{len(found)} keys have this name"
        raise TokenError(f"{problem} in the token", "name it by object= and id=")
    return found[0]


def _check_custody(private: Any, where: Pkcs11Uri) -> None:
    """On return the key cannot be read out of the token, and never could be. Raises TokenError."""
    from pkcs11 import Attribute

    wanted = {
        Attribute.SENSITIVE: True,
        Attribute.EXTRACTABLE: False,
        Attribute.ALWAYS_SENSITIVE: True,
        Attribute.NEVER_EXTRACTABLE: True,
        Attribute.SIGN: True,
    }
    wrong = [attribute.name.lower() for attribute, value in wanted.items() if private[attribute] is not value]
    if wrong:
        raise TokenError(
            f"{where.label or where.id!r} is not kept as a signing key must be ({', '.join(wrong)})",
            "make a new one in the token: akashi-keys generate --out pkcs11:…",
        )


def _public_half(private: Any, where: Pkcs11Uri, expected: bytes | None) -> PublicKey:
    """Give the public half: from its own object, else as expected; a signature proves it afterwards. Raises TokenError."""
    from pkcs11 import Attribute, KeyType, ObjectClass

    template = _template(where, ObjectClass.PUBLIC_KEY)
    template[Attribute.ID] = private[Attribute.ID]
    found = list(private.session.get_objects(template))
    if len(found) == 1:
        return _read_point(found[0])
    if expected is not None and not found:
        alg = ED25519 if private[Attribute.KEY_TYPE] == KeyType.EC_EDWARDS else ESP256
        return _checked(alg, expected)
    raise TokenError(
        "the key's public half is not in the token", "store it there, under the same id and label"
    )


def _read_point(public: Any) -> PublicKey:
    from pkcs11 import Attribute, KeyType

    kind, point, parameters = (
        public[Attribute.KEY_TYPE],
        bytes(public[Attribute.EC_POINT]),
        bytes(public[Attribute.EC_PARAMS]),
    )
    if kind == KeyType.EC_EDWARDS and parameters in _ED25519_PARAMETERS:
        return _checked(ED25519, _unwrapped(point, 32))
    if kind == KeyType.EC and parameters == _P256_PARAMETERS:
        return _checked(ESP256, _unwrapped(point, 65))
    raise TokenError("the key is neither Ed25519 nor P-256", "make one with akashi-keys generate")


def _unwrapped(point: bytes, size: int) -> bytes:
    """Some tokens give the point itself, some a DER OCTET STRING of it (PKCS#11 2.40 §2.3.3)."""
    return point[2:] if len(point) == size + 2 and point[:2] == bytes([4, size]) else point


def _checked(alg: int, public: bytes) -> PublicKey:
    try:
        return PublicKey(alg, public)
    except BadKeyError as error:
        raise TokenError(f"the token's public key is none: {error}", "make a new key") from None


def _sign(private: Any, alg: int, message: bytes) -> bytes:
    from pkcs11 import Mechanism

    if alg == ED25519:
        return bytes(private.sign(message, mechanism=Mechanism.EDDSA))
    signature = bytes(private.sign(hashlib.sha256(message).digest(), mechanism=Mechanism.ECDSA))
    if len(signature) != 64:
        return signature  # it will not verify, and that is said
    s = int.from_bytes(signature[32:])
    return signature[:32] + min(s, P256_ORDER - s).to_bytes(32) if 0 < s < P256_ORDER else signature


def _named(error: BaseException) -> str:
    return f"{type(error).__name__} {error}".strip()
