"""`akashi-witness` against C2SP tlog-witness: a real process on loopback, asked as a log asks, raced and killed."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path
from typing import Any

import pytest
from nacl.pwhash import argon2id
from nacl.signing import SigningKey, VerifyKey

from forge.logs import Log
from forge.signers import signer_named
from forge.trust_documents import base64_of, note_key_id, public_of, vkey
from registry.witness import store as store_module
from registry.witness.app import Witness
from registry.witness.cli import main
from registry.witness.server import WitnessServer
from registry.witness.store import Identity, Store, StoreError
from schemas import merkle
from schemas.extension import MAX_EXTENSION

NAME = "witness.example"
ROOT = Path(__file__).parents[2]


def log_of(origin: str, entries: int) -> Log:
    log = Log(origin=origin)
    for number in range(entries):
        log.append(b"entry %d" % number)
    return log


def request(log: Log, old: int, *, proof: list[bytes] | None = None, note: bytes | None = None) -> bytes:
    """What an honest log sends to go from `old` to where it is, or bent as asked."""
    if proof is None:
        proof = merkle.consistency_proof(log.hashes, old) if old else []
    lines = [f"old {old}", *(base64_of(each) for each in proof)]
    return "\n".join(lines).encode() + b"\n\n" + (log.signed({}) if note is None else note)


def cosigned_at(answer: bytes, text: str, public: bytes) -> int:
    """The time of a cosignature, checked with PyNaCl and nothing of ours."""
    mark, name, encoded = answer.decode().removesuffix("\n").split(" ")
    data = b64decode(encoded)
    assert (mark, name, data[:4]) == ("—", NAME, note_key_id(NAME, 4, public))
    at = int.from_bytes(data[4:12], "big")
    VerifyKey(public).verify(f"cosignature/v1\ntime {at}\n{text}".encode(), data[12:])
    return at


class Client:
    """One keep-alive connection to a witness."""

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("http://").rpartition(":")
        self.address = host, int(port)
        self.connection = HTTPConnection(*self.address, timeout=20)

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, str, bytes]:
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return response.status, response.headers.get("Content-Type", ""), response.read()

    def add(self, body: bytes) -> tuple[int, bytes]:
        status, _, answer = self.ask("POST", "/add-checkpoint", body)
        return status, answer


@pytest.fixture(scope="module")
def passphrase(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A passphrase file, named by the environment; keys are derived fast, for they protect nothing here."""
    file = tmp_path_factory.mktemp("secret") / "pass"
    file.write_text("seven small stones\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AKASHI_PASSPHRASE_FILE", str(file))
        patch.delenv("AKASHI_HOME", raising=False)
        patch.setattr(argon2id, "OPSLIMIT_INTERACTIVE", argon2id.OPSLIMIT_MIN)
        patch.setattr(argon2id, "MEMLIMIT_INTERACTIVE", argon2id.MEMLIMIT_MIN)
        yield file


@pytest.fixture
def home(tmp_path: Path, passphrase: Path) -> Path:
    assert passphrase.exists()
    home = tmp_path / "home"
    assert main(["--home", str(home), "init", "--name", NAME]) == 0
    return home


def watch(home: Path, log: Log, label: str = "log") -> None:
    assert main(["--home", str(home), "add-log", vkey(log.origin, label)]) == 0


def public_key(home: Path) -> bytes:
    store = Store.open(home / "witness.sqlite3")
    with store.transaction() as records:
        public = records.identity().public
    store.close()
    return public


