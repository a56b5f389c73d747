"""`akashi watch`, as somebody's cron runs it: told once, told to the right place, and never at a supplier's expense."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from forge.loopback import Loopback, serving
from forge.partners import Two
from forge.world import NOW, Issued, World
from keys.whole_files import alone_in
from schemas.claims import EventKind, EventReason
from schemas.times import DAY, HOUR
from verifier.cli import main
from verifier.suppliers import checking
from verifier.watch import mailing

NOTHING, NEWS, USAGE, COULD_NOT = 0, 1, 2, 3
ATOM = "{http://www.w3.org/2005/Atom}"
Watch = Callable[..., int]


class Scene:
    """Two suppliers, one of them with a mark that ends in forty days, and a register that moves on."""

    def __init__(self, folder: Path) -> None:
        self.world, self.folder, self.now = World(), folder, NOW
        self.stays: Issued = self.world.issue(at=NOW - 3 * DAY, name="株式会社みほん")
        self.ends: Issued = self.world.issue(at=NOW - 3 * DAY, exp=NOW + 40 * DAY, name="株式会社まもなく")
        self.publish(NOW - HOUR)
        marks = [("=cmd()", self.stays), ("まもなく", self.ends)]
        rows = [f"{name},{mark.claims.number}" for name, mark in marks]
        (folder / "suppliers.csv").write_text("\n".join(["会社名,マーク番号", *rows]), "utf-8")

    def publish(self, at: int) -> None:
        self.world.publish(at)
        (self.folder / "register.akashi").write_bytes(self.world.register())

    def revoke(self) -> None:
        self.now += DAY
        self.world.event(self.stays, EventKind.REVOKE, EventReason.MISUSE, at=self.now - 2 * HOUR)
        self.publish(self.now - HOUR)


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    for name in ("AKASHI_ANCHOR", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("AKASHI_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    made = Scene(tmp_path)
    monkeypatch.setattr(checking, "clock", lambda: float(made.now))
    return made


@pytest.fixture
def watch(scene: Scene) -> Watch:
    def run(*arguments: str, bundle: bool = True) -> int:
        at = ["--bundle", "register.akashi"] if bundle else []
        return main(["watch", "suppliers.csv", "--anchor", scene.world.anchor, *at, *arguments])

    return run


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with serving() as served:
        yield served


def test_the_first_look_is_no_news_and_lists_what_ends_soon(
    watch: Watch, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert watch() == NOTHING
    said = capsys.readouterr().out
    assert "First look at 2 suppliers" in said
    assert scene.ends.claims.number.display in said
    assert scene.stays.claims.number.display not in said


def test_a_revocation_is_told_once(watch: Watch, scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    watch()
    scene.revoke()
    capsys.readouterr()
    assert watch() == NEWS
    said = capsys.readouterr().out
    assert ": 1, for the worse: 1 (suppliers in the table: 2)" in said
    assert "=cmd()" in said
    assert "Revoked" in said
    assert watch("--quiet") == NOTHING
    said, errors = capsys.readouterr()
    assert said + errors == ""


def test_a_timer_can_tell_news_from_a_program_that_broke(
    watch: Watch, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    watch()
    scene.revoke()
    capsys.readouterr()
    assert watch("--exit-zero") == NOTHING
    assert "Revoked" in capsys.readouterr().out
    assert watch("--exit-zero", "--registry", "http://127.0.0.1:1", bundle=False) == COULD_NOT


def test_another_policy_is_said_beside_what_came_of_it(
    watch: Watch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watch()
    assert "Valid: 2" in capsys.readouterr().out
    (tmp_path / "policy.toml").write_text("version = 1\nmin_level = 5\n", "utf-8")
    assert watch("--policy", "policy.toml") == NEWS
    assert "not what was asked the last time" in capsys.readouterr().out


def test_what_comes_near_its_end_is_news_once(watch: Watch, scene: Scene) -> None:
    assert watch("--within", "39") == NOTHING
    scene.now += 2 * DAY
    scene.publish(scene.now - HOUR)
    assert watch("--within", "39") == NEWS
    assert watch("--within", "39") == NOTHING


def test_it_is_told_as_text_json_feed_and_mail(watch: Watch, scene: Scene, tmp_path: Path) -> None:
    outs = [word for kind in ("txt", "json", "atom", "eml") for word in ("--out", f"told.{kind}")]
    mail = ["--mail-from", "watch@example.jp", "--mail-to", "buyer@example.jp", "--lang", "ja"]
    watch()
    scene.revoke()
    assert watch(*outs, *mail) == NEWS

    assert "判定が変わりました" in (tmp_path / "told.txt").read_text("utf-8")
    told = json.loads((tmp_path / "told.json").read_bytes())
    [change] = told["changes"]
    assert change["kinds"] == ["verdict-changed", "state-changed"]
    assert (change["before"]["verdict"], change["after"]["verdict"]) == ("valid", "invalid")
    assert [one["number"] for one in told["ending"]] == [str(scene.ends.claims.number)]

    feed = ET.fromstring((tmp_path / "told.atom").read_bytes())  # noqa: S314 (our own)
    [entry] = feed.findall(f"{ATOM}entry")
    assert "=cmd()" in (entry.findtext(f"{ATOM}title") or "")

    message = message_from_bytes((tmp_path / "told.eml").read_bytes(), policy=policy.default)
    assert (message["From"], message["To"]) == ("watch@example.jp", "buyer@example.jp")
    assert message["Subject"] == "× 有効ではありません（前回：有効）: =cmd()"
    assert message.get_content() == (tmp_path / "told.txt").read_text("utf-8")


def test_the_feed_keeps_what_was_told_before(watch: Watch, scene: Scene, tmp_path: Path) -> None:
    watch()
    scene.revoke()
    watch("--out", "a.atom")
    watch("--out", "b.atom")
    ids = [
        [one.text for one in ET.fromstring((tmp_path / name).read_bytes()).iter(f"{ATOM}id")]  # noqa: S314
        for name in ("a.atom", "b.atom")
    ]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 2


def test_what_could_not_be_told_is_told_the_next_time(
    watch: Watch, scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch()
    scene.revoke()
    with monkeypatch.context() as full:
        full.setattr("verifier.watch.watching.write_whole", _full)
        assert watch("--out", "told.txt") == USAGE
    assert not (tmp_path / "told.txt").exists()
    assert watch("--out", "told.txt") == NEWS


def _full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def _mailing(folder: Path, ends: int) -> str:
    """A mail program that keeps its words and what it got, and ends so."""
    program = folder / "mailing"
    script = '#!/bin/sh\ncd "${0%/*}"; echo "$@" > words; cat > sent.eml; echo "queue is full" >&2; exit'
    program.write_text(f"{script} {ends}\n")
    program.chmod(0o700)
    return str(program)


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script is the mail program")
def test_a_mail_nobody_took_is_sent_the_next_time_and_once(
    watch: Watch, scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mail = ["--quiet", "--mail-to", "buyer@example.jp", "--sendmail"]
    assert watch(*mail, _mailing(tmp_path, 0)) == NOTHING
    assert not (tmp_path / "sent.eml").exists()
    scene.revoke()
    capsys.readouterr()
    assert watch(*mail, _mailing(tmp_path, 75)) == COULD_NOT
    assert "ended with 75: queue is full; no mail was sent" in capsys.readouterr().err
    assert watch(*mail, _mailing(tmp_path, 0)) == NEWS
    assert (tmp_path / "words").read_text() == "-t -i\n"
    sent = message_from_bytes((tmp_path / "sent.eml").read_bytes(), policy=policy.default)
    assert sent["Subject"] == "× Not valid (was: Valid): =cmd()"
    (tmp_path / "sent.eml").unlink()
    assert watch(*mail, _mailing(tmp_path, 0)) == NOTHING
    assert not (tmp_path / "sent.eml").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script is the mail program")
def test_a_mail_program_that_does_not_end_is_not_waited_for(
    watch: Watch, scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "PATIENCE", 0.2)
    program = tmp_path / "waiting"
    program.write_text("#!/bin/sh\nexec sleep 20\n")
    program.chmod(0o700)
    mail = ["--quiet", "--mail-to", "buyer@example.jp", "--sendmail", str(program)]
    assert watch(*mail) == NOTHING
    scene.revoke()
    assert watch(*mail) == COULD_NOT


def test_a_name_in_several_lines_writes_no_header_of_a_mail(
    watch: Watch, scene: Scene, tmp_path: Path
) -> None:
    name = "みほん\nBcc: thief@example.jp\r\n\r\nPay here"
    table = f'会社名,マーク番号\n"{name}",{scene.stays.claims.number}\n'
    (tmp_path / "suppliers.csv").write_text(table, "utf-8", newline="")
    watch()
    scene.revoke()
    assert watch("--out", "told.eml", "--mail-to", "buyer@example.jp") == NEWS
    message = message_from_bytes((tmp_path / "told.eml").read_bytes(), policy=policy.default)
    assert message["Bcc"] is None
    assert message["Subject"].endswith("みほん Bcc: thief@example.jp Pay here")
    assert message.get_content().startswith(
        "× Not valid (was: Valid): みほん Bcc: thief@example.jp Pay here\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks")
def test_of_two_watches_at_once_the_later_waits_and_tells_nothing_twice(watch: Watch, scene: Scene) -> None:
    watch()
    scene.revoke()
    codes: list[int] = []
    with alone_in(Path("state", "watching")):
        both = [threading.Thread(target=lambda: codes.append(watch("--quiet"))) for _ in range(2)]
        for one in both:
            one.start()
        both[0].join(0.5)
        assert codes == []
    for one in both:
        one.join()
    assert sorted(codes) == [NOTHING, NEWS]


def test_nobody_is_asked_about_a_supplier(watch: Watch, scene: Scene, loopback: Loopback) -> None:
    loopback.files["/bundle/register"] = scene.world.register()
    assert watch("--registry", loopback.url, bundle=False) == NOTHING
    assert loopback.asked == ["/bundle/contents/register", "/bundle/register"]


def test_a_registry_that_cannot_be_reached_changes_nothing(watch: Watch, scene: Scene) -> None:
    watch()
    assert watch("--registry", "http://127.0.0.1:1", bundle=False) == COULD_NOT
    scene.revoke()
    assert watch() == NEWS


def test_only_its_owner_can_read_what_is_kept(watch: Watch, tmp_path: Path) -> None:
    watch("--kept", "kept.json")
    assert (tmp_path / "kept.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "kept", [b"", b"{}", b"[]", b'{"format": 1}', b"\xff", b'{"format":1,"made":"x","anchor":"","suppliers":[],"told":[]}']
)  # fmt: skip
def test_a_file_it_did_not_keep_is_refused_and_left_alone(watch: Watch, tmp_path: Path, kept: bytes) -> None:
    (tmp_path / "kept.json").write_bytes(kept)
    assert watch("--kept", "kept.json") == USAGE
    assert (tmp_path / "kept.json").read_bytes() == kept


@pytest.mark.parametrize(
    "arguments",
    [
        ["--within", "-1"],
        ["--out", "told.pdf"],
        ["--out", "nowhere/told.txt"],
        ["--kept", "kept.json", "--out", "./kept.json"],
        ["--mail-to", "somebody"],
        ["--sendmail", "sh"],
        ["--mail-to", "a@b.jp", "--sendmail", "no-such-mailer"],
        ["--mail-from", "a@b.jp\nBcc: c@d.jp"],
    ],
)
def test_a_wrong_word_is_named_before_anything_is_done(
    watch: Watch, tmp_path: Path, arguments: list[str]
) -> None:
    assert watch(*arguments) == USAGE
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("lang", "says"), [("en", "not a level of ours"), ("ja", "当制度のレベルではありません")]
)
@pytest.mark.usefixtures("scene")
def test_a_partners_level_is_told_as_theirs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str, says: str
) -> None:
    """A supplier's link leads to a mark of ours at the first look, and to a partner's at the second."""
    monkeypatch.setattr(checking, "clock", lambda: float(NOW))
    monkeypatch.setenv("LANG", f"{lang}.UTF-8")
    two = Two()
    Path("ours").write_bytes(two.ours.register())
    Path("theirs").write_bytes(two.theirs.register())
    asked = ["watch", "s.csv", "--bundle", "ours", "--anchor", two.ours.anchor, "--partner", "sg-demo=theirs"]
    for mark in (two.own, two.mark):
        capsys.readouterr()
        Path("s.csv").write_text(f"ref,url\nS,{mark.link()}\n", "utf-8")
        main(asked)
    told = capsys.readouterr().out
    assert "★3 → " in told
    assert says in told
    assert told.count("★") == 1
