r"""Reading a mark of the usual form at one glance: the grammar of docs/format.md §1 as one pattern over the bytes.

Every verdict begins by reading a mark, and nearly every mark has the same form: a header met before, times in four
bytes, printable ASCII wherever Latin script is asked for, everyday characters in the other texts. `read_usual`
reads those. For anything else it gives None, and the strict reader (`Sign1.from_bytes`, `MarkClaims.from_bytes`)
decides, and says what is wrong.

Why nothing passes here that the strict reader refuses. The pattern spells the constants, in the only order that
RFC 8949 §4.2.1 permits, and catches the variable parts with their heads. A head counts only if it is the shortest
there is for what was caught behind it. So the bytes *are* the encoding of the values given, whatever else they may
look like, and two values never share an encoding. The claims themselves are checked as in `schemas.claims`; each
check here is that one or a narrower one. tests/verifier/test_cbor_near_misses.py compares the two readers.
"""

import re
from functools import lru_cache
from struct import Struct

from schemas import cbor
from schemas.claims import BACKDATE_LIMIT, MAX_TEXT, Assessment, MarkClaims, Unit
from schemas.cose import MARK_TYPE, MAX_SIGN1, Header, read_header, to_be_signed
from schemas.errors import MalformedError
from schemas.mark_number import MarkNumber
from schemas.organisation_id import BadOrganisationIdError, OrganisationId, is_corporate_number
from schemas.text import is_everyday
from schemas.values import twin_of

__all__ = ["read_usual"]

# "x" is 78, the head of a text of 24 bytes and more; shorter ones have one byte. No text holds a byte below 20, and
# every text but the statement is followed by one, so a text ends where it meets the next key.
_MARK = re.compile(
    rb"""
    (\xd2\x84 \x58\x23.{35} \xa0)                           # tag 18, array of 4, protected, nothing unprotected
    (\x58.|\x59..)                                          # the head of the payload
    \xa7
    \x02 (?:\x720188:([0-9]{13})|(x?+.)([0-9]{4}:[0-9A-Z]++))                   # sub
    \x04\x1a (.{4}\x05\x1a.{4}\x06\x1a.{4})                                     # exp, nbf, iat
    \x07\x46 ([\x00-\x1f].{5})                                                  # cti, below 2^45
    \x19\xff\xff \xa1\x6bstatus_list \xa2                                       # 65535
    \x63idx ([\x00-\x17]|\x18[\x18-\xff]|\x19[\x01-\xff].|\x1a\x00[\x01-\xff]..)
    \x63uri ((?:x.|[\x61-\x77])https:[!-9;-~]++)            # no colon (3a): the next key begins with one
    \x3a\x00\x01\x00\x00 (.)                                                    # -65537
    \x01 (x?+.)([a-z0-9][a-z0-9-]{0,31}+)                                       # scheme
    \x02 (x?+.)([!-~][ -~]*+)                                                   # edition
    (\x03[\x01-\x09]\x04[\x01\x02])                                             # level, assessment
    \x05 (x?+.)([^\x00-\x1f]++)                                                 # name
    (?:\x06 (x?+.)([!-~][ -~]*+))?+                                             # Latin name
    \x07 ([\x82\x83][\x01-\x03]) (x?+.)([^\x00-\x17]++)                         # scope: unit, statement, the rest
    (?:\x08 (x?+.)([!-~][ -~]*+))?+                                             # assessing organisation
    (?:\x09\x58\x20 (.{32}))?+                                                  # entities
    """,
    re.VERBOSE | re.DOTALL,
)
_BEFORE, _AFTER = 40, 66  # bytes before the payload's head, and of the signature with its head
# What the catches may be, each in its one encoding.
_SIZES = {head: size for size in range(1, MAX_TEXT + 1) if (head := cbor.text_string("a" * size)[:-size])}
_PAYLOAD_HEADS = {
    _BEFORE + len(whole) + _AFTER: whole[:-size]
    for size in range(24, MAX_SIGN1[MARK_TYPE])
    if _BEFORE + len(whole := cbor.byte_string(bytes(size))) + _AFTER <= MAX_SIGN1[MARK_TYPE]
}
_GRADES = {
    bytes((3, level, 4, assessment.value)): (level, assessment)
    for level in range(1, 10)
    for assessment in Assessment
}
_SCOPES = {
    bytes((head, unit.value)): (unit, head == 0x83, unit is Unit.GROUP)
    for head in (0x82, 0x83)
    for unit in Unit
}
_times = Struct(">IxxIxxI").unpack

_blank_claims, _blank_holder, _blank_number = map(twin_of, (MarkClaims, OrganisationId, MarkNumber))


