"""Check digits: ours, python-stdnum's, and the ones a browser works out, over the same right and wrong numbers.

Where ours and python-stdnum's differ, the difference has a name and a reason here; any other is a fault of one of them.
"""

import random
import string
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from stdnum import ean, lei
from stdnum.au import abn
from stdnum.be import vat
from stdnum.dk import cvr
from stdnum.fr import siren, siret
from stdnum.jp import cn
from stdnum.no import orgnr
from stdnum.se import orgnr as swedish

from forge.in_node import needs_node, run_in_node
from schemas.errors import MalformedError
from schemas.organisation_id import OrganisationId

THEIRS: dict[str, Callable[[str], bool]] = {
    "0188": cn.is_valid,
    "0199": lei.is_valid,
    "0088": ean.is_valid,
    "0060": lambda _: True,
    "0002": siren.is_valid,
    "0009": siret.is_valid,
    "0007": swedish.is_valid,
    "0151": abn.is_valid,
    "0184": cvr.is_valid,
    "0192": orgnr.is_valid,
    "0208": vat.is_valid,
}
LENGTHS = {
    "0188": 13,
    "0199": 20,
    "0088": 13,
    "0060": 9,
    "0002": 9,
    "0009": 14,
    "0007": 10,
    "0151": 11,
    "0184": 8,
    "0192": 9,
    "0208": 10,
}
POST = "356000000"
EACH = 4000  # values of each kind


def is_ours(text: str) -> bool:
    try:
        OrganisationId.from_text(text)
    except MalformedError:
        return False
    return True


def difference(icd: str, value: str) -> str | None:
    """Why we refuse what python-stdnum takes; there is nothing we take and it refuses."""
    if not value.strip("0"):
        return "zeros only"
    if icd == "0199" and value[-2:] in ("00", "01", "99"):
        return "a twin of the check digits 97, 98 or 02"
    if icd == "0208" and value[-2:] in ("00", "98", "99"):
        return "a twin of the check digits 97, 01 or 02"
    return None


def values(icd: str, seed: int) -> Iterator[str]:
    """Right ones, as often as chance must try; each one slip away; and any."""
    chance = random.Random(f"{icd} {seed}")
    letters = string.digits + string.ascii_uppercase if icd == "0199" else string.digits
    size, is_right = LENGTHS[icd], THEIRS[icd]
    yield "0" * size

    def any_one() -> str:
        value = "".join(chance.choices(letters, k=size))
        if icd == "0199":
            value = value[:18] + f"{chance.randrange(100):02}"
        if icd == "0009" and chance.random() < 0.3:
            value = POST + value[9:]
        return "0" + value[1:] if chance.random() < 0.1 else value

    for _ in range(EACH // 4):
        right = next(one for one in iter(any_one, None) if is_right(one))
        place = chance.randrange(size)
        swapped = list(right)
        swapped[place - 1], swapped[place] = right[place], right[place - 1]
        yield from (right, right[:place] + chance.choice(string.digits) + right[place + 1 :])
        yield from ("".join(swapped) if icd != "0199" or place < 18 else right, any_one())


def twins(seed: int) -> Iterator[tuple[str, str]]:
    """The two digits for which a remainder allows more than one spelling."""
    chance = random.Random(seed)
    for _ in range(100):
        body = chance.choice("01") + "".join(chance.choices(string.digits, k=7))
        yield from (("0208", f"{body}{last:02}") for last in range(100))
        yield from (("0199", f"5493001KJT{body}{last:02}") for last in range(100))
        body = "".join(chance.choices(string.digits, k=9))
        yield from (("0151", f"{first:02}{body}") for first in range(100))


@cache
def asked() -> list[tuple[str, str]]:
    return [(icd, value) for icd in THEIRS for value in values(icd, 1)] + [*twins(2)]


def test_ours_and_python_stdnum_differ_by_names_given_here_alone() -> None:
    met, right, wrong = set[str](), dict[str, int](), dict[str, int]()
    for icd, value in asked():
        ours, theirs = is_ours(f"{icd}:{value}"), THEIRS[icd](value)
        counted = right if ours else wrong
        counted[icd] = counted.get(icd, 0) + 1
        if ours is not theirs:
            named = difference(icd, value)
            assert named is not None, (icd, value, ours)
            assert theirs, (icd, value)
            met.add(named)
    assert len(met) == 3  # none of the names is an empty excuse
    assert all(right[icd] >= EACH // 4 for icd in THEIRS), right
    assert all(wrong[icd] >= EACH // 4 for icd in THEIRS if icd != "0060"), wrong


@needs_node
def test_a_browser_works_out_the_same_check_digits(tmp_path: Path) -> None:
    texts = [f"{icd}:{value}" for icd, value in asked()]
    program = """
        const { organisation } = await import("./verifier/numbers.js");
        answer = given.map((text) => {
          try {
            return organisation(text) === text;
          } catch (error) {
            if (error.reason === "malformed") return false;
            throw error;
          }
        });
    """
    answers = run_in_node(tmp_path, program, texts)
    differing = [text for text, theirs in zip(texts, answers, strict=True) if is_ours(text) is not theirs]
    assert differing == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (
            "0009:35600000000048",
            "0009:35600000000055",
        ),  # La Poste's head office is by Luhn, another place is not
        ("0009:35600000000001", "0009:35600000000002"),  # it is by the sum of its digits
        ("0009:73282932000074", "0009:73282932100072"),  # by Luhn, and its first nine digits too
        ("0151:11000000560", "0151:11000000561"),
        ("0151:99000000032", "0151:10000000032"),  # the same remainder by 89
        ("0184:13585628", "0184:03585638"),  # the same remainder by 11
        ("0208:0000009797", "0208:0000009700"),  # the same remainder by 97
        ("0208:0000009601", "0208:0000009698"),
        ("0208:1000000021", "0208:2000000042"),
        ("0199:000000000000000000" + "98", "0199:000000000000000000" + "01"),
    ],
)
def test_a_remainder_alone_makes_no_number_right(right: str, wrong: str) -> None:
    assert is_ours(right)
    assert not is_ours(wrong)
