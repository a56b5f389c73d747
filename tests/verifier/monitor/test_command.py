"""`akashi monitor`: what it prints, in which language, and how it ends."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from forge.loopback import serving
from forge.world import NOW, World
from schemas.claims import EventKind, EventReason
from schemas.times import DAY, HOUR
from simulator import SimulatedRegistry
from verifier.cli import main
from verifier.monitor.findings import Kind
from verifier.monitor.words import explained, said


@pytest.fixture
def world() -> World:
    world = World()
    world.publish(NOW - 2 * DAY)
    world.issue(at=NOW - DAY)
    world.publish(NOW - DAY)
    return world


@pytest.fixture
def words(world: World, tmp_path: Path) -> list[str]:
    return ["monitor", "--anchor", world.anchor, "--state", str(tmp_path / "state"), "--lang", "en"]


def register_of(world: World, tmp_path: Path) -> str:
    path = tmp_path / "register.akashi"
    path.write_bytes(world.register())
    return str(path)


def test_a_register_file_is_looked_at_without_a_network(
    world: World, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--register", register_of(world, tmp_path)]) == 0
    first, _, rest = capsys.readouterr().out.partition("\n")
    assert first.startswith("akashi monitor: ")
    assert "1 marks that count" in rest


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_crime_ends_with_1_again_and_again_until_it_is_acknowledged(
    world: World, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    world.event(world.issued[0], EventKind.REVOKE, EventReason.MISUSE, signer="issuer-4", at=NOW - HOUR)
    world.publish(NOW)
    asked = [*words, "--lang", lang, "--register", register_of(world, tmp_path)]
    assert main(asked) == 1
    out = capsys.readouterr().out
    assert explained(Kind.EVENT_NOT_AUTHORISED, lang)[0] in out
    assert "[event-not-authorised]" in out
    assert main([*asked, "--json"]) == 1
    [alarm] = json.loads(capsys.readouterr().out)["alarms"]
    assert (alarm["kind"], alarm["new"], alarm["number"]) == (
        "event-not-authorised",
        False,
        world.issued[0].number,
    )
    assert main([*words, "--acknowledge", alarm["id"]]) == 0
    assert main([*asked, "--quiet"]) == 0
    assert said("alarms", lang) not in capsys.readouterr().out


def test_a_victim_reads_of_a_mark_in_its_name(
    world: World, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    register = register_of(world, tmp_path)
    assert main([*words, "--register", register, "--for", "T7000012050002"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("akashi monitor: in the names you watch: 1 new, ")
    assert world.issued[0].number in out
    assert "株式会社みほん電子" in out
    assert said("if-not-yours", "en") in out
    assert main([*words, "--register", register, "--for", "7000012050002", "--all", "--json"]) == 0
    [notice] = json.loads(capsys.readouterr().out)["notices"]
    assert (notice["kind"], notice["organisation"]) == ("issue", "0188:7000012050002")


class Full(io.StringIO):
    """Standard output on a disk without room."""

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


def test_what_could_not_be_written_is_told_the_next_time_and_once(
    world: World,
    words: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world.event(world.issued[0], EventKind.REVOKE, EventReason.MISUSE, signer="issuer-4", at=NOW - HOUR)
    world.publish(NOW)
    asked = [*words, "--register", register_of(world, tmp_path), "--for", "7000012050002", "--json"]
    with monkeypatch.context() as full:
        full.setattr("sys.stdout", Full())
        assert main(asked) == 2
    [state] = (tmp_path / "state").glob("*.monitor/state.json")
    [kept] = json.loads(state.read_bytes())["alarms"]
    assert kept["kind"] == "event-not-authorised"  # what was seen once is kept at once
    capsys.readouterr()
    assert main(asked) == 1
    told = json.loads(capsys.readouterr().out)
    assert [one["kind"] for one in told["notices"]] == ["issue", "revoke"]
    assert not told["alarms"][0]["new"]
    assert main(asked) == 1
    assert json.loads(capsys.readouterr().out)["notices"] == []


class Answers(dict[str, bytes]):
    """What a simulated registry answers, as files of a loopback server."""

    def __init__(self, registry: SimulatedRegistry) -> None:
        super().__init__()
        self.registry = registry

    def get(self, path: str, default: Any = None) -> Any:
        return self.registry.get(path.removeprefix("/"), max_size=1 << 24) or default


def test_over_http_only_what_is_new_is_asked_for(
    world: World, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    registry = SimulatedRegistry(world)
    with serving() as served:
        served.files = Answers(registry)
        assert main([*words, "--registry", served.url, "--json"]) == 0
        assert any("/tile/" in path for path in served.asked)
        served.asked.clear()
        assert main([*words, "--registry", served.url, "--json"]) == 0
        assert not any("/tile/" in path for path in served.asked)
    said_twice = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["new_leaves"] for one in said_twice] == [len(world.log.entries), 0]


def test_nobody_at_the_address_is_3_and_no_alarm(
    world: World, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--register", register_of(world, tmp_path)]) == 0
    assert main([*words, "--registry", "http://127.0.0.1:9"]) == 3
    assert said("unknown", "en") in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ([], "--registry"),
        (["--registry", "http://127.0.0.1:9", "--for", "12"], "--for"),
        (["--acknowledge", "nothing"], "no such alarm"),
        (["--registry", "not an address"], "no address"),
    ],
)
def test_mistakes_are_told_in_one_line(
    words: list[str], capsys: pytest.CaptureFixture[str], more: list[str], says: str
) -> None:
    assert main([*words, *more]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_every_finding_and_phrase_is_said_in_every_language() -> None:
    folder = Path(__file__).parents[3] / "verifier" / "monitor"
    tables = [json.loads((folder / f"words.{lang}.json").read_text("utf-8")) for lang in ("en", "ja")]
    assert all(set(table["findings"]) == {kind.value for kind in Kind} for table in tables)
    assert tables[0]["phrases"].keys() == tables[1]["phrases"].keys()
    for kind in Kind:
        assert not set(explained(kind, "en")) & set(explained(kind, "ja")), kind
