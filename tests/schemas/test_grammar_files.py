"""The grammar files themselves: schemas/akashi.cddl and schemas/*.schema.json say what docs/format.md says.

Objects are made by hand with cbor2 here, so that the grammar is not tested against our own encoder.
"""

import json
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cddl_verifier import Validator
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

SCHEMAS = Path(__file__).parents[2] / "schemas"
JSON_SCHEMAS = sorted(SCHEMAS.glob("*.schema.json"))
GRAMMAR = Validator(SCHEMAS / "akashi.cddl")

NUMBER = bytes.fromhex("0798ee9ef1a2")
SHA256 = bytes(range(32))
URI = "https://akashi.example/status/a/0"


def signed(typ: str, payload: object, *, unprotected: object = None, alg: int = -19) -> bytes:
    """A COSE_Sign1 with the right shape and a signature of nobody."""
    protected = cbor2.dumps({1: alg, 4: bytes(8), 16: typ})
    return cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected or {}, cbor2.dumps(payload), bytes(64)]))


def facts(**changes: Any) -> dict[int, Any]:
    named: dict[str, Any] = {
        "scheme": "demo",
        "edition": "2026-03-27",
        "level": 3,
        "assessment": 1,
        "name": "株式会社みほん電子",
        "latin": "Mihon Denshi Co., Ltd.",
        "scope": [1, "本社のIT基盤", "IT infrastructure of the head office"],
        "assessor": None,
        "entities": None,
        "unknown": None,
    }
    named.update(changes)
    return {key: value for key, value in enumerate(named.values(), start=1) if value is not None}


def mark_claims(**changes: Any) -> dict[int, Any]:
    claims = {
        2: "0188:7000012050002",
        4: 1826722800,
        5: 1795186800,
        6: 1795219200,
        7: NUMBER,
        65535: {"status_list": {"idx": 3, "uri": URI}},
        -65537: facts(),
    }
    claims.update({int(key.removeprefix("k")): value for key, value in changes.items()})
    return claims


def mark(*, claims: object = None, typ: str = "application/mark+cwt", **header: Any) -> bytes:
    return signed(typ, claims or mark_claims(), **header)


def with_facts(**changes: Any) -> dict[int, Any]:
    return {**mark_claims(), -65537: facts(**changes)}


def event(change: dict[int, Any]) -> bytes:
    return signed("application/mark-event+cwt", {6: 1795305600, 7: NUMBER, -65538: change})


def status_list(**changes: Any) -> bytes:
    claims: dict[int, Any] = {
        2: URI,
        4: 1796428800,
        6: 1795219200,
        65533: {"bits": 2, "lst": b"\x78", "aggregation_uri": "https://akashi.example/status/aggregation"},
        65534: 3600,
        -65540: [0, 2, 1],
    }
    claims[65533] |= changes
    return signed("application/statuslist+cwt", claims)


def leaf(*parts: object) -> bytes:
    return cbor2.dumps([1, *parts])


GOOD = {
    "a mark": ("mark", mark()),
    "a mark under the other algorithm": ("mark", mark(alg=-9)),
    "a mark without a Latin statement": ("mark", mark(claims=with_facts(scope=[3, "東京工場"]))),
    "a group's mark": ("mark", mark(claims=with_facts(scope=[2, "グループ"], entities=SHA256))),
    "a mark with an assessor": ("mark", mark(claims=with_facts(assessor="AB01"))),
    "a suspension": ("event", event({1: 1, 2: 5, 3: SHA256})),
    "a supersession": ("event", event({1: 4, 2: 7, 3: SHA256, 4: NUMBER})),
    "a confirmation": ("event", event({1: 5, 3: SHA256})),
    "a profile": ("profile", signed("application/mark-profile+cwt", {6: 1, 7: NUMBER, -65539: b"{}"})),
    "a status list": ("status-list", status_list()),
    "a genesis leaf": ("leaf", leaf(0, {1: "demo", 2: SHA256})),
    "a later log's genesis leaf": (
        "leaf",
        leaf(0, {1: "demo", 2: SHA256, 3: ["akashi.example/log1", 5, SHA256]}),
    ),
    "an issue leaf": ("leaf", leaf(1, mark())),
    "an event leaf": ("leaf", leaf(2, event({1: 3, 2: 9, 3: SHA256}))),
    "a trust leaf": ("leaf", leaf(3, 2, SHA256)),
    "a snapshot leaf": ("leaf", leaf(5, 17, {URI: SHA256}, 2)),
    "a list of entities": ("entities", cbor2.dumps(["0188:2120901007402", "0188:7010705000725"])),
}

