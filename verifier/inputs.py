"""What a person hands to `akashi verify`: a number, a link, digits, a file, a picture, or `-`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.mark_number import BadMarkNumberError, suggestions
from schemas.qr import Found, read
from schemas.typed import is_value
from verifier.pictures import PDF, PictureError, codes_in, is_of_a_mark, is_picture

__all__ = ["Input", "Unreadable", "files_in", "read_file", "read_input", "read_stream", "read_text"]

MAX_FILE = 64 << 20
ZIP = b"PK\x03\x04"
TAG_18 = b"\xd2"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # what PowerShell writes with `>`
_PAGES = ("<!doctype html", "<html")
_IN_LINK = re.compile(r"/m/([^/?#]+)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One thing to judge; `evidence` is set when the input brought its own proof.

    `passed_over`: how many other codes, no mark's, the same picture shows; said with its first mark.
    """

    label: str
    found: Found | bytes | str
    evidence: bytes | None = None
    passed_over: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An input nothing can be judged of. `reason` is a slug of `verifier.words`, `detail` technical English.

    `meant`: mark numbers one slip away from what was given.
    """

    label: str
    reason: str
    detail: str
    meant: tuple[str, ...] = ()


def read_input(text: str) -> list[Input | Unreadable]:
    """Read one argument: a number, link or digits by what it says, anything else as the name of a file, if there is one.

    Which of them it is, its form decides (`schemas.typed`), never what lies in the folder.
    """
    path = Path(text)
    if is_value(text):
        return [_with_hint(read_text(text, text), path)]
    if _is_there(path):
        return read_file(path)
    found = read_text(text, text)
    if isinstance(found, Unreadable) and found.reason == "no-code":
        if path.suffix or "/" in text or "\\" in text:
            return [Unreadable(label=text, reason="unreadable-file", detail="there is no such file")]
        return [replace(found, detail=f"no file of that name, and {found.detail}")]
    return [found]


def _with_hint(found: Input | Unreadable, path: Path) -> Input | Unreadable:
    """Say how to name a file that has the name of a number, where there is one."""
    if isinstance(found, Input) or not path.name or not _is_there(path):
        return found
    return replace(found, detail=f"{found.detail}; to read the file of that name write ./{path}")


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long or unfit to be a file's name
        return False


def files_in(text: str) -> Iterator[Path] | None:
    """Name the files in a folder, in order; None for what is no folder, or reads as a number, link or digits."""
    folder = Path(text)
    try:
        if is_value(text) or not folder.is_dir():
            return None
        return iter([one for one in sorted(folder.iterdir()) if one.is_file() and one.name[0] != "."])
    except (OSError, ValueError):
        return None


def read_file(path: Path) -> list[Input | Unreadable]:
    """Read a file by its content, whatever its name."""
    try:
        with path.open("rb") as stream:
            return read_stream(stream, label=str(path))
    except OSError as error:
        return [Unreadable(label=str(path), reason="unreadable-file", detail=error.strerror or str(error))]


def read_stream(stream: IO[bytes], *, label: str = "-") -> list[Input | Unreadable]:
    """Read one file's bytes, or one input a line. Raises OSError."""
    data = stream.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        detail = f"more than {MAX_FILE >> 20} MiB; a bundle goes after --bundle"
        return [Unreadable(label=label, reason="too-large", detail=detail)]
    if data.startswith(ZIP):
        return [_read_archive(label, data)]
    if data.startswith(TAG_18):
        return [Input(label=label, found=data)]
    text = _as_text(data)
    if data.startswith(PDF) or (text is None and is_picture(data)):
        return _read_picture(label, data)
    if text is None:
        return [Input(label=label, found=data)]  # bytes of something; the verdict will say of what
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if text.lstrip()[:20].lower().startswith(_PAGES):
        detail = "a web page, or a report: give the files of evidence beside it, or the links in it"
        return [Unreadable(label=label, reason="no-code", detail=detail)]
    if not lines:
        return [Unreadable(label=label, reason="no-code", detail="empty")]
    return [read_text(label if len(lines) == 1 else line, line) for line in lines]


def _as_text(data: bytes) -> str | None:
    try:
        text = data.decode("utf-16" if data.startswith(UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _read_archive(label: str, data: bytes) -> Input | Unreadable:
    try:
        variant = Archive.open(data).manifest.variant
    except MalformedError:
        # What became of a file on its way says nothing of the mark that was in it.
        return Unreadable(
            label=label, reason="unreadable-file", detail="evidence that is damaged or incomplete"
        )
    if variant != "evidence":
        return Unreadable(label=label, reason="is-a-bundle", detail=f"a {variant} bundle")
    return Input(label=label, found=Found(number=None, host=None, mark=None), evidence=data)


def read_text(label: str, text: str) -> Input | Unreadable:
    try:
        return Input(label=label, found=read(text))
    except BadMarkNumberError as error:
        meant = _meant(text)
        if not meant and not error.is_check_wrong:
            return Unreadable(label=label, reason="no-code", detail=error.problem)
        hint = f"; did you mean {' or '.join(meant)}?" if meant else ""
        return Unreadable(
            label=label, reason="bad-mark-number", detail=error.problem + hint, meant=tuple(meant)
        )
    except MalformedError as error:
        if "#" in text or (text.isascii() and text.isdigit()):
            return Input(label=label, found=text)  # a code that is not right is judged, not refused
        return Unreadable(label=label, reason="no-code", detail=error.problem)


def _meant(text: str) -> list[str]:
    """Numbers one slip away from the one typed, alone or in a link."""
    in_link = _IN_LINK.search(text)
    try:
        return suggestions(in_link[1] if in_link else text)
    except BadMarkNumberError:  # far too long
        return []


def _read_picture(label: str, data: bytes) -> list[Input | Unreadable]:
    """Give what the marks' codes in a picture or PDF say; others are counted and passed over."""
    try:
        texts = codes_in(data)
    except PictureError as error:
        return [Unreadable(label=label, reason=error.reason, detail=str(error))]
    of_marks = [text for text in texts if is_of_a_mark(text)]
    others = len(texts) - len(of_marks)
    if not of_marks:
        return [Unreadable(label=label, reason="no-code-in-picture", detail=f"{others} other codes")]
    first, *more = (_read_code(label, text) for text in of_marks)
    return [replace(first, passed_over=others), *more]


def _read_code(label: str, text: str) -> Input:
    try:
        return Input(label=label, found=read(text))
    except MalformedError:
        return Input(label=label, found=text)  # the verdict will say what is wrong with it
