"""The client of C2SP tlog-witness: witnesses slow, down, lying, ahead, rolled back, retired; no one stops the others.

what the text asks of a client                                 where it is tried
POST <prefix>/add-checkpoint                                   test_good_cosignatures_are_gathered_at_once
old size, proof, blank line, checkpoint                        the server half, tests/registry/test_witness.py, reads it
at most 63 proof lines                                         a consistency proof never has more (schemas.merkle)
a first question may begin with old 0, and be told the size    test_a_witness_at_another_size_is_asked_again_from_there
409 with the size as body                                      test_a_witness_at_another_size_is_asked_again_from_there
cosignatures of unknown keys are ignored                       test_lines_of_keys_not_known_here_are_ignored
several lines, of several types, may come                      test_lines_of_keys_not_known_here_are_ignored
"""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from forge.logs import Log, cosignature_line
from forge.registers import Register
from forge.trust_documents import base64_of, key_of, note_key_id, witness
from forge.world import NOW, World, first_document
from keys.notes import cosignature_times
from registry.cli import main
from registry.publisher import NoQuorumError
from registry.sequencer import ForkError
from registry.settings import PublisherSettings, SettingsError
from registry.witness_commands import WitnessCommandError, add, listed, remove
from registry.witness_states import State, WitnessStates
from registry.witnesses import WitnessClient, WitnessError, collect
from schemas.merkle import consistency_proof
from schemas.note import SignedNote
from schemas.trust_document import TrustDocument
from verifier import Verdict, Verifier

Answer = Callable[[bytes, str], "tuple[int, bytes] | None"]


def honest(label: str, *, at: int = NOW) -> Answer:
    """Cosign whatever comes."""
    return lambda _body, text: (200, cosignature_line(text, label, at).encode())


def answering(status: int, body: bytes) -> Answer:
    return lambda _body, _text: (status, body)


@contextmanager
def witnesses(*answers: Answer) -> Iterator[tuple[list[WitnessClient], list[list[bytes]]]]:
    """Servers on loopback, each with its own way; and what each was sent."""
    with ExitStack() as stack:
        clients, heard = [], []
        for answer in answers:
            sent: list[bytes] = []

            class Handler(BaseHTTPRequestHandler):
                def do_POST(self, answer: Answer = answer, sent: list[bytes] = sent) -> None:
                    body = self.rfile.read(int(self.headers["Content-Length"]))
                    sent.append(body)
                    text = body.partition(b"\n\n")[2].decode().partition("\n\n")[0] + "\n"
                    found = answer(body, text)
                    if found is None:
                        return
                    self.send_response(found[0])
                    self.send_header("Content-Length", str(len(found[1])))
                    self.end_headers()
                    self.wfile.write(found[1])

                def log_message(self, *_arguments: object) -> None:
                    pass

            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
            server.daemon_threads = True
            server.handle_error = lambda *_arguments: None  # type: ignore[method-assign]
            thread = threading.Thread(
                target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
            )
            thread.start()
            stack.callback(server.shutdown)
            clients.append(WitnessClient(f"http://127.0.0.1:{server.server_port}"))
            heard.append(sent)
        yield clients, heard


@pytest.fixture
def log() -> Log:
    log = Log(origin="akashi.example/log1")
    for number in range(9):
        log.append(b"entry %d" % number)
    return log


@pytest.fixture
def states(tmp_path: Path) -> WitnessStates:
    return WitnessStates(tmp_path / "witnesses.json")


def gathered(
    log: Log,
    clients: list[WitnessClient],
    states: WitnessStates,
    *,
    limit: float = 3.0,
    grace: float = 0.3,
    document: dict[str, object] | None = None,
) -> list[str]:
    """Names of the witnesses whose cosignatures ended up on the head."""
    trusted = TrustDocument.from_json(document or first_document())
    note = collect(
        clients,
        log.signed({}),
        len(log.entries),
        document=trusted,
        consistency=lambda old, new: consistency_proof(log.hashes[:new], old) if 0 < old < new else [],
        states=states,
        now=NOW,
        limit=limit,
        grace=grace,
    )
    return sorted(
        key.name
        for key in cosignature_times(SignedNote.from_bytes(note), [one.key for one in trusted.witnesses])
    )


def test_good_cosignatures_are_gathered_at_once(log: Log, states: WitnessStates) -> None:
    with witnesses(honest("w1"), honest("w2"), honest("w3")) as (clients, heard):
        assert gathered(log, clients, states) == ["w1.example", "w2.example", "w3.example"]
    assert [len(sent) for sent in heard] == [1, 1, 1]
    assert {one.state for one in states.by_url.values()} == {State.OK}
    assert sorted(one.name or "" for one in states.by_url.values()) == ["w1", "w2", "w3"]


