"""Which organisation a mark is about: `ICD:value`, ISO 6523 as in Peppol (docs/format.md §1, claim 2).

    0188:7000012050002           法人番号, Japan's corporate number: check digit first, then 12 digits
    0199:5493001KJTIIGC8Y1R12    LEI: 18 characters and two check digits, ISO 7064 MOD 97-10
    0088:4569951110016           GLN: 13 digits, the last one checks
    0060:123456789               D-U-N-S: 9 digits, nothing to check

The table is closed and short: an identifier nobody here can check would be a name without meaning.
Where a country's registry has no ICD, its organisations use LEI, GLN or D-U-N-S.

The check digit of 法人番号 cannot see 0 and 9 taken for each other; so the name always stands beside the number.

`from_text` takes the one written form, for signed objects. `read_loosely` takes what people type and
spreadsheets make of it, and explains what it cannot read; it never fills in a digit by itself.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Self

from schemas.check_digits import (
    corporate_number,
    is_abn,
    is_corporate_number,
    is_cvr,
    is_enterprise_number,
    is_gln,
    is_lei,
    is_luhn,
    is_organisasjonsnummer,
    is_siret,
)
from schemas.errors import MalformedError

__all__ = ["BadOrganisationIdError", "Fault", "OrganisationId"]

Fault = Literal[
    "unreadable", "unknown-icd", "wrong-form", "wrong-check", "spreadsheet-number", "lost-zero", "ambiguous"
]

_MAX_TYPED = 64


class BadOrganisationIdError(MalformedError):
    """The text names no organisation; `fault` says in which way, `problem` says it to a person.

    `meant`: numbers that could have become this one, with their kinds.
    """

    def __init__(self, fault: Fault, problem: str, meant: tuple[str, ...] = ()) -> None:
        super().__init__(problem, "organisation id")
        self.fault: Fault = fault
        self.meant = meant


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scheme:
    name: str
    form: str  # compiled by `re` when first asked for
    shape: str
    is_right: Callable[[str], bool]


# Each form is matched as a whole and against ASCII only.
_SCHEMES = {
    "0188": _Scheme(name="法人番号", form="[0-9]{13}", shape="13 digits", is_right=is_corporate_number),
    "0199": _Scheme(
        name="LEI",
        form="[0-9A-Z]{18}[0-9]{2}",
        shape="18 digits or capitals and 2 digits",
        is_right=is_lei,
    ),
    "0088": _Scheme(name="GLN", form="[0-9]{13}", shape="13 digits", is_right=is_gln),
    "0060": _Scheme(name="D-U-N-S", form="[0-9]{9}", shape="9 digits", is_right=lambda _: True),
    "0002": _Scheme(name="SIREN", form="[0-9]{9}", shape="9 digits", is_right=is_luhn),
    "0007": _Scheme(name="organisationsnummer", form="[0-9]{10}", shape="10 digits", is_right=is_luhn),
    "0009": _Scheme(name="SIRET", form="[0-9]{14}", shape="14 digits", is_right=is_siret),
    "0151": _Scheme(name="ABN", form="[0-9]{11}", shape="11 digits", is_right=is_abn),
    "0184": _Scheme(name="CVR", form="[0-9]{8}", shape="8 digits", is_right=is_cvr),
    "0192": _Scheme(
        name="organisasjonsnummer", form="[0-9]{9}", shape="9 digits", is_right=is_organisasjonsnummer
    ),
    "0208": _Scheme(name="KBO/BCE", form="[0-9]{10}", shape="10 digits", is_right=is_enterprise_number),
}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class OrganisationId:
    """An identifier in its one written form with right check digits. That such an organisation exists is not said."""

    icd: str
    value: str

    def __post_init__(self) -> None:
        scheme = _SCHEMES.get(self.icd)
        if scheme is None:
            known = ", ".join(f"{icd} {scheme.name}" for icd, scheme in _SCHEMES.items())
            raise BadOrganisationIdError("unknown-icd", f"ICD {self.icd!r} is none of: {known}")
        if not re.fullmatch(scheme.form, self.value) or not self.value.strip("0"):
            raise BadOrganisationIdError(
                "wrong-form", f"a {scheme.name} has {scheme.shape}, not {self.value[:40]!r}"
            )
        if not scheme.is_right(self.value):
            raise BadOrganisationIdError(
                "wrong-check", f"{self.value} is no {scheme.name}: its check digit is wrong"
            )

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The identifier in a signed object. Raises BadOrganisationIdError on any other way to write it."""
        icd, colon, value = text.partition(":")
        if not colon:
            raise BadOrganisationIdError("wrong-form", 'an organisation is written "ICD:value"')
        return cls(icd=icd, value=value)

    @classmethod
    def read_loosely(cls, text: str) -> Self:
        """The identifier a person or a spreadsheet means. Raises BadOrganisationIdError, worded to help.

        Width, case, blanks and hyphens do not matter. `T` and 13 digits is the invoice number of the same company.
        13 bare digits are a 法人番号, never a GLN; 20 characters are a LEI.
        """
        if len(text) > _MAX_TYPED:
            raise BadOrganisationIdError("unreadable", "far too long for an organisation's number")
        typed = text.translate(_WIDTH).strip().lstrip("'")
        compact = re.sub(_BETWEEN, "", typed).upper()
        if ":" in compact:
            icd, _, value = compact.partition(":")
            return cls(icd=icd, value=value)
        if len(compact) == 20 and re.fullmatch(_SCHEMES["0199"].form, compact):
            return cls(icd="0199", value=compact)
        if re.fullmatch(r"[+-]?[0-9]+([.,][0-9]+)?E[+-]?[0-9]+", typed.upper()):
            raise BadOrganisationIdError(
                "spreadsheet-number",
                f"{typed} is what a spreadsheet made of a number: digits are lost; format the column as text, fill in again",
            )
        digits = re.sub(r"\.0+\Z", "", compact).removeprefix("T")
        if not re.fullmatch("[0-9]+", digits):
            raise BadOrganisationIdError("unreadable", f"{typed!r} is no organisation's number")
        if len(digits) == 13:
            return cls._corporate_number(digits)
        raise _wrong_length(digits)

    @classmethod
    def _corporate_number(cls, digits: str) -> Self:
        # One in ten mistyped 法人番号 is a right GLN. A typo must not become another kind of number in silence.
        if not is_corporate_number(digits) and is_gln(digits):
            raise BadOrganisationIdError(
                "wrong-check",
                f"{digits} is no 法人番号: its check digit is wrong; if a GLN is meant, write 0088:{digits}",
                (f"0088:{digits}",),
            )
        return cls(icd="0188", value=digits)

    @property
    def scheme_name(self) -> str:
        """What people call such a number: 法人番号, LEI, GLN …"""
        return _SCHEMES[self.icd].name

    def __str__(self) -> str:
        return f"{self.icd}:{self.value}"


