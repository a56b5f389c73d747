"""The page that `akashi check` writes, on a telephone: rows as blocks, still a table to those who hear it."""

import io
from typing import Any

import pytest

from browser.conftest import DESKTOP, PHONE, Site, posted_table
from forge.buyers import Buyer
from forge.world import NOW
from registry.bundle import write_bundle
from verifier.suppliers.checked import Checked, RegisterFacts
from verifier.suppliers.columns import find_columns
from verifier.suppliers.report_html import write_html
from verifier.suppliers.sheets import Table, records_of

HEADS = {
    "en": ("Row", "Supplier", "Holder of the mark"),
    "ja": ("行", "取引先", "マークの保有者"),
}


@pytest.fixture(scope="module")
def checked(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Checked:
    path = tmp_path_factory.mktemp("report") / "register.akashi"
    write_bundle(site.laid.settings, path, register=True)
    anchor = site.laid.world.anchor
    text = posted_table(site) + "\n" + "A" * 80 + ",山田製麺所,,"
    facts = RegisterFacts(
        scheme="demo",
        names={"ja": "見本", "en": "Sample"},
        anchor=anchor,
        trust_version=2,
        origin="akashi.example/log1",
        size=20,
        as_of=NOW,
        offset=32400,
    )
    table = Table(records=records_of(text))
    buyer = Buyer(register=path, anchor=anchor, marks=site.laid.marks)
    with buyer.verifier:
        results = buyer.check(text)
    return Checked(
        table=table, columns=find_columns(table), results=results, register=facts, made=NOW, policy=None
    )


def shown(chromium: Any, checked: Checked, lang: str, **who: Any) -> Any:
    out = io.BytesIO()
    write_html(out, checked, lang=lang)
    page = chromium.new_context(java_script_enabled=True, **who).new_page()
    page.set_content(out.getvalue().decode())
    return page


def before(page: Any, cell: int) -> str:
    """What stands in front of a cell of the first row, by the style alone."""
    found: str = page.evaluate(
        f"getComputedStyle(document.querySelector('tbody tr').children[{cell}], '::before').content"
    )
    return found.split('"')[1] if '"' in found else ""


@pytest.mark.parametrize("width", [PHONE["width"], 700, 1024, 1040, DESKTOP["width"]])
@pytest.mark.parametrize("lang", sorted(HEADS))
def test_no_row_of_a_report_is_wider_than_the_screen(
    chromium: Any, checked: Checked, lang: str, width: int
) -> None:
    page = shown(chromium, checked, lang, viewport=PHONE | {"width": width})
    widths = page.evaluate(
        "[document.documentElement.scrollWidth, document.querySelector('.box').scrollWidth]"
    )
    assert max(widths) <= width
    if width == PHONE["width"]:
        assert tuple(before(page, cell) for cell in (1, 2, 3)) == HEADS[lang]
    page.context.close()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["telephone", "desk"])
def test_a_report_is_heard_as_a_table_at_any_width(
    chromium: Any, checked: Checked, viewport: dict[str, int]
) -> None:
    page = shown(chromium, checked, "en", viewport=viewport)
    rows = page.get_by_role("table").get_by_role("row")
    assert rows.count() == len(checked.results) + 1
    assert page.get_by_role("columnheader").all_inner_texts()[1:4] == list(HEADS["en"])
    assert page.get_by_role("rowheader").count() == len(checked.results)
    page.context.close()


def test_a_wide_report_and_a_printed_one_stay_a_table(chromium: Any, checked: Checked) -> None:
    page = shown(chromium, checked, "en", viewport=DESKTOP)
    display = "getComputedStyle(document.querySelector('tbody tr')).display"
    assert (page.evaluate(display), before(page, 1)) == ("table-row", "")
    page.set_viewport_size(PHONE)
    assert page.evaluate(display) == "block"
    page.emulate_media(media="print")
    assert (page.evaluate(display), before(page, 1)) == ("table-row", "")
    page.context.close()
