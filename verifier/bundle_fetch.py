"""Keep a bundle current: fetch what is new, put the same file together, verify it, and only then replace the old one.

    1. what the registry's bundle is made of (`schemas.bundle_contents`)
    2. of that, what is held already: tiles and kept checkpoints never change, the rest is compared by digest
    3. the rest, piece by piece; or everything in one download, where nothing or too little is held
    4. the file that comes of it: authentic throughout, and no step back from the one it replaces

A registry that knows no contents, an older one or a plain mirror of files, is asked for the whole file.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from keys.trust import TrustChain
from keys.whole_files import alone_in, sync_folder, writing_whole
from schemas.bundle_contents import MAX_CONTENTS, BundleContents, digest_of
from schemas.checkpoint import MAX_CHECKPOINT, Checkpoint
from schemas.errors import MalformedError
from schemas.evidence import MANIFEST, Archive, bound_of, write_archive
from schemas.note import SignedNote
from schemas.tiles import tiles_of
from verifier.bundle_view import BundleView
from verifier.download import download, forget
from verifier.http import Fetcher, FetchError, HttpFetcher
from verifier.sources import MAX_BUNDLE, FileSource

__all__ = ["Fetched", "Opened", "Say", "authentic", "fetch_bundle", "sources_of"]

MOST_PIECES = 1_000  # beyond this one download is kinder to everybody
TRIES = 3  # when the registry publishes in the middle of it

Opened = Callable[[Path], AbstractContextManager[BundleView]]
"""Opens a bundle under the caller's anchor. Raises MalformedError when it is not authentic."""
Say = Callable[[int, int | None], None]


@contextmanager
def authentic(path: Path, *, anchor: str, chain: TrustChain | None) -> Iterator[BundleView]:
    """Open a bundle or register under an anchor, or the chain kept for it. Raises MalformedError where it is not authentic; OSError."""
    with closing(FileSource(path, anchor=anchor, chain=chain)) as source:
        trust, view = source.trust(), source.held()
        if not isinstance(trust, TrustChain):
            raise MalformedError(trust.detail)
        if not isinstance(view, BundleView):
            raise MalformedError("is evidence of one mark, not a bundle; judge it with `akashi verify FILE`")
        if view.refused is not None or not view.heads:
            detail = view.refused.detail if view.refused else "no log in it"
            raise MalformedError(f"the bundle is not authentic: {detail}")
        yield view


def sources_of(named: Sequence[str], chain: TrustChain | None) -> list[str]:
    """Whom to ask, in order: those named, else the trust document's host; after them the mirrors it names."""
    found = list(named)
    if chain is not None:
        hosts = [f"https://{host.host}" for host in chain.current.hosts if host.until is None]
        found += [*([] if found else hosts[:1]), *chain.current.mirrors]
    return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """`pieces`: how many were fetched, None where the file was fetched whole; 0 when it was the newest already."""

    source: str
    pieces: int | None


class _ChangedError(Exception):
    """What is being served changed while it was fetched."""


def fetch_bundle(
    target: Path,
    sources: Sequence[str],
    *,
    register: bool,
    opened: Opened,
    say: Say = lambda _done, _size: None,
    refused: Callable[[str, Exception], None] = lambda _source, _error: None,
) -> Fetched:
    """Bring `target` up to date from the first source that has an authentic bundle no older than it.

    `refused` hears why a source was passed over. Raises what the last source was refused for: FetchError,
    MalformedError; OSError at once. Whatever is raised, `target` stands as it was.
    """
    if not sources:
        raise FetchError("no registry to ask: give --registry URL")
    # One at a time: what one verified and is about to put in place, another must not be writing.
    with alone_in(target.parent):
        return _from_first(target, sources, register=register, opened=opened, say=say, refused=refused)


def _from_first(
    target: Path,
    sources: Sequence[str],
    *,
    register: bool,
    opened: Opened,
    say: Say,
    refused: Callable[[str, Exception], None],
) -> Fetched:
    for source in sources[:-1]:
        try:
            return _from(source, target, register=register, opened=opened, say=say)
        except (FetchError, MalformedError) as error:
            refused(source, error)
    return _from(sources[-1], target, register=register, opened=opened, say=say)


def _from(source: str, target: Path, *, register: bool, opened: Opened, say: Say) -> Fetched:
    fetcher = HttpFetcher(source)
    variant = "register" if register else "plain"
    for _ in range(TRIES):
        data = fetcher.get(f"bundle/contents/{variant}", max_size=MAX_CONTENTS)
        contents = None if data is None else BundleContents.from_bytes(data)
        if contents is not None and contents.manifest.variant != variant:
            raise MalformedError(f"the registry gives the contents of a {contents.manifest.variant} bundle")
        held = None if contents is None else _held(target)
        if contents is None or held is None:
            break
        with closing(held):
            pieces = _Pieces(contents, held, fetcher, say)
            if len(pieces.missing) > MOST_PIECES:
                break
            if not pieces.missing and held.manifest == contents.manifest:
                with opened(target):  # what is there must be sound to be the newest
                    return Fetched(source=source, pieces=0)
            fresh = target.with_name(f"{target.name}.new")
            try:
                with writing_whole(fresh, mode=0o644) as out:
                    write_archive(out, pieces.in_order())
            except _ChangedError:
                continue
        try:
            _take(fresh, target, opened, variant)
        except MalformedError:
            break  # a piece that is held, or that was given, is not right: the whole file is asked for, once
        return Fetched(source=source, pieces=len(pieces.missing))
    whole = download(
        fetcher, "bundle/register" if register else "bundle", target, max_size=MAX_BUNDLE, say=say
    )
    try:
        _take(whole, target, opened, variant)
    finally:
        forget(target)
    return Fetched(source=source, pieces=None)