@contextmanager
def serving(home: Path, **environment: str) -> Iterator[tuple[Client, "subprocess.Popen[str]"]]:
    words = [
        sys.executable,
        "-m",
        "registry.witness.cli",
        "--home",
        str(home),
        "serve",
        "--port",
        "0",
        "--json",
    ]
    with (
        (home / "log").open("a") as errors,
        subprocess.Popen(
            words, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ | environment
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, (home / "log").read_text()
            client = Client(json.loads(line)["url"])
            try:
                yield client, process
            finally:
                client.connection.close()
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory, passphrase: Path
) -> Iterator[tuple[Path, Client, bytes]]:
    """One witness for the tests that each bring a log of their own."""
    assert passphrase.exists()
    home = tmp_path_factory.mktemp("witness")
    assert main(["--home", str(home), "init", "--name", NAME]) == 0
    with serving(home) as (client, _):
        yield home, client, public_key(home)


class Case:
    """A log that the shared witness watches."""

    def __init__(self, home: Path, client: Client, public: bytes, log: Log) -> None:
        self.home, self.client, self.public, self.log = home, client, public, log

    def grow(self, entries: int) -> tuple[int, bytes]:
        """Append and have it cosigned."""
        old = len(self.log.entries)
        for number in range(old, old + entries):
            self.log.append(b"entry %d" % number)
        return self.client.add(request(self.log, old))


@pytest.fixture
def case(shared: tuple[Path, Client, bytes], request: pytest.FixtureRequest) -> Case:
    home, client, public = shared
    log = log_of(f"{request.node.name.replace(' ', '-')}.example/log1".replace("+", "-"), 0)
    watch(home, log)  # while it runs
    return Case(home, client, public, log)


# The protocol, in the order of its text


def test_the_first_checkpoint_and_each_that_extends_it_are_cosigned(case: Case) -> None:
    last = int(time.time()) - 1
    for more in (3, 1, 4, 120, 1):
        status, answer = case.grow(more)
        assert status == 200
        at = cosigned_at(answer, case.log.text(), case.public)
        assert last <= at <= time.time()
        last = at


def test_the_public_request_from_3_to_5_is_cosigned(
    shared: tuple[Path, Client, bytes], vectors: Path
) -> None:
    home, client, public = shared
    folder = vectors / "log-example"
    values = json.loads((folder / "values.json").read_text())
    assert main(["--home", str(home), "add-log", (folder / "vkeys.txt").read_text().split("\n")[0]]) == 0
    body = (folder / "add-checkpoint.body").read_bytes()
    assert client.add(body) == (409, b"0\n")

    text = f"{values['origin']}\n3\n{base64_of(bytes.fromhex(values['roots'][3]))}\n"
    key = SigningKey(bytes.fromhex(values["log_seed"]))
    line = base64_of(
        note_key_id(values["origin"], 1, bytes(key.verify_key)) + key.sign(text.encode()).signature
    )
    assert client.add(f"old 0\n\n{text}\n— {values['origin']} {line}\n".encode())[0] == 200

    status, answer = client.add(body)
    assert status == 200
    checkpoint = (folder / "checkpoint").read_bytes().decode()
    cosigned_at(answer, checkpoint.partition("\n\n")[0] + "\n", public)


def test_the_same_checkpoint_again_is_cosigned_again(case: Case) -> None:
    case.grow(3)
    status, answer = case.client.add(request(case.log, 3, proof=[]))
    assert status == 200
    cosigned_at(answer, case.log.text(), case.public)


def test_the_empty_tree_is_cosigned_and_then_extended(case: Case) -> None:
    assert case.grow(0)[0] == 200
    assert case.grow(0)[0] == 200
    assert case.grow(2)[0] == 200


def test_an_empty_tree_with_a_root_of_its_own_is_refused(case: Case) -> None:
    text = f"{case.log.origin}\n0\n{base64_of(bytes(32))}\n"
    assert case.client.add(request(case.log, 0, note=case.log.signed({}, text=text)))[0] == 422


def test_an_unknown_origin_is_404(shared: tuple[Path, Client, bytes]) -> None:
    assert shared[1].add(request(log_of("unknown.example/log1", 3), 0))[0] == 404


def test_a_checkpoint_that_the_log_did_not_sign_is_403(case: Case) -> None:
    case.log.append(b"entry")
    stranger = case.log.signed({}, label="stranger")
    other_text = f"{case.log.origin}\n1\n{base64_of(bytes(32))}\n"
    borrowed = other_text.encode() + b"\n" + case.log.signed({}).partition(b"\n\n")[2]
    for note in (stranger, borrowed):
        assert case.client.add(request(case.log, 0, note=note))[0] == 403
    assert case.grow(0) == (409, b"0\n")  # nothing of it was remembered


def test_signatures_of_strangers_beside_the_logs_are_ignored(case: Case) -> None:
    case.log.append(b"entry")
    stranger = case.log.signed({}, label="stranger").partition(b"\n\n")[2]
    note = case.log.signed({"another-witness": 1}) + stranger
    assert case.client.add(request(case.log, 0, note=note))[0] == 200


def test_each_of_two_keys_of_one_origin_may_sign(case: Case) -> None:
    watch(case.home, case.log, "second")
    case.log.append(b"entry")
    assert case.client.add(request(case.log, 0, note=case.log.signed({}, label="second")))[0] == 200
    assert case.client.add(request(case.log, 1, proof=[]))[0] == 200


def test_an_old_size_above_the_checkpoints_is_400(case: Case) -> None:
    case.grow(3)
    assert case.client.add(request(case.log, 4, proof=[]))[0] == 400


@pytest.mark.parametrize("old", [0, 2, 4, 5])
def test_an_old_size_that_is_not_held_is_409_with_the_size_that_is(case: Case, old: int) -> None:
    case.grow(3)
    for number in range(3):
        case.log.append(b"more %d" % number)
    answer = case.client.ask("POST", "/add-checkpoint", request(case.log, old))
    assert answer == (409, "text/x.tlog.size", b"3\n")


def test_a_checkpoint_replayed_after_a_larger_one_rolls_nothing_back(case: Case) -> None:
    case.grow(3)
    replay = request(case.log, 3, proof=[])
    case.grow(2)
    assert case.client.add(replay) == (409, b"5\n")
    assert case.grow(1)[0] == 200


def test_another_root_for_the_same_size_is_422_and_told_to_the_operator(case: Case) -> None:
    case.grow(3)
    fork = log_of(case.log.origin, 2)
    fork.append(b"another history")
    status, kind, _ = case.client.ask("POST", "/add-checkpoint", request(fork, 3, proof=[]))
    assert status == 422
    assert kind != "text/x.tlog.size"  # or a log would ask again with the size it just named
    told = [line for line in (case.home / "log").read_text().splitlines() if "TWO ROOTS" in line]
    assert any(base64_of(fork.root(3)) in line and case.log.origin in line for line in told)


def test_a_fork_is_422_whatever_proof_comes_with_it(case: Case) -> None:
    case.grow(3)
    fork = log_of(case.log.origin, 2)
    for number in range(3):
        fork.append(b"another %d" % number)
    honest = log_of(case.log.origin, 5)
    for proof in (merkle.consistency_proof(fork.hashes, 3), merkle.consistency_proof(honest.hashes, 3), []):
        assert case.client.add(request(fork, 3, proof=proof))[0] == 422


@pytest.mark.parametrize("old", [0, 3])
def test_a_proof_where_none_belongs_is_422(case: Case, old: int) -> None:
    case.grow(old)
    for _ in range(3 - old):
        case.log.append(b"entry")
    assert case.client.add(request(case.log, old, proof=[bytes(32)]))[0] == 422


def test_a_proof_with_a_hash_too_many_or_too_few_is_422(case: Case) -> None:
    case.grow(3)
    case.log.append(b"entry")
    case.log.append(b"entry")
    proof = merkle.consistency_proof(case.log.hashes, 3)
    for bent in ([*proof, proof[-1]], proof[:-1], proof[1:], proof[::-1]):
        assert case.client.add(request(case.log, 3, proof=bent))[0] == 422
    assert case.client.add(request(case.log, 3, proof=proof))[0] == 200


BENT: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "no old line": lambda body: body.partition(b"\n")[2],
    "no blank line": lambda body: body.replace(b"\n\n", b"\n"),
    "leading zero": lambda body: body.replace(b"old 3", b"old 03"),
    "plus sign": lambda body: body.replace(b"old 3", b"old +3"),
    "two spaces": lambda body: body.replace(b"old 3", b"old  3"),
    "no size": lambda body: body.replace(b"old 3", b"old "),
    "another word": lambda body: body.replace(b"old 3", b"new 3"),
    "carriage returns": lambda body: body.replace(b"\n", b"\r\n"),
    "hash of 31 bytes": lambda body: body.replace(
        b"old 3\n", b"old 3\n" + base64_of(bytes(31)).encode() + b"\n"
    ),
    "hash without padding": lambda body: body.replace(b"=\n", b"\n", 1),
    "url alphabet": lambda body: body.replace(b"old 3\n", b"old 3\n" + b"-" * 43 + b"=\n"),
    "64 hashes": lambda body: body.replace(
        b"old 3\n", b"old 3\n" + (base64_of(bytes(32)).encode() + b"\n") * 64
    ),
    "no newline at the end": lambda body: body[:-1],
    "no signature": lambda body: b"\n\n".join(body.split(b"\n\n")[:2]) + b"\n",
    "not UTF-8": lambda body: body.replace("—".encode(), b"\xff"),
    "proof not ASCII": lambda body: body.replace(b"old 3\n", "old 3\n証\n".encode()),
    "size beyond 2^53": lambda body: body.replace(b"old 3", b"old 9007199254740992"),
}


