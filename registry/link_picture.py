"""The picture beside a shared link (Open Graph). It is kept by others for weeks, so it never says that a mark holds:
only which mark the link is about, and that the page behind it knows.
"""

import io

from PIL import Image, ImageDraw, ImageFont

from registry.qr_images import Modules
from schemas.mark_number import MarkNumber

__all__ = ["draw"]

SIZE = (1200, 630)
_INK, _PAPER, _BRAND, _SOFT = "#17202b", "#ffffff", "#123f73", "#4a5563"


def draw(number: MarkNumber, modules: Modules, *, demonstration: bool) -> bytes:
    """Draw the number, a small code with the link, and where to look. PNG."""
    picture = Image.new("RGB", SIZE, _PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, SIZE[0], 96), fill=_BRAND)
    pen.text((60, 24), "Akashi", fill=_PAPER, font=ImageFont.load_default(44))
    pen.text((60, 180), "Security mark", fill=_SOFT, font=ImageFont.load_default(40))
    pen.text((60, 240), number.display, fill=_INK, font=ImageFont.load_default(88))
    pen.text(
        (60, 380), "Valid or not? Only the page behind this link", fill=_INK, font=ImageFont.load_default(34)
    )
    pen.text((60, 426), "says so, and what the mark covers.", fill=_INK, font=ImageFont.load_default(34))
    if demonstration:
        pen.rectangle((0, 550, SIZE[0], SIZE[1]), fill="#ffd84d")
        pen.text(
            (60, 568),
            "Demonstration, not an official register",
            fill="#2b2100",
            font=ImageFont.load_default(34),
        )
    _code(pen, modules)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _code(pen: ImageDraw.ImageDraw, modules: Modules) -> None:
    side = 300 // len(modules)
    left, top = SIZE[0] - 60 - side * len(modules), 180
    for row, line in enumerate(modules):
        for column, dark in enumerate(line):
            if dark:
                x, y = left + column * side, top + row * side
                pen.rectangle((x, y, x + side - 1, y + side - 1), fill="#000000")
