"""`akashi-registry`: set up, serve, publish, check and repair a register.

Exit codes: 0 done; 1 refused or damage named; 2 usage or settings; 3 could not (fsck: could not look).
"""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from keys.file_signer import KeyFileError
from keys.passphrase import read_passphrase
from keys.signer import SignerUnavailableError
from keys.trust import TrustRefusedError
from schemas.errors import MalformedError

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    try:
        from registry import commands, settings
    except ImportError as error:
        return _fail(f"needs the extra: pip install 'akashi-marks[registry]' ({error.name} is missing)", 2)
    from registry.files import FilesError
    from registry.publisher import ClockBehindError, ClosedError, NoQuorumError
    from registry.ratchet import RatchetError
    from registry.sequencer import ForkError

    arguments = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        code: int = arguments.run(arguments, commands, settings)
    except settings.SettingsError as error:
        return _fail(error, 2)
    except (TrustRefusedError, MalformedError) as error:
        return _fail(error, 1)
    except SignerUnavailableError as error:
        return _fail(error, 2)
    except (
        ClockBehindError,
        ClosedError,
        KeyFileError,
        RatchetError,
        ForkError,
        NoQuorumError,
        FilesError,
        OSError,
    ) as error:
        return _fail(error, 3)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="akashi-registry", description="Keep a register of certification marks."
    )
    parser.add_argument("--home", type=Path, help="the register's folder (AKASHI_HOME)")
    parser.add_argument("--json", action="store_true")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    init = verbs.add_parser("init", help="set up an empty register")
    init.add_argument("--origin", required=True, help="the log's name, HOST/log1")
    init.add_argument(
        "--trust", type=Path, action="append", default=[], metavar="FILE", help="trust document, version 1"
    )
    init.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="DIR",
        help="an export of the register this one goes on with; --trust names the versions it does not hold",
    )
    init.add_argument("--log-key", required=True, metavar="URI")
    init.add_argument("--status-key", required=True, metavar="URI")
    init.add_argument("--witness", action="append", default=[], metavar="URL")
    init.add_argument("--public-url", metavar="URL", help="what QR codes and links show (AKASHI_PUBLIC_URL)")
    init.add_argument(
        "--demonstration", action="store_true", help="say on every page that this is no register"
    )
    init.set_defaults(run=_init)

    trust = verbs.add_parser("trust", help="add the next version of the trust document")
    trust.add_argument("file", type=Path, metavar="FILE")
    trust.set_defaults(run=_trust)

    scheme = verbs.add_parser("scheme", help="take over from the scheme file what the pages show")
    scheme.add_argument("file", type=Path, metavar="FILE")
    scheme.set_defaults(run=_scheme)

    further = verbs.add_parser("continue", help="go on in the next log, when this one has ended")
    further.add_argument("--origin", required=True, help="the next log's name, HOST/log2")
    further.add_argument("--log-key", required=True, metavar="URI")
    further.set_defaults(run=_continue)

    status = verbs.add_parser(
        "status-key", help="sign the status lists with another key from the next start on"
    )
    status.add_argument("key", metavar="URI")
    status.set_defaults(run=_status_key)

    witness = verbs.add_parser("witness", help="whom the publisher asks to cosign").add_subparsers(
        required=True, metavar="VERB"
    )
    for name, words in (("add", "ask it from now on"), ("remove", "ask it no more")):
        one = witness.add_parser(name, help=words)
        one.add_argument("url", metavar="URL")
        one.set_defaults(run=_witness, verb=name)
    witness.add_parser("list", help="how each did last time").set_defaults(run=_witness, verb="list")

    serve = verbs.add_parser("serve", help="run the web and the publisher")
    serve.add_argument(
        "--only", choices=("web", "publisher"), help="one of them; another user runs the other"
    )
    serve.add_argument("--port", type=int, default=8080)
    serve.add_argument("--bind", default="127.0.0.1")
    serve.add_argument("--workers", type=int, default=2)
    serve.set_defaults(run=_serve)

    ingest = verbs.add_parser("ingest", help="take in a file of signed objects")
    ingest.add_argument("file", type=Path, metavar="FILE")
    ingest.add_argument("--wait", type=float, default=30.0, metavar="SECONDS")
    ingest.set_defaults(run=_ingest)

    verbs.add_parser("publish", help="publish what is queued, and stop").set_defaults(run=_publish)
    bundle = verbs.add_parser("bundle", help="write the offline bundle")
    bundle.add_argument("file", type=Path, metavar="FILE")
    bundle.add_argument("--register", action="store_true", help="with all entries")
    bundle.set_defaults(run=_bundle)
    export = verbs.add_parser("export", help="write everything a static server needs")
    export.add_argument("folder", type=Path, metavar="DIR")
    export.set_defaults(run=_export)
    verbs.add_parser("fsck", help="recompute everything and name what differs").set_defaults(run=_fsck)
    verbs.add_parser("rebuild", help="make the tables again from the files").set_defaults(run=_rebuild)
    return parser


