"""The shape of one trust document (docs/format.md §5)."""

import copy
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from forge.trust_documents import (
    DAY,
    ROOTS,
    START,
    base64_of,
    document,
    key_entry,
    kid_of,
    public_of,
    recognised,
    text_of,
    vkey,
    witness,
)
from schemas.errors import MalformedError, TooLargeError
from schemas.trust_document import FIRST_LINE, MAX_SIZE, TrustDocument, UnknownCriticalError
from schemas.trust_entries import KeyUse

Change = Callable[[dict[str, Any]], None]


def refused(value: dict[str, Any]) -> MalformedError:
    with pytest.raises(MalformedError) as error:
        TrustDocument.from_json(value)
    return error.value


def bent(change: Change) -> MalformedError:
    value = copy.deepcopy(document())
    change(value)
    return refused(value)


def test_a_document_reads_back_to_the_text_it_came_from() -> None:
    text = text_of(document())
    assert TrustDocument.from_text(text).to_text() == text
    assert TrustDocument.from_text(text).to_json() == document()


def test_the_anchor_is_the_hash_of_the_text_not_of_its_meaning() -> None:
    compact = text_of(document())
    spaced = f"{FIRST_LINE}\n{json.dumps(document(), indent=1, ensure_ascii=False)}\n"
    one, other = TrustDocument.from_text(compact), TrustDocument.from_text(spaced)
    assert one.to_json() == other.to_json()
    assert one.anchor == hashlib.sha256(compact.encode()).hexdigest() != other.anchor


def test_entries_carry_their_types() -> None:
    found = TrustDocument.from_json(document())
    key = found.find_key(bytes.fromhex(kid_of("issuer-3")))
    assert key is not None
    assert (key.use, key.public, key.alg) == (KeyUse.MARK, public_of("issuer-3"), -19)
    assert (key.levels, key.series) == ({3: 400, 4: 1200}, "a")
    assert found.find_key(bytes(8)) is None
    assert found.find_log("akashi.example/log1") == 0
    assert found.find_log("other.example/log1") is None
    assert found.lists_host("akashi.example")
    assert not found.lists_host("akashi.example.attacker.example")
    assert found.scheme.offset == 32400


