"""The camera: a stub stands in for BarcodeDetector and the lens, since no machine here has one. Trouble is named as what it is."""

from typing import Any

import pytest

from browser.conftest import Open, Site
from browser.test_mark_page import said as said_on_mark_page
from browser.test_mark_page import with_digit_changed
from forge.pictures import picture

STUB = """
(text) => {
  globalThis.BarcodeDetector = class {
    async detect() { return text === null ? [] : [{ rawValue: text }]; }
  };
  const stream = () => {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    setInterval(() => context.fillRect(0, 0, 100, 100), 50); // a lens that gives pictures
    return canvas.captureStream();
  };
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: async () => stream() } });
}
"""
REFUSING = """
(name) => {
  globalThis.BarcodeDetector = class {};
  const refuse = async () => { throw new DOMException("", name); };
  Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: refuse } });
}
"""


def with_camera(opened: Open, script: str, argument: str) -> Any:
    page = opened("/")
    page.context.add_init_script(f"({script})({argument})")
    page.goto(page.url + "scan")
    return page


def shown(page: Any) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        "#camera [data-say]", "parts => parts.filter((part) => !part.hidden).map((part) => part.dataset.say)"
    )
    return found


@pytest.mark.parametrize("host", ["here", "https://akashi.example"])
def test_a_code_before_the_camera_leads_to_its_mark_and_is_checked(
    site: Site, opened: Open, host: str
) -> None:
    link = site.link("valid").replace(site.url, site.url if host == "here" else host)
    page = with_camera(opened, STUB, f"'{link}'")
    page.get_by_role("button", name="Start the camera").click()
    page.wait_for_url("**/m/*")
    assert said_on_mark_page(page) == "agrees"


def test_a_forged_code_before_the_camera_is_called_out(site: Site, opened: Open) -> None:
    page = with_camera(opened, STUB, f"'{with_digit_changed(site.link('valid'), -2)}'")
    page.get_by_role("button", name="Start the camera").click()
    page.wait_for_url("**/m/*")
    assert said_on_mark_page(page) == "alarm"


def test_a_code_of_something_else_is_said_to_be_that(opened: Open) -> None:
    page = with_camera(opened, STUB, "'https://shop.example/'")
    page.get_by_role("button", name="Start the camera").click()
    page.wait_for_selector("[data-say=other]:not([hidden])")
    assert page.url.endswith("/scan")


@pytest.mark.parametrize(
    ("name", "says"),
    [("NotAllowedError", "refused"), ("NotFoundError", "none"), ("NotReadableError", "busy")],
)
def test_trouble_with_the_camera_is_called_camera_trouble(opened: Open, name: str, says: str) -> None:
    page = with_camera(opened, REFUSING, f"'{name}'")
    page.get_by_role("button", name="Start the camera").click()
    page.wait_for_selector(f"[data-say={says}]:not([hidden])")
    assert shown(page) == [says]
    assert page.locator("#picture").is_visible()


def test_without_a_way_to_read_codes_no_camera_is_offered(opened: Open) -> None:
    page = opened("/scan")
    assert page.evaluate("'BarcodeDetector' in globalThis") is False
    assert not page.locator("#camera").is_visible()
    assert page.locator("#picture").is_visible()


@pytest.mark.parametrize("scripts", ["with", "without"])
def test_a_photo_is_read_with_and_without_scripts(site: Site, opened: Open, scripts: str) -> None:
    has_scripts = scripts == "with"
    page = opened("/scan", java_script_enabled=has_scripts, fixed=has_scripts)
    file = {"name": "photo.png", "mimeType": "image/png", "buffer": picture(site.link("valid"))}
    page.set_input_files("#picture", file)
    page.get_by_role("button", name="Read the code").click()
    page.wait_for_url("**/m/*")
    assert "This mark is valid" in page.inner_text("main h1")
    if has_scripts:
        assert said_on_mark_page(page) == "agrees"