def _held(target: Path) -> Archive | None:
    """Open what there is; None where there is nothing of use."""
    try:
        return Archive.open(target)
    except (MalformedError, FileNotFoundError):
        return None


class _Pieces:
    """The members of the new file, from the old one or from the registry. `missing`: by name, the paths to ask for."""

    def __init__(self, contents: BundleContents, held: Archive, fetcher: Fetcher, say: Say) -> None:
        self._contents, self._held, self._fetcher, self._say = contents, held, fetcher, say
        self._known = frozenset(held.names())
        self._paths = {name: path for name, path in self._members() if path}
        self.missing = {name: path for name, path in self._paths.items() if not self._is_held(name)}

    def _members(self) -> Iterator[tuple[str, str]]:
        """Name every member of the file but the manifest, with the path at which a registry serves it."""
        manifest = self._contents.manifest
        for log in manifest.logs:
            at = log.origin.partition("/")[2]
            yield f"{log.dir}/checkpoint", f"{at}/checkpoint/{log.size}"
            for day, size in self._contents.landmarks.get(log.dir, {}).items():
                yield f"{log.dir}/landmarks/{day}", f"{at}/checkpoint/{size}"
            paths = [tile.path for tile in tiles_of(log.size)]
            for path in (*paths, *self._contents.entries.get(log.dir, ())):
                yield f"{log.dir}/{path}", f"{at}/{path}"
        for version in manifest.trust:
            yield f"trust/{version}", f"trust/{version}"
        for name in self._contents.digests:
            kind, _, rest = name.partition("/")
            number, _, _ = rest.rpartition(".")
            yield name, f"status/{number}" if kind == "status" else f"m/{number}/{kind}"

    def _is_held(self, name: str) -> bool:
        if name not in self._known:
            return False
        try:
            if name in self._contents.digests:
                return digest_of(self._held.get(name)) == self._contents.digests[name]
            if "/tile/" in name or name.startswith("trust/"):
                return True
            note = SignedNote.from_bytes(self._held.get(name), max_size=MAX_CHECKPOINT)
            return self._paths[name].endswith(f"/checkpoint/{Checkpoint.from_text(note.text).size}")
        except MalformedError:
            return False  # damaged: fetched again

    def in_order(self) -> Iterator[tuple[str, bytes]]:
        """Give every member in the file's order. Raises FetchError, MalformedError, _ChangedError."""
        yield MANIFEST, self._contents.manifest.to_bytes()
        done, fetched = 0, dict[str, bytes]()
        for name in sorted(self._paths):
            if name not in self.missing and (kept := self._find(name)) is not None:
                yield name, kept
                continue
            path = self._paths[name]
            data = fetched.get(path) or self._fetcher.get(path, max_size=bound_of(name))
            if data is None:
                raise FetchError(f"{path}: named in the bundle's contents, and not served")
            if "/checkpoint/" in path:  # the head may be a landmark too
                fetched[path] = data
            if name in self._contents.digests and digest_of(data) != self._contents.digests[name]:
                raise _ChangedError
            done += 1
            self._say(done, len(self.missing))
            yield name, data

    def _find(self, name: str) -> bytes | None:
        try:
            return self._held.find(name)
        except MalformedError:
            return None  # damaged on the disk: fetched again


def _take(fresh: Path, target: Path, opened: Opened, variant: str) -> None:
    """Verify `fresh` and put it in `target`'s place; else remove it. Raises MalformedError."""
    try:
        with opened(fresh) as view:
            _check_kind(view, variant)
            view.check_whole()
            if target.exists():
                _check_follows(target, view, opened)
        fresh.replace(target)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise
    sync_folder(target.parent)


def _check_kind(view: BundleView, variant: str) -> None:
    """On return it is what was asked for: in a plain bundle no supplier can be looked up. Raises MalformedError."""
    if view.variant != variant:
        raise MalformedError(
            f"the registry serves a {view.variant} bundle where a {variant} one was asked for"
        )


def _check_follows(target: Path, view: BundleView, opened: Opened) -> None:
    """On return `view` may replace the bundle that is there: a later state of the same log. Raises MalformedError."""
    try:
        with opened(target) as held:
            heads, listed, version = held.heads, held.newest_list, held.chain.current.version
    except MalformedError as error:
        raise MalformedError(
            f"{target} is there and is no such bundle ({error}); it was kept: move it away, or name another file"
        ) from error
    for head in heads:
        root = view.root_at(head.place, head.checkpoint.size)
        if root is None:
            raise MalformedError(f"{target} is newer than what the registry serves; it was kept")
        if root != head.checkpoint.root:
            raise MalformedError(
                f"the registry serves another history of the log than {target} holds; it was kept. "
                "Keep both files and tell the scheme's operator and a witness"
            )
    if view.chain.current.version < version:
        raise MalformedError(f"{target} has a newer trust document than the registry serves; it was kept")
    now = view.newest_list
    if listed is not None and (now is None or now.claims.iat < listed.claims.iat):
        raise MalformedError(f"{target} has newer status lists than the registry serves; it was kept")
