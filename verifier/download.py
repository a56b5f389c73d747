"""A large file, fetched whole, and gone on with where it broke off.

<target>.part       what has come so far
<target>.part.tag   which bytes they are the beginning of, in the server's words (ETag), and which server's
"""

import os
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

from verifier.http import PART, FetchError, HttpFetcher

__all__ = ["download", "forget"]


def download(
    fetcher: HttpFetcher,
    path: str,
    target: Path,
    *,
    max_size: int,
    say: Callable[[int, int | None], None] = lambda _done, _size: None,
) -> Path:
    """Fetch `path` into `<target>.part`, going on with what is there already, and give that file, whole and unverified.

    `say` hears how many bytes there are, of how many. Raises FetchError, with what came kept for the next time; OSError.
    """
    part, named = (target.with_name(f"{target.name}.{end}") for end in ("part", "part.tag"))
    tag, _, server = (
        named.read_text("utf-8").partition("\n") if part.exists() and named.exists() else ("", "", "")
    )
    held = part.stat().st_size if server == fetcher.base else 0  # another's bytes may bear any tag
    start = max(0, held - 1)  # the last byte once more: of a file that is whole nothing is left to ask for
    rest = fetcher.rest(path, start=start, tag=tag if start else None)
    if rest is None:
        raise FetchError(f"{path}: there is nothing of this name")
    with rest.stream, part.open("r+b" if rest.start else "wb") as out:
        out.seek(rest.start)
        named.write_text(f"{rest.tag or ''}\n{fetcher.base}", "utf-8")
        done = rest.start
        try:
            while done <= max_size and (data := rest.stream.read(PART)):
                out.write(data)
                done += len(data)
                say(done, rest.size)
        except (HTTPException, TimeoutError, ConnectionError, ValueError) as error:
            raise FetchError(
                f"{path}: broke off after {done} bytes ({error}); run it again to go on"
            ) from error
        out.truncate()
        out.flush()
        os.fsync(out.fileno())
    if done > max_size:
        forget(target)
        raise FetchError(f"{path}: more than {max_size} bytes")
    if rest.size is not None and done != rest.size:
        raise FetchError(f"{path}: broke off after {done} of {rest.size} bytes; run it again to go on")
    return part


def forget(target: Path) -> None:
    """Remove what came of an earlier try."""
    for end in ("part", "part.tag"):
        target.with_name(f"{target.name}.{end}").unlink(missing_ok=True)
