"""Whatever happened in a register, and whenever one asks, Python and the browser give one verdict, with the same facts."""

from itertools import islice
from random import Random

import pytest

from differential.asked import Browser, differences
from differential.worlds import worlds


def compare(browser: Browser, *, seed: int, count: int) -> None:
    counted: dict[str, int] = {}
    found = islice(differences(browser, islice(worlds(Random(seed)), count), counted=counted), 5)
    told = "\n".join(map(str, found))
    assert not told, f"seed {seed}\n{told}"
    assert counted["given"] > count / 2


def test_no_history_of_a_register_divides_two_verdicts(browser: Browser) -> None:
    compare(browser, seed=1, count=1000)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(2, 4))
def test_ten_thousand_questions_about_registers_divide_no_two_verdicts(browser: Browser, seed: int) -> None:
    compare(browser, seed=seed, count=10_000)
