"""The peers' half of line 4; runs in bench/.venv and knows nothing of this project.

    python qr_peer.py < facts.json > codes.json

facts.json: a list of facts, one of them a mark's; codes.json: for each, by style, the segments of a QR code as [mode, text].

Every style but one holds *all* the facts, under the names and in the order its own specification or the smallest honest reading of it
suggests, signed by a key made here: 64 bytes of signature everywhere. What a style adds of its own (contexts, types, issuer) is in
its function; nothing is padded, and where a specification leaves a choice the shorter one is taken.
"""

import base64
import hashlib
import json
import sys
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

import base45
import cbor2
import cwt
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

Facts: TypeAlias = dict[str, Any]
Segments: TypeAlias = list[tuple[str, str]]

HOST = "marks.example.jp"
DID = f"did:web:{HOST}"
SHORT = {  # two or three letters a name, as a health certificate has them
    "number": "ci",
    "scheme": "tg",
    "edition": "ed",
    "level": "lv",
    "assessment": "as",
    "holder": "id",
    "name": "nm",
    "name_latin": "nt",
    "unit": "un",
    "statement": "st",
    "statement_latin": "sl",
    "assessor": "ao",
    "entities": "en",
}
_KEY = ec.generate_private_key(ec.SECP256R1())
_PEM = _KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
_POINT = _KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
_THUMBPRINT = hashlib.sha256(_POINT).digest()  # as long as the one of RFC 7638


def hcert(facts: Facts, *, with_status: bool = True) -> Segments:
    """EU Digital COVID Certificate: CWT, claim -260 under text keys of two letters, zlib, base45, `HC1:`, alphanumeric mode.

    Added: the issuer's country. Kept though no such certificate has it: the status reference, by the CWT claim 65535.
    """
    named = {SHORT[name]: value for name, value in _in_cbor(_subject(facts)).items()}
    claims: dict[int, Any] = {1: "JP", 4: facts["exp"], 5: facts["nbf"], 6: facts["iat"], -260: {1: named}}
    if with_status:
        claims[65535] = _status(facts)
    signed = _sign1(claims, _THUMBPRINT[:8])
    return [("alphanumeric", "HC1:" + base45.b45encode(zlib.compress(signed, 9)).decode())]


def hcert_alone(facts: Facts) -> Segments:
    """The same as it was in use: nothing says where to ask whether it was revoked, so it holds less than a mark."""
    return hcert(facts, with_status=False)


def new_zealand(facts: Facts) -> Segments:
    """NZ COVID Pass: CWT with a `vc` claim, base32, `NZCP:/1/`, alphanumeric mode, no compression.

    Added: issuer, contexts, types, version, a UUID (16 bytes) where the mark's number is. Kept: the status reference.
    """
    claims = {
        1: DID,
        5: facts["nbf"],
        4: facts["exp"],
        6: facts["iat"],
        7: hashlib.sha256(facts["number"].encode()).digest()[:16],
        65535: _status(facts),
        "vc": {
            "@context": ["https://www.w3.org/2018/credentials/v1", f"https://{HOST}/v1"],
            "version": "1.0.0",
            "type": ["VerifiableCredential", "Mark"],
            "credentialSubject": _in_cbor(_subject(facts)),
        },
    }
    signed = _sign1(claims, b"key-1")
    return [("alphanumeric", "NZCP:/1/" + base64.b32encode(signed).decode().rstrip("="))]


def smart_health_card(facts: Facts) -> Segments:
    """SMART Health Cards: JWS with `zip: DEF`, the JSON minified and raw DEFLATE, two digits a character behind `shc:/`.

    Added: issuer address, one type, the 43 characters of the key's thumbprint. Kept: the status reference.
    """
    payload = {
        "iss": f"https://{HOST}",
        "nbf": facts["nbf"],
        "exp": facts["exp"],
        "iat": facts["iat"],
        "status": _status(facts),
        "vc": {"type": [f"https://{HOST}#mark"], "credentialSubject": _subject(facts)},
    }
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(_minified(payload)) + packer.flush()
    header = {"zip": "DEF", "kid": _base64url(_THUMBPRINT), "typ": ""}
    signed = jwt.PyJWS().encode(packed, _PEM, algorithm="ES256", headers=header)
    return [("byte", "shc:/"), ("numeric", "".join(f"{ord(one) - 45:02}" for one in signed))]