@pytest.mark.parametrize("name", BENT)
def test_a_malformed_request_is_400(case: Case, name: str) -> None:
    case.grow(3)
    case.log.append(b"entry")
    body = request(case.log, 3)
    assert case.client.add(BENT[name](body))[0] == 400
    assert case.client.add(body)[0] == 200  # on the same connection


def test_a_checkpoint_with_an_extension_line_is_400(case: Case) -> None:
    text = case.log.text() + "extension\n"
    assert case.client.add(request(case.log, 0, note=case.log.signed({}, text=text)))[0] == 400


# HTTP


def test_whoever_opens_its_address_reads_its_name_and_key(shared: tuple[Path, Client, bytes]) -> None:
    _, client, public = shared
    key = f"{NAME}+{note_key_id(NAME, 4, public).hex()}+{base64_of(bytes([4]) + public)}"
    assert client.ask("GET", "/") == (200, "text/plain; charset=utf-8", f"{NAME} {key}\n".encode())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/add-checkpoint", 405),
        ("GET", "/other", 404),
        ("POST", "/other", 404),
        ("PUT", "/add-checkpoint", 501),
    ],
)
def test_other_methods_and_paths_are_refused(
    shared: tuple[Path, Client, bytes], method: str, path: str, status: int
) -> None:
    client = Client(f"http://127.0.0.1:{shared[1].address[1]}")
    assert client.ask(method, path, b"x")[0] == status
    client.connection.close()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (f"Content-Length: {MAX_EXTENSION + 1}", 413),
        ("Content-Length: 99999999999999999999", 411),
        ("Content-Length: -1", 411),
        ("Content-Length: 5\r\nContent-Length: 6", 411),
        ("Transfer-Encoding: chunked", 411),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5", 411),
        ("X: y", 411),
    ],
)
def test_a_body_too_long_or_of_no_stated_length_is_not_read(
    shared: tuple[Path, Client, bytes], headers: str, status: int
) -> None:
    with socket.create_connection(shared[1].address, timeout=20) as raw:
        raw.sendall(f"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n{headers}\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(4096), b""))  # to the end: the server closes
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


@pytest.fixture
def small(home: Path) -> Iterator[WitnessServer]:
    """A server in this process, with little patience and two connections."""
    store = Store.open(home / "witness.sqlite3")
    signer = signer_named("witness")
    witness = Witness(name=NAME, signer=signer, store=store, clock=time.time, say=lambda _: None)
    server = WitnessServer(("127.0.0.1", 0), witness, greeting="a witness", patience=0.6, connections=2)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.stop()
    thread.join()
    store.close()


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"POST /add-checkpoint HTTP/1.1\r\n",
        b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 99\r\n\r\n",
    ],
)
def test_a_request_that_drips_is_cut_off_in_bounded_time(small: WitnessServer, start: bytes) -> None:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", small.server_port), timeout=20) as raw:
        raw.sendall(start)
        raw.settimeout(0.1)
        while time.monotonic() - began < 10:
            try:
                raw.sendall(b"X")  # each byte in time, the whole never
                if raw.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
    assert 0.5 < time.monotonic() - began < 5


