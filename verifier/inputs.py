"""What a person hands to `akashi verify`: a number, a link, digits, a file, a picture, or `-`."""

from dataclasses import dataclass
from pathlib import Path
from typing import IO

from schemas.errors import MalformedError
from schemas.mark_number import BadMarkNumberError, suggestions
from schemas.qr import Found, read

__all__ = ["Input", "InputError", "read_input", "read_stream"]

MAX_FILE = 64 << 20
ZIP = b"PK\x03\x04"
TAG_18 = b"\xd2"
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF", b"GIF8", b"BM", b"II*\0", b"MM\0*")


class InputError(Exception):
    """Nothing that could be judged: unreadable, without a code, or a mistyped number. Says what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One thing to judge; `evidence` is set when the input brought its own proof."""

    label: str
    found: Found | bytes | str
    evidence: bytes | None = None


def read_input(text: str) -> list[Input]:
    """Read one argument: an existing file by its content, anything else as text. Raises InputError."""
    path = Path(text)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):
        is_file = False
    if is_file:
        try:
            with path.open("rb") as stream:
                return _read_content(text, stream.read(MAX_FILE + 1))
        except OSError as error:
            raise InputError(f"cannot be opened: {error.strerror}") from error
    return [_read_text(text, text)]


def read_stream(stream: IO[bytes]) -> list[Input]:
    """Read standard input: one file's bytes, or one input a line. Raises InputError."""
    return _read_content("-", stream.read(MAX_FILE + 1))


def _read_content(label: str, data: bytes) -> list[Input]:
    if len(data) > MAX_FILE:
        raise InputError(f"is larger than {MAX_FILE >> 20} MiB; a bundle goes after --bundle")
    if data.startswith(ZIP):
        return [Input(label=label, found=Found(number=None, host=None, mark=None), evidence=data)]
    if data.startswith(TAG_18):
        return [Input(label=label, found=data)]
    if data.startswith(_PICTURES):
        return [_read_text(label, code) for code in _read_picture(data)]
    try:
        lines = [line.strip() for line in data.decode("utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError:
        return [Input(label=label, found=data)]  # bytes of something; the verdict will say of what
    if not lines:
        raise InputError("is empty; expected a mark number, a link, the digits of a code, or a mark")
    return [_read_text(label if len(lines) == 1 else line, line) for line in lines]


def _read_text(label: str, text: str) -> Input:
    try:
        return Input(label=label, found=read(text))
    except BadMarkNumberError as error:
        meant = suggestions(text)
        hint = f"; did you mean {' or '.join(meant)}?" if meant else ""
        raise InputError(f"{error.problem}{hint}") from error
    except MalformedError as error:
        if "#" in text or (text.isascii() and text.isdigit()):
            return Input(label=label, found=text)  # a code that is not right is judged, not refused
        raise InputError(
            f"holds no code ({error.problem}); expected a mark number, a link, the digits of a code, or a file"
        ) from error


def _read_picture(data: bytes) -> list[str]:
    try:
        import io

        import zxingcpp
        from PIL import Image
    except ImportError as error:
        raise InputError("pictures need the extra: pip install 'akashi-marks[images]'") from error
    Image.MAX_IMAGE_PIXELS = 50_000_000
    try:
        with Image.open(io.BytesIO(data)) as picture:
            codes = zxingcpp.read_barcodes(picture.convert("L"))
    except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InputError(f"is no readable picture ({error})") from error
    texts = [code.text for code in codes if code.text]
    if not texts:
        raise InputError("holds no code that could be read; try a sharper or larger picture")
    return texts
