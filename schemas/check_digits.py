"""Whether the check digits of an organisation's number are right: one rule each, as its publisher has it (docs/format.md §1).

| number | published by |
|---|---|
| 法人番号 | 法人番号の指定等に関する省令 (平成26年財務省令第70号) 第2条 |
| LEI | ISO 17442, ISO/IEC 7064 MOD 97-10 |
| GLN | GS1 General Specifications, check digit of an ID key |
| SIREN, SIRET | INSEE, Sirene; of La Poste's places the sum of the digits |
| organisationsnummer | Skatteverket, SKV 709 |
| ABN | Australian Business Register, format of the ABN |
| CVR | Erhvervsstyrelsen, modulus 11 of the CVR-nummer |
| organisasjonsnummer | Brønnøysundregistrene |
| KBO/BCE | Kruispuntbank van Ondernemingen, ondernemingsnummer |

A value has its form already: so many ASCII digits (of a LEI also capitals). Where a remainder alone would allow two
spellings of the check digits, one is right and its twin is not. That the organisation exists is not said.
"""

__all__ = [
    "corporate_number",
    "is_abn",
    "is_corporate_number",
    "is_cvr",
    "is_enterprise_number",
    "is_gln",
    "is_lei",
    "is_luhn",
    "is_organisasjonsnummer",
    "is_siret",
]

_LA_POSTE, _ITS_HEAD_OFFICE = "356000000", "35600000000048"
_TWICE = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)  # a digit doubled, and the digits of that added


def is_corporate_number(value: str) -> bool:
    """法人番号: the first of 13 digits checks the others."""
    # 9 − (Σ of the other digits, from the right every second one twice) mod 9: so it is never 0, and with that sum it
    # makes a multiple of 9. Modulo 9 a number is the sum of its digits wherever they stand, so one conversion does
    # what a loop over them would; this is asked for every mark.
    return value[0] != "0" and int(value + value[-2:0:-2]) % 9 == 0


def corporate_number(digits: str) -> str:
    """Give the 法人番号 of a company whose registration number (会社法人等番号) has these 12 digits."""
    return f"{9 - int(digits + digits[-2::-2]) % 9}{digits}"


def is_lei(value: str) -> bool:
    """LEI: 98 − the rest by 97 of the first 18 characters and 00; A counts 10, Z 35."""
    number = int("".join(str(int(character, 36)) for character in value[:18] + "00"))
    return int(value[18:]) == 98 - number % 97


def is_gln(value: str) -> bool:
    """GLN: the digits 1, 3, 1 … 1 times make a multiple of 10."""
    return _weighed(value, (1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)) % 10 == 0


def is_luhn(value: str) -> bool:
    """SIREN, organisationsnummer: from the right every second digit doubled, all digits make a multiple of 10."""
    right_to_left = [int(digit) for digit in reversed(value)]
    return (sum(right_to_left[::2]) + sum(_TWICE[digit] for digit in right_to_left[1::2])) % 10 == 0


def is_siret(value: str) -> bool:
    """SIRET: Luhn, and so its SIREN; of La Poste's places, the head office apart, the digits make a multiple of 5."""
    if value.startswith(_LA_POSTE):
        return value == _ITS_HEAD_OFFICE or sum(map(int, value)) % 5 == 0
    return is_luhn(value[:9]) and is_luhn(value)


def is_abn(value: str) -> bool:
    """ABN: the first digit less 1, all 10, 1, 3, 5 … 19 times, make a multiple of 89; 11 is the least it begins with."""
    return value >= "11" and (_weighed(value, (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) - 10) % 89 == 0


def is_cvr(value: str) -> bool:
    """CVR: the digits 2, 7, 6, 5, 4, 3, 2, 1 times make a multiple of 11; the first is not 0."""
    return value[0] != "0" and _weighed(value, (2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def is_organisasjonsnummer(value: str) -> bool:
    """Organisasjonsnummer: the digits 3, 2, 7, 6, 5, 4, 3, 2, 1 times make a multiple of 11."""
    return _weighed(value, (3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def is_enterprise_number(value: str) -> bool:
    """KBO/BCE: the last two digits are 97 − the rest by 97 of the first eight, which begin with 0 or 1."""
    return value[0] in "01" and int(value[8:]) == 97 - int(value[:8]) % 97


def _weighed(value: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(value, weights, strict=True))
