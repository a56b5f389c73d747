"""The bundle: the same state gives the same bytes, and the verifier takes them."""

from pathlib import Path

from forge import ask
from forge.laid import Laid
from forge.world import NOW
from registry.bundle import open_cached, write_bundle
from schemas.evidence import Archive
from schemas.times import DAY, HOUR, iso
from verifier import Verdict
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
