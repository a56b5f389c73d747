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
from schemas.check_digits import is_corporate_number
from schemas.claims import BACKDATE_LIMIT, MAX_TEXT, Assessment, MarkClaims, Unit
from schemas.cose import MARK_TYPE, MAX_SIGN1, Header, read_header, to_be_signed
from schemas.errors import MalformedError
from schemas.mark_number import MarkNumber
from schemas.organisation_id import BadOrganisationIdError, OrganisationId
from schemas.text import EVERYDAY_LINES
from schemas.values import twin_of

__all__ = ["read_usual"]

# "x" is 78, the head of a text of 24 bytes and more; shorter ones have one byte. No text holds a byte below 20, and
# every text but the statement is followed by one, so a text ends where it meets the next key.
_SHARED = rb"""
    \x63uri (x?+.)(https:[!-9;-~]++)                        # no colon (3a): the next key begins with one
    \x3a\x00\x01\x00\x00 ([\xa6-\xa9])                                          # -65537
    \x01 (x?+.)([a-z0-9][a-z0-9-]{0,31}+)                                       # scheme
    \x02 (x?+.)([!-~][ -~]*+)                                                   # edition
"""
_MARK = re.compile(
    rb"""
    (\xd2\x84 \x58\x23.{35} \xa0)                           # tag 18, array of 4, protected, nothing unprotected
    (\x58.|\x59..)                                          # the head of the payload
    \xa7
    \x02 (?:\x720188:([1-9][0-9]{12})|(x?+.[0-9]{4}:[0-9A-Z]++))                # sub
    \x04\x1a (.{4}\x05\x1a.{4}\x06\x1a.{4})                                     # exp, nbf, iat
    \x07\x46 ([\x00-\x1f].{5})                                                  # cti, below 2^45
    \x19\xff\xff \xa1\x6bstatus_list \xa2                                       # 65535
    \x63idx ([\x00-\x17]|\x18[\x18-\xff]|\x19[\x01-\xff].|\x1a\x00[\x01-\xff]..)
    (%b)                                                    # _SHARED, caught as one
    (\x03[\x01-\x09]\x04[\x01\x02])                                             # level, assessment
    \x05 (x?+.)([\x20-\xff]++)                                                  # name
    (?:\x06 (x?+.)([!-~][ -~]*+))?+                                             # Latin name
    \x07 ([\x82\x83][\x01-\x03]) (x?+.)([\x18-\xff]++)                          # scope: unit, statement, the rest
    (?:\x08 (x?+.[!-~][ -~]*+))?+                                               # assessing organisation
    (?:\x09\x58\x20 (.{32}))?+                                                  # entities
    """
    % _SHARED.replace(b"(", b"(?:"),
    re.VERBOSE | re.DOTALL,
)
_SHARED_PARTS = re.compile(_SHARED, re.VERBOSE | re.DOTALL)
_MAX_MARK = MAX_SIGN1[MARK_TYPE]
_BEFORE, _AFTER = 40, 66  # bytes before the payload's head, and of the signature with its head
# What the catches may be, each in its one encoding.
_SIZES = {head: size for size in range(1, MAX_TEXT + 1) if (head := cbor.text_string("a" * size)[:-size])}
_PAYLOAD_HEADS = {
    _BEFORE + len(whole) + _AFTER: whole[:-size]
    for size in range(24, _MAX_MARK)
    if _BEFORE + len(whole := cbor.byte_string(bytes(size))) + _AFTER <= _MAX_MARK
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
    found = _MARK.fullmatch(data, 0, len(data) - _AFTER) if len(data) <= _MAX_MARK else None
    if found is None or data[-_AFTER:-64] != b"\x58\x40":
        return None
    # fmt: off
    (
        opening, payload_head, corporate_number, other_holder, times, cti, idx, shared, grade, name_head, name,
        name_latin_head, name_latin, scope, statement_head, statement, assessor, entities,
    ) = found.groups()
    # fmt: on
    # 1. The envelope: a header met before, a payload as long as its head says.
    envelope = _opened(opening)
    if envelope is None or payload_head != _PAYLOAD_HEADS.get(len(data)):
        return None
    # 2. A text is as long as its head says, and the head is the shortest for it; the facts are as many as theirs.
    register = _shared(shared)
    unit, has_latin, is_group = _SCOPES[scope]
    size = _SIZES.get(statement_head, 0)
    if (
        register is None
        or _SIZES.get(name_head) != len(name)
        or (name_latin is not None and _SIZES.get(name_latin_head) != len(name_latin))
        or (len(statement) <= size if has_latin else len(statement) != size)
        or register[0] != (name_latin is not None) + (assessor is not None) + (entities is not None)
        or is_group is (entities is None)
    ):
        return None
    claims = _blank_claims()
    _, claims.status_uri, claims.scheme, claims.edition = register
    claims.unit, claims.entities_sha256 = unit, entities
    claims.level, claims.assessment = _GRADES[grade]
    # 3. Texts are of everyday characters. What has to be Latin is ASCII.
    try:
        claims.name = texts = name.decode()
        if name_latin is not None:
            claims.name_latin = name_latin.decode()
        elif texts.isascii():
            claims.name_latin = None
        else:
            return None
        if has_latin:
            latin_head = statement[size : size + 2] if statement[size] == 0x78 else statement[size : size + 1]
            latin = statement[size + len(latin_head) :]
            if _SIZES.get(latin_head) != len(latin) or not latin.isascii():
                return None
            claims.statement_latin = latin.decode()
            claims.statement = what = statement[:size].decode()
            texts = f"{texts}\n{what}\n{claims.statement_latin}"
        else:
            claims.statement_latin = None
            claims.statement = what = statement.decode()
            texts = f"{texts}\n{what}"
    except UnicodeDecodeError:
        return None
    if EVERYDAY_LINES.fullmatch(texts) is None:
        return None
    if assessor is None:
        claims.assessor = None
    elif (text := _text(assessor)) is not None:
        claims.assessor = text
    else:
        return None
    # 4. Times in the four bytes they need, and in their order.
    claims.exp, claims.nbf, claims.iat = exp, nbf, iat = _times(times)
    if not 0xFFFF < nbf < exp or iat <= 0xFFFF or nbf < iat - BACKDATE_LIMIT:
        return None
    # 5. The holder, the mark's number and its place in a status list.
    if corporate_number is not None:
        holder = _blank_holder()
        holder.icd, holder.value = "0188", corporate_number.decode()
        if not is_corporate_number(holder.value):
            return None
        holder.__class__ = OrganisationId
        claims.holder = holder
    else:
        claims.holder = _other(other_holder)
        if claims.holder is None:
            return None
    claims.number = number = _blank_number()
    number.value = int.from_bytes(cti)
    number.__class__ = MarkNumber
    claims.status_index = idx[0] if len(idx) == 1 else int.from_bytes(idx[1:])
    claims.__class__ = MarkClaims
    return envelope[0], envelope[1] + data[_BEFORE:-_AFTER], data[-64:], claims


# Two caches, of what a mark shares with thousands; none holds anything of its own.


@lru_cache(maxsize=1024)  # one entry a key, as in `schemas.cose.read_header`
def _opened(opening: bytes) -> tuple[Header, bytes] | None:
    """Give the header, and what the Sig_structure begins with."""
    protected = opening[4:-1]
    try:
        header = read_header(protected)
    except MalformedError:
        return None
    return (header, to_be_signed(protected, b"")[:-1]) if header.typ == MARK_TYPE else None


@lru_cache(maxsize=1024)  # one entry a status list, which up to 2^17 marks name, and number of optional facts
def _shared(items: bytes) -> tuple[int, str, str, str] | None:
    """Give how many optional facts there are, the status list's uri, scheme and edition."""
    found = _SHARED_PARTS.fullmatch(items)
    if found is None:
        return None
    uri_head, uri, facts, scheme_head, scheme, edition_head, edition = found.groups()
    texts = ((uri_head, uri), (scheme_head, scheme), (edition_head, edition))
    if any(_SIZES.get(head) != len(text) for head, text in texts):
        return None
    return facts[0] - 0xA6, uri.decode(), scheme.decode(), edition.decode()


def _text(item: bytes) -> str | None:
    """Read one ASCII text with its head; None for anything else."""
    head = item[:2] if item.startswith(b"x") else item[:1]
    text = item[len(head) :]
    return text.decode() if _SIZES.get(head) == len(text) and text.isascii() else None


def _other(item: bytes) -> OrganisationId | None:
    try:
        return OrganisationId.from_text(_text(item) or "")
    except BadOrganisationIdError:
        return None
