"""A mark's page opened from its code: the reader's own browser checks, agrees or contradicts, and says which."""

from typing import Any

import pypdfium2
import pytest
import zxingcpp

from browser.conftest import DESKTOP, PHONE, Open, Site, Troubles
from forge.world import NOW, World
from schemas.mark_number import MarkNumber
from schemas.qr import to_url

BUDGET = 60_000  # bytes a mark's page may cost in all, read for the first time


def said(page: Any) -> str:
    """What the section of the browser's own check shows, by name, once it has come to an end."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('#own-check [data-say]')]"
        ".some((part) => !part.hidden && part.dataset.say !== 'checking')"
    )
    shown = page.eval_on_selector_all(
        "#own-check [data-say]",
        "parts => parts.filter((part) => !part.hidden).map((part) => part.dataset.say)",
    )
    assert len(shown) == 1
    return str(shown[0])


def outcomes(page: Any) -> list[str]:
    pictures = page.eval_on_selector_all(
        "#own-check ol img", "all => all.map((one) => one.getAttribute('src'))"
    )
    return [source.removeprefix("/static/sign-").removesuffix(".svg") for source in pictures]


@pytest.mark.parametrize("name", ["valid", "group", "reinstated", "successor"])
def test_a_code_opens_a_page_whose_verdict_the_browser_confirms(site: Site, opened: Open, name: str) -> None:
    page = opened(site.link(name))
    assert said(page) == "agrees"
    assert outcomes(page) == ["valid"] * 7


@pytest.mark.parametrize("name", ["revoked", "suspended", "superseded", "expired", "future"])
def test_the_browser_agrees_that_an_ended_mark_is_not_valid(site: Site, opened: Open, name: str) -> None:
    page = opened(site.link(name))
    assert said(page) == "agrees-not"
    assert "invalid" in outcomes(page)


def with_digit_changed(link: str, at: int) -> str:
    return link[:at] + str((int(link[at]) + 1) % 10) + link[at + 1 :]


def other_link(site: Site, number: str, mark: bytes) -> str:
    return to_url(site.url, MarkNumber.from_text(number), mark)


def test_a_code_that_was_altered_is_called_out_above_everything_else(site: Site, opened: Open) -> None:
    page = opened(with_digit_changed(site.link("valid"), -2))
    assert said(page) == "alarm"
    first = page.eval_on_selector("main", "main => main.firstElementChild.id")
    assert first == "own-check"
    assert page.get_by_role("alert").is_visible()


def test_the_code_of_another_mark_is_called_out(site: Site, opened: Open) -> None:
    other = site.laid.marks["successor"].raw
    page = opened(other_link(site, site.number("valid"), other))
    assert said(page) == "alarm"
    assert "another number" in page.inner_text("#own-check")


def test_a_forgers_own_mark_under_a_real_number_is_called_out(site: Site, opened: Open) -> None:
    genuine = site.laid.marks["valid"]
    forged = World().issue(at=NOW - 86400, signer="x", number=genuine.claims.number)
    page = opened(other_link(site, str(genuine.number), forged.raw))
    assert said(page) == "alarm"


def test_a_forged_code_is_called_out_on_the_page_of_a_revoked_mark_too(site: Site, opened: Open) -> None:
    page = opened(with_digit_changed(site.link("revoked"), -2))
    assert said(page) == "alarm"


def test_what_is_no_code_at_all_is_called_out(site: Site, opened: Open) -> None:
    page = opened(f"{site.url}/m/{site.number('valid')}#nonsense")
    assert said(page) == "alarm"


def test_without_a_code_the_browser_checks_when_asked_and_not_before(site: Site, opened: Open) -> None:
    page = opened(f"/m/{site.number('valid')}")
    assert said(page) == "ask"
    page.get_by_role("button", name="Check it here").click()
    page.wait_for_selector("#own-check ol li")
    assert said(page) == "agrees"


def test_a_jump_to_a_part_of_the_page_is_no_code(site: Site, opened: Open) -> None:
    page = opened(f"/m/{site.number('valid')}#content")
    assert said(page) == "ask"


def test_a_second_code_scanned_onto_the_same_page_is_checked_anew(site: Site, opened: Open) -> None:
    page = opened(site.link("valid"))
    assert said(page) == "agrees"
    page.evaluate("link => { location.href = link; }", with_digit_changed(site.link("valid"), -2))
    page.wait_for_selector("#own-check.alarm")
    assert said(page) == "alarm"


@pytest.mark.parametrize("gone", ["crypto.subtle", "DecompressionStream"])
def test_a_browser_that_cannot_check_says_so_and_shows_no_tick(site: Site, opened: Open, gone: str) -> None:
    page = opened("/")
    lost = (
        "Object.defineProperty(globalThis, 'DecompressionStream', { value: undefined })"
        if gone == "DecompressionStream"
        else "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })"
    )
    page.context.add_init_script(lost)
    page.goto(site.link("valid"))
    assert said(page) == "cannot"
    assert outcomes(page) == []
    assert not page.locator("#own-check :is(img, svg)").filter(visible=True).count()


def test_a_register_that_does_not_answer_is_no_proof_of_anything(
    site: Site, opened: Open, troubles: Troubles
) -> None:
    troubles.expected.append("Failed to load resource")
    page = opened("/")
    page.route("**/evidence", lambda route: route.abort())
    page.goto(site.link("valid"))
    assert said(page) == "unreachable"


def test_a_register_that_goes_back_behind_what_this_browser_saw_is_not_confirmed(
    site: Site, opened: Open
) -> None:
    page = opened(site.link("valid"))
    assert said(page) == "agrees"
    page.evaluate(
        """() => {
          const name = Object.keys(localStorage)[0];
          const kept = JSON.parse(localStorage.getItem(name));
          kept.heads[0][0] += 100;
          localStorage.setItem(name, JSON.stringify(kept));
        }"""
    )
    page.reload()
    assert said(page) == "undetermined"
    assert "already seen" in page.inner_text("#own-check")


def test_a_page_that_says_something_else_than_the_evidence_is_contradicted(site: Site, opened: Open) -> None:
    page = opened("/")

    def lie(route: Any) -> None:
        answer = route.fetch()
        body = answer.text().replace('data-kind="invalid"', 'data-kind="valid"')
        route.fulfill(response=answer, body=body)

    page.route(f"**/m/{site.number('revoked')}", lie)
    page.goto(site.link("revoked"))
    assert said(page) == "disagrees"


@pytest.mark.parametrize("locale", ["ja-JP", "en-GB"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_opening_a_code_costs_less_than_sixty_kilobytes(
    site: Site, opened: Open, locale: str, viewport: dict[str, int]
) -> None:
    page = opened("about:blank", locale=locale, viewport=viewport)
    sizes: dict[str, int] = {}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    page.goto(site.link("valid"))
    assert said(page) == "agrees"
    page.wait_for_load_state("networkidle")
    assert len(sizes) > 5
    assert sum(sizes.values()) <= BUDGET


def test_a_page_without_scripts_says_all_there_is_to_say(site: Site, opened: Open) -> None:
    page = opened(site.link("valid"), java_script_enabled=False, fixed=False)
    assert "This mark is valid" in page.inner_text("h1")
    assert not page.locator("#own-check").is_visible()


def test_the_printed_page_is_evidence_with_a_code_that_can_be_read(site: Site, opened: Open) -> None:
    page = opened(f"/m/{site.number('valid')}?lang=en")
    paper = pypdfium2.PdfDocument(page.pdf(format="A4"))
    text = "".join(sheet.get_textpage().get_text_range() for sheet in paper)
    for words in ("This mark is valid", "Known as of", f"{site.url}/m/{site.number('valid')}"):
        assert words in text
    codes = [code.text for sheet in paper for code in zxingcpp.read_barcodes(sheet.render(scale=4).to_pil())]
    assert codes == [site.link("valid")]
