"""QR codes as pictures: the mark itself in a link any camera opens, or the link alone (docs/format.md §2).

Error correction M, never lowered to fit; a quiet zone of four modules; black on white in every theme,
because half of all readers give up on anything else.
"""

from functools import lru_cache
from io import BytesIO
from itertools import groupby

from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_8BIT_BYTE, MODE_NUMBER, QRData

from schemas.mark_number import MarkNumber
from schemas.qr import segments, to_url

__all__ = ["Modules", "modules", "png", "svg"]

QUIET = 4  # modules on every side
BOX = 8  # pixels a module

Modules = tuple[tuple[bool, ...], ...]


@lru_cache(maxsize=512)
def modules(base: str, number: MarkNumber, mark: bytes | None) -> Modules:
    """Give the dark modules, quiet zone included, of a mark's code; without `mark` of the link alone."""
    link, digits = segments(to_url(base, number, mark))
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(QRData(link, mode=MODE_8BIT_BYTE), optimize=0)
    if digits:
        code.add_data(QRData(digits, mode=MODE_NUMBER), optimize=0)
    code.make(fit=True)
    return tuple(tuple(map(bool, row)) for row in code.get_matrix())


def svg(dark: Modules, *, title: str) -> bytes:
    """Draw as SVG: one line as wide as a module, sharp at any size. `title` is plain text; it is escaped here."""
    size = len(dark)
    name = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size * BOX}" '
        f'height="{size * BOX}" shape-rendering="crispEdges" role="img"><title>{name}</title>'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="none" stroke="#000" d="{_runs(dark)}"/></svg>\n'
    ).encode()


def png(dark: Modules) -> bytes:
    """Draw as PNG, one bit a pixel."""
    size = len(dark)
    picture = Image.new("1", (size, size), 1)
    picture.putdata([0 if one else 1 for row in dark for one in row])
    out = BytesIO()
    picture.resize((size * BOX, size * BOX), Image.Resampling.NEAREST).save(out, "PNG", optimize=True)
    return out.getvalue()


def _runs(dark: Modules) -> str:
    """One line through the middle of every run of dark modules; a row begins with its place, the rest are distances."""
    drawn: list[str] = []
    for y, row in enumerate(dark):
        gap, move = 0, f"M{{}} {y}.5"
        for is_dark, run in groupby(row):
            width = len(list(run))
            if is_dark:
                drawn.append(f"{move.format(gap)}h{width}")
                move = "m{} 0"
            else:
                gap = width
    return "".join(drawn)
