"""`akashi-witness`: set up and run a witness.

Exit codes: 0 done; 1 refused, the reason on stderr; 2 usage; 3 the key or the file cannot be used.
"""

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from keys.algorithms import ED25519
from keys.file_signer import generate
from keys.passphrase import VARIABLE, read_passphrase
from keys.signer import KeyFileError, Signer, SignerUnavailableError, open_signer
from registry.witness.app import Witness
from registry.witness.server import WitnessServer
from registry.witness.store import Identity, Store, StoreError
from schemas import note
from schemas.errors import MalformedError
from schemas.note import VerifierKey

__all__ = ["main"]

_FILE = "witness.sqlite3"
_KEY = "file:witness.key"  # relative to the home, so that the home can be moved
REFUSED, USAGE, COULD_NOT = 1, 2, 3


class CommandError(Exception):
    """One line for stderr, with a hint, and the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    arguments = _parser().parse_args(argv)
    if arguments.home is None:
        return _fail("no directory; use --home DIR or AKASHI_HOME", USAGE)
    try:
        arguments.run(arguments)
    except CommandError as error:
        return _fail(error, error.code)
    except (KeyFileError, SignerUnavailableError, StoreError, OSError) as error:
        return _fail(error, COULD_NOT)
    return 0


def _fail(message: object, code: int) -> int:
    print(f"akashi-witness: {message}", file=sys.stderr)
    return code


def _init(arguments: argparse.Namespace) -> None:
    home: Path = arguments.home
    try:
        VerifierKey(name=arguments.name, type=note.COSIGNATURE, public=bytes(32))
    except MalformedError as error:
        raise CommandError(f"--name: {error.problem}", USAGE) from None
    asked = None if arguments.key is None else _kept_uri(home, arguments.key)
    if (home / _FILE).exists() and (known := _known(home)):
        if (known.name, known.key) != (arguments.name, asked or known.key):
            raise CommandError(
                f"{home} is already {known.name} with {known.key}; choose another --home", REFUSED
            )
        _print(arguments, known)
        return
    key = asked or _KEY
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    signer = _made_or_opened(arguments, key)
    if signer.alg != ED25519:
        raise CommandError("witnesses sign with Ed25519; name another --key", REFUSED)
    identity = Identity(name=arguments.name, key=key, public=signer.public)
    Store.create(home / _FILE, identity).close()
    _print(arguments, identity)


def _known(home: Path) -> Identity | None:
    """Give who lives here; None where an earlier `init` was interrupted before it said."""
    if (home / _FILE).stat().st_size == 0:
        return None
    try:
        store = Store.open(home / _FILE)
    except StoreError:
        return None  # creating then fails on what is there, and says so
    try:
        with store.transaction() as records:
            return records.identity()
    finally:
        store.close()


def _made_or_opened(arguments: argparse.Namespace, key: str) -> Signer:
    uri = _full_uri(arguments.home, key)
    scheme, _, path = uri.partition(":")
    if scheme != "file":
        return open_signer(uri, passphrase=lambda: b"")  # a token asks for its PIN itself
    new = scheme == "file" and bool(path) and not Path(path).exists()
    prompt = f"{'new ' if new else ''}passphrase for {path}"
    passphrase = read_passphrase(arguments.passphrase_file, prompt=prompt, again=new)
    if new:
        generate(Path(path), ED25519, passphrase)
    return open_signer(f"{scheme}:{path}", passphrase=lambda: passphrase)


def _kept_uri(home: Path, uri: str) -> str:
    """Give a key's URI as it is kept: a file inside the home relative to it, any other absolute."""
    scheme, _, rest = uri.partition(":")
    if scheme != "file" or not rest:
        return uri
    path, root = Path(rest).absolute(), home.absolute()
    return f"file:{path.relative_to(root) if path.is_relative_to(root) else path}"


def _full_uri(home: Path, uri: str) -> str:
    scheme, _, rest = uri.partition(":")
    return f"file:{home / rest}" if scheme == "file" and rest else uri


