"""A report in the reader's words, as the pages write it."""

from typing import Any

import pytest

from browser.conftest import Site
from registry.script_files import joined

REPORT = {
    "findings": [{"check": "structure", "outcome": "passed", "reason": None, "detail": ""}],
    "reasons": [],
    "notes": [
        {"reason": "holder-not-checked", "detail": ""},
        {"reason": "look-alike-scripts", "detail": "the name is written in Cyrillic, Latin"},
    ],
}


@pytest.mark.parametrize(
    ("lang", "title"),
    [("en", "Letters that may be taken for others"), ("ja", "形の似た文字にご注意ください")],
)
def test_scripts_that_may_be_taken_for_others_are_named_below_the_checks(
    chromium: Any, site: Site, lang: str, title: str
) -> None:
    page = chromium.new_page()
    page.goto(f"{site.url}/js/site.js")
    page.evaluate(f"(() => {{ {joined('shared/said.js')}\nglobalThis.said = $shared_said; }})()")
    lines = page.evaluate(
        """async ([report, lang]) => {
          const list = document.createElement("ol");
          list.dataset.words = "{}";
          await said.listChecks(list, report, lang);
          return Array.from(list.children, (line) => line.textContent);
        }""",
        [REPORT, lang],
    )
    page.close()
    assert len(lines) == 2
    assert title in lines[1]
    assert "Cyrillic, Latin" in lines[1]
