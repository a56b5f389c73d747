"""Trust documents, checkpoints, cosignatures and proofs that are not right: refused by name, and nothing is half-applied.

Truncated at every byte, doubled, re-ordered, under-signed, signed twice by one key, of another log, critical and unknown. Near-misses of
single formats are tried beside their readers (tests/schemas, tests/keys/test_notes.py, tests/registry/test_witness.py).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from forge.issuing import Desk, make_keys
from forge.laid import Laid, settings_of
from forge.logs import Log, cosignature_line
from forge.loopback import serving
from forge.loopback_registry import LoopbackRegistry
from forge.trust_documents import (
    DAY,
    ROOTS,
    START,
    document,
    key_of,
    note,
    note_key_id,
    signature_line,
    successor,
    text_of,
)
from forge.world import NOW, World
from keys.trust import TrustRefusedError, read_note, walk
from registry import commands
from registry.settings import SettingsError
from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.note import SignedNote, base64_of
from schemas.trust_document import TrustDocument, anchor_of
from verifier.anchors import AnchorError, AnchorStore
from verifier.cli import main
from verifier.evidence_view import EvidenceView
from verifier.report import Logged, Reason, Refused
from verifier.transparency import Witnessed, check_checkpoint

FIRST = document()
SECOND = successor(FIRST)
ANCHOR = anchor_of(text_of(FIRST))


def refusal(second: bytes) -> str | None:
    """The name under which a second version is refused; None when it is taken."""
    try:
        walk(ANCHOR, [note(FIRST), second])
    except TrustRefusedError as error:
        return error.rule
    return None


def test_a_trust_document_cut_anywhere_is_refused_by_name() -> None:
    whole = note(SECOND)
    assert refusal(whole) is None
    rules = {refusal(whole[:end]) for end in range(len(whole))}
    assert rules <= {"malformed", "below-threshold"}


def twice(text: str, member: str) -> str:
    """The same document with one member said twice."""
    start = text.index(f'"{member}":')
    return text[:start] + f'"{member}":[],' + text[start:]


def bent(**changes: Any) -> bytes:
    """A second version, signed as it stands, that its own reader may refuse."""
    return note(f"akashi/trust/v1\n{rfc8785.dumps(SECOND | changes).decode()}\n")


PAPERS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a member twice": (lambda: note(twice(text_of(SECOND), "mirrors")), "malformed"),
    "an entry twice": (lambda: bent(keys=[*SECOND["keys"], SECOND["keys"][0]]), "malformed"),
    "a witness twice": (lambda: bent(witnesses=[*SECOND["witnesses"], SECOND["witnesses"][0]]), "malformed"),
    "an unknown member": (lambda: bent(extra=1), "malformed"),
    "a float": (lambda: note(text_of(SECOND).replace('"version":2', '"version":2.0')), "malformed"),
    "quorums in another order": (
        lambda: bent(quorum=[{"k": 2, "from": START + 900 * DAY}, {"k": 2, "from": START}]),
        "malformed",
    ),
    "a critical extension": (lambda: bent(crit=["new-rule"]), "unknown-crit"),
    "another first line": (lambda: note(text_of(SECOND).replace("trust/v1", "trust/v2")), "malformed"),
    "one signature": (lambda: note(SECOND, ROOTS[0]), "below-threshold"),
    "strangers' signatures": (lambda: note(SECOND, "x", "y"), "below-threshold"),
    "one key's line twice": (lambda: note(SECOND, ROOTS[0], ROOTS[0]), "below-threshold"),
    "one key under two names": (
        lambda: (
            note(SECOND, ROOTS[0]) + signature_line(text_of(SECOND), ROOTS[0], name="root-b.example").encode()
        ),
        "below-threshold",
    ),
    "signatures of another text": (
        lambda: text_of(SECOND).encode() + b"\n" + note(FIRST).partition(b"\n\n")[2],
        "bad-root-signature",
    ),
    "a version left out": (lambda: note(successor(SECOND)), "version-missing"),
}


@pytest.mark.parametrize("what", list(PAPERS))
def test_a_trust_document_that_is_not_right_is_refused_by_name(what: str) -> None:
    made, rule = PAPERS[what]
    assert refusal(made()) == rule


def test_signature_lines_and_members_in_another_order_are_the_same_document() -> None:
    raw = note(SECOND)
    text, _, lines = raw.partition(b"\n\n")
    turned = text + b"\n\n" + b"".join(reversed(lines.splitlines(keepends=True)))
    assert refusal(turned) is None


# Checkpoints and cosignatures


@pytest.fixture(scope="module")
def world() -> World:
    world = World()
    world.issue(at=NOW - 60)
    world.publish(NOW)
    return world


def trusted(world: World) -> TrustDocument:
    return TrustDocument.from_json(world.documents[-1])


def seen(raw: bytes, world: World) -> Reason | str:
    """What is said of a checkpoint: a reason, "malformed", or "witnessed"."""
    try:
        found = check_checkpoint(SignedNote.from_bytes(raw), trusted(world))
    except MalformedError:
        return "malformed"
    return found.reason if isinstance(found, Refused) else "witnessed"


def test_a_checkpoint_cut_anywhere_is_not_a_witnessed_one(world: World) -> None:
    whole = world.log.signed({"w1": NOW, "w2": NOW})
    assert seen(whole, world) == "witnessed"
    found = {seen(whole[:end], world) for end in range(len(whole))}
    assert found <= {"malformed", Reason.NOT_LOGGED, Reason.NOT_WITNESSED}


def line(label: str, text: str, at: int = NOW) -> bytes:
    return cosignature_line(text, label, at).encode()


def other_log() -> Log:
    log = Log(origin="other.example/log1")
    log.append(b"entry")
    return log


def borrowed(text: str, label: str, name: str) -> bytes:
    """A cosignature of one witness, under the name of another and with the key id that name and key have."""
    message = f"cosignature/v1\ntime {NOW}\n{text}".encode()
    blob = note_key_id(name, 4, bytes(key_of(label).verify_key)) + NOW.to_bytes(8, "big")
    return f"— {name} {base64_of(blob + key_of(label).sign(message).signature)}\n".encode()


def extended(world: World) -> bytes:
    text = world.log.text() + "extension\n"
    return world.log.signed({"w1": NOW, "w2": NOW}, text=text)


def resized(world: World) -> bytes:
    origin, size, root = world.log.text().splitlines()
    return world.log.signed({"w1": NOW, "w2": NOW}, text=f"{origin}\n0{size}\n{root}\n")


HEADS: dict[str, tuple[Callable[[World], bytes], Reason | str]] = {
    "another log's": (lambda _w: other_log().signed({"w1": NOW, "w2": NOW}), Reason.NOT_LOGGED),
    "signed by another log": (lambda w: w.log.signed({"w1": NOW, "w2": NOW}, label="x"), Reason.NOT_LOGGED),
    "signed by no log": (
        lambda w: w.log.text().encode() + b"\n" + line("w1", w.log.text()) + line("w2", w.log.text()),
        Reason.NOT_LOGGED,
    ),
    "one cosignature": (lambda w: w.log.signed({"w1": NOW}), Reason.NOT_WITNESSED),
    "one witness twice": (
        lambda w: w.log.signed({"w1": NOW}) + line("w1", w.log.text(), NOW + 1),
        Reason.NOT_WITNESSED,
    ),
    "one witness under another's name": (
        lambda w: w.log.signed({"w1": NOW}) + borrowed(w.log.text(), "w1", "w2.example"),
        Reason.NOT_WITNESSED,
    ),
    "a bad cosignature beside two good ones": (
        lambda w: w.log.signed({"w1": NOW, "w2": NOW}) + line("w3", w.log.text() + "x\n"),
        Reason.NOT_WITNESSED,
    ),
    "a cosignature before its witness's window": (
        lambda w: w.log.signed({"w1": NOW, "w2": START - DAY}),
        Reason.NOT_WITNESSED,
    ),
    "an extension line": (extended, Reason.NOT_LOGGED),
    "a size with a zero in front": (resized, Reason.NOT_LOGGED),
}


@pytest.mark.parametrize("what", list(HEADS))
def test_a_checkpoint_that_is_not_right_is_refused_by_name(world: World, what: str) -> None:
    made, expected = HEADS[what]
    assert seen(made(world), world) == expected


# Proofs


def proven(raw: bytes, world: World) -> bool:
    """Whether evidence of the world's first mark proves it by this proof."""
    file = Archive.open(world.evidence(world.issued[0], bent={"proof": raw}))
    view = EvidenceView(file, walk(world.anchor, world.notes))
    return isinstance(view.logged(world.log.entries[1], iat=world.issued[0].claims.iat), Logged)


