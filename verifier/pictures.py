"""The QR codes in a picture or a PDF, as texts (extra `[images]`): photos taken askew, screenshots, quotations.

They come page by page, on a page in reading order. Transparent parts are looked at as paper and as a dark page, and of what
moves or has pages each frame. Other kinds of codes (a product's bars) are never a mark's and are not read at all.

Pictures are other people's bytes and their readers are large, so everything is bounded before it is read: formats, pixels,
pages. Whoever reads strangers' pictures all day does it in a process of its own that may be lost:

    python -m verifier.pictures < photo.jpg         {"codes": ["…"]} or {"reason": "…", "detail": "…"}
"""

import io
import json
import re
import struct
import sys
import warnings
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from schemas.errors import MalformedError
from schemas.qr import read

__all__ = ["FORMATS", "PDF", "PictureError", "codes_in", "is_of_a_mark", "is_picture"]

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
PDF = b"%PDF-"
MAX_PIXELS = 50_000_000  # of one picture, and of all its frames together
MAX_PAGES = 10  # of a PDF, and frames of a picture
_PAGE_SIDE = 3_000  # pixels of a page's longer side, about 250 dpi of A4
_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_OTHER_CAMERAS = b"ftyp"  # at byte 4 of HEIC and AVIF, which are pictures and are not read here
_LIKE_A_MARK = re.compile(r"/m/[^/?#][^#]*#[0-9]")
_FEWEST_DIGITS = 200  # a mark carries a signature; a shorter number is somebody else's
_FAULTS = (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, RuntimeError, MemoryError)


class PictureError(ValueError):
    """No picture could be looked at; `reason` is a slug of `verifier.words`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def is_picture(data: bytes) -> bool:
    """Whether these bytes begin like a picture or a PDF, of a kind that is read here or not."""
    return data.startswith((*_BEGINNINGS, PDF)) or data[4:8] == _OTHER_CAMERAS


def is_of_a_mark(text: str) -> bool:
    """Whether what a code says is a mark's, right or wrong: a wrong one is judged, a shop's code on the same paper is not."""
    try:
        read(text)
    except MalformedError:
        return bool(_LIKE_A_MARK.search(text)) or (text.isdecimal() and len(text) > _FEWEST_DIGITS)
    return True


def codes_in(data: bytes) -> list[str]:
    """Give what every QR code in it says, each once. Raises PictureError."""
    try:
        import zxingcpp
    except ImportError as error:
        raise PictureError("images-missing", str(error)) from error
    found: dict[str, None] = {}
    kinds = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a library thinks of strangers' bytes is nothing to show
            for picture in _pictures(data):
                codes = zxingcpp.read_barcodes(picture, formats=kinds)
                found |= dict.fromkeys(code.text for code in _in_reading_order(codes) if code.text)
    except _FAULTS as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError("unreadable-picture", str(error) or type(error).__name__) from error
    return list(found)


def _in_reading_order(codes: list[Any]) -> list[Any]:
    """From left to right in rows from the top; a row is what begins above the middle of its highest code."""
    placed = []
    for code in codes:
        corners = [
            getattr(code.position, f"{where}_{side}")
            for where in ("top", "bottom")
            for side in ("left", "right")
        ]
        tops, lefts = [corner.y for corner in corners], [corner.x for corner in corners]
        placed.append((min(tops), (min(tops) + max(tops)) / 2, min(lefts), code))
    ordered, row_ends = [], -1.0
    row = -1
    for top, middle, left, code in sorted(placed, key=lambda one: one[:3]):
        if top > row_ends:
            row, row_ends = row + 1, middle
        ordered.append((row, left, top, code))
    return [code for *_, code in sorted(ordered, key=lambda one: one[:3])]


def _pictures(data: bytes) -> Iterator[Any]:
    if data.startswith(PDF):
        yield from _pages(data)
        return
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError as error:
        raise PictureError("images-missing", str(error)) from error
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            pixels = 0
            for number in range(MAX_PAGES):
                try:
                    picture.seek(number)
                except EOFError:  # the last one was it; asking how many there are would read them all
                    return
                pixels += picture.width * picture.height
                if number and pixels > MAX_PIXELS:
                    return
                _bound(pixels)
                yield from _looks(picture)
    except UnidentifiedImageError as error:
        raise PictureError("unreadable-picture", f"none of {', '.join(FORMATS)}, PDF") from error
    except Image.DecompressionBombError as error:
        raise PictureError("too-large", str(error)) from error


def _looks(picture: Any) -> Iterator[Any]:
    """Give one frame in grey; where it lets through what is behind it, once on white and once on black."""
    from PIL import Image

    if not picture.has_transparency_data:
        yield picture.convert("L")
        return
    alpha = picture.convert("RGBA").getchannel("A")
    if alpha.getextrema()[0] == 255:
        yield picture.convert("L")
        return
    shown = picture.convert("RGBA").convert("L")
    for behind in (255, 0):
        yield Image.composite(shown, Image.new("L", shown.size, behind), alpha)


def _pages(data: bytes) -> Iterator[Any]:
    try:
        import pypdfium2
    except ImportError as error:
        raise PictureError("images-missing", str(error)) from error
    document = pypdfium2.PdfDocument(data)
    try:
        for number in range(min(len(document), MAX_PAGES)):
            page = document[number]
            scale = _PAGE_SIDE / max(*page.get_size(), 1)
            yield page.render(scale=scale, grayscale=True).to_pil()
            page.close()
    finally:
        document.close()


def _bound(pixels: int) -> None:
    if pixels > MAX_PIXELS:
        raise PictureError("too-large", f"more than {MAX_PIXELS} pixels")


def _limit() -> None:
    """Let this process use so much and no more; where the system has such limits."""
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> None:
    """Read one picture from standard input."""
    _limit()
    try:
        said: dict[str, Any] = {"codes": codes_in(sys.stdin.buffer.read())}
    except PictureError as error:
        said = {"reason": error.reason, "detail": str(error)}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
