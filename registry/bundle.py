"""All marks in one file, for those who verify offline (docs/format.md §7). Same state, same bytes.

    plain      tiles of all levels, the entries of the newest snapshot and of trust leaves, lists
    register   the same with every entry, list of entities, and profile; without profiles where there would be too many members

Beside each its contents, from which whoever holds an older one fetches only what is new. A file is made once for
a state and kept in <home>/cache; what is there can be thrown away at any time.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import IO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keys.whole_files import writing_whole
from registry.files import FilesError, RegistryFiles
from registry.logs import HeldLog
from registry.models import LeafRow
from registry.services import Services
from registry.settings import Settings
from registry.together import Together, settled
from registry.turns import Turns
from schemas.bundle_contents import BundleContents, digest_of
from schemas.entry_bundles import bundle_at
from schemas.evidence import MAX_MEMBERS, ListedLog, ListedStatus, Manifest, write_archive
from schemas.status_list import StatusUri
from schemas.tiles import ENTRIES, TILE_WIDTH, tile_at, tiles_of
from schemas.times import iso, to_datetime

__all__ = ["open_cached", "open_contents", "write_bundle"]

_turns = Turns(1, waiting=2, patience=30)  # at building one


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """A bundle to be written: every member but the manifest by name, read when its turn comes."""

    manifest: Manifest
    members: Mapping[str, Callable[[], bytes]]
    landmarks: Mapping[str, Mapping[str, int]]  # by log's folder and day

    def in_order(self) -> Iterator[tuple[str, bytes]]:
        yield "bundle.json", self.manifest.to_bytes()
        for name in sorted(self.members):
            yield name, self.members[name]()

    def contents(self) -> bytes:
        entries = {
            log.dir: tuple(
                name.removeprefix(f"{log.dir}/")
                for name in sorted(self.members)
                if name.startswith(f"{log.dir}/tile/entries/")
            )
            for log in self.manifest.logs
        }
        digests = {
            name: digest_of(read())
            for name, read in self.members.items()
            if name.startswith(("status/", "profile/", "entities/"))
        }
        return BundleContents(
            manifest=self.manifest, landmarks=self.landmarks, entries=entries, digests=digests
        ).to_bytes()


def write_bundle(settings: Settings, path: Path, *, register: bool) -> None:
    """Write the bundle of what is published now; the file appears whole. Raises FilesError, OSError."""
    services = Services.open(settings)
    with services.sessions() as session:
        state = settled(services, session)
        plan = _plan(services, session, state, is_register=register)
        path.parent.mkdir(parents=True, exist_ok=True)
        with writing_whole(path, mode=0o644) as out:
            write_archive(out, plan.in_order())


def open_cached(services: Services, variant: str) -> tuple[IO[bytes], str]:
    """Give the bundle of what is published now, opened, and a tag for these bytes. Raises FilesError, BusyError."""
    return _open_cached(services, variant, variant, lambda plan, out: write_archive(out, plan.in_order()))


def open_contents(services: Services, variant: str) -> tuple[IO[bytes], str]:
    """Give the contents of that bundle, opened, and a tag for these bytes. Raises FilesError, BusyError."""

    def write(plan: _Plan, out: IO[bytes]) -> None:
        out.write(plan.contents())

    return _open_cached(services, variant, f"contents-{variant}", write)


def _open_cached(
    services: Services, variant: str, name: str, write: Callable[[_Plan, IO[bytes]], None]
) -> tuple[IO[bytes], str]:
    with services.sessions() as session:
        state = settled(services, session)
        tag = _tag(services, state, variant)
        path = services.settings.home / "cache" / f"{name}-{tag}"
        with suppress(FileNotFoundError):
            return path.open("rb"), tag
        with _turns.turn():
            if not path.exists():
                plan = _plan(services, session, state, is_register=variant == "register")
                try:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with writing_whole(path, mode=0o644) as out:
                        write(plan, out)
                except OSError:  # a copy that only reads, or a full disk
                    stream: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (the server closes it)
                    write(plan, stream)
                    stream.seek(0)
                    return stream, tag
                _forget_others(path, name)
            return path.open("rb"), tag


def _plan(services: Services, session: Session, state: Together, *, is_register: bool) -> _Plan:
    files = services.files
    members: dict[str, Callable[[], bytes]] = {}

    def add(name: str, read: Callable[[], bytes | None]) -> None:
        def got() -> bytes:
            data = read()
            if data is None:
                raise FilesError(f"{name} is missing")
            return data

        members[name] = got

    for version in files.trust_versions():
        add(f"trust/{version}", partial(files.find_trust, version))
    logs, landmarks = [], {}
    for log, size in _ends(services, state):
        folder = f"log/{log.place}"
        note = partial(log.files.find_checkpoint, size)
        add(f"{folder}/checkpoint", (lambda: state.note) if log.place == state.log.place else note)
        landmarks[folder] = _landmarks(session, log.place, size)
        for day, landmark in landmarks[folder].items():
            add(f"{folder}/landmarks/{day}", partial(log.files.find_checkpoint, landmark))
        paths = [tile.path for tile in tiles_of(size)]
        snapshot = state.snapshot if log.place == state.log.place else None
        paths += _entry_bundles(session, log.place, size, snapshot, is_register=is_register)
        for path in paths:
            add(f"{folder}/{path}", partial(log.files.read_tile, path))
        logs.append(ListedLog(dir=folder, origin=log.origin, size=size))
    listed = []
    for uri, data in sorted(state.lists.items()):
        name = f"{str(StatusUri.find(uri)).partition('//')[2].partition('/')[2]}.cwt"
        add(name, lambda data=data: data)  # type: ignore[misc]
        listed.append(ListedStatus(file=name, uri=uri))
    if is_register:
        for number in _numbers(files, "profile"):
            add(f"profile/{number}.cwt", partial(files.find_profile, number))
        for number in _numbers(files, "entities"):
            add(f"entities/{number}.cbor", partial(files.find_entities, number))
    if 1 + len(members) > MAX_MEMBERS:
        # Of all that is in it a buyer can do without these alone: what a mark says of its holder is in the log.
        members = {name: read for name, read in members.items() if not name.startswith("profile/")}
    manifest = Manifest(
        variant="register" if is_register else "plain",
        as_of=None if state.as_of is None else iso(state.as_of),
        hosts=tuple(host.host for host in services.document().hosts),
        trust=tuple(files.trust_versions()),
        logs=tuple(logs),
        lists=tuple(listed),
    )
    return _Plan(manifest=manifest, members=members, landmarks=landmarks)


def _ends(services: Services, state: Together) -> Iterator[tuple[HeldLog, int]]:
    """Give the logs with their sizes: those that ended at their final heads, and the newest at the head given."""
    for log in services.logs()[: state.log.place]:
        if log.final is None:
            raise FilesError(f"{log.origin} has a successor and no end")
        yield log, log.final.size
    yield state.log, state.size


def _landmarks(session: Session, place: int, size: int) -> dict[str, int]:
    """Give, by UTC day, the size of the last kept checkpoint of that day (by its k-th smallest time)."""
    kept = (
        select(LeafRow.checkpoint_size, func.max(LeafRow.logged_at))
        .where(LeafRow.place == place, LeafRow.checkpoint_size <= size)
        .group_by(LeafRow.checkpoint_size)
        .order_by(LeafRow.checkpoint_size)
    )
    return {
        to_datetime(at).strftime("%Y%m%d"): landmark
        for landmark, at in session.execute(kept)
        if landmark is not None and at is not None
    }


def _entry_bundles(
    session: Session, place: int, size: int, snapshot: int | None, *, is_register: bool
) -> list[str]:
    if is_register:
        count = -(-size // TILE_WIDTH)
        return [tile_at(ENTRIES, number, size=size).path for number in range(count)]
    trust = select(LeafRow.index).where(LeafRow.place == place, LeafRow.kind == "trust", LeafRow.index < size)
    wanted = [*session.scalars(trust), *([] if snapshot is None else [snapshot])]
    return sorted({bundle_at(index, size=size).path for index in wanted})


def _tag(services: Services, state: Together, variant: str) -> str:
    parts = [variant.encode(), state.note, *state.lists.values()]
    parts += services.files.trust_notes()
    if variant == "register":
        # Profiles are replaced by renaming: their folder's time moves with each of them.
        folders = [services.files.home / name for name in ("profile", "entities")]
        parts += [str(folder.stat().st_mtime_ns if folder.is_dir() else 0).encode() for folder in folders]
    digest = sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:32]


def _numbers(files: RegistryFiles, folder: str) -> list[str]:
    """Name the marks that have a file in a folder; half-written ones begin with a dot."""
    return sorted(path.stem for path in (files.home / folder).glob("[!.]*"))


def _forget_others(path: Path, name: str) -> None:
    for other in path.parent.glob(f"{name}-*"):
        if other != path:
            other.unlink(missing_ok=True)