def test_a_connection_beyond_the_bound_is_turned_away_and_served_later(small: WitnessServer) -> None:
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(socket.create_connection(("127.0.0.1", small.server_port), timeout=20))
        with socket.create_connection(("127.0.0.1", small.server_port), timeout=20) as third:
            assert third.recv(100).startswith(b"HTTP/1.1 503 ")
    client = Client(small.url)
    deadline = time.monotonic() + 10
    while (answer := client.ask("GET", "/")[0]) == 503 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert answer == 200
    client.connection.close()


# Races and crashes


def test_of_rival_roots_one_is_cosigned_even_by_two_processes_on_one_file(home: Path) -> None:
    log = log_of("race.example/log1", 1)
    watch(home, log)
    cosigned: dict[int, set[bytes]] = {}

    def offer(client: Client, rival: Log, old: int) -> tuple[int, Log]:
        return client.add(request(rival, old))[0], rival

    with serving(home) as (first, _), serving(home) as (second, _), ThreadPoolExecutor(4) as pool:
        clients = [first, second, Client(f"http://127.0.0.1:{first.address[1]}")]
        clients.append(Client(f"http://127.0.0.1:{second.address[1]}"))
        assert first.add(request(log, 0))[0] == 200
        for turn in range(25):
            old = len(log.entries)
            rivals = []
            for number in range(4):
                rival = Log(origin=log.origin, entries=[*log.entries, b"%d by %d" % (turn, number)])
                rivals.append(rival)
            answers = list(pool.map(offer, clients, rivals, [old] * 4))
            winners = [rival for status, rival in answers if status == 200]
            assert sorted(status for status, _ in answers) == [200, 409, 409, 409]
            cosigned.setdefault(old + 1, set()).update(rival.root(old + 1) for rival in winners)
            log = winners[0]
        for client in clients[2:]:
            client.connection.close()
    assert all(len(roots) == 1 for roots in cosigned.values())


