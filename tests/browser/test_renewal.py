"""What a device keeps is renewed by difference, verified before it replaces what was kept, and never goes back."""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest

from browser.conftest import Site
from forge.world import NOW, World, first_document
from registry.script_files import joined
from schemas.times import DAY, HOUR

MANY = 3_000  # marks: a bundle well over what is fetched in one piece


class Served:
    """A bundle at /bundle, in parts where parts are asked for; counts the bytes it gives."""

    def __init__(self) -> None:
        self.data = b""
        self.given = 0
        self.parts = True

    def answer(self, route: Any) -> None:
        headers = {"ETag": f'"{sha256(self.data).hexdigest()}"', "Content-Type": "application/zip"}
        wanted = route.request.headers.get("range", "")
        known = route.request.headers.get("if-range", headers["ETag"])
        body, status = self.data, 200
        if self.parts and wanted and known == headers["ETag"]:
            first, last = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted).groups()  # type: ignore[union-attr]
            start = int(first) if first else len(body) - int(last)
            end = int(last) + 1 if first and last else len(body)
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(body)}"
            body, status = body[start:end], 206
        self.given += len(body)
        route.fulfill(status=status, headers=headers, body=body)


@pytest.fixture(scope="module")
def bundles() -> tuple[str, bytes, bytes, bytes]:
    """The anchor, a bundle of many marks, the one after ten more, and that one with a head nobody signed."""
    world = World()
    world.publish(NOW - 2 * DAY)
    for _ in range(MANY):
        world.issue(at=NOW - DAY)
    world.publish(NOW - DAY)
    before = world.bundle()
    for _ in range(10):
        world.issue(at=NOW - 2 * HOUR)
    world.publish(NOW - HOUR)
    bent = world.log.head.note.replace(b"log1\n3", b"log1\n4")
    return world.anchor, before, world.bundle(), world.bundle(bent={"log/0/checkpoint": bent})


@pytest.fixture
def device(
    chromium: Any, site: Site, bundles: tuple[str, bytes, bytes, bytes]
) -> Iterator[tuple[Served, Any]]:
    """A browser that keeps what `Served` serves: `renew()` gives bytes fetched, or the error's name."""
    context = chromium.new_context(service_workers="block")
    page = context.new_page()
    served = Served()
    page.route("**/bundle", served.answer)
    page.goto(f"{site.url}/js/site.js")
    page.evaluate(f"(() => {{ {joined('shared/store.js')}\nglobalThis.store = $shared_store; }})()")

    def renew() -> Any:
        return page.evaluate(
            "(anchor) => store.renew(anchor).catch((error) => error.constructor.name)", bundles[0]
        )

    def kept() -> str:
        found: str = page.evaluate(
            "async () => { const { bytes } = await store.kept();"
            "const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));"
            "return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join(''); }"
        )
        return found

    page.kept = kept
    page.renew = renew
    yield served, page
    context.close()


def test_ten_new_marks_cost_their_tiles_and_not_the_bundle(
    device: tuple[Served, Any], bundles: tuple[str, bytes, bytes, bytes]
) -> None:
    served, page = device
    _, before, after, _ = bundles
    served.data = before
    assert page.renew() == len(before)
    served.data, served.given = after, 0
    fetched = page.renew()
    assert fetched == served.given
    # One bundle of entries, in which the newest snapshot lies, is the larger part, whatever the size of the log.
    assert 0 < fetched < len(after) / 2
    assert page.kept() == sha256(after).hexdigest()


def test_what_is_the_newest_already_costs_a_glance(
    device: tuple[Served, Any], bundles: tuple[str, bytes, bytes, bytes]
) -> None:
    served, page = device
    served.data = bundles[1]
    page.renew()
    served.given = 0
    assert page.renew() == 0
    assert served.given == 22


def test_a_server_without_parts_is_asked_for_the_whole(
    device: tuple[Served, Any], bundles: tuple[str, bytes, bytes, bytes]
) -> None:
    served, page = device
    served.parts = False
    for data in bundles[1:3]:
        served.data = data
        page.renew()
        assert page.kept() == sha256(data).hexdigest()


@pytest.mark.parametrize("bent", ["older", "unsigned", "foreign", "empty"])
def test_what_is_not_better_leaves_what_was_kept(
    device: tuple[Served, Any], bundles: tuple[str, bytes, bytes, bytes], bent: str
) -> None:
    served, page = device
    _, before, after, unsigned = bundles
    served.data = after
    page.renew()
    stranger = World(first_document(scheme={"id": "demo", "names": {"en": "Another"}, "offset": 32400}))
    stranger.issue(at=NOW - DAY)
    stranger.publish(NOW)
    served.data = {
        "older": before,
        "unsigned": unsigned,
        "foreign": stranger.bundle(),
        "empty": b"",
    }[bent]
    assert page.renew() in ("Malformed", "TypeError")
    assert page.kept() == sha256(after).hexdigest()