BAD = {
    "an algorithm borrowed from elsewhere": ("mark", mark(alg=-8)),
    "something in the unprotected header": ("mark", mark(unprotected={4: b"12345678"})),
    "an event's type on a mark": ("mark", mark(typ="application/mark-event+cwt")),
    "a claim nobody defined": ("mark", mark(claims=mark_claims(k8={}))),
    "a fact nobody defined": ("mark", mark(claims=with_facts(unknown=1))),
    "level 0": ("mark", mark(claims=with_facts(level=0))),
    "level 10": ("mark", mark(claims=with_facts(level=10))),
    "an empty name": ("mark", mark(claims=with_facts(name=""))),
    "a name of 241 bytes": ("mark", mark(claims=with_facts(name="x" * 241))),
    "a group that hides whom it lists": ("mark", mark(claims=with_facts(scope=[2, "グループ"]))),
    "a single entity with a list": ("mark", mark(claims=with_facts(entities=SHA256))),
    "a scope with a fourth part": ("mark", mark(claims=with_facts(scope=[1, "x", "x", "x"]))),
    "an issuer claim": ("mark", mark(claims=mark_claims(k1="someone"))),
    "a float for a time": ("mark", mark(claims=mark_claims(k4=1826722800.0))),
    "a time after the year 9999": ("mark", mark(claims=mark_claims(k4=253402300800))),
    "a number of five bytes": ("mark", mark(claims=mark_claims(k7=NUMBER[1:]))),
    "a status index beyond what JavaScript reads": (
        "mark",
        mark(claims=mark_claims(k65535={"status_list": {"idx": 2**53, "uri": URI}})),
    ),
    "a suspension without a reason": ("event", event({1: 1, 3: SHA256})),
    "a confirmation with a reason": ("event", event({1: 5, 2: 1, 3: SHA256})),
    "a supersession without a successor": ("event", event({1: 4, 2: 7, 3: SHA256})),
    "a revocation with a successor": ("event", event({1: 3, 2: 7, 3: SHA256, 4: NUMBER})),
    "reason 13": ("event", event({1: 1, 2: 13, 3: SHA256})),
    "an event without prev": ("event", event({1: 1, 2: 5})),
    "a one-bit list": ("status-list", status_list(bits=1)),
    "a list with a member nobody defined": ("status-list", status_list(extra=1)),
    "a leaf of reserved kind 4": ("leaf", leaf(4, b"")),
    "a leaf of reserved kind 6": ("leaf", leaf(6, SHA256)),
    "a leaf of format 2": ("leaf", cbor2.dumps([2, 1, mark()])),
    "an issue leaf that holds an event": ("leaf", leaf(1, event({1: 5, 3: SHA256}))),
    "a mark laid bare in its leaf": ("leaf", leaf(1, cbor2.loads(mark()))),
    "a snapshot with half a hash": ("leaf", leaf(5, 17, {URI: SHA256[:16]}, 2)),
    "trust version 0": ("leaf", leaf(3, 0, SHA256)),
}


@pytest.mark.parametrize("name", GOOD)
def test_the_grammar_takes(name: str) -> None:
    rule, data = GOOD[name]
    assert GRAMMAR.validate(data, rule).errors == ()


@pytest.mark.parametrize("name", BAD)
def test_the_grammar_refuses(name: str) -> None:
    rule, data = BAD[name]
    assert GRAMMAR.validate(data, rule).errors


def test_a_mark_cut_short_anywhere_is_refused() -> None:
    data = mark()
    assert not any(GRAMMAR.validate(data[:end], "mark") for end in range(len(data)))


@pytest.mark.parametrize("path", JSON_SCHEMAS, ids=lambda path: path.name)
def test_a_schema_file_is_a_schema_of_2020_12(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", JSON_SCHEMAS, ids=lambda path: path.name)
def test_every_object_a_schema_describes_is_closed(path: Path) -> None:
    def open_objects(node: object, where: str) -> list[str]:
        if isinstance(node, list):
            return [found for i, item in enumerate(node) for found in open_objects(item, f"{where}/{i}")]
        if not isinstance(node, dict):
            return []
        is_open = node.get("type") in ("object", ["object", "null"]) and not (
            "additionalProperties" in node or "unevaluatedProperties" in node
        )
        below = [found for key, item in node.items() for found in open_objects(item, f"{where}/{key}")]
        return ([where] if is_open else []) + below

    assert open_objects(json.loads(path.read_text(encoding="utf-8")), "") == []


def schema(name: str) -> Draft202012Validator:
    text = (SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text), format_checker=Draft202012Validator.FORMAT_CHECKER)


