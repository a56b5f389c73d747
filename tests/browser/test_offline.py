"""Without a connection: any address of the register is answered by the device itself, and what it knows grows old openly."""

from typing import Any

import pytest

from browser.conftest import Open, Site, Troubles
from browser.test_mark_page import with_digit_changed
from forge.world import NOW
from schemas.times import DAY

UNTIL_KEPT = """
async () => {
  await navigator.serviceWorker.ready;
  while ((await (await caches.open("knowledge")).match("/bundle")) === undefined) {
    await new Promise((done) => setTimeout(done, 50));
  }
}
"""


@pytest.fixture
def visited(opened: Open, troubles: Troubles) -> Any:
    """A phone that has visited the register once, and then lost its connection."""
    troubles.expected.append("ERR_INTERNET_DISCONNECTED")
    page = opened("/", service_workers="allow")
    page.evaluate(UNTIL_KEPT)
    page.context.set_offline(True)
    return page


def said(page: Any) -> str:
    page.wait_for_function(
        "() => document.querySelector('h1 [data-say]:not([hidden])')?.dataset.say !== 'checking'"
    )
    return str(page.get_attribute("h1 [data-say]:not([hidden])", "data-say"))


@pytest.mark.parametrize("name", ["valid", "group", "successor"])
def test_a_code_scanned_in_flight_mode_is_judged(site: Site, visited: Any, name: str) -> None:
    visited.goto(site.link(name))
    assert said(visited) == "valid"
    claims = site.laid.marks[name].claims
    assert claims.number.display in visited.inner_text("#who")
    assert str(claims.holder) in visited.inner_text("#who")
    assert claims.name_latin in visited.inner_text("#who")
    assert visited.is_visible("text=No connection to the register")


@pytest.mark.parametrize("name", ["revoked", "suspended", "superseded", "expired"])
def test_an_ended_mark_is_not_shown_as_valid(site: Site, visited: Any, name: str) -> None:
    visited.goto(site.link(name))
    assert said(visited) == "invalid"


def test_a_forged_code_is_not_shown_as_valid(site: Site, visited: Any) -> None:
    visited.goto(with_digit_changed(site.link("valid"), -2))
    assert said(visited) == "invalid"


def test_a_number_alone_proves_nothing_without_the_register(site: Site, visited: Any) -> None:
    visited.goto(f"{site.url}/m/{site.number('valid')}")
    assert said(visited) == "number"


def test_any_other_page_says_that_it_needs_a_connection(site: Site, visited: Any) -> None:
    visited.goto(f"{site.url}/search?q=mihon")
    assert said(visited) == "elsewhere"


def test_knowledge_says_how_old_it_is_and_in_the_end_decides_nothing(site: Site, visited: Any) -> None:
    visited.clock.set_fixed_time(NOW + 3 * DAY)
    visited.goto(site.link("successor"))
    assert said(visited) == "valid"
    assert "3 days ago" in visited.inner_text("#offline")
    visited.clock.set_fixed_time(NOW + 15 * DAY)
    visited.reload()
    assert said(visited) == "undetermined"


def test_the_page_speaks_the_language_of_the_phone(opened: Open, site: Site, troubles: Troubles) -> None:
    troubles.expected.append("ERR_INTERNET_DISCONNECTED")
    page = opened("/", service_workers="allow", locale="ja-JP")
    page.evaluate(UNTIL_KEPT)
    page.context.set_offline(True)
    page.goto(site.link("valid"))
    assert said(page) == "valid"
    assert page.get_attribute("html", "lang") == "ja"
    assert "有効" in page.inner_text("h1 [data-say=valid]")
    page.get_by_role("link", name="English").click()
    page.wait_for_selector("html[lang=en]", state="attached")
    assert said(page) == "valid"
    assert page.get_attribute("html", "lang") == "en"


def test_when_the_connection_comes_back_the_register_answers_again(site: Site, visited: Any) -> None:
    visited.goto(site.link("valid"))
    assert said(visited) == "valid"
    visited.goto("about:blank")  # the kept page would load itself again, in the middle of what follows
    visited.context.set_offline(False)
    for _ in range(20):  # the worker hears of the connection when it hears of it
        visited.goto(site.link("valid"))
        if visited.query_selector("#own-check"):
            break
        visited.goto("about:blank")
        visited.wait_for_timeout(250)
    visited.wait_for_selector("#own-check")


def test_a_phone_that_never_was_here_cannot_judge_and_says_so(
    site: Site, opened: Open, troubles: Troubles
) -> None:
    troubles.expected.append("ERR_INTERNET_DISCONNECTED")
    page = opened("/", service_workers="allow")
    page.evaluate(UNTIL_KEPT)
    page.evaluate("caches.delete('knowledge')")
    page.context.set_offline(True)
    page.goto(site.link("valid"))
    assert said(page) == "nothing"
