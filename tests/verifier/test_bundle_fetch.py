"""A bundle kept current costs what is new in it, and is never replaced by anything but a later state of the same log."""

import json
import random
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
import rfc8785

from forge.loopback import Loopback, serving
from forge.world import NOW, World
from schemas.bundle_contents import BundleContents, digest_of
from schemas.checkpoint import Checkpoint
from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.note import SignedNote
from schemas.times import DAY, HOUR
from verifier.bundle_fetch import authentic, fetch_bundle
from verifier.bundle_view import BundleView
from verifier.cli import main

USAGE, DONE = 2, 0
BUDGET = 128 * 1024  # bytes for ten new marks in a hundred thousand


def serve(loopback: Loopback, data: bytes) -> None:
    """Serve a bundle as a registry does: whole, in pieces, and its contents."""
    landmarks: dict[str, dict[str, int]] = {"log/0": {}}
    digests: dict[str, str] = {}
    entries = []
    with closing(Archive.open(data)) as archive:
        at = archive.manifest.logs[0].origin.partition("/")[2]
        for name in archive.names()[1:]:
            member = archive.get(name)
            if name.startswith("log/0/tile/"):
                loopback.files[f"/{at}/{name.removeprefix('log/0/')}"] = member
                entries += [name.removeprefix("log/0/")] if "/entries/" in name else []
            elif name.startswith("log/0/"):
                size = Checkpoint.from_text(SignedNote.from_bytes(member).text).size
                loopback.files[f"/{at}/checkpoint/{size}"] = member
                if "/landmarks/" in name:
                    landmarks["log/0"][name.rpartition("/")[2]] = size
            else:
                loopback.files[f"/{name.removesuffix('.cwt')}"] = member
                digests |= {} if name.startswith("trust/") else {name: digest_of(member)}
        contents = BundleContents(
            manifest=archive.manifest,
            landmarks=landmarks,
            entries={"log/0": tuple(entries)},
            digests=digests,
        )
        variant = archive.manifest.variant
    loopback.files[f"/bundle/contents/{variant}"] = contents.to_bytes()
    whole = "/bundle/register" if variant == "register" else "/bundle"
    loopback.files[whole] = data
    loopback.tagged.add(whole)


@pytest.fixture(scope="module")
def large() -> tuple[str, bytes, bytes]:
    """The anchor, the bundle of a hundred thousand marks, and that with ten more.

    So many that the newest snapshot comes to stand behind 254 marks in its bundle of entries: at no other size is more new.
    """
    world, chance = World(), random.Random(7)
    for _ in range(100_082):
        world.log.append(chance.randbytes(343))  # as long as a mark's, and no leaf to anybody
    world.publish(NOW - 2 * DAY)
    before = world.bundle()
    for _ in range(10):
        world.issue(at=NOW - DAY)
    world.publish(NOW - HOUR)
    assert world.log.head.size % 256 == 255
    return world.anchor, before, world.bundle()


@pytest.fixture
def small() -> tuple[str, bytes, bytes]:
    world = World()
    world.issue()
    world.publish(NOW - 2 * DAY)
    before = world.bundle()
    world.issue(at=NOW - DAY)
    world.publish(NOW - HOUR)
    return world.anchor, before, world.bundle()


@pytest.fixture
def mirror() -> Iterator[Loopback]:
    with serving() as served:
        yield served


def fetch(anchor: str, *urls: str) -> int:
    named = [word for url in urls for word in ("--registry", url)]
    return main(["bundle", "fetch", "mine", *named, "--anchor", anchor])


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_ten_new_marks_in_a_hundred_thousand_cost_no_more_than_128_kib(
    loopback: Loopback, large: tuple[str, bytes, bytes], tmp_path: Path
) -> None:
    anchor, before, after = large
    (tmp_path / "mine").write_bytes(before)
    serve(loopback, after)
    assert fetch(anchor, loopback.url) == DONE
    assert (tmp_path / "mine").read_bytes() == after
    assert 0 < loopback.sent <= BUDGET
    assert "/bundle" not in loopback.asked

    loopback.sent = 0
    assert fetch(anchor, loopback.url) == DONE
    assert loopback.sent == len(loopback.files["/bundle/contents/plain"])  # nothing new is one question


def test_the_first_time_the_file_comes_whole(
    loopback: Loopback, small: tuple[str, bytes, bytes], tmp_path: Path
) -> None:
    anchor, _, after = small
    serve(loopback, after)
    assert fetch(anchor, loopback.url) == DONE
    assert (tmp_path / "mine").read_bytes() == after
    assert loopback.asked == ["/bundle/contents/plain", "/bundle"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "mine.places"]


def test_a_register_stays_a_register_without_being_told(loopback: Loopback, tmp_path: Path) -> None:
    world = World()
    world.issue()
    world.publish(NOW - 2 * DAY)
    (tmp_path / "mine").write_bytes(world.register())
    world.issue(at=NOW - DAY)
    world.publish(NOW - HOUR)
    serve(loopback, world.bundle())
    serve(loopback, world.register())
    assert fetch(world.anchor, loopback.url) == DONE
    assert (tmp_path / "mine").read_bytes() == world.register()
    assert "/bundle/register" not in loopback.asked