def read_usual(data: bytes) -> tuple[Header, bytes, bytes, MarkClaims] | None:
    """Give header, Sig_structure, signature and claims of a mark of the usual form; None says nothing of the others.

    They equal what `Sign1.from_bytes(data, typ=MARK_TYPE)` and `MarkClaims.from_bytes` of its payload give.
    """
    found = _MARK.fullmatch(data, 0, len(data) - _AFTER) if len(data) <= MAX_SIGN1[MARK_TYPE] else None
    if found is None or data[-66:-64] != b"\x58\x40":
        return None
    # fmt: off
    (
        opening, payload_head,
        corporate_number, holder_head, holder, times, cti, idx, uri,
        facts, scheme_head, scheme, edition_head, edition, grade,
        name_head, name, name_latin_head, name_latin,
        scope, statement_head, statement, assessor_head, assessor, entities,
    ) = found.groups()
    # fmt: on
    # 1. The envelope: a header met before, a payload as long as its head says.
    envelope = _opened(opening)
    if envelope is None or payload_head != _PAYLOAD_HEADS.get(len(data)):
        return None
    header, structure = envelope
    # 2. Every text is as long as its head says, and the head is the shortest for it; the facts are as many as theirs.
    status_uri = _uri_of(uri)
    size = _SIZES.get(statement_head, 0)
    unit, has_latin, is_group = _SCOPES[scope]
    statement, rest = statement[:size], statement[size:]
    if (
        status_uri is None
        or _SIZES.get(scheme_head) != len(scheme)
        or _SIZES.get(edition_head) != len(edition)
        or _SIZES.get(name_head) != len(name)
        or (name_latin is not None and _SIZES.get(name_latin_head) != len(name_latin))
        or len(statement) != size
        or (assessor is not None and _SIZES.get(assessor_head) != len(assessor))
        or facts[0] != 0xA6 + (name_latin is not None) + (assessor is not None) + (entities is not None)
    ):
        return None
    # 3. Texts are of everyday characters. What has to be Latin is ASCII; the pattern says so of all but these.
    try:
        name_text, statement_text = name.decode(), statement.decode()
    except UnicodeDecodeError:
        return None
    if not is_everyday(name_text) or not is_everyday(statement_text):
        return None
    if name_latin is None and not name_text.isascii():
        return None
    statement_latin = None
    if has_latin:
        statement_latin = _latin(rest)
        if statement_latin is None:
            return None
    elif rest:
        return None
    # 4. Times in four bytes that need them, in their order; entities for a group and for nobody else.
    exp, nbf, iat = _times(times)
    if (
        not 0xFFFF < nbf < exp
        or iat <= 0xFFFF
        or nbf < iat - BACKDATE_LIMIT
        or is_group is (entities is None)
    ):
        return None
    # 5. The holder.
    if corporate_number is None:
        organisation = _other_holder(holder_head, holder)
        if organisation is None:
            return None
    else:
        value = corporate_number.decode()
        if not is_corporate_number(value):
            return None
        organisation = _blank_holder()
        organisation.icd, organisation.value = "0188", value
        organisation.__class__ = OrganisationId
    number = _blank_number()
    number.value = int.from_bytes(cti)
    number.__class__ = MarkNumber
    claims = _blank_claims()
    claims.holder = organisation
    claims.exp, claims.nbf, claims.iat = exp, nbf, iat
    claims.number = number
    claims.status_index = idx[0] if len(idx) == 1 else int.from_bytes(idx[1:])
    claims.status_uri = status_uri
    claims.scheme, claims.edition = scheme.decode(), edition.decode()
    claims.level, claims.assessment = _GRADES[grade]
    claims.name = name_text
    claims.name_latin = None if name_latin is None else name_latin.decode()
    claims.unit = unit
    claims.statement, claims.statement_latin = statement_text, statement_latin
    claims.assessor = None if assessor is None else assessor.decode()
    claims.entities_sha256 = entities
    claims.__class__ = MarkClaims
    return header, structure + data[_BEFORE:-_AFTER], data[-64:], claims


@lru_cache(maxsize=1024)  # one entry a key, as in `schemas.cose.read_header`
def _opened(opening: bytes) -> tuple[Header, bytes] | None:
    """Give the header and what the Sig_structure begins with."""
    protected = opening[4:-1]
    try:
        header = read_header(protected)
    except MalformedError:
        return None
    return (header, to_be_signed(protected, b"")[:-1]) if header.typ == MARK_TYPE else None


@lru_cache(maxsize=1024)  # one entry a list, and up to 2^17 marks name the same list
def _uri_of(item: bytes) -> str | None:
    head = item[:2] if item.startswith(b"x") else item[:1]
    text = item[len(head) :]
    return text.decode() if _SIZES.get(head) == len(text) else None


def _latin(item: bytes) -> str | None:
    """The text that a statement's Latin form is, with its head."""
    head = item[:2] if item.startswith(b"x") else item[:1]
    text = item[len(head) :]
    if _SIZES.get(head) != len(text) or not text.isascii():
        return None
    latin = text.decode()
    return latin if is_everyday(latin) else None


def _other_holder(head: bytes, text: bytes) -> OrganisationId | None:
    try:
        return OrganisationId.from_text(text.decode()) if _SIZES.get(head) == len(text) else None
    except BadOrganisationIdError:
        return None
