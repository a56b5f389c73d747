"""The script pages are served gives the answers of the conformance folder: the same reasons, the same notes."""

from typing import Any

import pytest

from differential.asked import Browser, differences
from differential.vectors import NAMES, load, question_of


@pytest.fixture(scope="module")
def answers(browser: Browser) -> dict[str, Any]:
    return dict(zip(NAMES, browser.asked([question_of(name) for name in NAMES]).result(), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_the_served_script_gives_the_answer_written_beside_a_vector(
    answers: dict[str, Any], name: str
) -> None:
    answer = answers[name]
    reasons = [reason for one in answer["findings"] for reason in one.split(" ")[1:]]
    found = {"verdict": answer["verdict"], "reasons": reasons, "notes": answer["notes"]}
    assert found == load(name)["expected"]


def test_and_the_same_facts_beside_it_as_the_library(browser: Browser) -> None:
    assert [str(one) for one in differences(browser, map(question_of, NAMES))] == []