def hanging(_body: bytes, _text: str) -> None:
    time.sleep(5)


def dripping(_body: bytes, _text: str) -> "tuple[int, bytes]":
    time.sleep(0.2)
    return 200, b"x" * 10


BAD: dict[str, tuple[Answer, State]] = {
    "a signature of another key": (
        lambda _b, text: (200, cosignature_line(text, "w1", NOW).replace("w1", "w3").encode()),
        State.UNLISTED,
    ),
    "a cosignature of another text": (
        lambda _b, text: (200, cosignature_line(text + "x\n", "w3", NOW).encode()),
        State.LYING,
    ),
    "another witness's line": (
        lambda _b, text: (200, cosignature_line(text, "stranger", NOW).encode()),
        State.UNLISTED,
    ),
    "a time an hour ago": (honest("w3", at=NOW - 3600), State.LYING),
    "a time in an hour": (honest("w3", at=NOW + 3600), State.LYING),
    "no time at all": (honest("w3", at=0), State.RETIRED),
    "garbage": (answering(200, b"\xff\xfe"), State.LYING),
    "nothing": (answering(200, b""), State.LYING),
    "a page": (answering(200, b"<html>"), State.LYING),
    "an answer without end": (answering(200, b"x" * 200_000), State.LYING),
    "404": (answering(404, b"unknown origin\n"), State.REFUSED),
    "403": (answering(403, b"\n"), State.REFUSED),
    "422": (answering(422, b"\n"), State.REFUSED),
    "500": (answering(500, b"\n"), State.REFUSED),
    "a redirect": (answering(302, b"\n"), State.REFUSED),
    "409 without a size": (answering(409, b"\n"), State.REFUSED),
    "409 with a size that is none": (answering(409, b"-4\n"), State.REFUSED),
    "409 for ever": (lambda body, _t: (409, b"3\n" if body.startswith(b"old 0") else b"4\n"), State.REFUSED),
    "ahead": (answering(409, b"12\n"), State.AHEAD),
    "silence": (lambda _b, _t: None, State.DOWN),
}


@pytest.mark.parametrize("how", list(BAD))
def test_a_witness_that_fails_is_named_and_stops_nobody(log: Log, states: WitnessStates, how: str) -> None:
    answer, state = BAD[how]
    with witnesses(answer, honest("w1"), honest("w2")) as (clients, _):
        assert gathered(log, clients, states) == ["w1.example", "w2.example"]
    assert states.by_url[clients[0].url].state is state
    assert states.by_url[clients[1].url].state is State.OK


def test_a_slow_witness_delays_a_publication_by_the_grace_and_no_longer(
    log: Log, states: WitnessStates
) -> None:
    with witnesses(hanging, honest("w1"), honest("w2")) as (clients, _):
        began = time.monotonic()
        assert gathered(log, clients, states, limit=4) == ["w1.example", "w2.example"]
        assert time.monotonic() - began < 2
        assert states.by_url[clients[0].url].state is State.SLOW
        assert gathered(log, clients, states, limit=4) == ["w1.example", "w2.example"]
    assert states.by_url[clients[0].url].detail == "an earlier question is still open"


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: ",
    ],
    ids=["of a length", "of no length", "within its header"],
)
def test_a_witness_whose_bytes_drip_is_cut_off_at_the_limit(head: bytes) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        stop = threading.Event()

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(head)
                while not stop.wait(0.05):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        client = WitnessClient(f"http://127.0.0.1:{listening.getsockname()[1]}")
        began = time.monotonic()
        with pytest.raises(WitnessError) as refused:
            client.cosign(b"note\n\n", 9, lambda _old, _new: [], deadline=began + 0.6)
        assert 0.5 < time.monotonic() - began < 2
        stop.set()
        thread.join()
    assert refused.value.state is State.SLOW


def test_a_witness_whose_answer_does_not_end_is_not_heard_to_the_end(log: Log, states: WitnessStates) -> None:
    poured: list[bytes] = []
    piece = bytes(1 << 20)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def pour() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                while len(poured) < 64:
                    connection.sendall(piece)
                    poured.append(piece)

        thread = threading.Thread(target=pour, daemon=True)
        thread.start()
        client = WitnessClient(f"http://127.0.0.1:{listening.getsockname()[1]}")
        assert gathered(log, [client], states) == []
        thread.join()
    assert states.by_url[client.url].state is State.LYING
    assert len(poured) < 64  # MiB: what the machine's own buffers take is a few


def test_nobody_at_the_address_is_down(log: Log, states: WitnessStates) -> None:
    client = WitnessClient("http://127.0.0.1:9")
    assert gathered(log, [client], states) == []
    assert states.by_url[client.url].state is State.DOWN


