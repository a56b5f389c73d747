"""docs/library.md and the examples it names do what they say; what is set up wrongly is said at once, what is asked never raises."""

import csv
import importlib.util
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

import verifier
from forge import NOW
from forge.loopback import Loopback
from forge.scene import Scene
from schemas.errors import MalformedError
from verifier import Policy, Verdict, VerificationError, Verifier
from verifier.anchors import AnchorError
from verifier.http import FetchError
from verifier.policy import PolicyError
from verifier.state import StateError

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(
    r"^```python\n(.*?)^```$", (ROOT / "docs/library.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)
HOLDER, STRANGER = "7000012050002", "2180001135973"


def at_now() -> float:
    return NOW


class Frozen(Verifier):
    """The verifier at NOW."""

    def __init__(self, source: Any, **settings: Any) -> None:
        super().__init__(source, **(settings | {"clock": at_now}))


@pytest.fixture
def register(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory with a register and its anchor."""
    (tmp_path / "marks.akashi").write_bytes(scene.world.register())
    (tmp_path / "anchor").write_text(f"{scene.world.anchor}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "marks.akashi"


@pytest.fixture
def judge(scene: Scene) -> Verifier:
    return Verifier.from_bundle(scene.world.register(), anchor=scene.world.anchor, clock=at_now)


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{name}", ROOT / "examples" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---------------------------------------------------------------- the document


def test_the_document_s_programs_run_one_after_the_other(
    scene: Scene,
    register: Path,
    registry: Loopback,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("verifier.Verifier", Frozen)
    known: dict[str, Any] = {"scanned": scene.ended.link(), "number": scene.good.number}
    verdicts = []
    for block in BLOCKS:
        exec(block.replace("https://akashi.example", registry.url), known)  # noqa: S102 (our own document)
        verdicts.append(str(known["report"].verdict))
    assert verdicts == ["invalid", "invalid", "invalid", "invalid", "valid"]
    assert capsys.readouterr().out == "invalid revoked\n" * 2
    known["verifier"].close()
    known["scanned"] = scene.good.link()
    exec(BLOCKS[0], known)  # noqa: S102
    known["verifier"].close()
    assert capsys.readouterr().out == f"{scene.good.claims.name} level 3\n"
    assert (register.parent / "seen" / f"{scene.world.anchor}.json").is_file()


def test_every_name_the_package_promises_is_there() -> None:
    promised = {"Policy", "Reason", "Report", "Verdict", "VerificationError", "Verifier"}
    assert set(verifier.__all__) == promised
    for name in verifier.__all__:
        assert getattr(verifier, name).__doc__


# ---------------------------------------------------------------- what raises, and what does not


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "\0",
        "\ud800",
        "x" * 5000,
        "https://[::1/m/x#1",
        "１２３４５６７８９０",
        b"",
        b"\xd2",
        b"\xff" * 2000,
        b"\xd2\x84" * 500,
    ],
)
@pytest.mark.parametrize("at", [None, date(1, 1, 1), date.max, datetime(1, 1, 1, tzinfo=UTC)])
def test_nothing_that_is_asked_raises(judge: Verifier, subject: str | bytes, at: date | None) -> None:
    report = judge.verify(subject, at=at)
    assert report.verdict is not Verdict.VALID
    assert len(report.findings) == 7


def test_require_raises_what_verify_reports(judge: Verifier, scene: Scene) -> None:
    assert judge.require(scene.good.link()) == judge.verify(scene.good.link())
    with pytest.raises(VerificationError, match="invalid: revoked") as caught:
        judge.require(scene.ended.link())
    assert caught.value.report == judge.verify(scene.ended.link())


def test_a_moment_without_a_zone_is_refused(judge: Verifier, scene: Scene) -> None:
    with pytest.raises(ValueError, match="time zone"):
        judge.verify(scene.good.raw, at=datetime(2026, 11, 1))  # noqa: DTZ001 (that is the fault)


@pytest.mark.parametrize("anchor", ["", "abc", "../../etc/passwd", "g" * 64, "ab" * 33])
def test_what_is_no_anchor_is_refused_before_anything_is_opened(anchor: str, tmp_path: Path) -> None:
    makers: list[Callable[[], Verifier]] = [
        lambda: Verifier.from_bundle(tmp_path / "none", anchor=anchor),
        lambda: Verifier.from_registry("https://akashi.example", anchor=anchor, state=tmp_path),
    ]
    for make in makers:
        with pytest.raises(AnchorError, match="64 hex digits"):
            make()


def test_an_anchor_may_be_written_in_capitals_with_a_line_end(scene: Scene) -> None:
    written = f" {scene.world.anchor.upper()}\r\n"
    judge = Verifier.from_bundle(scene.world.bundle(), anchor=written, clock=at_now)
    assert judge.verify(scene.good.raw).verdict is Verdict.VALID


def test_what_cannot_be_opened_is_said_where_it_is_opened(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        Verifier.from_bundle(tmp_path / "none")
    (tmp_path / "other").write_bytes(b"PK rubbish")
    with pytest.raises(MalformedError):
        Verifier.from_bundle(tmp_path / "other")
    with pytest.raises(FetchError):
        Verifier.from_registry("akashi.example", anchor=None)


def test_a_damaged_memory_is_noticed_and_not_forgotten(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / f"{scene.world.anchor}.json"
    for damaged in (
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '{"trust": 1, "heads": {}, "list": [0, 0], "seen": 1e999}',
    ):
        path.write_text(damaged)
        with pytest.raises(StateError):
            Verifier.from_bundle(scene.world.bundle(), anchor=scene.world.anchor, state=str(tmp_path))
        assert path.read_text() == damaged


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuers": "Issuer AB"},  # as a text it would hold "Issuer A" too
        {"schemes": "demo-2"},
        {"units": "legal-entity"},
        {"assessment": "third-party"},
        {"min_level": "3"},
        {"min_level": True},
        {"max_status_age": 1.5},
        {"valid_until_at_least": "2027-03-31"},
        {"organisation": HOLDER},  # a mark says 0188:…; as written it could never be met
        {"organisation": 7000012050002},
    ],
)
def test_a_policy_that_could_not_mean_what_it_says_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match=next(iter(wrong))):
        Policy(**wrong)


# ---------------------------------------------------------------- the examples


def orders(scene: Scene) -> list[dict[str, str]]:
    def order(
        number: str, mark: str, supplier: str = f"T{HOLDER}", until: str = "2027-03-31"
    ) -> dict[str, str]:
        return {"order": number, "mark": mark, "supplier": supplier, "needed_until": until}

    return [
        order("1", scene.good.link()),
        order("2", scene.good.number.lower()),
        order("3", scene.ended.link()),
        order("4", scene.good.link(), STRANGER),
        order("5", scene.good.link(), until="2029-12-31"),
        order("6", "0000000000"),
        order("7", "=1+1"),
        order("8", scene.good.link(), "no number"),
        order("9", scene.good.link(), until="soon"),
    ]


def test_orders_are_released_for_valid_marks_only(
    scene: Scene, register: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = orders(scene)
    with (register.parent / "orders.csv").open("w", encoding="utf-8-sig", newline="") as table:
        writer = csv.DictWriter(table, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    main = example("erp_import").main
    asked = ["--bundle", str(register), "--anchor", "anchor"]
    assert main(["orders.csv", *asked], clock=at_now) == 1
    done = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [{name: row[name] for name in rows[0]} for row in done] == rows
    assert [row["akashi_decision"] for row in done] == ["released"] * 2 + ["blocked"] * 7
    assert [row["akashi_reasons"] for row in done][2:] == [
        "revoked",
        "policy-organisation",
        "policy-until",
        "mark-unavailable",
        "malformed",
        "order-unreadable",
        "order-unreadable",
    ]
    assert main(["none.csv", *asked]) == 2
    (register.parent / "other.csv").write_text("order,mark\n1,x\n")
    assert main(["other.csv", *asked]) == 2
    assert "no column supplier, needed_until" in capsys.readouterr().err


def test_a_supplier_portal_takes_the_supplier_s_own_valid_mark(scene: Scene, judge: Verifier) -> None:
    client = example("flask_route").create_app(judge).test_client()

    def hand_in(supplier: str, body: Any, **headers: str) -> tuple[int, Any]:
        answer = client.post(f"/suppliers/{supplier}/mark", json=body, headers=headers)
        return answer.status_code, answer.get_json()

    assert hand_in(HOLDER, {"mark": scene.good.link()}) == (200, {"accepted": True, "level": 3})
    for supplier, mark, reason in (
        (HOLDER, scene.ended.link(), "revoked"),
        (STRANGER, scene.good.link(), "policy-organisation"),
        (HOLDER, "\ud800", "malformed"),
    ):
        status, said = hand_in(supplier, {"mark": mark}, **{"Accept-Language": "ja"})
        assert (status, said["accepted"], said["why"][0]["reason"]) == (200, False, reason)
        assert re.search("[ぁ-ん]", said["why"][0]["meaning"])
    assert hand_in("nobody", {"mark": scene.good.link()})[0] == 404
    wrong: list[Any] = [[], {}, {"mark": 7}, None]
    for body in wrong:
        assert hand_in(HOLDER, body)[0] == 400
    assert client.post(f"/suppliers/{HOLDER}/mark", data=json.dumps({"mark": "x" * 20_000})).status_code in (
        400,
        413,
    )


def test_a_column_of_a_data_frame_is_judged(scene: Scene, judge: Verifier) -> None:
    frame = pd.DataFrame(
        {"name": ["a", "b", "c", "d"], "mark": [scene.good.link(), scene.ended.number, None, "x"]}
    )
    found = example("pandas_column").with_verdicts(frame, judge)
    assert list(found["akashi_verdict"].fillna("none")) == ["valid", "invalid", "none", "invalid"]
    assert list(found["akashi_reasons"])[:2] == ["", "revoked"]
    assert found["akashi_holder"][0] == f"0188:{HOLDER}"
    assert found["akashi_level"].isna().tolist() == [False, False, True, True]
    assert list(frame.columns) == ["name", "mark"]  # the frame that was given stays as it was
