"""A demonstration scheme, set up and filled with the public commands only, then served.

    python examples/demo.py --home var/demo data     set up, issue, stop
    python examples/demo.py --home var/demo serve    the same, then keep serving

Everything below is what an operator, two assessment bodies and a scheme body would type. State stays
in the folder; a second run goes on where the first one stopped. PORT, BIND and PUBLIC_URL are read from
the environment.
"""

import argparse
import csv
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "demo"
ORIGIN = "akashi.example/log1"
JAPAN = timezone(timedelta(hours=9))
COMMANDS = {
    "akashi": "verifier.cli",
    "akashi-keys": "keys.cli",
    "akashi-issuer": "issuer.cli",
    "akashi-registry": "registry.cli",
    "akashi-witness": "registry.witness.cli",
}
KEYS = ("root-a", "root-b", "root-c", "issuer-3", "issuer-4", "authority", "log", "status")
ISSUERS = {"issuer-3": "organisations-3.csv", "issuer-4": "organisations-4.csv"}
EVENTS = (  # issuer's home, verb, draft, options, state afterwards
    ("issuer-3", "suspend", "D3-008", ("--reason", "holder-request"), "suspended"),
    ("authority", "suspend", "D4-006", ("--reason", "under-investigation"), "suspended"),
    ("issuer-3", "revoke", "D3-009", ("--reason", "requirements-unmet"), "revoked"),
    ("authority", "revoke", "D4-007", ("--reason", "misuse"), "revoked"),
)