@pytest.mark.parametrize("place", ["before-commit", "after-commit", "before-answer"])
def test_a_witness_killed_at_any_moment_forgets_nothing_it_may_have_cosigned(home: Path, place: str) -> None:
    log = log_of("crash.example/log1", 3)
    watch(home, log)
    fork = log_of(log.origin, 3)
    with serving(home) as (client, _):
        assert client.add(request(log, 0))[0] == 200
    with serving(home, AKASHI_CRASH_AT=f"witness.{place}") as (client, process):
        log.append(b"entry")
        fork.append(b"another history")
        with pytest.raises((RemoteDisconnected, ConnectionError)):
            client.add(request(log, 3))
        assert process.wait(20) == -signal.SIGKILL
    with serving(home) as (client, _):
        public = public_key(home)
        stored = client.add(request(log, 0))
        if place == "before-commit":
            assert stored == (409, b"3\n")
            status, answer = client.add(request(log, 3))
        else:
            assert stored == (409, b"4\n")
            assert client.add(request(fork, 3)) == (409, b"4\n")
            status, answer = client.add(request(log, 4, proof=[]))
        assert status == 200
        cosigned_at(answer, log.text(), public)
        assert client.add(request(fork, 4, proof=[]))[0] == 422


def test_sigterm_ends_it_cleanly_with_a_connection_open(home: Path) -> None:
    log = log_of("stop.example/log1", 2)
    watch(home, log)
    with serving(home) as (client, process):
        assert client.add(request(log, 0))[0] == 200
        began = time.monotonic()
        process.terminate()
        assert process.wait(20) == 0
        assert time.monotonic() - began < 5  # although the connection could have lasted ten seconds
    with serving(home) as (client, _):
        assert client.add(request(log, 2, proof=[]))[0] == 200