def test_a_witness_at_another_size_is_asked_again_from_there(log: Log, states: WitnessStates) -> None:
    def held_at_four(body: bytes, text: str) -> tuple[int, bytes]:
        return (
            (200, cosignature_line(text, "w1", NOW).encode())
            if body.startswith(b"old 4\n")
            else (409, b"4\n")
        )

    with witnesses(held_at_four) as (clients, heard):
        assert gathered(log, clients, states) == ["w1.example"]
    [first, second] = heard[0]
    assert first.startswith(b"old 0\n\n")
    assert second.startswith(b"old 4\n")
    proof = consistency_proof(log.hashes, 4)
    assert second.split(b"\n\n")[0].split(b"\n")[1:] == [base64_of(one).encode() for one in proof]
    assert states.by_url[clients[0].url].state is State.OK


def test_a_witness_that_forgot_what_it_cosigned_is_served_and_named(log: Log, states: WitnessStates) -> None:
    def forgot(body: bytes, text: str) -> tuple[int, bytes]:
        return (
            (200, cosignature_line(text, "w1", NOW).encode())
            if body.startswith(b"old 0\n")
            else (409, b"0\n")
        )

    with witnesses(forgot) as (clients, _):
        clients[0].known = 7
        assert gathered(log, clients, states) == ["w1.example"]
    assert states.by_url[clients[0].url].state is State.ROLLED_BACK


def test_lines_of_keys_not_known_here_are_ignored(log: Log, states: WitnessStates) -> None:
    """Beside its Ed25519 line a witness may send one of type 06 (ML-DSA-44), under the same name."""
    ml_dsa = note_key_id("w1.example", 6, bytes(1312)) + bytes(8) + bytes(2420)

    def both(_body: bytes, text: str) -> tuple[int, bytes]:
        lines = f"— w1.example {base64_of(ml_dsa)}\n" + cosignature_line(text, "w1", NOW)
        return 200, (lines + cosignature_line(text, "stranger", NOW)).encode()

    with witnesses(both) as (clients, _):
        assert gathered(log, clients, states) == ["w1.example"]


def test_one_witness_at_two_addresses_counts_once(log: Log, states: WitnessStates) -> None:
    with witnesses(honest("w1"), honest("w1"), honest("w2")) as (clients, _):
        assert gathered(log, clients, states) == ["w1.example", "w2.example"]


def test_a_witness_whose_window_is_over_is_not_asked_any_more(log: Log, states: WitnessStates) -> None:
    entries = [witness("w1", until=NOW - 10), witness("w2"), witness("w3")]
    document = first_document() | {"witnesses": entries}
    with witnesses(honest("w1"), honest("w2")) as (clients, heard):
        assert gathered(log, clients, states, document=document) == ["w2.example"]
        assert states.by_url[clients[0].url].state is State.RETIRED
        assert gathered(log, clients, states, document=document) == ["w2.example"]
    assert [len(sent) for sent in heard] == [1, 2]


# In a register


def test_without_a_quorum_issuing_waits_marks_keep_verifying_and_nothing_is_lost(
    register: Register, world: World
) -> None:
    old = world.issue(at=NOW)
    register.submit(old.raw)
    register.witnesses[0].down = register.witnesses[1].down = True
    waiting = world.issue(at=NOW)
    with pytest.raises(NoQuorumError, match="down"):
        register.submit(waiting.raw)
    register.now += 120
    found = register.client().get("/readyz").get_json()
    assert found["status"] == "degraded"
    assert found["checks"]["witnesses"]["waiting_s"] >= 119
    with register.client().get(f"/m/{old.number}/evidence") as answer:
        verifier = Verifier.from_bundle(answer.data, anchor=world.anchor, clock=lambda: float(register.now))
    assert verifier.verify(old.raw).verdict is Verdict.VALID
    register.witnesses[0].down = False
    register.publisher.recover()
    assert register.submit(waiting.raw).status == 200
    assert register.client().get("/readyz").get_json()["checks"]["witnesses"]["waiting_s"] is None


def test_if_most_witnesses_are_ahead_the_log_key_is_used_elsewhere_and_publishing_stops(
    register: Register, world: World
) -> None:
    with witnesses(answering(409, b"99\n"), answering(409, b"99\n"), honest("w3", at=register.now)) as (
        clients,
        _,
    ):
        register.publisher._witnesses = clients
        with pytest.raises(ForkError, match="used elsewhere"):
            register.submit(world.issue(at=NOW).raw)