class Demo:
    """One demonstration in one folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = int(os.environ.get("PORT") or 8080)
        self.bind = os.environ.get("BIND") or "127.0.0.1"
        self.public_url = os.environ.get("PUBLIC_URL") or f"http://127.0.0.1:{self.port}"
        self.url = f"http://127.0.0.1:{self.port}"
        self.running: list[subprocess.Popen[bytes]] = []
        self.environment = dict(os.environ) | {
            "AKASHI_PASSPHRASE_FILE": str(home / "passphrase"),
            "AKASHI_PUBLIC_URL": self.public_url,
            "PYTHONPATH": os.pathsep.join([str(HERE.parent.parent), os.environ.get("PYTHONPATH", "")]),
        }

    # -- set up ----------------------------------------------------------------------------

    def look_for_others(self) -> None:
        """End with a plain word when a port is taken: whoever answers there is not this demonstration."""
        self.home.mkdir(parents=True, exist_ok=True)
        if not _free(self.bind, self.port):
            raise SystemExit(
                f"demo: port {self.port} of {self.bind} cannot be had; take another: make demo PORT=…"
            )
        if not _free("127.0.0.1", self._witness_port()):
            raise SystemExit(
                f"demo: port {self._witness_port()} of the witness is in use. Does a demonstration still run in "
                f"{self.home}? Stop it, or take another folder: make demo DEMO_DIR=…"
            )

    def set_up(self) -> None:
        """Make keys, a witness, a trust document signed by two of three roots, and an empty register."""
        self.home.mkdir(parents=True, exist_ok=True)
        self._passphrase()
        for name in KEYS:
            if not self._key(name).exists():
                self._key(name).parent.mkdir(mode=0o700, exist_ok=True)
                self.run("akashi-keys", "generate", "--out", str(self._key(name)))
        witness = self.home / "witness"
        if not (self.home / "witness.vkey").exists():
            said = self.run_json(
                "akashi-witness", "--home", str(witness), "--json", "init", "--name", "witness.demo.example"
            )
            (self.home / "witness.vkey").write_text(said["vkey"])
        trust = self.home / "trust-1"
        if not (self.home / "anchor").exists():
            self._trust(trust)
        self.run("akashi-witness", "--home", str(witness), "add-log", self._vkey("log", ORIGIN, "log"))
        if not (self.home / "registry" / "registry.json").exists():
            self.run(
                *("akashi-registry", "--home", str(self.home / "registry"), "init", "--origin", ORIGIN),
                *("--trust", str(trust), "--log-key", f"file:{self._key('log')}"),
                *("--status-key", f"file:{self._key('status')}"),
                *("--witness", f"http://127.0.0.1:{self._witness_port()}", "--demonstration"),
            )
            self.run(
                *(
                    "akashi-registry",
                    "--home",
                    str(self.home / "registry"),
                    "scheme",
                    str(HERE / "scheme.toml"),
                )
            )

    def _passphrase(self) -> None:
        path = self.home / "passphrase"
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as out:
                out.write(secrets.token_urlsafe(24) + "\n")

    def _key(self, name: str) -> Path:
        return self.home / "keys" / f"{name}.key"

    def _vkey(self, key: str, name: str, kind: str) -> str:
        shown = self.run_json(
            "akashi-keys", "show", "--json", str(self._key(key)), "--note-name", name, "--type", kind
        )
        return str(shown["vkey"])

    def _witness_port(self) -> int:
        """Give the witness a port of its own, the same at every run."""
        path = self.home / "witness.port"
        if not path.exists():
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                path.write_text(str(probe.getsockname()[1]))
        return int(path.read_text())

    def _trust(self, out: Path) -> None:
        now = int(time.time()) - 60
        end = now + 3 * 365 * 86400
        skeleton = json.loads((HERE / "trust.json").read_text("utf-8"))
        skeleton["root"]["keys"] = [self._vkey(f"root-{x}", f"root-{x}.demo.example", "root") for x in "abc"]
        skeleton["logs"] = [{"vkey": self._vkey("log", ORIGIN, "log"), "url": f"https://{ORIGIN}"}]
        skeleton["quorum"] = [{"k": 1, "from": now}]
        vkey = (self.home / "witness.vkey").read_text()
        skeleton["witnesses"] = [{"name": "demo witness (our own)", "vkey": vkey, "from": now, "until": end}]
        for entry in skeleton["keys"]:
            shown = self.run_json("akashi-keys", "show", "--json", str(self._key(entry.pop("file"))))
            entry |= {"alg": -19, "pub": shown["pub"], "kid": shown["kid"], "from": now, "until": end}
        draft, out_draft = self.home / "trust-1.json", self.home / "trust-1.draft"
        draft.write_text(json.dumps(skeleton, ensure_ascii=False, indent=1), "utf-8")
        out_draft.unlink(missing_ok=True)
        self.run("akashi-keys", "trust", "draft", str(draft), "--out", str(out_draft), "--issued", _utc(now))
        out.unlink(missing_ok=True)
        for place, root in enumerate(("root-a", "root-b")):
            source = out if place else out_draft
            self.run(
                "akashi-keys",
                "trust",
                "sign",
                str(source),
                "--key",
                f"file:{self._key(root)}",
                "--out",
                str(out),
                "--yes",
            )
        checked = self.run_json("akashi-keys", "trust", "check", "--json", str(out))
        (self.home / "anchor").write_text(checked["anchor"] + "\n")

    # -- serve -----------------------------------------------------------------------------

    def start(self) -> None:
        """Start the witness and the register, each its own process, and wait until they answer."""
        witness = self._spawn(
            *("akashi-witness", "--home", str(self.home / "witness"), "serve"),
            *("--port", str(self._witness_port())),
        )
        _wait(f"http://127.0.0.1:{self._witness_port()}/", witness, "the witness")
        registry = self._spawn(
            *("akashi-registry", "--home", str(self.home / "registry"), "serve"),
            *("--port", str(self.port), "--bind", self.bind),
        )
        _wait(f"{self.url}/healthz", registry, "the register")

    def _spawn(self, command: str, *arguments: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, "-m", COMMANDS[command], *arguments], env=self.environment
        )
        self.running.append(process)
        return process

    def watch(self) -> None:
        """Stay until the witness or the register ends."""
        while all(process.poll() is None for process in self.running):
            time.sleep(0.5)
        for name, process in zip(("the witness", "the register"), self.running, strict=True):
            if process.returncode is not None:
                raise SystemExit(f"demo: {name} ended with {process.returncode}; the rest is stopped too")

    def stop(self) -> None:
        for process in reversed(self.running):
            process.terminate()
        for process in reversed(self.running):
            process.wait(30)

    # -- issue -----------------------------------------------------------------------------

    def fill(self) -> None:
        """Issue from the CSV files, let things happen to some marks, and write down what there is to try."""
        for name in (*ISSUERS, "authority"):
            home = self.home / name
            if not (home / "issuer.json").exists():
                self.run(
                    *("akashi-issuer", "--home", str(home), "init", "--scheme", str(HERE / "scheme.toml")),
                    *("--trust", str(self.home / "trust-1"), "--anchor", str(self.home / "anchor")),
                    *("--key", f"file:{self._key(name)}"),
                )
        for name, table in ISSUERS.items():
            self._issue(name, self._dated(HERE / table))
        numbers = self._numbers()
        successors = HERE / "successors-3.csv"
        self._issue("issuer-3", self._dated(successors, numbers))
        for name, verb, draft, options, state in EVENTS:
            number = numbers[draft]
            if self._mark(number)["state"] != state:
                self.run("akashi-issuer", "--home", str(self.home / name), "sync", "--registry", self.url)
                self.run(
                    "akashi-issuer",
                    "--home",
                    str(self.home / name),
                    verb,
                    number,
                    *options,
                    "--registry",
                    self.url,
                )
        self._write_down(self._numbers())

    def _issue(self, name: str, table: Path) -> None:
        self.run(
            "akashi-issuer", "--home", str(self.home / name), "issue", str(table), "--registry", self.url
        )

    def _dated(self, table: Path, numbers: dict[str, str] | None = None) -> Path:
        """Write a CSV with real days for {+n} and {-n}, and numbers for {draft}; once, so that drafts stay the same."""
        target = self.home / table.name
        if not target.exists():
            today = datetime.now(JAPAN).date()

            def fill(found: re.Match[str]) -> str:
                word = found[1]
                if word[0] in "+-":
                    return (today + timedelta(days=int(word))).isoformat()
                return (numbers or {})[word]

            target.write_text(re.sub(r"\{([^}]+)\}", fill, table.read_text("utf-8")), "utf-8")
        return target

    def _numbers(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in ISSUERS:
            for row in self.run_json("akashi-issuer", "--home", str(self.home / name), "--json", "list")[
                "marks"
            ]:
                if row["number"]:
                    found[row["draft_id"]] = row["number"]
        return found

    def _mark(self, number: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/api/v1/marks/{number}", timeout=20) as answer:
            value: dict[str, Any] = json.load(answer)
        return value

    def _write_down(self, numbers: dict[str, str]) -> None:
        """Write lists to try things with: every number, every full link, and a table with the states."""
        marks = {draft: self._mark(number) for draft, number in sorted(numbers.items())}
        with (self.home / "marks.csv").open("w", newline="", encoding="utf-8") as out:
            table = csv.writer(out)
            table.writerow(["draft_id", "number", "state", "level", "holder", "name", "page"])
            for draft, mark in marks.items():
                about = mark["mark"]
                organisation = about["organisation"]
                name = organisation["name_latin"] or organisation["name"]
                page = f"{self.public_url}/m/{mark['number']}"
                table.writerow(
                    [draft, mark["number"], mark["state"], about["level"], organisation["id"], name, page]
                )
        (self.home / "numbers.txt").write_text("".join(f"{mark['number']}\n" for mark in marks.values()))

    def say(self) -> None:
        """Print what to try."""
        with (self.home / "marks.csv").open(encoding="utf-8") as table:
            rows = list(csv.DictReader(table))
        by_state = {row["state"]: row for row in reversed(rows)}
        print(f"\nA demonstration, not an official register.  {self.public_url}/\n")
        for state, row in sorted(by_state.items()):
            print(f"  {state:14} {row['page']}   {row['name']}")
        anchor = self.home / "anchor"
        number = by_state["valid"]["number"]
        print(
            f"\nCheck one yourself, in another terminal:\n"
            f"  .venv/bin/akashi verify --registry {self.url} --anchor {anchor} {number}\n"
            f"All of them: {self.home / 'marks.csv'}.  Stop with Ctrl-C.\n",
            flush=True,
        )

    # -- commands --------------------------------------------------------------------------

    def run(self, command: str, *arguments: str) -> str:
        """Run one public command; a failure ends the demonstration with its own words."""
        done = subprocess.run(
            [sys.executable, "-m", COMMANDS[command], *arguments],
            env=self.environment,
            capture_output=True,
            check=False,
        )
        if done.returncode != 0:
            sys.stderr.write(done.stderr.decode())
            raise SystemExit(f"demo: {command} {' '.join(arguments)} ended with {done.returncode}")
        return done.stdout.decode()

    def run_json(self, command: str, *arguments: str) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.run(command, *arguments))
        return value


def _utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _free(host: str, port: int) -> bool:
    """Tell whether a server could listen there now, as the register would."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _wait(url: str, process: "subprocess.Popen[bytes]", name: str) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise SystemExit(f"demo: {name} did not start; what it said stands above")
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"demo: {name} does not answer at {url}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, default=Path("var/demo"))
    parser.add_argument("verb", choices=("data", "serve"))
    arguments = parser.parse_args()
    demo = Demo(arguments.home.resolve())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        demo.look_for_others()
        if not (demo.home / "marks.csv").exists():
            print("demo: making keys, a register and its marks; about half a minute", flush=True)
        demo.set_up()
        demo.start()
        demo.fill()
        if arguments.verb == "serve":
            demo.say()
            demo.watch()
    except KeyboardInterrupt:
        pass
    finally:
        demo.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