# Time and memory


@pytest.fixture
def alone(home: Path) -> Iterator[tuple[Witness, list[float], Store]]:
    """A witness without HTTP, and its clock."""
    store = Store.open(home / "witness.sqlite3")
    now = [1_790_000_000.9]
    signer = signer_named("witness")
    yield Witness(name=NAME, signer=signer, store=store, clock=lambda: now[0], say=lambda _: None), now, store
    store.close()


def test_a_clock_set_back_silences_the_witness_until_it_has_caught_up(
    home: Path, alone: tuple[Witness, list[float], Store]
) -> None:
    witness, now, _ = alone
    log, other = log_of("time.example/log1", 2), log_of("time.example/log2", 2)
    watch(home, log)
    watch(home, other)
    first = witness.add_checkpoint(request(log, 0))
    assert cosigned_at(first.body.encode(), log.text(), public_of("witness")) == 1_790_000_000
    now[0] -= 1
    assert witness.add_checkpoint(request(other, 0)).status == 503  # the key's time, not the log's
    assert witness.add_checkpoint(request(log, 2, proof=[])).status == 503
    now[0] += 1
    assert witness.add_checkpoint(request(other, 0)).status == 200
    now[0] += 60
    again = witness.add_checkpoint(request(log, 2, proof=[]))
    assert cosigned_at(again.body.encode(), log.text(), public_of("witness")) == 1_790_000_060


def test_what_cannot_be_stored_is_not_cosigned(
    home: Path, monkeypatch: pytest.MonkeyPatch, passphrase: Path
) -> None:
    assert passphrase.exists()
    log = log_of("full.example/log1", 2)
    watch(home, log)
    monkeypatch.setattr(store_module, "_BUSY", 0.1)
    store = Store.open(home / "witness.sqlite3")
    signed: list[bytes] = []

    class Pen:
        public = public_of("witness")

        def sign(self, message: bytes) -> bytes:
            signed.append(message)
            return signer_named("witness").sign(message)

    witness = Witness(name=NAME, signer=Pen(), store=store, clock=time.time, say=lambda _: None)
    rival = sqlite3.connect(home / "witness.sqlite3", isolation_level=None)
    rival.execute("BEGIN IMMEDIATE")
    assert witness.add_checkpoint(request(log, 0)).status == 503
    assert signed == []
    rival.execute("ROLLBACK")
    rival.close()
    assert witness.add_checkpoint(request(log, 0)).status == 200
    store.close()


def test_each_commit_is_flushed_to_the_disk(alone: tuple[Witness, list[float], Store]) -> None:
    database = alone[2]._database
    assert database.execute("PRAGMA synchronous").fetchone() == (2,)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE head SET size = 1",
        "UPDATE head SET root = zeroblob(32)",
        "UPDATE head SET origin = 'other'",
        "UPDATE head SET size = 5, time = time - 1",
        "DELETE FROM head",
    ],
)
def test_the_file_itself_refuses_to_go_back(
    home: Path, alone: tuple[Witness, list[float], Store], statement: str
) -> None:
    witness, _, store = alone
    log = log_of("file.example/log1", 2)
    watch(home, log)
    assert witness.add_checkpoint(request(log, 0)).status == 200
    with pytest.raises(StoreError), store.transaction():
        store._database.execute(statement)


def test_the_kept_note_is_the_logs_own_words_without_other_peoples_lines(
    home: Path, alone: tuple[Witness, list[float], Store]
) -> None:
    witness, _, store = alone
    log = log_of("note.example/log1", 2)
    watch(home, log)
    assert witness.add_checkpoint(request(log, 0, note=log.signed({"another-witness": 1}))).status == 200
    assert store._database.execute("SELECT note FROM head").fetchone() == (log.signed({}),)


