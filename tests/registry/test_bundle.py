"""The bundle: the same state gives the same bytes, and the verifier takes them."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from forge import ask
from forge.laid import Laid
from forge.world import NOW
from registry.bundle import open_cached, open_contents, write_bundle
from schemas.bundle_contents import BundleContents
from schemas.claims import EventKind, EventReason
from schemas.evidence import Archive
from schemas.times import DAY, HOUR, iso
from verifier import Verdict
from verifier.cli import main
from verifier.report import Reason


def bundle(full: Laid, variant: str) -> bytes:
    with open_cached(full.services(), variant)[0] as stream:
        return stream.read()


def tag(full: Laid, variant: str) -> str:
    stream, found = open_cached(full.services(), variant)
    stream.close()
    return found


def test_the_plain_bundle_equals_the_forges_byte_for_byte(full: Laid) -> None:
    assert bundle(full, "plain") == full.world.bundle()


def test_the_register_equals_the_forges_but_for_profiles_and_entities(full: Laid) -> None:
    ours, theirs = Archive.open(bundle(full, "register")), Archive.open(full.world.register())
    added = {name for name in ours.names() if name.startswith(("profile/", "entities/"))}
    assert set(ours.names()) - added == set(theirs.names())
    assert all(ours.get(name) == theirs.get(name) for name in theirs.names())
    assert added == {
        f"profile/{full.marks['valid'].number}.cwt",
        f"profile/{full.marks['group'].number}.cwt",
        f"entities/{full.marks['group'].number}.cbor",
    }


def test_a_bundle_is_enough_to_verify_offline(full: Laid) -> None:
    plain, register = bundle(full, "plain"), bundle(full, "register")
    good, gone = full.marks["valid"], full.marks["revoked"]
    assert ask(plain, good.raw, anchor=full.world.anchor, now=NOW).verdict is Verdict.VALID
    assert Reason.REVOKED in ask(plain, gone.raw, anchor=full.world.anchor, now=NOW).reasons
    assert ask(register, good.number, anchor=full.world.anchor, now=NOW).verdict is Verdict.VALID


def test_the_cached_bundle_is_replaced_when_the_log_grows(full: Laid) -> None:
    before = tag(full, "plain")
    assert tag(full, "plain") == before
    full.world.publish(NOW - 60)
    full.write()
    full.rebuild()
    assert tag(full, "plain") != before
    assert bundle(full, "plain") == full.world.bundle()
    assert len(list((full.home / "cache").glob("plain-*"))) == 1


def test_a_new_profile_makes_a_new_register(full: Laid) -> None:
    before = tag(full, "register")
    path = full.home / "profile" / f"{full.marks['valid'].number}.cwt"
    full.files.write_profile(full.marks["valid"].number, path.read_bytes())
    assert tag(full, "register") != before


def test_a_head_whose_lists_are_not_out_yet_waits_for_them(full: Laid) -> None:
    expected = full.world.bundle()
    lists = dict(full.world.lists)
    full.world.publish(NOW - 60)
    full.world.lists = lists
    full.write()
    full.rebuild()
    held = Archive.open(bundle(full, "plain"))
    assert held.manifest == Archive.open(expected).manifest


def test_the_command_writes_the_same_file(full: Laid, tmp_path: Path) -> None:
    for name, register in (("plain", False), ("register", True)):
        write_bundle(full.settings, tmp_path / name, register=register)
        assert (tmp_path / name).read_bytes() == bundle(full, name)


def test_the_last_checkpoint_of_each_day_is_a_landmark(full: Laid) -> None:
    days = [name[-8:] for name in Archive.open(bundle(full, "plain")).names("log/0/landmarks/")]
    published = [NOW - ago for ago in (20 * DAY, 9 * DAY, 3 * DAY, 2 * DAY, HOUR)]
    assert days == [iso(time)[:10].replace("-", "") for time in published]


def test_a_register_of_too_many_members_goes_without_profiles_and_still_answers(
    full: Laid, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Archive.open(bundle(full, "register"))
    monkeypatch.setattr("registry.bundle.MAX_MEMBERS", len(whole.names()) - 1)
    shutil.rmtree(full.home / "cache")
    fewer = bundle(full, "register")
    names = Archive.open(fewer).names()
    assert [name for name in whole.names() if name not in names] == whole.names("profile/") != []
    assert ask(fewer, full.marks["valid"].number, anchor=full.world.anchor, now=NOW).verdict is Verdict.VALID
    with open_contents(full.services(), "register")[0] as stream:
        contents = BundleContents.from_bytes(stream.read())
    assert not any(name.startswith("profile/") for name in contents.digests)


@contextmanager
def serving(full: Laid) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, full.app(), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None: ...


@pytest.mark.parametrize("variant", ["plain", "register"])
def test_a_bundle_kept_current_by_difference_is_the_one_the_registry_serves(
    full: Laid, tmp_path: Path, variant: str
) -> None:
    mine = tmp_path / "mine"
    command = ["bundle", "fetch", str(mine), *(["--register"] if variant == "register" else [])]
    with serving(full) as url:
        command += ["--registry", url, "--anchor", full.world.anchor]
        assert main(command) == 0
        assert mine.read_bytes() == bundle(full, variant)
        before = mine.stat().st_size
        # Another mark and its profile, another profile of an old one, an event, the lists anew.
        issued = full.world.issue(at=NOW - HOUR)
        full.world.event(full.marks["valid"], EventKind.REVOKE, EventReason.MISUSE, at=NOW - HOUR)
        full.world.publish(NOW - 60)
        full.write()
        old = full.home / "profile" / f"{full.marks['valid'].number}.cwt"
        full.files.write_profile(issued.number, old.read_bytes())
        full.rebuild()
        assert main(command) == 0
        assert mine.read_bytes() == bundle(full, variant)
        assert mine.stat().st_size > before
        contents = full.client().get(f"/bundle/contents/{variant}")
        assert contents.headers["ETag"]
        again = full.client().get(
            f"/bundle/contents/{variant}", headers={"If-None-Match": contents.headers["ETag"]}
        )
        assert again.status_code == 304