def test_a_proof_cut_anywhere_proves_nothing(world: World) -> None:
    whole = world.log.proof(1)
    assert proven(whole, world)
    # Of the signatures under a proof none is relied upon: its head is one of those the file holds, each believed by itself.
    signatures = whole.index(b"\xe2\x80\x94 ")
    ends = [end for end in range(len(whole)) if proven(whole[:end], world)]
    assert all(end > signatures and whole[:end].endswith(b"\n") for end in ends)


@pytest.mark.parametrize(
    "bend",
    [
        lambda lines: [lines[0], lines[1], *reversed(lines[2:4]), *lines[4:]],
        lambda lines: [*lines[:3], lines[2], *lines[3:]],
        lambda lines: [lines[0], lines[1], *lines[3:]],
        lambda lines: [lines[0], b"index 2", *lines[2:]],
        lambda lines: [lines[0], b"index 01", *lines[2:]],
        lambda lines: [b"c2sp.org/tlog-proof@v2", *lines[1:]],
    ],
)
def test_a_proof_with_its_lines_bent_proves_nothing(
    world: World, bend: Callable[[list[bytes]], list[bytes]]
) -> None:
    lines = world.log.proof(1).split(b"\n")
    assert proven(b"\n".join(lines), world)
    assert not proven(b"\n".join(bend(lines)), world)