# The command


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    capsys.readouterr()
    try:
        code = main([str(word) for word in words])
    except SystemExit as left:
        code = int(left.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def test_init_again_says_the_same_and_another_name_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = f"{NAME}+{note_key_id(NAME, 4, public_key(home)).hex()}+{base64_of(bytes([4]) + public_key(home))}"
    assert run(capsys, "--home", home, "init", "--name", NAME) == (0, f"{key}\n", "")
    code, out, _ = run(capsys, "--home", home, "--json", "init", "--name", NAME)
    assert (code, json.loads(out)) == (0, {"name": NAME, "vkey": key})
    assert run(capsys, "--home", home, "init", "--name", "other.example")[0] == 1


def test_an_interrupted_init_is_finished_with_the_key_it_made(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    public = public_key(home)
    for file in home.glob("witness.sqlite3*"):
        file.unlink()
    (home / "witness.sqlite3").touch()
    assert run(capsys, "--home", home, "init", "--name", NAME)[0] == 0
    assert public_key(home) == public


def test_a_key_elsewhere_is_made_and_used(tmp_path: Path, passphrase: Path) -> None:
    assert passphrase.exists()
    home, key = tmp_path / "home", tmp_path / "elsewhere.key"
    assert main(["--home", str(home), "init", "--name", NAME, "--key", f"file:{key}"]) == 0
    assert key.exists()
    assert not (home / "witness.key").exists()
    with serving(home) as (client, _):
        assert client.ask("GET", "/")[0] == 200


def test_a_home_that_was_moved_still_serves(home: Path) -> None:
    moved = home.with_name("moved")
    home.rename(moved)
    with serving(moved) as (client, _):
        assert client.ask("GET", "/")[0] == 200


def test_another_key_in_the_place_of_its_own_is_refused(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(tmp_path / "other"), "init", "--name", NAME]) == 0
    (tmp_path / "other" / "witness.key").replace(home / "witness.key")
    assert run(capsys, "--home", home, "serve", "--port", 0)[0] == 3


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["add-log", "no vkey"], 2),
        (["add-log", vkey("witness.example", "log", 4)], 2),  # a cosigner's key, not a log's
        (["init", "--name", "two words"], 2),
        (["init", "--name", NAME, "--key", "pkcs11:token=x"], 1),  # already initialised with another
        (["serve", "--port", "70000"], 2),
        (["serve", "--passphrase-file", "/nonexistent"], 3),
        ([], 2),
    ],
)
def test_mistakes_are_told_on_stderr_without_a_traceback(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[Any], code: int
) -> None:
    found, out, err = run(capsys, "--home", home, *words)
    assert (found, out) == (code, "")
    assert err.splitlines()[-1].startswith("akashi-witness")
    assert "Traceback" not in err


def test_a_directory_without_a_witness_is_named_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "--home", tmp_path, "serve")
    assert code == 2
    assert "init" in err
    (tmp_path / "witness.sqlite3").write_bytes(b"not a database" * 100)
    assert run(capsys, "--home", tmp_path, "serve")[0] == 3


def test_two_witnesses_cannot_be_made_in_one_file(home: Path) -> None:
    with pytest.raises(StoreError):
        Store.create(home / "witness.sqlite3", Identity(name="b", key="file:k", public=bytes(32)))


def test_importing_the_witness_brings_in_nothing_it_watches() -> None:
    code = (
        "import registry.witness.cli, sys; print(*[name for name in sys.modules"
        " if name.partition('.')[0] in {'verifier', 'issuer', 'sqlalchemy', 'flask'}"
        " or (name.startswith('registry.') and not name.startswith('registry.witness'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_many_signals_at_once_end_it_as_one_does(home: Path) -> None:
    for _ in range(5):
        with serving(home) as (_client, process):
            with suppress(ProcessLookupError):
                for _ in range(50):
                    os.kill(process.pid, signal.SIGINT)
                    os.kill(process.pid, signal.SIGTERM)
            assert process.wait(20) == 0
