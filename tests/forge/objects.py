"""What a register is made of: issuers, their first trust document, signed marks and events."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from forge import trust_documents
from forge.signers import Ed25519Signer, P256Signer, p256_entry, signer_named
from forge.trust_documents import DAY, START, key_entry, witness
from schemas import cbor
from schemas.claims import EventClaims, MarkClaims
from schemas.cose import EVENT_TYPE, MARK_TYPE, STATUS_LIST_TYPE
from schemas.leaves import EventLeaf, IssueLeaf
from schemas.merkle import leaf_hash
from schemas.status_list import StatusListClaims

NOW = 1_793_491_200  # 2026-11-01T00:00:00Z
ISSUED = NOW - 10 * DAY
HOST = "akashi.example"
ORIGIN = f"{HOST}/log1"
LIFETIME = 14 * DAY  # of a status list

ISSUERS = {  # label → what the trust document says of it beside its key
    "issuer-3": {"owner": "Issuer A", "levels": {"3": {"max_days": 400}}, "series": "a"},
    "issuer-4": {"owner": "Issuer B", "levels": {"4": {"max_days": 1200}}, "series": "b"},
    "issuer-p": {"owner": "Issuer C", "levels": {"3": {"max_days": 400}}, "series": "c"},
}
_TYPES: dict[type, str] = {
    MarkClaims: MARK_TYPE,
    EventClaims: EVENT_TYPE,
    StatusListClaims: STATUS_LIST_TYPE,
}
Signer = Ed25519Signer | P256Signer


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A signed mark; `place` and `index` say where it was logged, if it was."""

    raw: bytes
    claims: MarkClaims
    place: int = 0
    index: int = -1

    @property
    def number(self) -> str:
        return str(self.claims.number)

    @property
    def leaf(self) -> bytes:
        return leaf_hash(IssueLeaf(mark=self.raw).to_bytes())

    def link(self, *, host: str = HOST, number: str | None = None) -> str:
        """What its QR says: form 0, which needs no dictionary."""
        digits = int.from_bytes(b"\1\0" + self.raw, "big")
        return f"https://{host}/m/{number or self.number}#{digits}"


@dataclass(frozen=True, kw_only=True)
class Happened:
    """A signed event, and where it was logged."""

    raw: bytes
    claims: EventClaims
    place: int = 0
    index: int = -1

    @property
    def leaf(self) -> bytes:
        return leaf_hash(EventLeaf(event=self.raw).to_bytes())


def issuer_entry(label: str, **changes: Any) -> dict[str, Any]:
    entry = key_entry(label) | deepcopy(ISSUERS[label]) | changes
    return entry | p256_entry(label) if label.endswith("-p") else entry


def first_document(*, witnesses: int = 3, k: int = 2, **changes: Any) -> dict[str, Any]:
    """Version 1: three issuers, an authority, a status key, `witnesses` of which `k` make a quorum."""
    keys = [issuer_entry(label) for label in ISSUERS]
    keys += [key_entry("authority", "authority"), key_entry("status", "status")]
    return trust_documents.document(
        keys=keys,
        witnesses=[witness(f"w{number}") for number in range(1, witnesses + 1)],
        quorum=[{"k": k, "from": START}],
        **changes,
    )


def sign(
    claims: MarkClaims | EventClaims | StatusListClaims | bytes,
    signer: str | Signer,
    *,
    typ: str | None = None,
    alg: int | None = None,
    kid: bytes | None = None,
    unprotected: bytes = b"\xa0",
) -> bytes:
    """A COSE_Sign1 of claims or of any payload; header and unprotected map can be bent, and are signed as bent."""
    key = signer_named(signer) if isinstance(signer, str) else signer
    payload = claims if isinstance(claims, bytes) else claims.to_bytes()
    header = {
        1: key.alg if alg is None else alg,
        4: key.kid if kid is None else kid,
        16: typ or _TYPES.get(type(claims), MARK_TYPE),
    }
    protected = cbor.encode(header)
    signature = key.sign(cbor.encode(["Signature1", protected, b"", payload]))
    parts = [cbor.encode(protected), unprotected, cbor.encode(payload), cbor.encode(signature)]
    return b"\xd2\x84" + b"".join(parts)