def _add_log(arguments: argparse.Namespace) -> None:
    try:
        key = VerifierKey.from_text(arguments.vkey)
    except MalformedError as error:
        raise CommandError(f"not a verifier key: {error.problem}; copy it whole", USAGE) from None
    if key.type != note.ED25519:
        raise CommandError("not a log's key: checkpoints are signed with type 01", USAGE)
    store = _opened(arguments.home)
    try:
        with store.transaction() as records:
            records.add_log(key)
    finally:
        store.close()
    text = {"origin": key.name, "vkey": key.to_text()}
    print(json.dumps(text, ensure_ascii=False) if arguments.json else f"watching {key.name}")


def _serve(arguments: argparse.Namespace) -> None:
    store = _opened(arguments.home)
    try:
        with store.transaction() as records:
            identity = records.identity()
        uri = _full_uri(arguments.home, identity.key)
        signer = open_signer(
            uri,
            passphrase=lambda: read_passphrase(arguments.passphrase_file, prompt=f"passphrase for {uri}"),
            expected=identity.public,
        )
        witness = Witness(name=identity.name, signer=signer, store=store, clock=time.time, say=_say)
        greeting = f"{identity.name} {identity.vkey.to_text()}"
        server = WitnessServer((arguments.bind, arguments.port), witness, greeting=greeting)
        _run_until_told(server, lambda: _print(arguments, identity, url=server.url))
    finally:
        store.close()


def _run_until_told(server: WitnessServer, ready: Any) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are answered.

    The signals are blocked and waited for, not handled: a handler runs only when the main thread comes by, and one
    that waits for a lock may not, nor may one that a second signal caught within the lock.
    """
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # inherited by every thread from here on

    def serve() -> None:
        try:
            server.serve_forever()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)  # also when it ends by itself

    thread = threading.Thread(target=serve, name="witness")
    thread.start()
    ready()
    signal.sigwait(ends)
    server.stop()
    thread.join()


def _opened(home: Path) -> Store:
    if not (home / _FILE).exists():
        raise CommandError(f"no witness in {home}; run init --name NAME first", USAGE)
    return Store.open(home / _FILE)


def _print(arguments: argparse.Namespace, identity: Identity, **more: str) -> None:
    vkey = identity.vkey.to_text()
    if arguments.json:
        print(json.dumps({"name": identity.name, "vkey": vkey, **more}, ensure_ascii=False), flush=True)
    else:
        print("\n".join([vkey, *(f"{name}: {value}" for name, value in more.items())]), flush=True)


def _say(line: str) -> None:
    print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}", file=sys.stderr, flush=True)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**16:
        raise argparse.ArgumentTypeError("a port is 0 to 65535")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="akashi-witness", description="Cosign the heads of other people's logs."
    )
    home = os.environ.get("AKASHI_HOME")
    parser.add_argument("--home", type=Path, default=Path(home) if home else None, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    init = verbs.add_parser("init", allow_abbrev=False, help="make a witness and print its verifier key")
    init.add_argument("--name", required=True, help="what it signs as, for example witness.example.org")
    init.add_argument(
        "--key",
        metavar="URI",
        help="file:PATH, made if absent (default: witness.key in the home), or pkcs11:…",
    )
    _passphrase_option(init)
    init.set_defaults(run=_init)

    add = verbs.add_parser("add-log", allow_abbrev=False, help="watch a log; its key's name is its origin")
    add.add_argument("vkey", metavar="VKEY", help="name+key id+key, as the log's operator publishes it")
    add.set_defaults(run=_add_log)

    serve = verbs.add_parser("serve", allow_abbrev=False, help="answer POST /add-checkpoint")
    serve.add_argument("--port", type=_port, default=8091, help="0: any that is free (default 8091)")
    serve.add_argument("--bind", default="127.0.0.1", metavar="ADDRESS", help="default 127.0.0.1")
    _passphrase_option(serve)
    serve.set_defaults(run=_serve)
    for verb in (init, add, serve):  # `--json` is understood before and after the verb
        verb.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help="one JSON object on stdout"
        )
    return parser


def _passphrase_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--passphrase-file", metavar="FILE", help=f"else {VARIABLE}, else a prompt")


if __name__ == "__main__":
    sys.exit(main())
