"""Debian's Chromium, driven by Playwright, in front of a register that lies on this machine."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from werkzeug.serving import make_server

from forge.laid import Laid, lay_full
from forge.world import NOW
from life.running import free_port
from schemas.qr import to_url

playwright = pytest.importorskip("playwright.sync_api", reason="pages are tried in a browser with playwright")

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
PHONE = {"width": 360, "height": 780}
DESKTOP = {"width": 1280, "height": 900}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A register that answers at `url`; its clock, and that of every page, stands at NOW."""

    laid: Laid
    url: str

    def number(self, name: str) -> str:
        return str(self.laid.marks[name].number)

    def link(self, name: str) -> str:
        """What the code of a mark opens: the address with the signed mark in it."""
        mark = self.laid.marks[name]
        return to_url(self.url, mark.claims.number, mark.raw)


@dataclass(slots=True)
class Troubles:
    """What no page may have: errors on the console, broken rules of the policy, requests to anybody else."""

    found: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def add(self, what: str) -> None:
        if not any(part in what for part in self.expected):
            self.found.append(what)


Open = Callable[..., Any]


def posted_table(site: Site) -> str:
    """A table whose rows come to every verdict, one of them found by name alone."""
    number = {name: site.laid.marks[name].claims.holder.value for name in ("valid", "revoked")}
    lines = [f"A1,㈱みほん電子,{number['valid']},", f"A2,べつの会社,{number['revoked']},2030-03-31"]
    lines += ["A3,株式会社みほん電子,,", "A4,山田製麺所,,", "A5,みほん電子,7.1E+12,"]
    return "\n".join(["取引先コード,取引先名,法人番号,納期", *lines])


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("pages are tried in Chromium: apt-get install chromium fonts-noto-cjk fonts-thai-tlwg")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A register with a mark in every state, which nobody changes."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    laid = lay_full(tmp_path_factory.mktemp("site"), public_url=url)
    server = make_server("127.0.0.1", port, laid.app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(laid=laid, url=url)
    server.shutdown()
    thread.join()


@pytest.fixture
def troubles() -> Iterator[Troubles]:
    kept = Troubles()
    yield kept
    assert kept.found == []


@pytest.fixture
def opened(chromium: Any, site: Site, troubles: Troubles) -> Iterator[Open]:
    """Open a page as somebody: `opened(path, viewport=PHONE, locale="ja-JP", …)`; each in a profile of its own."""
    contexts = []

    def open_page(path: str = "/", *, fixed: bool = True, **who: Any) -> Any:
        options = {"viewport": PHONE, "locale": "en-GB", "service_workers": "block"} | who
        context = chromium.new_context(**options)
        contexts.append(context)
        if fixed:
            context.clock.set_fixed_time(datetime.fromtimestamp(NOW, UTC))
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("console", lambda message: troubles.add(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: troubles.add(str(error)))
        context.route(f"{site.url}/check?step=*", lambda route: _post_table(route, site))
        page.on("request", lambda request: _note_foreign(request.url, site, troubles))
        page.goto(site.url + path if path.startswith("/") else path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _post_table(route: Any, site: Site) -> None:
    """Answer `/check?step=…` by what posting a table gives: a page that has no address of its own, to be looked at like others."""
    asked = parse_qs(urlsplit(route.request.url).query)
    language = f"?lang={asked['lang'][0]}" if "lang" in asked else ""
    form = urlencode({"rows": posted_table(site), "step": asked["step"][0]})
    headers = {**route.request.headers, "content-type": "application/x-www-form-urlencoded"}
    answer = route.fetch(url=f"{site.url}/check{language}", method="POST", headers=headers, post_data=form)
    route.fulfill(response=answer)


def _note_foreign(url: str, site: Site, troubles: Troubles) -> None:
    if not url.startswith((site.url, "data:", "blob:")):
        troubles.add(f"asked another host: {url}")
