"""Every page there is, in both languages, light and dark, on a phone and a desk: readable by everybody (WCAG 2.2 AA, by axe-core),
without an error on the console, without a request to anybody else, nothing wider than the screen, no letter drawn as a box.

Pages are taken from the application's own list of addresses: a page that is added is looked at from then on. Screenshots are
written to test-output/pages.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser.conftest import DESKTOP, PHONE, Open, Site

axe_module = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-core looks for barriers"
)

OUTPUT = Path(__file__).parents[2] / "test-output" / "pages"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MARKS = ("valid", "revoked", "suspended", "superseded", "expired", "future", "group", "reinstated")
# Answers to a form (browser/conftest.py).
POSTED = ("/check?step=columns", "/check?step=check")
PLANTED = "<p id='planted' style='color:#999;background:#aaa'>grey on grey</p><img src='/static/icon.svg'>"


def page_paths(site: Site) -> dict[str, str]:
    """Every address that gives a page, by a name for its picture; one with several faces stands several times."""
    app = site.laid.app()
    client = app.test_client()
    values = {
        "<number>": site.number("valid"),
        "<identifier>": str(site.laid.marks["valid"].claims.holder),
        "<reason>": "suspended",
        "<lang>": "en",
    }
    found = {}
    for rule in app.url_map.iter_rules():
        path = rule.rule
        for name, value in values.items():
            path = path.replace(name, value)
        if "<" in path or "GET" not in (rule.methods or ()):
            continue
        with client.get(path, headers={"Accept": "text/html"}) as answer:
            if answer.status_code == 200 and answer.mimetype == "text/html":
                found[re.sub(r"\W+", "-", rule.rule).strip("-") or "home"] = path
    found |= {f"mark-{name}": f"/m/{site.number(name)}" for name in MARKS}
    found["mark-then"] = f"/m/{site.number('valid')}?at=2026-10-25"
    found |= {"search-hits": "/search?q=mihon", "search-none": "/search?q=zzzz", "missing": "/m/0000000000"}
    found |= {f"check-{path.rpartition('=')[2]}": path for path in POSTED}
    return found


def test_the_pages_are_those_of_the_application(site: Site) -> None:
    paths = set(page_paths(site).values())
    assert len(paths) > 18
    for path in (
        "/",
        "/search",
        "/scan",
        "/check",
        "/check?step=check",
        "/trust",
        "/meaning",
        "/statistics",
        "/report-misuse",
        "/offline/en",
    ):
        assert path in paths


@pytest.fixture
def axe() -> Any:
    return axe_module.Axe()


def barriers(axe: Any, page: Any) -> list[str]:
    """Give what axe-core finds, as rule and element."""
    result = axe.run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')[:200]}"
        for one in result.response["violations"]
        for node in one["nodes"]
    ]


def wide_elements(page: Any) -> list[str]:
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('main *')]
          .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && one.checkVisibility())
          .map((one) => one.outerHTML.slice(0, 120))"""
    )
    return found


def with_language(path: str, lang: str) -> str:
    if path.startswith("/offline/"):
        return f"/offline/{lang}"
    return f"{path}{'&' if '?' in path else '?'}lang={lang}"


# Each language light and dark, and each of these on a phone and on a desk: any two meet, not all three.
LOOKS = [
    ("ja", "light", PHONE),
    ("en", "dark", PHONE),
    ("ja", "dark", DESKTOP),
    ("en", "light", DESKTOP),
]


@pytest.mark.parametrize(
    ("lang", "scheme", "viewport"),
    LOOKS,
    ids=[f"{lang}-{scheme}-{size['width']}" for lang, scheme, size in LOOKS],
)
def test_no_page_puts_a_barrier_before_anybody(
    site: Site, opened: Open, troubles: Any, axe: Any, lang: str, scheme: str, viewport: dict[str, int]
) -> None:
    troubles.expected.append("404")  # the page that says so is one of them
    folder = OUTPUT / f"{lang}-{scheme}-{'phone' if viewport is PHONE else 'desktop'}"
    folder.mkdir(parents=True, exist_ok=True)
    page = opened("/", viewport=viewport, color_scheme=scheme)
    found: dict[str, list[str]] = {}
    for name, path in page_paths(site).items():
        page.goto(site.url + with_language(path, lang))
        page.screenshot(path=folder / f"{name}.png", full_page=True)
        wrong = barriers(axe, page) + wide_elements(page)
        if page.get_attribute("html", "lang") != lang:
            wrong.append("another language")
        if wrong:
            found[name] = wrong
    assert found == {}


def test_a_page_with_a_planted_fault_is_found_out(site: Site, opened: Open, axe: Any) -> None:
    page = opened("/")
    assert barriers(axe, page) == []

    def plant(route: Any) -> None:
        answer = route.fetch()
        headers = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
        body = answer.text().replace("<main", "<main").replace("</main>", f"{PLANTED}</main>")
        route.fulfill(status=200, headers=headers, body=body)

    page.route(site.url + "/", plant)
    page.goto(site.url + "/")
    found = barriers(axe, page)
    assert any(one.startswith("color-contrast: ['#planted']") for one in found)
    assert any(one.startswith("image-alt") for one in found)


def missing_glyphs(page: Any) -> Iterator[str]:
    """Letters for which no font on this machine has a picture are drawn in the fallback's box: same width, same ink."""
    yield from page.evaluate(
        """() => {
          const canvas = document.createElement('canvas');
          canvas.width = canvas.height = 40;
          const pen = canvas.getContext('2d', { willReadFrequently: true });
          const family = getComputedStyle(document.body).fontFamily;
          const drawn = (letter) => {
            pen.clearRect(0, 0, 40, 40);
            pen.font = `24px ${family}`;
            pen.fillText(letter, 4, 30);
            return String(pen.getImageData(0, 0, 40, 40).data);
          };
          const box = drawn('\\u{10FFFE}');
          const letters = new Set([...document.body.innerText].filter((one) => one.trim() !== ''));
          return [...letters].filter((one) => drawn(one) === box);
        }"""
    )


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_no_letter_of_any_page_is_drawn_as_a_box(site: Site, opened: Open, troubles: Any, lang: str) -> None:
    troubles.expected.append("404")
    page = opened("/")
    for path in page_paths(site).values():
        page.goto(site.url + with_language(path, lang))
        assert list(missing_glyphs(page)) == [], path


FOCUSABLE = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.tabIndex >= 0)
    .map((one, at) => { one.dataset.stop = at; return `${at} ${one.outerHTML}`; })"""
FOCUSED = """() => { const one = document.activeElement;
    return `${one.dataset.stop} ${one.outerHTML}`; }"""


def test_every_page_can_be_walked_with_the_keyboard_alone(site: Site, opened: Open, troubles: Any) -> None:
    troubles.expected.append("404")
    page = opened("/", viewport=DESKTOP)
    for path in page_paths(site).values():
        page.goto(site.url + path)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip", path
        seen, wanted = set(), page.evaluate(FOCUSABLE)
        for _ in range(len(wanted) + 10):  # a date field is one element and several stops
            seen.add(page.evaluate(FOCUSED))
            outlined = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            element = page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
            assert outlined != "none" or element.startswith("<body"), (path, element)
            page.keyboard.press("Tab")
        assert [one for one in wanted if one not in seen] == [], path