def test_a_download_that_broke_off_goes_on_where_it_stopped(
    loopback: Loopback, small: tuple[str, bytes, bytes], tmp_path: Path
) -> None:
    anchor, _, after = small
    serve(loopback, after)
    loopback.cut["/bundle"] = 5_000
    assert fetch(anchor, loopback.url) == USAGE
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.part", "mine.part.tag"]
    assert (tmp_path / "mine.part").stat().st_size == 5_000
    del loopback.cut["/bundle"]
    loopback.sent = 0
    assert fetch(anchor, loopback.url) == DONE
    assert (tmp_path / "mine").read_bytes() == after
    assert loopback.sent < len(after) - 4_000 + len(loopback.files["/bundle/contents/plain"])


def test_a_download_goes_on_only_with_the_same_file(
    loopback: Loopback, small: tuple[str, bytes, bytes], tmp_path: Path
) -> None:
    anchor, before, after = small
    serve(loopback, before)
    loopback.cut["/bundle"] = 5_000
    assert fetch(anchor, loopback.url) == USAGE
    loopback.cut.clear()
    serve(loopback, after)
    assert fetch(anchor, loopback.url) == DONE
    assert (tmp_path / "mine").read_bytes() == after


def test_one_that_was_whole_but_not_yet_taken_is_taken(
    loopback: Loopback, small: tuple[str, bytes, bytes], tmp_path: Path
) -> None:
    anchor, _, after = small
    serve(loopback, after)
    (tmp_path / "mine.part").write_bytes(after)
    (tmp_path / "mine.part.tag").write_text(f'"{sha256(after).hexdigest()}"\n{loopback.url}/')
    assert fetch(anchor, loopback.url) == DONE
    assert (tmp_path / "mine").read_bytes() == after
    assert loopback.sent < 5_000


