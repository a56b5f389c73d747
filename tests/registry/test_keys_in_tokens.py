"""A scheme whose every key lies in a token: root ceremony, log, lists, issuer, with the public commands."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from forge.issuing import SCHEME, draft
from forge.registers import ForgedWitness
from forge.tokens import Token
from forge.trust_documents import DAY, witness
from issuer.cli import main as issuer
from keys.cli import main as keys
from registry.cli import main as registry
from registry.commands import ingest, make_publisher
from registry.settings import Settings
from verifier import Verdict, Verifier

ORIGIN = "akashi.example/log1"


def test_a_mark_is_issued_logged_and_verified_with_keys_that_never_left_their_token(
    token: Token, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    now = int(datetime.now(UTC).timestamp())

    def said(program: Any, *words: str) -> Any:
        capsys.readouterr()
        assert program(list(words)) == 0, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    def made(label: str, *more: str, algorithm: str = "ed25519") -> Any:
        return said(
            keys, "generate", "--out", token.uri(f"hsm-{label}"), "--algorithm", algorithm, "--json", *more
        )

    def in_document(label: str, use: str, **more: Any) -> dict[str, Any]:
        key = made(label, algorithm="p256" if use == "mark" else "ed25519")
        window = {"from": now - 60, "until": now + 900 * DAY}
        return {"alg": key["alg"], "pub": key["pub"], "use": use, "owner": f"The {label}"} | window | more

    # 1. Root ceremony: three root keys in the token, two sign.
    roots = [made(f"root-{x}", "--note-name", f"root-{x}.example", "--type", "root")["vkey"] for x in "abc"]
    log = made("log", "--note-name", ORIGIN, "--type", "log")["vkey"]
    skeleton = {
        "scheme": {"id": "demo", "names": {"en": "Demonstration"}, "offset": 32400},
        "hosts": [{"host": "akashi.example"}],
        "root": {"threshold": 2, "keys": roots},
        "keys": [
            in_document("issuer", "mark", levels={"3": {"max_days": 400}}, series="a"),
            in_document("status", "status"),
        ],
        "logs": [{"vkey": log, "url": f"https://{ORIGIN}"}],
        "witnesses": [witness("w1", **{"from": now - 60, "until": now + 900 * DAY})],
        "quorum": [{"k": 1, "from": now - 60}],
    }
    Path("trust.json").write_text(json.dumps(skeleton))
    said(keys, "trust", "draft", "trust.json", "--out", "trust-1", "--json")
    for x in "ab":
        signed = said(
            keys, "trust", "sign", "trust-1", "--key", token.uri(f"hsm-root-{x}"), "--yes", "--json"
        )
    anchor = signed["anchor"]
    # 2. A register whose log and status keys are in the token.
    home = tmp_path / "registry"
    said(
        registry,
        *("--home", str(home), "--json", "init", "--origin", ORIGIN, "--trust", "trust-1"),
        *(
            "--log-key",
            token.uri("hsm-log"),
            "--status-key",
            token.uri("hsm-status"),
            "--witness",
            "http://127.0.0.1:9",
        ),
    )
    settings = Settings.load(home, {})
    publisher = make_publisher(settings, passphrase=lambda: b"")
    publisher._witnesses = [ForgedWitness(url="http://w1", label="w1", now=lambda: float(now))]
    publisher.recover()
    while publisher.cycle():
        pass
    # 3. An issuer with a P-256 key in the token.
    desk = ("--home", str(tmp_path / "issuer"), "--json")
    words = (
        "init",
        "--scheme",
        str(SCHEME),
        "--trust",
        "trust-1",
        "--anchor",
        anchor,
        "--key",
        token.uri("hsm-issuer"),
    )
    said(issuer, *desk, *words)
    today = datetime.now(UTC).date()
    days = {
        name: str(today - timedelta(days=20)) for name in ("assessed_on", "oath_on", "expert_training_on")
    }
    row = draft(**days)
    with Path("drafts.csv").open("w", newline="", encoding="utf-8") as out:
        table = csv.DictWriter(out, list(row))
        table.writeheader()
        table.writerow(row)
    issued = said(issuer, *desk, "issue", "drafts.csv", "--out", "marks.cborseq")
    number = issued["marks"][0]["number"]
    # 4. Published, and believed by whoever has the anchor.
    ingest(settings, Path("marks.cborseq").read_bytes(), wait=0)
    while publisher.cycle():
        pass
    publisher.close()
    said(registry, "--home", str(home), "--json", "bundle", "register.akashi", "--register")
    verifier = Verifier.from_bundle("register.akashi", anchor=anchor)
    with verifier:
        report = verifier.verify(number)
    assert report.verdict is Verdict.VALID, report.reasons
    assert report.mark is not None
    assert report.mark.header.alg == -9
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert token.pin_file.read_bytes().strip() not in held
