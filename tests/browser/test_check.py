"""A whole table checked in a browser: with and without scripts, dropped as a file, nothing of it kept on the device."""

import base64
from typing import Any

import pytest

from browser.conftest import DESKTOP, PHONE, Open, Site, posted_table

DROP = """([text, type]) => {
  const given = new DataTransfer();
  given.items.add(new File([Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))], "suppliers.csv", { type }));
  const place = document.querySelector("[data-drop]");
  for (const name of ["dragenter", "dragover", "drop"])
    place.dispatchEvent(new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer: given }));
}"""


def counts(page: Any) -> list[str]:
    return [" ".join(text.split()) for text in page.locator(".counts li").all_inner_texts()]


@pytest.mark.parametrize("scripts", ["with", "without"])
def test_a_pasted_table_is_read_then_checked_then_kept_as_a_file(
    site: Site, opened: Open, scripts: str
) -> None:
    has_scripts = scripts == "with"
    page = opened("/check?lang=en", java_script_enabled=has_scripts, fixed=has_scripts)
    page.fill("#rows", posted_table(site))
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Check 5 suppliers").click()
    page.get_by_role("heading", name="Suppliers checked").wait_for()
    assert counts(page) == ["Not valid 1", "Could not be determined 1", "No mark found 2", "Valid 1"]
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    assert waiting.value.suggested_filename == "akashi-check-2026-11-01.csv"
    page.get_by_role("button", name="Change columns").click()
    page.select_option("#column-2", "")
    page.get_by_role("button", name="Check 5 suppliers").click()
    page.locator("#no-mark").wait_for()
    assert counts(page) == ["Not valid 0", "Could not be determined 0", "No mark found 5", "Valid 0"]


@pytest.mark.parametrize("scripts", [True, False])
def test_another_language_keeps_the_table_and_what_was_said_of_it(
    site: Site, opened: Open, *, scripts: bool
) -> None:
    page = opened("/check?lang=en", java_script_enabled=scripts, fixed=scripts)
    page.fill("#rows", posted_table(site))
    page.get_by_role("button", name="Next").click()
    page.select_option("#column-2", "")
    page.fill('[name="scope"]', "IT")
    page.get_by_role("button", name="日本語").click()
    page.get_by_role("button", name="5件を確かめる").wait_for()
    assert page.get_attribute("html", "lang") == "ja"
    assert page.input_value("#column-2") == ""
    assert page.input_value('[name="scope"]') == "IT"
    page.locator("form summary").click()
    page.select_option("#column-2", "id")
    page.fill('[name="scope"]', "")
    page.press('[name="scope"]', "Enter")  # the check, not the language whose button stands first
    page.locator("#valid").wait_for()
    assert page.get_attribute("html", "lang") == "ja"
    before = [text.split()[-1] for text in counts(page)]
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Suppliers checked").wait_for()
    assert [text.split()[-1] for text in counts(page)] == before
    assert page.url.split("?")[1] == "lang=en"


def test_a_file_is_dropped_on_the_form(site: Site, opened: Open) -> None:
    page = opened("/check?lang=en", viewport=DESKTOP)
    page.fill("#rows", "something")
    text = base64.b64encode(posted_table(site).encode()).decode()
    page.evaluate(DROP, [text, "text/csv"])
    assert page.input_value("#rows") == ""
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Check 5 suppliers").wait_for()


def test_a_device_keeps_nothing_of_a_table(site: Site, opened: Open) -> None:
    page = opened("/check?lang=en", viewport=PHONE, service_workers="allow")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.fill("#rows", posted_table(site))
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Check 5 suppliers").click()
    page.get_by_role("heading", name="Suppliers checked").wait_for()
    kept = page.evaluate(
        """async () => {
          const names = await caches.keys();
          const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
          return all.flat().map((request) => `${request.method} ${request.url}`).filter((one) => one.includes("/check"))
            .concat(Object.keys(localStorage), Object.keys(sessionStorage));
        }"""
    )
    assert kept == []
