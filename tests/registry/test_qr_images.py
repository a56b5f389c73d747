"""What a camera reads from our pictures is the link and the mark, whole."""

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw

from forge.world import Issued, World
from registry.qr_images import QUIET, modules, png, svg
from schemas.qr import read

zxingcpp = pytest.importorskip("zxingcpp")
BASE = "https://akashi.example"


@pytest.fixture(scope="module")
def mark() -> Issued:
    return World().issue()


def seen(picture: Image.Image) -> Any:
    found = zxingcpp.read_barcodes(picture)
    assert len(found) == 1
    return found[0]


def test_the_full_code_carries_the_mark_to_the_last_byte(mark: Issued) -> None:
    code = seen(Image.open(BytesIO(png(modules(BASE, mark.claims.number, mark.raw)))))
    found = read(code.text)
    assert (found.mark, found.number, found.host) == (mark.raw, mark.number, "akashi.example")
    assert code.ec_level == "M"


def test_the_small_code_is_the_link_alone(mark: Issued) -> None:
    code = seen(Image.open(BytesIO(png(modules(BASE, mark.claims.number, None)))))
    assert code.text == f"{BASE}/m/{mark.number}"


def test_the_largest_mark_still_fits_with_its_error_correction(mark: Issued) -> None:
    raw = bytes(range(256)) * 4
    code = seen(Image.open(BytesIO(png(modules(BASE, mark.claims.number, raw)))))
    assert read(code.text).mark == raw
    assert code.ec_level == "M"


def test_four_white_modules_surround_the_code(mark: Issued) -> None:
    dark = modules(BASE, mark.claims.number, mark.raw)
    border = [*dark[:QUIET], *dark[-QUIET:], *((*row[:QUIET], *row[-QUIET:]) for row in dark)]
    assert not any(one for row in border for one in row)


def test_the_drawing_shows_the_same_modules_on_white(mark: Issued) -> None:
    dark = modules(BASE, mark.claims.number, mark.raw)
    drawn = svg(dark, title="<b>&").decode()
    assert "<title>&lt;b&gt;&amp;</title>" in drawn
    assert 'fill="#fff" d="M0 0h' in drawn
    picture = Image.new("1", (len(dark) * 4, len(dark) * 4), 1)
    pen = ImageDraw.Draw(picture)
    x = y = 0
    for kind, numbers in re.findall("([Mmh])([0-9. ]+)", drawn.split('stroke="#000" d="')[1].split('"')[0]):
        if kind == "h":
            pen.rectangle((x * 4, y * 4, (x + int(numbers)) * 4 - 1, y * 4 + 3), fill=0)
            x += int(numbers)
        elif kind == "M":
            x, y = (int(number.removesuffix(".5")) for number in numbers.split(" "))
            assert numbers.endswith(".5")  # through the middle of the row
        else:
            x += int(numbers.removesuffix(" 0"))
    assert read(seen(picture).text).mark == mark.raw