def test_windows_are_half_open() -> None:
    key = TrustDocument.from_json(document()).keys[0]
    assert [key.holds_at(time) for time in (key.start - 1, key.start, key.until - 1, key.until)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_compromise_is_a_position_in_the_logs_not_a_date() -> None:
    bad = key_entry("issuer-3", compromised={"place": 0, "size": 10, "since": START})
    key = TrustDocument.from_json(document(keys=[bad])).keys[0]
    assert [key.is_void_at(0, index) for index in (9, 10, 11)] == [False, True, True]
    assert key.is_void_at(1, 0)
    assert not TrustDocument.from_json(document()).keys[0].is_void_at(5, 10**6)


def test_a_compromised_status_key_has_no_position() -> None:
    status = key_entry("status", "status", compromised={"since": START})
    assert TrustDocument.from_json(document(keys=[status])).keys[0].compromised is not None
    status["compromised"] = {"place": 0, "size": 1, "since": START}
    assert refused(document(keys=[status])).path == "/keys/0/compromised"


def test_the_quorum_at_a_time_is_the_last_that_began() -> None:
    found = TrustDocument.from_json(document(quorum=[{"k": 2, "from": START}, {"k": 3, "from": START + DAY}]))
    times = (START - 1, START, START + DAY - 1, START + DAY)
    assert [found.quorum_at(time) for time in times] == [None, 2, 2, 3]


def test_rule_7_two_quorums_always_overlap() -> None:
    four = [witness(name) for name in ("w1", "w2", "w3", "w4")]
    assert refused(document(witnesses=four)).path == "/quorum"
    assert (
        TrustDocument.from_json(document(witnesses=four, quorum=[{"k": 3, "from": START}])).quorum[0].k == 3
    )
    # A fourth window that opens later, a quorum that shrinks later: each is looked at when it begins.
    late = [*four[:3], witness("w4", **{"from": START + DAY})]
    assert refused(document(witnesses=late)).path == "/quorum"
    shrinking = [{"k": 2, "from": START}, {"k": 1, "from": START + DAY}]
    assert refused(document(quorum=shrinking)).path == "/quorum"
    # One window closes as the other opens: never more than three at once.
    relay = [witness("w1"), witness("w2"), witness("w3", until=START + DAY), late[3]]
    held = TrustDocument.from_json(document(witnesses=relay)).witnesses
    assert [one.holds_at(START + DAY) for one in held] == [True, True, False, True]


def test_rule_7_a_quorum_of_none_is_no_quorum() -> None:
    assert refused(document(witnesses=[], quorum=[{"k": 0, "from": START}])).path == "/quorum/0/k"
    assert refused(document(quorum=[])).path == "/quorum"
    assert refused(document(quorum=[{"k": 2, "from": START}, {"k": 2, "from": START}])).path == "/quorum"


@pytest.mark.parametrize("label", ["issuer-3", "authority", "status", "log", "w1", "root-a"])
def test_a_public_key_has_one_use(label: str) -> None:
    """A root key that also signs marks, a log that witnesses itself: each use would vouch for the other."""
    doubles: list[dict[str, Any]] = []
    if label != "authority":
        doubles.append(document(keys=[*document()["keys"], key_entry(label, "authority", kid="00" * 8)]))
    if label != "w1":
        doubles.append(document(witnesses=[witness("w1", vkey=vkey("w9.example", label, 4)), witness("w2")]))
    if label != "root-a":
        doubles.append(document(root={"threshold": 2, "keys": [vkey("x", label), vkey("y", "root-a")]}))
    if label != "log":
        doubles.append(document(logs=[{"vkey": vkey("z", label), "url": "https://z.example"}]))
    for value in doubles:
        assert "public key" in refused(value).problem


def test_a_root_key_under_two_names_is_one_key() -> None:
    twice = {"threshold": 2, "keys": [vkey("one.example", "root-a"), vkey("two.example", "root-a")]}
    assert "public key" in refused(document(root=twice)).problem


@pytest.mark.parametrize("threshold", [0, 1, 4])
def test_a_root_threshold_is_at_least_two_and_can_be_met(threshold: int) -> None:
    root = {"threshold": threshold, "keys": [vkey(label, label) for label in ROOTS]}
    assert refused(document(root=root)).path == "/root/threshold"


def test_an_unknown_critical_extension_is_refused_before_anything_it_explains() -> None:
    value = document(crit=["pq-keys"], pq_keys=[])
    with pytest.raises(UnknownCriticalError):
        TrustDocument.from_json(value)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("/", lambda d: d.update(extra=1)),
        ("/", lambda d: d.pop("recognised")),
        ("/version", lambda d: d.update(version=0)),
        ("/version", lambda d: d.update(version=True)),
        ("/version", lambda d: d.update(version="1")),
        ("/expires", lambda d: d.update(expires=START + 400 * DAY + 1)),
        ("/expires", lambda d: d.update(expires=START)),
        ("/issued", lambda d: d.update(issued=253402300800)),
        ("/issued", lambda d: d.update(issued=-1)),
        ("/scheme/id", lambda d: d["scheme"].update(id="Demo")),
        ("/scheme/names", lambda d: d["scheme"].update(names={})),
        ("/scheme/names/en", lambda d: d["scheme"].update(names={"en": "right\u202eleft"})),
        ("/hosts", lambda d: d["hosts"].append({"host": "akashi.example"})),
        ("/hosts/0/host", lambda d: d["hosts"][0].update(host="Akashi.example")),
        ("/hosts/0/host", lambda d: d["hosts"][0].update(host="akashi.example:8080")),
        ("/hosts/0/host", lambda d: d["hosts"][0].update(host="akashi.example/x")),
        ("/hosts/0/host", lambda d: d["hosts"][0].update(host="akashi.example.")),
        ("/hosts/0/host", lambda d: d["hosts"][0].update(host="akashi.example\n")),
        ("/mirrors/0", lambda d: d.update(mirrors=["file:///etc/passwd"])),
        ("/mirrors/0", lambda d: d.update(mirrors=["https://user@mirror.example/"])),
        ("/keys", lambda d: d["keys"][1].update(series="a")),
        ("/keys", lambda d: d["keys"][1].update(kid=d["keys"][0]["kid"])),
        ("/keys/0", lambda d: d["keys"][0].pop("levels")),
        ("/keys/0", lambda d: d["keys"][0].pop("series")),
        ("/keys/2", lambda d: d["keys"][2].update(levels={"3": {"max_days": 400}})),
        ("/keys/3", lambda d: d["keys"][3].update(series="c")),
        ("/keys/0/levels", lambda d: d["keys"][0].update(levels={})),
        ("/keys/0/levels/03", lambda d: d["keys"][0].update(levels={"03": {"max_days": 1}})),
        ("/keys/0/levels/0", lambda d: d["keys"][0].update(levels={"0": {"max_days": 1}})),
        ("/keys/0/levels/3/max_days", lambda d: d["keys"][0].update(levels={"3": {"max_days": 0}})),
        ("/keys/0/series", lambda d: d["keys"][0].update(series="abcde")),
        ("/keys/0/series", lambda d: d["keys"][0].update(series="A")),
        ("/keys/0/kid", lambda d: d["keys"][0].update(kid=d["keys"][0]["kid"].upper() + "A")),
        ("/keys/0/alg", lambda d: d["keys"][0].update(alg=-8)),
        ("/keys/0/alg", lambda d: d["keys"][0].update(alg="-19")),
        ("/keys/0/pub", lambda d: d["keys"][0].update(alg=-9)),
        ("/keys/0/pub", lambda d: d["keys"][0].update(pub=d["keys"][0]["pub"].rstrip("="))),
        ("/keys/0/use", lambda d: d["keys"][0].update(use="root")),
        ("/keys/0/use", lambda d: d["keys"][0].pop("use")),
        ("/keys/0/until", lambda d: d["keys"][0].update(until=START - 1)),
        ("/keys/0/compromised", lambda d: d["keys"][0].update(compromised={"since": START})),
        (
            "/keys/0/compromised/place",
            lambda d: d["keys"][0].update(compromised={"place": 1, "size": 0, "since": START}),
        ),
        ("/logs/0", lambda d: d["logs"].append({"vkey": vkey("b", "log-2"), "url": "https://b.example"})),
        (
            "/logs",
            lambda d: d["logs"].insert(
                0, d["logs"][0] | {"final": {"size": 0, "root": base64_of(bytes(32))}}
            ),
        ),
        ("/logs/0/vkey", lambda d: d["logs"][0].update(vkey=vkey("akashi.example/log1", "log", 4))),
        ("/logs/0/vkey", lambda d: d["logs"][0].update(vkey="akashi.example/log1")),
        ("/logs/0/final/root", lambda d: d["logs"][0].update(final={"size": 1, "root": "ab" * 32})),
        ("/witnesses/0/vkey", lambda d: d["witnesses"][0].update(vkey=vkey("w1", "w1", 1))),
        ("/root/keys/0", lambda d: d["root"]["keys"].insert(0, vkey("root-a.example", "root-a", 4))),
        ("/recognised/0/scheme", lambda d: d.update(recognised=[recognised("demo")])),
        ("/recognised", lambda d: d.update(recognised=[recognised("sg"), recognised("sg")])),
        ("/recognised/0/anchor", lambda d: d.update(recognised=[recognised("sg", anchor="AB" * 32)])),
        ("/recognised/0/levels", lambda d: d.update(recognised=[recognised("sg", levels=[])])),
        ("/recognised/0/levels", lambda d: d.update(recognised=[recognised("sg", levels=[3, 3])])),
        ("/recognised/0/levels/0", lambda d: d.update(recognised=[recognised("sg", levels=[0])])),
        ("/recognised/0/levels/0", lambda d: d.update(recognised=[recognised("sg", levels=["3"])])),
        ("/recognised/0/editions", lambda d: d.update(recognised=[recognised("sg", editions=[])])),
        ("/recognised/0/editions", lambda d: d.update(recognised=[recognised("sg", editions=["1", "1"])])),
        ("/recognised/0/editions/0", lambda d: d.update(recognised=[recognised("sg", editions=[1])])),
        ("/recognised/0/country", lambda d: d.update(recognised=[recognised("sg", country="sg")])),
        ("/recognised/0/until", lambda d: d.update(recognised=[recognised("sg", until=START - 1)])),
    ],
)
def test_what_is_not_of_the_shape_is_refused_with_its_place(path: str, change: Change) -> None:
    assert bent(change).path == path


