"""Beside every vector Python and the browser give the same verdict, for the same reasons, with the same facts and notes."""

from collections.abc import Iterator
from itertools import islice
from random import Random

import pytest

from differential.asked import Browser, Question, differences
from differential.neighbours import neighbours
from differential.vectors import NAMES


def beside(names: list[str], *, seed: int, many: int) -> Iterator[Question]:
    for name in names:
        yield from neighbours(name, Random(f"{seed} {name}"), many=many)


def compare(browser: Browser, *, seed: int, many: int) -> dict[str, int]:
    counted: dict[str, int] = {}
    found = islice(differences(browser, beside(NAMES, seed=seed, many=many), counted=counted), 5)
    told = "\n".join(map(str, found))
    assert not told, f"seed {seed}\n{told}"
    return counted


def test_a_step_beside_any_vector_divides_no_two_verdicts(browser: Browser) -> None:
    counted = compare(browser, seed=1, many=4)
    assert counted["given"] > 10 * len(NAMES)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(2, 4))
def test_ten_thousand_steps_beside_the_vectors_divide_no_two_verdicts(browser: Browser, seed: int) -> None:
    compare(browser, seed=seed, many=15)
