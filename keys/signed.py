"""Signed objects before and after their signature is checked: two types, so that neither passes for the other.

    Unverified[C] --verified_by(key)--> Signed[C]

Only a `Signed` shows its claims without warning. That the key may say such a thing is not decided
here: that is the trust document's and the verifier's part.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from keys.algorithms import PublicKey
from keys.signing import Signer
from schemas.claims import EventClaims, MarkClaims
from schemas.cose import (
    EVENT_TYPE,
    MARK_TYPE,
    PROFILE_TYPE,
    STATUS_LIST_TYPE,
    Header,
    Sign1,
    header_bytes,
    to_be_signed,
)
from schemas.profile import ProfileClaims
from schemas.status_list import StatusListClaims
from schemas.usual_mark import read_usual
from schemas.values import twin_of

__all__ = [
    "Signed",
    "Unverified",
    "read_event",
    "read_mark",
    "read_profile",
    "read_status_list",
    "sign",
]


class Claims(Protocol):
    def to_bytes(self) -> bytes: ...


C = TypeVar("C", bound=Claims)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(Generic[C]):
    """An object whose signature verified under the key its header names."""

    raw: bytes
    header: Header
    claims: C


@dataclass(frozen=True, slots=True, kw_only=True)
class Unverified(Generic[C]):
    """An object of right structure; anybody may have made it."""

    raw: bytes
    header: Header
    signed: bytes  # the Sig_structure that the signature is over
    signature: bytes
    unsafe_claims: C

    def verified_by(self, key: PublicKey) -> Signed[C] | None:
        """Give the verified object, or None: another algorithm, another key, other bytes."""
        if self.header.alg != key.alg or not key.verify(self.signed, self.signature):
            return None
        verified = _blank_signed()
        verified.raw, verified.header, verified.claims = self.raw, self.header, self.unsafe_claims
        verified.__class__ = Signed
        done: Signed[C] = verified
        return done


_blank_signed, _blank_unverified = twin_of(Signed), twin_of(Unverified)


def _read(data: bytes, typ: str, parse: Callable[[bytes], C]) -> Unverified[C]:
    sign1, fault = Sign1.unsettled(data, typ=typ)
    claims = parse(sign1.payload)  # what is wrong in there is named first
    if fault is not None:
        raise fault
    return Unverified(
        raw=data,
        header=sign1.header,
        signed=sign1.to_be_signed(),
        signature=sign1.signature,
        unsafe_claims=claims,
    )


def read_mark(data: bytes) -> Unverified[MarkClaims]:
    """Read a mark. This and its siblings raise MalformedError and its kinds, nothing else."""
    usual = read_usual(data)
    if usual is None:
        return _read(data, MARK_TYPE, MarkClaims.from_bytes)
    mark = _blank_unverified()
    mark.raw = data
    mark.header, mark.signed, mark.signature, mark.unsafe_claims = usual
    mark.__class__ = Unverified
    done: Unverified[MarkClaims] = mark
    return done


def read_event(data: bytes) -> Unverified[EventClaims]:
    return _read(data, EVENT_TYPE, EventClaims.from_bytes)


def read_profile(data: bytes) -> Unverified[ProfileClaims]:
    return _read(data, PROFILE_TYPE, ProfileClaims.from_bytes)


def read_status_list(data: bytes) -> Unverified[StatusListClaims]:
    return _read(data, STATUS_LIST_TYPE, StatusListClaims.from_bytes)


_TYPES: dict[type, str] = {
    MarkClaims: MARK_TYPE,
    EventClaims: EVENT_TYPE,
    ProfileClaims: PROFILE_TYPE,
    StatusListClaims: STATUS_LIST_TYPE,
}


def sign(claims: Claims, signer: Signer) -> bytes:
    """Sign claims as the object their type stands for; the bytes read back to equal claims."""
    protected = header_bytes(alg=signer.alg, kid=signer.kid, typ=_TYPES[type(claims)])
    payload = claims.to_bytes()
    signature = signer.sign(to_be_signed(protected, payload))
    return Sign1.assemble(protected=protected, payload=payload, signature=signature).raw
