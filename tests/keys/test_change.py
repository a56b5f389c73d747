"""The next version by what changes: closing, adding, voiding, ending, renewing; shown in words, signed on several machines."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from forge.logs import Log
from forge.trust_documents import DAY, START, base64_of, document, kid_of, note, recognised, vkey
from keys.meaning import LANGUAGES, meaning_of
from keys.trust import read_note, walk
from schemas.times import iso
from schemas.trust_document import TrustDocument

Run = Callable[..., tuple[int, str, str]]
LATER = START + 10 * DAY


@pytest.fixture
def change(run: Run, first: Path) -> Callable[..., tuple[int, str, str]]:
    def changed(*words: object) -> tuple[int, str, str]:
        return run(
            "trust", "change", "--previous", first, "--out", "v2", "--issued", LATER, "--lang", "en", *words
        )

    return changed


def drafted() -> TrustDocument:
    return TrustDocument.from_text(Path("v2").read_text())


def test_without_a_change_a_version_is_renewed(change: Run, first: Path) -> None:
    code, out, _ = change("--days", "200")
    assert code == 0
    assert "RENEWS" in out
    old, new = read_note(first.read_bytes())[1], drafted()
    assert (new.version, new.issued, new.expires) == (2, LATER, LATER + 200 * DAY)
    dates = ("version", "issued", "expires")
    assert {k: v for k, v in old.to_json().items() if k not in dates} == {
        k: v for k, v in new.to_json().items() if k not in dates
    }


def test_what_is_closed_ends_when_the_version_is_issued_or_when_it_is_said(change: Run) -> None:
    kid = kid_of("issuer-3")
    code, out, _ = change("--close-key", kid, "--close-host", "127.0.0.1", "--close-witness", "w3")
    assert code == 0
    new = drafted()
    closed = next(key for key in new.keys if key.kid.hex() == kid)
    assert closed.until == LATER
    assert {host.host: host.until for host in new.hosts} == {"akashi.example": None, "127.0.0.1": LATER}
    assert [one.until for one in new.witnesses if one.name == "w3"] == [LATER]
    for said in ("CLOSES the mark key", "CLOSES the host name 127.0.0.1", "RETIRES the witness w3"):
        assert said in out
    Path("v2").unlink()
    assert change("--close-key", kid, "--until", iso(LATER + DAY))[0] == 0
    assert next(key for key in drafted().keys if key.kid.hex() == kid).until == LATER + DAY


def test_a_stolen_key_and_its_replacement_come_in_one_version(run: Run, change: Run) -> None:
    run("generate", "--out", "status-2")
    kid = kid_of("status")
    code, out, _ = change(
        "--compromise", kid, "--add-key", "file:status-2", "--use", "status", "--owner", "The register"
    )
    assert code == 0
    assert "VOID: no status list" in out
    assert "NEW STATUS KEY: The register" in out
    stolen = next(key for key in drafted().keys if key.kid.hex() == kid)
    assert stolen.compromised is not None
    assert stolen.compromised.since == LATER


def test_an_issuer_is_added_with_what_it_may_sign(run: Run, change: Run) -> None:
    run("generate", "--out", "issuer-5", "--algorithm", "p256")
    words = (
        "--add-key",
        "file:issuer-5",
        "--use",
        "mark",
        "--owner",
        "Body E",
        "--levels",
        "3:366,4:1096",
        "--series",
        "e",
    )
    code, out, _ = change(*words, "--key-days", "100")
    assert code == 0
    assert "NEW ISSUER: Body E may sign marks of level 3 (≤ 366 d), 4 (≤ 1096 d)" in out
    added = drafted().keys[-1]
    assert (added.levels, added.series, added.until - added.start) == ({3: 366, 4: 1096}, "e", 100 * DAY)


def test_hosts_mirrors_witnesses_and_the_quorum_are_added(change: Run) -> None:
    words = (
        "--add-host",
        "new.example",
        "--add-mirror",
        "https://m.example/a",
        "--add-witness",
        f"w4={vkey('w4.example', 'w4', 4)}",
    )
    code, out, _ = change(*words, "--quorum", "3")
    assert code == 0
    assert "QUORUM: from" in out
    assert "3 of 4 witnesses" in out
    new = drafted()
    assert new.hosts[-1].host == "new.example"
    assert new.mirrors[-1] == "https://m.example/a"
    assert (new.quorum[-1].k, new.quorum[-1].start) == (3, LATER)


def checkpoint(*witnesses: str, label: str = "log", at: int = LATER) -> Path:
    log = Log(origin="akashi.example/log1")
    log.append(b"entry")
    path = Path("checkpoint")
    path.write_bytes(log.signed(dict.fromkeys(witnesses, at), label=label))
    return path


def test_a_partner_is_recognised_for_less_by_closing_and_adding_in_one_version(run: Run) -> None:
    entry = recognised("sg")
    del entry["from"]
    Path("before").write_bytes(note(document(recognised=[recognised("sg")])))
    Path("less.json").write_text(json.dumps(entry | {"levels": [1], "editions": ["2025"]}))
    words = ("trust", "change", "--previous", "before", "--out", "v2", "--issued", LATER, "--lang", "en")
    added = ("--close-partner", "sg", "--add-partner", "less.json")
    code, out, err = run(*words, *added, "--until", iso(LATER + DAY))
    assert code == 0, err
    whole, less = drafted().recognised
    assert (whole.until, less.start, less.until) == (LATER + DAY, LATER + DAY, None)
    assert (whole.levels, less.levels, less.editions) == (None, (1,), ("2025",))
    for said in ("ENDS the recognition of sg", "RECOGNISES sg", "ONLY LEVEL 1", "ONLY EDITION 2025"):
        assert said in out
    Path("v2").unlink()
    Path("less.json").write_text(json.dumps(entry | {"levels": [0]}))
    code, _, err = run(*words, *added)
    assert (code, "/recognised/1/levels/0" in err) == (1, True), err


def test_a_log_ends_at_its_last_kept_checkpoint_and_the_next_one_follows(change: Run) -> None:
    path = checkpoint("w1", "w2")
    following = (
        "--next-log",
        vkey("akashi.example/log2", "log-2"),
        "--next-url",
        "https://akashi.example/log2",
    )
    code, out, _ = change("--end-log", path, *following)
    assert code == 0
    assert "ENDS the log akashi.example/log1 at size 1" in out
    assert "NEW LOG: akashi.example/log2" in out
    final = drafted().logs[0].final
    assert final is not None
    assert base64_of(final.root) == path.read_text().split("\n")[2]


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: checkpoint("w1"), "not-witnessed"),
        (lambda: checkpoint("w1", "w2", label="thief"), "not-the-log"),
        (lambda: checkpoint("w1", "w2", at=START - DAY), "not-witnessed"),
        (lambda: Path("pass"), "malformed"),
    ],
)
def test_a_log_does_not_end_at_a_head_too_few_have_seen(
    change: Run, made: Callable[[], Path], says: str
) -> None:
    code, _, err = change("--end-log", made())
    assert (code, says in err) == (1, True)
    assert not Path("v2").exists()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--close-key", "ab" * 8), 1, "no-such-entry"),
        (("--close-host", "nowhere.example"), 1, "there are akashi.example, 127.0.0.1"),
        (("--close-key", kid_of("status"), "--until", START + DAY), 1, "until-in-past"),
        (("--quorum", "1"), 1, "no majority"),
        (("--add-witness", "w4"), 2, "NAME=VKEY"),
        (("--compromise", "xyz"), 2, "KID:PLACE:SIZE"),
        (("--compromise", f"{kid_of('issuer-3')}:7:9"), 1, "no log at that place"),
        (("--add-key", "file:a"), 2, "--use and --owner"),
        (("--add-key", "file:a", "--use", "status", "--owner", "x"), 1, "same public key"),
        (("--add-key", "file:a", "--use", "mark", "--owner", "x"), 2, "--levels and --series"),
        (("--next-log", "x", "--next-url", "y"), 2, "--end-log"),
        (("--next-log", "x"), 2, "go together"),
        (("--root-threshold", "1"), 1, "/root/threshold"),
        (("--root-threshold", "4"), 1, "/root/threshold"),
        (("--add-host", "akashi.example"), 1, "stands twice"),
    ],
)
def test_a_change_that_cannot_be_is_refused_by_name_and_writes_nothing(
    change: Run, words: tuple[object, ...], code: int, says: str
) -> None:
    found, _, err = change(*words)
    assert (found, says in err) == (code, True), err
    assert not Path("v2").exists()


def test_the_root_is_replaced_by_the_thresholds_of_both(run: Run, change: Run, first: Path) -> None:
    code, out, _ = run("generate", "--out", "d", "--note-name", "d.example", "--type", "root", "--json")
    fourth = json.loads(out)["vkey"]
    kept = [key.to_text() for key in read_note(first.read_bytes())[1].root.keys[1:]]
    words = [word for key in (*kept, fourth) for word in ("--root-key", key)]
    code, out, _ = change(*words)
    assert code == 0
    assert "ROOT: from now on 2 of 3 root keys" in out
    for name, counts in (("b", "1 of 2"), ("c", "2 of 2"), ("d", "3 of 2")):
        code, out, err = run(
            "trust", "sign", "v2", "--previous", first, "--key", f"file:{name}", "--yes", "--lang", "en"
        )
        assert code == 0
        assert f"root of this version: {counts}" in out
        assert "ROOT: from now on" in err  # shown before the key was opened
    anchor = read_note(first.read_bytes())[1].anchor
    assert walk(anchor, [first.read_bytes(), Path("v2").read_bytes()]).current.version == 2


def test_root_holders_sign_copies_at_the_same_time_and_the_lines_are_put_together(
    run: Run, change: Run, first: Path
) -> None:
    assert change("--add-host", "new.example")[0] == 0
    for name in ("a", "b"):
        shutil.copy("v2", f"v2-{name}")
        assert (
            run("trust", "sign", f"v2-{name}", "--previous", first, "--key", f"file:{name}", "--yes")[0] == 0
        )
    code, out, _ = run("trust", "join", "v2-a", "v2-b", "--previous", first, "--out", "v2-joined")
    assert code == 0
    assert "root of the version before: 2 of 2" in out
    assert run("trust", "check", first, "v2-joined")[0] == 0


def test_copies_of_different_texts_strangers_and_bent_lines_are_not_put_together(
    run: Run, change: Run, first: Path
) -> None:
    assert change("--add-host", "new.example")[0] == 0
    shutil.copy("v2", "v2-a")
    run("trust", "sign", "v2-a", "--previous", first, "--key", "file:a", "--yes")
    Path("v2").unlink()
    assert change("--add-host", "other.example")[0] == 0
    bent = Path("v2-a").read_bytes()
    Path("v2-bent").write_bytes(bent[:-10] + (b"A" if bent[-10:-9] != b"A" else b"B") + bent[-9:])
    Path("v2-strange").write_bytes(bent.replace("— a.example".encode(), "— z.example".encode()))
    for words, says in (
        (("v2-a", "v2"), "two-texts"),
        (("v2",), "below-threshold"),
        (("v2-bent",), "bad-root-signature"),
        (("v2-strange",), "not-a-root-key"),
    ):
        code, _, err = run("trust", "join", *words, "--previous", first, "--out", "joined")
        assert (code, says in err) == (1, True), (words, err)
        assert not Path("joined").exists()


def test_what_it_means_is_said_in_every_language(first: Path) -> None:
    document = read_note(first.read_bytes())[1]
    said: dict[str, list[str]] = {lang: meaning_of(document, None, lang=lang) for lang in LANGUAGES}
    assert len(said["en"]) == len(said["ja"]) > 5
    assert not set(said["en"]) & set(said["ja"])


@pytest.mark.parametrize("version", [3, 60])
def test_any_number_of_versions_is_walked(run: Run, first: Path, version: int) -> None:
    """File in, file out, with two of three keys; each version says how it follows."""
    from forge import trust_documents as forge

    documents: list[dict[str, Any]] = [forge.document()]
    while len(documents) < version:
        documents.append(forge.successor(documents[-1]))
    for place, one in enumerate(documents, 1):
        Path(f"t{place}").write_bytes(forge.note(one))
    assert first.exists()
    code, out, _ = run("trust", "check", *(f"t{place}" for place in range(1, version + 1)), "--json")
    assert code == 0
    assert [one["version"] for one in json.loads(out)["versions"]] == list(range(1, version + 1))


def test_a_mirror_is_added_and_taken_away(change: Run, first: Path) -> None:
    before = read_note(first.read_bytes())[1].mirrors
    code, out, _ = change("--add-mirror", "https://new.example")
    assert code == 0
    assert "MIRRORS" in out
    assert drafted().mirrors == (*before, "https://new.example")
    Path("v2").unlink()
    code, out, _ = change("--close-mirror", before[0])
    assert code == 0
    assert "MIRRORS" in out
    assert drafted().mirrors == before[1:]
    Path("v2").unlink()
    code, _, err = change("--close-mirror", "https://nowhere.example")
    assert code != 0
    assert "no-such-entry" in err
