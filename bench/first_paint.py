"""How soon a mark's page is there to read, opened from its code on a slow phone, beside a page of one word on the same phone.

The phone is Chromium's own: 150 ms and 1.6 Mbit/s to the register (the usual slow 4G), a processor four times slower than
this machine's, a screen 360 points wide, and nothing kept from an earlier visit. The page of one word and one line of style
says what this machine's Chromium needs for anything at all. Needs Debian's chromium; without it these rows are left out.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from flask import Flask
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from bench.table import Row
from browser.conftest import ARGUMENTS, CHROMIUM, PHONE
from forge.laid import lay_full
from life.running import free_port
from schemas.qr import to_url

__all__ = ["measure"]

TURNS = 15
GOAL_MS = 1_000
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
ONE_WORD = (
    '<!doctype html><html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<title>1</title><link rel="stylesheet" href="/one.css"><h1>有効</h1>'
)
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def measure(_peers: Path | None) -> Iterator[Row]:
    """A row for each language; times are first contentful paints, from the moment the address is asked for."""
    if not CHROMIUM.exists():
        print(f"no {CHROMIUM}: the first paint is not measured", file=sys.stderr)
        return
    with TemporaryDirectory() as folder, _served(Path(folder)) as (page, word):
        taken: dict[str, list[float]] = {"ja-JP": [], "en-GB": [], "word": []}
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
            for _ in range(TURNS):
                for name, times in taken.items():
                    is_word = name == "word"
                    times.append(
                        _first_paint(browser, word if is_word else page, "ja-JP" if is_word else name)
                    )
            browser.close()
    floor = median(taken.pop("word"))
    for locale, times in taken.items():
        ours = median(times)
        yield Row(
            line="paint",
            work=f"a mark's page on a slow phone, {locale} (worst of {TURNS}: {max(times):,.0f})",
            beside="a page of one word",
            unit="ms",
            ours=ours,
            theirs=floor,
            ratio=ours / floor,
            goal=f"≤ {GOAL_MS:,} ms",
            is_met=ours <= GOAL_MS,
        )


@contextmanager
def _served(folder: Path) -> Iterator[tuple[str, str]]:
    """Serve a register and the page of one word; give the address of a mark's code, and of that page."""
    port, other = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    laid = lay_full(folder, public_url=url)
    one_word = Flask("one word")
    one_word.add_url_rule("/", "word", lambda: ONE_WORD)
    one_word.add_url_rule("/one.css", "css", lambda: ("h1 { color: green }", {"Content-Type": "text/css"}))
    servers = [
        make_server("127.0.0.1", port, laid.app(), threaded=True),
        make_server("127.0.0.1", other, one_word, threaded=True),
    ]
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    for server in servers:
        Thread(target=server.serve_forever, daemon=True).start()
    mark = laid.marks["valid"]
    yield to_url(url, mark.claims.number, mark.raw), f"http://127.0.0.1:{other}/"
    for server in servers:
        server.shutdown()


def _first_paint(browser: Any, address: str, locale: str) -> float:
    context = browser.new_context(
        viewport=PHONE, locale=locale, device_scale_factor=2, is_mobile=True, service_workers="block"
    )
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(address)
    page.wait_for_function(PAINTED)
    painted = float(page.evaluate(PAINTED))
    context.close()
    return painted