def test_when_one_registry_fails_the_next_is_asked(
    loopback: Loopback,
    mirror: Loopback,
    small: tuple[str, bytes, bytes],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    anchor, before, after = small
    (tmp_path / "mine").write_bytes(before)
    serve(mirror, after)
    for broken in ({}, {"/bundle": b"<html>"}):
        loopback.files = dict(broken)
        assert fetch(anchor, "http://127.0.0.1:1", loopback.url, mirror.url) == DONE
        assert (tmp_path / "mine").read_bytes() == after
        assert loopback.url in capsys.readouterr().err


@pytest.mark.parametrize(
    "path", ["log1/tile/0/000.p/7", "trust/1", "log1/checkpoint/7", "status/a/0", "log1/tile/entries/000.p/7"]
)
def test_a_piece_that_was_tampered_with_leaves_everything_as_it_was(
    loopback: Loopback, small: tuple[str, bytes, bytes], tmp_path: Path, path: str
) -> None:
    anchor, before, after = small
    (tmp_path / "mine").write_bytes(before)
    serve(loopback, after)
    paths = [
        one
        for one in loopback.files
        if one.startswith("/" + path.split(".p/", maxsplit=1)[0].rsplit("/", 1)[0])
    ]
    assert paths
    for one in paths:
        loopback.files[one] = bytes([loopback.files[one][0] ^ 1]) + loopback.files[one][1:]
    loopback.files["/bundle"] = b"not this"
    code = fetch(anchor, loopback.url)
    assert (tmp_path / "mine").read_bytes() == (after if code == DONE else before)
    assert code == (DONE if path == "trust/1" else USAGE)  # what is held already is not asked for
    assert not list(tmp_path.glob("*.new")) + list(tmp_path.glob(".*"))


def test_a_piece_damaged_on_the_disk_is_fetched_again(
    loopback: Loopback, large: tuple[str, bytes, bytes], tmp_path: Path
) -> None:
    anchor, before, after = large
    at = before.index(b"log/0/tile/0/017") + 40
    (tmp_path / "mine").write_bytes(before[:at] + bytes([before[at] ^ 1]) + before[at + 1 :])
    serve(loopback, after)
    assert fetch(anchor, loopback.url) == DONE
    assert (tmp_path / "mine").read_bytes() == after
    assert "/log1/tile/0/017" in loopback.asked


def test_lists_that_change_meanwhile_are_asked_for_again(
    loopback: Loopback, small: tuple[str, bytes, bytes], tmp_path: Path
) -> None:
    anchor, before, after = small
    (tmp_path / "mine").write_bytes(before)
    serve(loopback, after)
    newer = loopback.files["/status/a/0"]
    loopback.files["/status/a/0"] = newer + b"?"
    assert fetch(anchor, loopback.url) == DONE  # three times it did not fit: then the file whole
    assert loopback.asked.count("/bundle/contents/plain") == 3
    assert (tmp_path / "mine").read_bytes() == after


def test_a_full_disk_leaves_the_bundle_there_is(
    loopback: Loopback, small: tuple[str, bytes, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchor, before, after = small
    (tmp_path / "mine").write_bytes(before)
    serve(loopback, after)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert fetch(anchor, loopback.url) == USAGE
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert (tmp_path / "mine").read_bytes() == before


def test_contents_of_a_log_larger_than_any_file_are_refused_before_its_tiles_are_counted(
    loopback: Loopback, small: tuple[str, bytes, bytes], tmp_path: Path
) -> None:
    anchor, before, after = small
    (tmp_path / "mine").write_bytes(before)
    serve(loopback, after)
    contents = json.loads(loopback.files["/bundle/contents/plain"])
    contents["manifest"]["logs"][0]["size"] = 1 << 52
    loopback.files["/bundle/contents/plain"] = rfc8785.dumps(contents)
    assert fetch(anchor, loopback.url) == USAGE
    assert (tmp_path / "mine").read_bytes() == before


def test_a_plain_bundle_does_not_take_the_place_of_a_register(loopback: Loopback, tmp_path: Path) -> None:
    world = World()
    world.issue()
    world.publish(NOW - 2 * DAY)
    held = world.register()
    world.publish(NOW - HOUR)
    for is_there in (True, False):
        if is_there:
            (tmp_path / "mine").write_bytes(held)
        else:
            (tmp_path / "mine").unlink()
        serve(loopback, world.bundle())
        loopback.files["/bundle/contents/register"] = loopback.files["/bundle/contents/plain"]
        loopback.files["/bundle/register"] = world.bundle()
        named = ["--register", "--registry", loopback.url, "--anchor", world.anchor]
        assert main(["bundle", "fetch", "mine", *named]) == USAGE
        assert (tmp_path / "mine").exists() == is_there


def test_a_mirror_that_breaks_off_with_anothers_tag_spoils_nothing_for_the_other(
    loopback: Loopback, mirror: Loopback, small: tuple[str, bytes, bytes], tmp_path: Path
) -> None:
    anchor, _, after = small
    serve(mirror, after)
    loopback.files["/bundle"] = bytes(one ^ 1 for one in after)
    loopback.cut["/bundle"] = 5_000
    loopback.bent["/bundle"] = 200, {"ETag": f'"{sha256(after).hexdigest()}"'}
    assert fetch(anchor, loopback.url, mirror.url) == DONE
    assert (tmp_path / "mine").read_bytes() == after


def test_who_fetches_meanwhile_waits_so_that_nothing_unverified_takes_the_place(
    loopback: Loopback, mirror: Loopback, small: tuple[str, bytes, bytes], tmp_path: Path
) -> None:
    anchor, before, after = small
    mine = tmp_path / "mine"
    mine.write_bytes(before)
    serve(loopback, after)
    serve(mirror, after)
    mirror.files["/status/a/0"] = b"not a list"  # what it writes is found out only when it is verified

    @contextmanager
    def opened(path: Path) -> Iterator[BundleView]:
        with authentic(path, anchor=anchor, chain=None) as view:
            yield view
        if path.name == "mine.new" and not other.ident:
            other.start()
            other.join(0.2)  # verified, and not yet in its place
            assert mirror.asked == []

    def fetch_from_the_mirror() -> None:
        with suppress(MalformedError):
            fetch_bundle(mine, [mirror.url], register=False, opened=opened)

    other = threading.Thread(target=fetch_from_the_mirror)
    fetch_bundle(mine, [loopback.url], register=False, opened=opened)
    other.join()
    assert mirror.asked != []
    assert mine.read_bytes() == after


def test_a_trust_document_that_goes_back_replaces_nothing(loopback: Loopback, tmp_path: Path) -> None:
    world = World()
    world.issue()
    world.trust(NOW - 2 * DAY)
    world.publish(NOW - 2 * DAY)
    held = world.bundle()
    (tmp_path / "mine").write_bytes(held)
    world.publish(NOW - HOUR)
    serve(loopback, world.bundle(contents=replace(world.contents, notes=world.notes[:1])))
    assert fetch(world.anchor, loopback.url) == USAGE
    assert (tmp_path / "mine").read_bytes() == held


def test_a_register_without_its_first_log_is_refused(loopback: Loopback, tmp_path: Path) -> None:
    """Each list in it is fresh and authentic, and marks of the first log would seem never to have been."""
    world = World()
    world.issue()
    world.publish(NOW - 3 * DAY)
    world.end_log(NOW - 2 * DAY)
    world.publish(NOW - HOUR)
    named = ["--register", "--registry", loopback.url, "--anchor", world.anchor]
    loopback.files["/bundle/register"] = world.register(contents=replace(world.contents, logs=world.logs[1:]))
    assert main(["bundle", "fetch", "mine", *named]) == USAGE
    assert list(tmp_path.iterdir()) == []
    loopback.files["/bundle/register"] = world.register()
    assert main(["bundle", "fetch", "mine", *named]) == DONE