def _init(arguments: argparse.Namespace, commands: Any, settings: Any) -> int:
    home = arguments.home or _home_from_environment(settings)
    made = commands.initialise(
        home,
        origin=arguments.origin,
        trust=[path.read_bytes() for path in arguments.trust],
        log_key=arguments.log_key,
        status_key=arguments.status_key,
        witnesses=arguments.witness,
        public_url=arguments.public_url,
        demonstration=arguments.demonstration,
        source=arguments.source,
    )
    _say(arguments, {"home": str(home), "origin": made.origin, "anchor": made.anchor})
    return 0


def _trust(arguments: argparse.Namespace, commands: Any, settings: Any) -> int:
    version = commands.add_trust(settings.Settings.load(arguments.home), arguments.file.read_bytes())
    _say(arguments, {"version": version, "next": "the running publisher logs it"})
    return 0


def _scheme(arguments: argparse.Namespace, commands: Any, settings: Any) -> int:
    facts = commands.take_scheme(settings.Settings.load(arguments.home), arguments.file)
    _say(arguments, {**facts, "next": "restart akashi-registry serve"})
    return 0


def _continue(arguments: argparse.Namespace, commands: Any, settings: Any) -> int:
    loaded = settings.Settings.load(arguments.home)
    made = commands.continue_in(loaded, origin=arguments.origin, log_key=arguments.log_key)
    _say(arguments, {"origin": made.origin, "next": "akashi-registry serve"})
    return 0


def _status_key(arguments: argparse.Namespace, commands: Any, settings: Any) -> int:
    commands.use_status_key(settings.Settings.load(arguments.home), arguments.key)
    _say(arguments, {"status key": arguments.key, "next": "akashi-registry serve"})
    return 0


def _witness(arguments: argparse.Namespace, _commands: Any, settings: Any) -> int:
    import time

    from registry.witness_commands import WitnessCommandError, add, listed, remove

    loaded, now = settings.Settings.load(arguments.home), int(time.time())
    try:
        if arguments.verb == "add":
            _say(arguments, add(loaded, arguments.url, now=now))
        elif arguments.verb == "remove":
            remove(loaded, arguments.url)
            _say(arguments, {"removed": arguments.url})
        elif arguments.json:
            print(json.dumps({"witnesses": listed(loaded, now=now)}, ensure_ascii=False))
        else:
            for one in listed(loaded, now=now):
                print(f"{one['state']:12} {one['name'] or '?'}  {one['url'] or ''}  {one['detail']}")
    except WitnessCommandError as error:
        return _fail(error, 1)
    return 0


def _serve(arguments: argparse.Namespace, _commands: Any, settings: Any) -> int:
    from registry.supervisor import serve

    loaded = settings.Settings.load(arguments.home)
    if arguments.only != "web":
        settings.PublisherSettings.load(loaded.home)
    return serve(
        loaded.home,
        bind=arguments.bind,
        port=arguments.port,
        workers=arguments.workers,
        only=arguments.only,
    )


def _ingest(arguments: argparse.Namespace, commands: Any, settings: Any) -> int:
    body = arguments.file.read_bytes()
    outcome = commands.ingest(settings.Settings.load(arguments.home), body, wait=arguments.wait)
    print(json.dumps(outcome.body, ensure_ascii=False))
    if outcome.status == 202:
        print("akashi-registry: queued; the publisher takes it when it runs", file=sys.stderr)
    return 0 if outcome.status < 300 else 1


def _publish(arguments: argparse.Namespace, commands: Any, settings: Any) -> int:
    commands.publish_once(settings.Settings.load(arguments.home), passphrase=_passphrase)
    _say(arguments, {"published": True})
    return 0


def _bundle(arguments: argparse.Namespace, _commands: Any, settings: Any) -> int:
    from registry.bundle import write_bundle

    write_bundle(settings.Settings.load(arguments.home), arguments.file, register=arguments.register)
    _say(arguments, {"file": str(arguments.file), "bytes": arguments.file.stat().st_size})
    return 0


def _export(arguments: argparse.Namespace, _commands: Any, settings: Any) -> int:
    from registry.export import export

    _say(arguments, {"files": export(settings.Settings.load(arguments.home), arguments.folder)})
    return 0


def _fsck(arguments: argparse.Namespace, _commands: Any, settings: Any) -> int:
    from registry.fsck import fsck

    damage = list(fsck(settings.Settings.load(arguments.home)))
    if arguments.json:
        print(json.dumps({"damage": damage}, ensure_ascii=False))
    else:
        print("\n".join(damage) or "clean")
    return 1 if damage else 0


def _rebuild(arguments: argparse.Namespace, _commands: Any, settings: Any) -> int:
    from registry.rebuild import rebuild

    _say(arguments, {"leaves": rebuild(settings.Settings.load(arguments.home))})
    return 0


def _passphrase() -> bytes:
    return read_passphrase(None, prompt="passphrase of the log and status keys")


def _home_from_environment(settings: Any) -> Path:
    import os

    named = os.environ.get("AKASHI_HOME")
    if not named:
        raise settings.SettingsError("no home: give --home DIR or set AKASHI_HOME")
    return Path(named)


def _say(arguments: argparse.Namespace, facts: dict[str, Any]) -> None:
    if arguments.json:
        print(json.dumps(facts, ensure_ascii=False))
    else:
        print("\n".join(f"{name:10} {value}" for name, value in facts.items()))


def _fail(message: object, code: int) -> int:
    print(f"akashi-registry: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
