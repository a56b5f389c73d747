"""Looking a company up: what is typed is completed while scripts run, and found without them; the way to the verdict is short."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from browser.conftest import Open, Site
from forge.world import NOW


def options(page: Any) -> list[str]:
    found: list[str] = page.eval_on_selector_all("#suggestions option", "all => all.map((one) => one.value)")
    return found


@pytest.mark.parametrize(
    ("locale", "typed", "name"),
    [("ja-JP", "みほ", "株式会社みほん電子"), ("en-GB", "mih", "Mihon Denshi Co., Ltd.")],
)
def test_what_is_typed_is_completed_in_the_readers_letters(
    opened: Open, locale: str, typed: str, name: str
) -> None:
    page = opened("/", locale=locale)
    page.type("#q", typed)
    page.wait_for_selector("#suggestions option", state="attached")
    assert name in options(page)


def test_what_is_typed_is_asked_once_a_pause_and_not_once_a_key(opened: Open) -> None:
    page = opened("/", fixed=False)
    page.clock.install(time=datetime.fromtimestamp(NOW, UTC))
    page.clock.pause_at(
        datetime.fromtimestamp(NOW + 1, UTC)
    )  # its timers now run when the test says, however slow the machine
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "suggestions" in request.url else None)
    page.type("#q", "mih")
    page.clock.run_for(100)
    page.type("#q", "on")
    page.clock.run_for(100)
    assert asked == []
    page.clock.run_for(1000)
    page.wait_for_selector("#suggestions option", state="attached")
    assert [parse_qs(urlsplit(url).query)["q"] for url in asked] == [["mihon"]]


def test_hostile_names_in_suggestions_are_only_text(opened: Open) -> None:
    page = opened("/")
    hostile = '{"items": [{"id": "x", "name": "x", "name_latin": "<img src=x onerror=alert(1)>", "matched": "name"}]}'
    page.route("**/suggestions?*", lambda route: route.fulfill(body=hostile, content_type="application/json"))
    page.type("#q", "x")
    page.wait_for_selector("#suggestions option", state="attached")
    assert options(page) == ["<img src=x onerror=alert(1)>"]
    assert page.locator("#suggestions img").count() == 0


@pytest.mark.parametrize("scripts", ["with", "without"])
def test_from_a_name_to_the_verdict_in_three_steps(site: Site, opened: Open, scripts: str) -> None:
    has_scripts = scripts == "with"
    page = opened("/", java_script_enabled=has_scripts, fixed=has_scripts)
    page.fill("#q", "Mihon Denshi")
    page.keyboard.press("Enter")
    page.wait_for_selector(".results")
    page.locator(f"a[href*='/m/{site.number('valid')}']").first.click()
    page.wait_for_selector(".verdict")
    assert "This mark is valid" in page.inner_text("main h1")


def test_the_contract_date_is_picked_on_the_page_of_the_mark(site: Site, opened: Open) -> None:
    page = opened(f"/m/{site.number('revoked')}")
    page.fill("#at", "2026-10-25")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**at=2026-10-25*")
    assert "As of 25 October 2026" in page.inner_text("main h1")
    assert "was valid" in page.inner_text("main h1")
    assert "Revoked" in page.inner_text(".verdict")