CHECKS = ("structure", "issuer", "signature", "window", "logged", "status", "policy")


def report(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "input": "7K3Q9XWD29",
        "verdict": "valid",
        "at": "2026-11-22T01:00:00Z",
        "as_of": "2026-11-22T00:00:00Z",
        "findings": [{"check": check, "outcome": "passed", "reason": None, "detail": ""} for check in CHECKS],
        "notes": [{"reason": "no-independent-witness", "detail": ""}],
        "mark": {
            "number": "7K3Q9XWD29",
            "scheme": "demo",
            "edition": "2026-03-27",
            "level": 3,
            "assessment": "expert-confirmed",
            "organisation": {"id": "0188:7000012050002", "name": "株式会社みほん電子", "name_latin": None},
            "scope": {"unit": "legal-entity", "statement": "本社のIT基盤", "statement_latin": None},
            "assessor": None,
            "issued_at": "2026-11-21T00:00:00Z",
            "valid_from": "2026-11-20T15:00:00Z",
            "valid_until": "2027-11-20T15:00:00Z",
            "last_day": "2027-11-20",
            "issuer": {"kid": "866eefbd6718c884", "owner": "Demonstration Assessors"},
        },
        "authority": {
            "scheme": "demo",
            "names": {"ja": "実演", "en": "Demonstration"},
            "recognised_by": None,
        },
        "status": {
            "value": "valid",
            "since": None,
            "reason": None,
            "successor": None,
            "list": URI,
            "issued": "2026-11-22T00:00:00Z",
        },
        "log": {
            "origin": "akashi.example/log1",
            "index": 17,
            "logged_by": "2026-11-21T00:01:00Z",
            "leaf": "3b96914895c87340f289c47d75e83fc00fc25fc6005c5e1e1b2bc1e06e29c02a",
        },
        "trust": {"anchor": "0" * 64, "version": 1, "expires": "2027-11-21T00:00:00Z"},
    }
    return whole | changes


def test_a_report_of_a_valid_mark_has_the_shape() -> None:
    schema("report").validate(report())


def unread_report(**changes: Any) -> dict[str, Any]:
    """What is said about bytes that are no mark."""
    findings = [
        {"check": check, "outcome": "unknown", "reason": None, "detail": "not made"} for check in CHECKS
    ]
    findings[0] = {"check": "structure", "outcome": "failed", "reason": "malformed", "detail": "ends early"}
    nothing = dict.fromkeys(("as_of", "mark", "authority", "status", "log", "trust"))
    return report(verdict="invalid", findings=findings, notes=[], **nothing) | changes


def test_a_report_of_something_unreadable_has_the_shape() -> None:
    schema("report").validate(unread_report())


def findings_but(place: int, **changes: Any) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = [dict(finding) for finding in report()["findings"]]
    findings[place].update(changes)
    return findings


BAD_REPORTS = {
    "six findings": report(findings=report()["findings"][:6]),
    "findings in another order": report(findings=report()["findings"][::-1]),
    "a passed check with a reason": report(findings=findings_but(5, reason="revoked")),
    "a failure without a reason": report(verdict="invalid", findings=findings_but(5, outcome="failed")),
    "another check's reason": report(
        verdict="invalid", findings=findings_but(2, outcome="failed", reason="revoked")
    ),
    "a revocation called unknown": report(
        verdict="undetermined", findings=findings_but(5, outcome="unknown", reason="revoked")
    ),
    "a missing list called a failure": report(
        verdict="invalid", findings=findings_but(5, outcome="failed", reason="status-unavailable")
    ),
    "valid beside a failure": report(findings=findings_but(5, outcome="failed", reason="revoked")),
    "valid beside an unknown": report(findings=findings_but(5, outcome="unknown", reason="status-stale")),
    "invalid without a failure": report(verdict="invalid"),
    "undetermined with everything passed": report(verdict="undetermined"),
    "a fourth verdict": report(verdict="probably"),
    "claims shown though nothing was verified": unread_report(mark=report()["mark"]),
    "a member nobody defined": report(colour="green"),
    "a time without its zone": report(at="2026-11-22T01:00:00"),
}


@pytest.mark.parametrize("name", BAD_REPORTS)
def test_a_report_cannot_say(name: str) -> None:
    with pytest.raises(ValidationError):
        schema("report").validate(BAD_REPORTS[name])