# Nothing is half-applied


def everything(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("what", list(PAPERS))
def test_what_a_register_refuses_changes_none_of_its_files(tmp_path: Path, what: str) -> None:
    world = World()
    laid = Laid(world=world, home=tmp_path / "r", settings=settings_of(tmp_path / "r", world))
    laid.home.mkdir()
    laid.files.write_trust(1, note(FIRST))
    settings = settings_of(laid.home, world)
    object.__setattr__(settings, "anchor", ANCHOR)
    before = everything(laid.home)
    with pytest.raises((TrustRefusedError, SettingsError)):
        commands.add_trust(settings, PAPERS[what][0]())
    assert everything(laid.home) == before
    assert commands.add_trust(settings, note(SECOND)) == 2


@pytest.mark.parametrize("what", list(PAPERS))
def test_what_a_reader_refuses_leaves_what_he_keeps_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    store = AnchorStore(tmp_path)
    store.pin(walk(ANCHOR, [note(FIRST)]))
    before = everything(tmp_path)
    monkeypatch.delenv("AKASHI_STATE", raising=False)
    with serving() as served:
        served.files = {"/trust/1": note(FIRST), "/trust/2": PAPERS[what][0]()}
        words = ["trust", "update", "--registry", served.url, "--state", str(tmp_path)]
        assert main(words) == 2
        assert everything(tmp_path) == before
        served.files["/trust/2"] = note(SECOND)
        assert main(words) == 0
        served.files = {"/trust/1": note(FIRST)}  # withheld later: what is kept does not get shorter
        main(words)
    chain = store.find_chain(ANCHOR)
    assert chain is not None
    assert chain.current.version == 2


def test_a_kept_document_that_was_changed_is_named(tmp_path: Path) -> None:
    store = AnchorStore(tmp_path)
    store.pin(walk(ANCHOR, [note(FIRST), note(SECOND)]))
    path = tmp_path / ANCHOR / "trust" / "2"
    path.write_bytes(path.read_bytes().replace(b"mirror.example", b"terror.example"))
    with pytest.raises(AnchorError, match="changed since it was kept"):
        store.find_chain(ANCHOR)


def test_what_an_issuer_refuses_leaves_its_home_as_it_was(tmp_path: Path) -> None:
    world = make_keys(tmp_path, ["issuer-3"])
    desk = Desk(tmp_path, world, "issuer-3")
    assert desk.init().code == 0
    world.documents.append(successor(world.documents[0]))
    world.notes.append(note(world.documents[1], ROOTS[0]))
    before = everything(desk.home / "trust")
    with LoopbackRegistry(world, clock=lambda: desk.now) as registry:
        ran = desk.run("sync", "--registry", registry.url)
        assert (ran.code, "below-threshold" in ran.err) == (3, True)
        assert everything(desk.home / "trust") == before
        world.notes[1] = note(world.documents[1])
        assert desk.run("sync", "--registry", registry.url).code == 0
    assert read_note((desk.home / "trust" / "2").read_bytes())[1].version == 2


def test_the_honest_head_is_witnessed(world: World) -> None:
    assert isinstance(check_checkpoint(SignedNote.from_bytes(world.log.head.note), trusted(world)), Witnessed)
