"""A browser has no partner's files: a partner's mark is sent to the partner's register, as the library without them does, and is never ours."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.serving import make_server

from browser.conftest import Open, Site
from browser.test_mark_page import said as said_on_mark_page
from browser.test_scan import STUB, shown, with_camera
from browser.test_vectors import judge, said  # noqa: F401 (a fixture)
from forge.laid import Laid, settings_of
from forge.partners import PARTNER_HOST, our_world, partner_world
from forge.trust_documents import DAY, START, recognised
from forge.world import NOW, World
from life.running import free_port
from schemas.qr import to_url
from verifier import Verifier

ELSEWHERE = "https://mine.example"
MOVED = NOW - 10 * DAY


def worlds() -> tuple[World, World]:
    """Ours recognises one scheme after the other at the same host, and one of them twice; and a partner's."""
    theirs = partner_world()
    theirs.issue(signer="issuer-4", level=4, at=NOW - 20 * DAY)
    entries = [
        recognised("sg-demo", anchor="ef" * 32, url=ELSEWHERE, hosts=[PARTNER_HOST], until=MOVED),
        recognised(
            "sg-demo", anchor=theirs.anchor, levels=[4], editions=["2026-03-27"], hosts=["new.example"]
        ),
        recognised("my-demo", anchor="cd" * 32, hosts=[PARTNER_HOST, "akashi.example"], **{"from": MOVED}),
    ]
    ours = our_world(recognised=entries)
    ours.issue(at=NOW - 20 * DAY)
    ours.publish(NOW - 20 * DAY + 60)
    ours.publish(NOW)
    return ours, theirs


def asked() -> dict[str, tuple[Any, int | None]]:
    """What is asked about, and of when."""
    ours, theirs = worlds()
    [own], [mark] = ours.issued, theirs.issued
    named = {
        "ours": own.link(),
        "ours, plain": f"https://akashi.example/m/{own.number}",
        "ours, by number": own.number,
        "theirs": mark.link(),
        "theirs, at their host": mark.link(host=PARTNER_HOST),
        "theirs, at a stranger's": mark.link(host="stranger.example"),
        "theirs, plain": f"https://{PARTNER_HOST}/m/{mark.number}",
        "theirs, plain, at the new host": f"https://new.example/m/{mark.number}",
        "a stranger's, plain": f"https://stranger.example/m/{mark.number}",
    }
    times = {"": None, " then": MOVED - DAY, " too late": START + 366 * DAY}
    return {f"{name}{when}": (text, at) for name, text in named.items() for when, at in times.items()}


ASKED = asked()


@pytest.mark.parametrize("what", list(ASKED))
def test_a_browser_says_of_a_partners_mark_what_the_library_says_without_a_partners_file(
    judge: Any,  # noqa: F811
    what: str,
) -> None:
    ours, _ = worlds()
    text, at = ASKED[what]
    file, now = ours.register(), max(NOW, at or 0)
    verifier = Verifier.from_bundle(file, anchor=ours.anchor, clock=lambda: float(now))
    report = verifier.verify(text, at=None if at is None else datetime.fromtimestamp(at, UTC))
    vector = {"now": now, "at": at, "anchor": ours.anchor, "input": {"text": text}}
    assert judge(vector, file) == said(report)
    if "theirs" in what:
        assert report.recognised_by == "demo"
        assert report.reasons == (("trust-expired",) if "too late" in what else ("trust-unavailable",))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A register with one mark, which recognises a partner whose register gave out the same number."""
    port, (world, _) = free_port(), worlds()
    url, home = f"http://127.0.0.1:{port}", tmp_path_factory.mktemp("site")
    laid = Laid(world=world, home=home, settings=settings_of(home, world, public_url=url))
    laid.marks["valid"] = world.issued[0]
    laid.write()
    laid.rebuild()
    server = make_server("127.0.0.1", port, laid.app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(laid=laid, url=url)
    server.shutdown()
    thread.join()


@pytest.mark.parametrize("is_plain", ["with the mark in it", "plain"])
def test_a_code_of_a_partners_before_the_camera_is_not_looked_up_here(opened: Open, is_plain: str) -> None:
    """This register has a mark of that number too."""
    [mark] = worlds()[1].issued
    link = f"https://{PARTNER_HOST}/m/{mark.number}" if is_plain == "plain" else mark.link(host=PARTNER_HOST)
    page = with_camera(opened, STUB, f"'{link}'")
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_text("its own register answers").wait_for()
    assert shown(page) == ["partner"]
    assert page.url.endswith("/scan")


def test_a_partners_mark_behind_our_own_address_is_called_out(site: Site, opened: Open) -> None:
    [mark] = worlds()[1].issued
    assert said_on_mark_page(opened(to_url(site.url, mark.claims.number, mark.raw))) == "alarm"
    assert said_on_mark_page(opened(site.link("valid"))) == "agrees"
