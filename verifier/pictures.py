"""The codes in a picture or a PDF, as texts (extra `[images]`): photos taken askew, screenshots, quotations.

Pictures are other people's bytes and their readers are large, so everything is bounded before it is read: formats, pixels,
pages. Whoever reads strangers' pictures all day does it in a process of its own that may be lost:

    python -m verifier.pictures < photo.jpg         {"codes": ["…"]} or {"reason": "…", "detail": "…"}
"""

import io
import json
import struct
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

__all__ = ["FORMATS", "PDF", "PictureError", "codes_in", "is_picture"]

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
PDF = b"%PDF-"
MAX_PIXELS = 50_000_000
MAX_PAGES = 10
_PAGE_SIDE = 3_000  # pixels of a page's longer side, about 250 dpi of A4
_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_FAULTS = (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, RuntimeError, MemoryError)


class PictureError(ValueError):
    """No picture could be looked at; `reason` is a slug of `verifier.words`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def is_picture(data: bytes) -> bool:
    """Whether these bytes begin like a picture or a PDF."""
    return data.startswith((*_BEGINNINGS, PDF))


def codes_in(data: bytes) -> list[str]:
    """Give what every code in it says, each once. Raises PictureError."""
    try:
        import zxingcpp
    except ImportError as error:
        raise PictureError("images-missing", str(error)) from error
    found: dict[str, None] = {}
    try:
        for picture in _pictures(data):
            found |= dict.fromkeys(code.text for code in zxingcpp.read_barcodes(picture) if code.text)
    except _FAULTS as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError("unreadable-picture", str(error) or type(error).__name__) from error
    return list(found)


def _pictures(data: bytes) -> Iterator[Any]:
    if data.startswith(PDF):
        yield from _pages(data)
        return
    try:
        from PIL import Image
    except ImportError as error:
        raise PictureError("images-missing", str(error)) from error
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            _bound(picture.width * picture.height)
            yield picture.convert("L")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError("too-large", str(error)) from error


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