def test_if_one_witness_is_ahead_publishing_goes_on_and_the_alarm_stays(
    register: Register, world: World
) -> None:
    with witnesses(answering(409, b"99\n"), honest("w2", at=register.now), honest("w3", at=register.now)) as (
        clients,
        _,
    ):
        register.publisher._witnesses = clients
        assert register.submit(world.issue(at=NOW).raw).status == 200
    each = register.client().get("/readyz").get_json()["checks"]["witnesses"]["each"]
    assert "ahead" in {one["state"] for one in each}


def test_witnesses_are_added_retired_and_the_quorum_raised_while_publishing(
    register: Register, world: World
) -> None:
    """w4 comes, w1 leaves, two of three become three of four and then three of three; no publication is missed."""

    def publish() -> list[str]:
        register.now += 60
        mark = world.issue(at=register.now)
        assert register.submit(mark.raw).status == 200
        note = SignedNote.from_bytes(register.files.find_checkpoint() or b"")
        keys = [one.key for one in register.chain().current.witnesses]
        return sorted(key.name.partition(".")[0] for key in cosignature_times(note, keys))

    with witnesses(*(_now(register, label) for label in ("w1", "w2", "w3", "w4"))) as (clients, _):
        urls = [client.url for client in clients]
        register.publisher._witnesses = clients[:3]
        assert publish() == ["w1", "w2", "w3"]
        before = world.documents[-1]
        world.trust(register.now, logged=False, witnesses=[*before["witnesses"], witness("w4", **{"from": register.now})],
                    quorum=[*before["quorum"], {"k": 3, "from": register.now}])  # fmt: skip
        register.files.write_trust(2, world.notes[-1])
        PublisherSettings.write_witnesses(register.home, urls)  # no restart
        assert publish() == ["w1", "w2", "w3", "w4"]
        entries = [
            one | {"until": register.now + 30} if one["name"] == "w1" else one
            for one in world.documents[-1]["witnesses"]
        ]
        world.trust(register.now, logged=False, witnesses=entries)
        register.files.write_trust(3, world.notes[-1])
        assert publish() == ["w2", "w3", "w4"]
        assert publish() == ["w2", "w3", "w4"]
    states = WitnessStates.load(register.files.witness_states)
    assert states.by_url[urls[0]].state is State.RETIRED
    # What w1 cosigned while it held still counts.
    with register.client().get(f"/m/{world.issued[0].number}/evidence") as answer:
        verifier = Verifier.from_bundle(answer.data, anchor=world.anchor, clock=lambda: float(register.now))
    assert verifier.verify(world.issued[0].raw).verdict is Verdict.VALID


def _now(register: Register, label: str) -> Answer:
    return lambda _body, text: (200, cosignature_line(text, label, register.now).encode())


# The operator's command


@contextmanager
def greeting(label: str) -> Iterator[str]:
    """A witness that says who it is."""
    name = f"{label}.example"
    blob = base64_of(bytes([4]) + bytes(key_of(label).verify_key))
    text = f"{name} {name}+{note_key_id(name, 4, bytes(key_of(label).verify_key)).hex()}+{blob}\n"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_witness_is_added_and_removed_by_its_address(register: Register) -> None:
    with greeting("w2") as url, greeting("stranger") as strange:
        assert add(register.settings, url, now=NOW)["name"] == "w2"
        assert url in PublisherSettings.load(register.home).witnesses
        with pytest.raises(WitnessCommandError, match="there already"):
            add(register.settings, url, now=NOW)
        with pytest.raises(WitnessCommandError, match="no witness of the trust document"):
            add(register.settings, strange, now=NOW)
    rows = {one["name"]: one for one in listed(register.settings, now=NOW)}
    assert url in {one["url"] for one in listed(register.settings, now=NOW)}
    assert rows["w3"]["state"] == "no address" or rows["w3"]["url"]
    remove(register.settings, url)
    assert url not in PublisherSettings.load(register.home).witnesses
    with pytest.raises(WitnessCommandError, match="is not one of"):
        remove(register.settings, url)
    with pytest.raises(WitnessCommandError, match="cannot be reached"):
        add(register.settings, "http://127.0.0.1:1", now=NOW)
    with pytest.raises((WitnessCommandError, SettingsError)):
        add(register.settings, "not an address", now=NOW)


def test_the_operators_command_adds_lists_and_removes(
    register: Register, capsys: pytest.CaptureFixture[str]
) -> None:
    def typed(*words: str) -> tuple[int, Any]:
        code = main(["--home", str(register.home), "--json", "witness", *words])
        out = capsys.readouterr().out
        return code, json.loads(out) if out else None

    with greeting("w2") as url:
        assert typed("add", url)[0] == 0
        assert typed("add", url)[0] != 0
        code, listing = typed("list")
        assert code == 0
        assert url in json.dumps(listing)
        assert typed("remove", url)[0] == 0
    assert url not in PublisherSettings.load(register.home).witnesses
