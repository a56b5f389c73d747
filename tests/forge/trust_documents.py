"""Trust documents, honest unless bent by the caller; keys come from their labels, so nothing is random.

Signing is PyNaCl's own and the key ids are computed here: what is tested is not used to test itself.
"""

from base64 import b64encode
from hashlib import sha256
from typing import Any

import cbor2
from nacl.signing import SigningKey

from schemas.trust_document import TrustDocument

DAY = 86400
START = 1_790_000_000
ROOTS = ("root-a", "root-b", "root-c")


def key_of(label: str) -> SigningKey:
    return SigningKey(sha256(label.encode()).digest())


def public_of(label: str) -> bytes:
    return bytes(key_of(label).verify_key)


def base64_of(data: bytes) -> str:
    return b64encode(data).decode()


def note_key_id(name: str, key_type: int, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes([key_type]) + public).digest()[:4]


def vkey(name: str, label: str, key_type: int = 1) -> str:
    public = public_of(label)
    return f"{name}+{note_key_id(name, key_type, public).hex()}+{base64_of(bytes([key_type]) + public)}"


def kid_of(label: str) -> str:
    thumbprint = cbor2.dumps({1: 1, -1: 6, -2: public_of(label)}, canonical=True)
    return sha256(thumbprint).hexdigest()[:16]


def key_entry(label: str, use: str = "mark", **changes: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "kid": kid_of(label),
        "alg": -19,
        "pub": base64_of(public_of(label)),
        "use": use,
        "owner": f"owner of {label}",
        "from": START,
        "until": START + 1000 * DAY,
    }
    if use == "mark":
        entry |= {"levels": {"3": {"max_days": 400}, "4": {"max_days": 1200}}, "series": "a"}
    return entry | changes


def witness(label: str, **changes: Any) -> dict[str, Any]:
    window = {"from": START, "until": START + 1000 * DAY}
    return {"name": label, "vkey": vkey(f"{label}.example", label, 4), **window} | changes


def recognised(scheme: str, **changes: Any) -> dict[str, Any]:
    return {
        "scheme": scheme,
        "names": {"en": f"The {scheme} register"},
        "country": "SG",
        "anchor": "ab" * 32,
        "url": "https://partner.example",
        "hosts": ["partner.example"],
        "from": START,
    } | changes


def document(**changes: Any) -> dict[str, Any]:
    """Version 1 of a small register: two issuers, an authority, one log, three witnesses of which two count."""
    return {
        "version": 1,
        "issued": START,
        "expires": START + 365 * DAY,
        "crit": [],
        "scheme": {"id": "demo", "names": {"ja": "見本", "en": "Demonstration"}, "offset": 32400},
        "hosts": [{"host": "akashi.example"}, {"host": "127.0.0.1"}],
        "mirrors": ["https://mirror.example/akashi"],
        "root": {"threshold": 2, "keys": [vkey(f"{label}.example", label) for label in ROOTS]},
        "keys": [
            key_entry("issuer-3", series="a"),
            key_entry("issuer-4", series="b"),
            key_entry("authority", "authority"),
            key_entry("status", "status"),
        ],
        "logs": [{"vkey": vkey("akashi.example/log1", "log"), "url": "https://akashi.example/log1"}],
        "witnesses": [witness("w1"), witness("w2"), witness("w3")],
        "quorum": [{"k": 2, "from": START}],
        "recognised": [],
    } | changes


def text_of(value: dict[str, Any]) -> str:
    return TrustDocument.from_json(value).text


def signature_line(text: str, label: str, *, name: str | None = None) -> str:
    name = name or f"{label}.example"
    blob = note_key_id(name, 1, public_of(label)) + key_of(label).sign(text.encode()).signature
    return f"— {name} {base64_of(blob)}\n"


def note(value: dict[str, Any] | str, *labels: str) -> bytes:
    """A document's note, signed by these root keys (the first two when none are named)."""
    text = value if isinstance(value, str) else text_of(value)
    return (text + "\n" + "".join(signature_line(text, label) for label in labels or ROOTS[:2])).encode()


def successor(previous: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The next version: a day later, otherwise unchanged."""
    later = {
        "version": previous["version"] + 1,
        "issued": previous["issued"] + DAY,
        "expires": previous["expires"] + DAY,
    }
    return previous | later | changes