def jwt_vc(facts: Facts) -> Segments:
    """A VC as JWT (W3C VC 1.1 §6.3.1), bare, in byte mode: base64url is no QR mode. In a link it would be longer by the link.

    Added: issuer, the context and type the data model demands. Kept: the status reference.
    """
    payload = {
        "iss": DID,
        "sub": facts["holder"],
        "jti": facts["number"],
        "nbf": facts["nbf"],
        "exp": facts["exp"],
        "iat": facts["iat"],
        "status": _status(facts),
        "vc": {
            "@context": ["https://www.w3.org/2018/credentials/v1"],
            "type": ["VerifiableCredential", "Mark"],
            "credentialSubject": _subject(facts, without=("holder", "number")),
        },
    }
    header = {"kid": _base64url(_THUMBPRINT[:8]), "typ": ""}
    return [("byte", jwt.PyJWS().encode(_minified(payload), _PEM, algorithm="ES256", headers=header))]


def untp(facts: Facts) -> Segments:
    """A Digital Conformity Credential as UNTP shapes it: JSON-LD, secured as `vc+jwt`, bare, in byte mode.

    Added: contexts, types, what the model nests. Such a credential is meant to be linked from a code, not to stand in it.
    """
    party = {"type": ["Party"], "id": facts["holder"], "name": facts["name"]}
    if "name_latin" in facts:
        party["alsoKnownAs"] = facts["name_latin"]
    assessment = {
        "type": ["ConformityAssessment"],
        "assessmentLevel": str(facts["assessment"]),
        "conformityTopic": "governance.security",
        "referenceStandard": {"type": ["Standard"], "name": facts["scheme"], "issueDate": facts["edition"]},
        "assessedOrganisation": {"type": ["Party"], "id": facts["holder"]},
        "grade": facts["level"],
        "compliance": True,
    }
    scope = {
        name: facts[name] for name in ("unit", "statement", "statement_latin", "entities") if name in facts
    }
    subject = {
        "type": ["ConformityAttestation", "Attestation"],
        "id": f"https://{HOST}/m/{facts['number']}",
        "attestationType": "certification",
        "issuedToParty": party,
        "scope": scope,
        "assessment": [assessment],
    }
    if "assessor" in facts:
        subject["auditableEvidence"] = facts["assessor"]
    payload = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://test.uncefact.org/vocabulary/untp/dcc/0.6.0/",
        ],
        "type": ["DigitalConformityCredential", "VerifiableCredential"],
        "id": f"https://{HOST}/m/{facts['number']}",
        "issuer": {"type": ["CredentialIssuer"], "id": DID, "name": HOST},
        "validFrom": _iso(facts["nbf"]),
        "validUntil": _iso(facts["exp"]),
        "credentialStatus": {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(facts["status_index"]),
            "statusListCredential": facts["status_uri"],
        },
        "credentialSubject": subject,
    }
    header = {"typ": "vc+jwt", "kid": f"{DID}#key-1", "iat": facts["iat"]}
    return [("byte", jwt.PyJWS().encode(_minified(payload), _PEM, algorithm="ES256", headers=header))]


STYLES: dict[str, Callable[[Facts], Segments]] = {
    "HCERT style": hcert,
    "HCERT style without status": hcert_alone,
    "NZ style": new_zealand,
    "SMART Health Card style": smart_health_card,
    "JWT VC": jwt_vc,
    "UNTP style": untp,
}


def _subject(facts: Facts, *, without: tuple[str, ...] = ()) -> Facts:
    return {name: facts[name] for name in SHORT if name in facts and name not in without}


def _in_cbor(subject: Facts) -> Facts:
    """Bytes are bytes there; in JSON they stand as base64url."""
    return {name: _bytes(value) if name == "entities" else value for name, value in subject.items()}


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _status(facts: Facts) -> Facts:
    return {"status_list": {"idx": facts["status_index"], "uri": facts["status_uri"]}}


def _sign1(claims: dict[Any, Any], kid: bytes) -> bytes:
    """A tagged COSE_Sign1. Not `cwt.encode`: it drops integer claims where one has a text for its key."""
    key = cwt.COSEKey.from_pem(_PEM.decode(), kid=kid, alg="ES256")
    signed: bytes = cwt.COSE.new().encode_and_sign(cbor2.dumps(claims), key, protected={1: -7, 4: kid})
    return signed


def _minified(value: Facts) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    marks = json.load(sys.stdin)
    json.dump([{style: code(facts) for style, code in STYLES.items()} for facts in marks], sys.stdout)