def test_a_partner_is_found_by_its_scheme() -> None:
    found = TrustDocument.from_json(
        document(recognised=[recognised("sg"), recognised("sg", anchor="cd" * 32)])
    )
    assert [entry.anchor[:2] for entry in found.find_recognised("sg")] == ["ab", "cd"]
    assert found.find_recognised("kr") == ()


@pytest.mark.parametrize(
    "text",
    [
        "akashi/trust/v2\n{}\n",
        "{}\n",
        f"{FIRST_LINE}\n{{}}",
        f"{FIRST_LINE}\n{{}}\t\n",
        f" {FIRST_LINE}\n{{}}\n",
        f"{FIRST_LINE}\n",
        f"{FIRST_LINE}\n[]\n",
        f"{FIRST_LINE}\n{{}}{{}}\n",
        f"{FIRST_LINE}\n\ufeff{{}}\n",
        f"{FIRST_LINE}\n" + "[" * 100_000 + "\n",
        f"{FIRST_LINE}\n" + "1" * 100_000 + "\n",
    ],
)
def test_what_is_not_one_json_object_under_the_first_line_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        TrustDocument.from_text(text)


@pytest.mark.parametrize(
    ("honest", "bent_text"),
    [
        ('"version":1', '"version":1,"version":1'),
        ('"version":1', '"version":1,"version":2'),
        ('"threshold":2', '"threshold":2,"threshold":1'),
        ('"version":1', '"version":1.0'),
        ('"version":1', '"version":1e0'),
        ('"version":1', '"version":NaN'),
        ('"version":1', '"version":-Infinity'),
        ('"version":1', '"version":9007199254740992'),
        ('"en":"Demonstration"', '"en":"\\ud800"'),
    ],
)
def test_json_that_two_readers_may_read_differently_is_refused(honest: str, bent_text: str) -> None:
    text = text_of(document())
    assert honest in text
    with pytest.raises(MalformedError):
        TrustDocument.from_text(text.replace(honest, bent_text))


def test_a_document_is_at_most_one_mebibyte() -> None:
    text = text_of(document())
    exact = text[:-1] + " " * (MAX_SIZE - len(text.encode())) + "\n"
    assert TrustDocument.from_text(exact).version == 1
    with pytest.raises(TooLargeError):
        TrustDocument.from_text(exact[:-1] + " \n")
