"""A browser has no partner's files: a partner's mark is sent to the partner's register, as the library without them does, and is never ours."""

from datetime import UTC, datetime
from typing import Any

import pytest

from browser.conftest import Open, Site
from browser.test_scan import STUB, shown, with_camera
from browser.test_vectors import judge, said  # noqa: F401 (a fixture)
from forge.objects import first_document
from forge.partners import PARTNER_HOST, SG, our_world, partner_world
from forge.trust_documents import DAY, START, recognised
from forge.world import NOW, World
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


def test_a_code_of_a_partners_before_the_camera_is_not_looked_up_here(site: Site, opened: Open) -> None:
    """The number may be one of ours as well."""
    number = site.number("valid")
    for link in (
        f"https://{PARTNER_HOST}/m/{number}",
        site.link("valid").replace(site.url, f"https://{PARTNER_HOST}"),
    ):
        page = with_camera(opened, STUB, f"'{link}'")
        page.evaluate(
            "hosts => (document.getElementById('camera').dataset.partners = JSON.stringify(hosts))",
            [PARTNER_HOST],
        )
        page.get_by_role("button", name="Start the camera").click()
        page.wait_for_function("document.querySelector('[data-say=partner]').hidden === false")
        assert shown(page) == ["partner"]
        assert "/scan" in page.url


def test_a_partners_mark_behind_our_own_address_is_called_out(site: Site, opened: Open) -> None:
    """Somebody puts a partner's mark behind the address of a mark of ours that has the same number."""
    scheme = first_document()["scheme"] | SG
    theirs = World(first_document(scheme=scheme))
    forged = theirs.issue(at=NOW - DAY, number=site.laid.marks["valid"].claims.number)
    page = opened(to_url("", forged.claims.number, forged.raw))
    page.wait_for_function("document.querySelector('#own-check [data-say=alarm]').hidden === false")