def _wrong_length(digits: str) -> BadOrganisationIdError:
    count = len(digits)
    if count == 12:
        gln = is_gln("0" + digits)
        number = corporate_number(digits)
        problem = (
            f"12 digits are a company's registration number (会社法人等番号); its 法人番号 would be {number}"
        )
        meant: tuple[str, ...] = (f"0188:{number}",)
        if gln:
            problem += f"; or a spreadsheet ate the first zero of GLN 0{digits}"
            meant += (f"0088:0{digits}",)
        return BadOrganisationIdError("lost-zero" if gln else "wrong-form", problem, meant)
    if count == 9:
        return BadOrganisationIdError(
            "ambiguous",
            f"9 digits are several kinds of number; a D-U-N-S is written 0060:{digits}",
            (f"0060:{digits}",),
        )
    if count == 8:
        return BadOrganisationIdError(
            "lost-zero",
            f"8 digits: a D-U-N-S whose first zero was lost is 0060:0{digits}",
            (f"0060:0{digits}",),
        )
    return BadOrganisationIdError("wrong-form", f"a 法人番号 has 13 digits, here are {count}")


_WIDTH = {code + 0xFEE0: code for code in range(0x21, 0x7F)} | {0x3000: 0x20}
_BETWEEN = r"[\s\-\u2010-\u2015\u2212\u30fc\uff70\ufe63]"