def problem(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "type": "https://akashi.example/problems/event-out-of-order",
        "title": "The event does not follow the mark's latest leaf",
        "status": 409,
        "detail": "Read the mark again and sign the event anew.",
        "instance": "/api/v1/submissions",
        "reason": "event-out-of-order",
        "errors": [
            {
                "item": 0,
                "pointer": "/-65538/3",
                "reason": "event-out-of-order",
                "detail": "",
                "hint": "sync first",
            }
        ],
        "last_leaf": "3b96914895c87340f289c47d75e83fc00fc25fc6005c5e1e1b2bc1e06e29c02a",
    }
    return {key: value for key, value in (whole | changes).items() if value is not None}


def test_a_problem_has_the_shape() -> None:
    schema("problem").validate(problem())
    schema("problem").validate(problem(errors=None, last_leaf=None, status=404, reason="unknown-mark"))


@pytest.mark.parametrize("changes", [{"reason": None}, {"status": 200}, {"reason": "oops"}, {"trace": "…"}])
def test_a_problem_cannot_hide_or_add(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        schema("problem").validate(problem(**changes))


def trust_document(**changes: Any) -> dict[str, Any]:
    key: dict[str, Any] = {
        "kid": "866eefbd6718c884",
        "alg": -19,
        "pub": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "use": "mark",
        "owner": "Demonstration Assessors",
        "levels": {"3": {"max_days": 366}},
        "series": "a",
        "from": 1795100000,
        "until": 1826636000,
    }
    status = {name: value for name, value in key.items() if name not in ("levels", "series")} | {
        "use": "status"
    }
    log_key = "akashi.example/log1+ba7018b5+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
    witness_key = "witness.akashi.example+f5addffa+BNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
    whole: dict[str, Any] = {
        "version": 1,
        "issued": 1795100000,
        "expires": 1826636000,
        "crit": [],
        "scheme": {"id": "demo", "names": {"ja": "実演", "en": "Demonstration"}, "offset": 32400},
        "hosts": [{"host": "akashi.example"}],
        "mirrors": [],
        "root": {"threshold": 2, "keys": [log_key, log_key, log_key]},
        "keys": [key, status],
        "logs": [{"vkey": log_key, "url": "https://akashi.example/log1"}],
        "witnesses": [{"name": "w", "vkey": witness_key, "from": 1795100000, "until": 1826636000}],
        "quorum": [{"k": 1, "from": 0}],
        "recognised": [],
    }
    whole["keys"][0] |= changes.pop("key", {})
    whole["keys"][1] |= changes.pop("status_key", {})
    return whole | changes


def test_a_trust_document_has_the_shape() -> None:
    schema("trust_document").validate(trust_document())
    compromised = {"place": 0, "size": 17, "since": 1795200000}
    schema("trust_document").validate(trust_document(key={"compromised": compromised}))


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 0},
        {"root": {"threshold": 1, "keys": []}},
        {"key": {"alg": -8}},
        {"key": {"levels": {"★3": {"max_days": 366}}}},
        {"key": {"levels": {}}},
        {"key": {"compromised": {"since": 1795200000}}},
        {"status_key": {"levels": {"3": {"max_days": 366}}}},
        {"status_key": {"compromised": {"place": 0, "size": 17, "since": 1795200000}}},
        {"quorum": [{"k": 0, "from": 0}]},
        {"issued": 1795100000.5},
        {"note": "hello"},
    ],
    ids=str,
)
def test_a_trust_document_cannot_say(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        schema("trust_document").validate(trust_document(**changes))


PROFILE: dict[str, Any] = {
    "country": "JP",
    "region": "JP-13",
    "kana": "ミホンデンシ",
    "names": [{"kind": "former", "name": "見本電子工業"}],
    "entities": [{"id": "0188:7010705000725", "name": "みほん物流株式会社", "name_latin": "Mihon Logistics"}],
    "sites": ["東京本社"],
    "excluded": ["工場の制御系"],
    "assessor": {"ja": "実演審査機構", "en": "Demonstration Assessors"},
    "related": [{"scheme": "ISO/IEC 27001", "reference": "IS 000000", "until": "2027-03-31"}],
    "web": "https://www.example.co.jp/",
    "contact": "mihon@example.co.jp",
    "statements": [{"ja": "補足", "en": "Remark"}],
}


def test_a_profile_has_the_shape() -> None:
    schema("profile").validate({"country": "JP"})
    schema("profile").validate(PROFILE)


@pytest.mark.parametrize(
    "changes",
    [
        {"country": "Japan"},
        {"names": [{"kind": "nick", "name": "x"}]},
        {"related": [{"scheme": "x", "reference": "y", "level": 4}]},
        {"web": "javascript:alert(1)"},
        {"assessor": {"ja": "x"}},
        {"person": "Taro"},
    ],
    ids=str,
)
def test_a_profile_cannot_say(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        schema("profile").validate(PROFILE | changes)
