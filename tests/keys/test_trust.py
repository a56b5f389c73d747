"""Rules 0–8 of docs/format.md §5, each as what somebody tries and does not get away with."""

import copy
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
    note,
    public_of,
    recognised,
    signature_line,
    successor,
    text_of,
    vkey,
    witness,
)
from keys.trust import TrustChain, TrustRefusedError, public_key, walk
from schemas.trust_document import anchor_of

Change = Callable[[dict[str, Any]], None]

FIRST = document()
ANCHOR = anchor_of(text_of(FIRST))
FINAL = {"size": 9, "root": base64_of(bytes(32))}


def refusal(anchor: str, *notes: bytes) -> str:
    with pytest.raises(TrustRefusedError) as refused:
        walk(anchor, notes)
    return refused.value.rule


def after(change: Change, *, first: dict[str, Any] = FIRST) -> dict[str, Any]:
    """The next version with one bend in it; `first` stays whole."""
    value = successor(copy.deepcopy(first))
    change(value)
    return value


def change_refusal(change: Change, *, first: dict[str, Any] = FIRST) -> str:
    return refusal(anchor_of(text_of(first)), note(first), note(after(change, first=first)))


def chain_of(*values: dict[str, Any]) -> TrustChain:
    return walk(anchor_of(text_of(values[0])), [note(value) for value in values])


# Rule 0


def test_rule_0_a_chain_starts_at_the_anchor_and_holds_every_version() -> None:
    second = successor(FIRST)
    third = successor(second)
    chain = walk(ANCHOR, [note(third), note(FIRST), note(second)])
    assert [held.version for held in chain.documents] == [1, 2, 3]
    assert (chain.anchor, chain.current.version) == (ANCHOR, 3)
    assert chain.notes == (note(FIRST), note(second), note(third))
    assert chain.version(2) == chain.documents[1]
    assert chain.version(0) is chain.version(4) is None


def test_rule_0_no_document_starts_a_chain_by_itself() -> None:
    assert refusal(ANCHOR) == "anchor-not-found"
    assert refusal("00" * 32, note(FIRST)) == "anchor-not-found"
    assert refusal(ANCHOR, note(successor(FIRST))) == "anchor-not-found"


def test_rule_0_an_anchor_on_a_later_version_passes_over_what_came_before() -> None:
    second = successor(FIRST)
    forged_first = note(document(scheme={"id": "other", "names": {"en": "x"}, "offset": 0}), "root-a")
    chain = walk(anchor_of(text_of(second)), [forged_first, note(second), note(successor(second))])
    assert [held.version for held in chain.documents] == [2, 3]
    assert chain.version(1) is None


def test_more_signature_lines_do_not_change_what_a_note_is() -> None:
    second = successor(FIRST)
    chain = walk(ANCHOR, [note(FIRST, "root-a", "root-b", "root-c"), note(second)])
    assert chain.anchor == ANCHOR
    assert chain.extended([note(FIRST), note(second, "root-b", "root-c")]) == chain


# Rule 1


def test_rule_1_a_version_needs_the_threshold_of_the_one_before() -> None:
    assert refusal(ANCHOR, note(FIRST), note(successor(FIRST), "root-a")) == "below-threshold"


def test_rule_1_the_anchored_version_needs_its_own_threshold() -> None:
    assert refusal(ANCHOR, note(FIRST, "root-c")) == "below-threshold"


def new_root(*labels: str, threshold: int = 2) -> dict[str, Any]:
    return {"threshold": threshold, "keys": [vkey(f"{label}.example", label) for label in labels]}


def test_rule_1_a_new_root_needs_both_the_old_ones_and_its_own_threshold() -> None:
    second = successor(FIRST, root=new_root("root-x", "root-y"))
    signed = ("root-a", "root-b", "root-x", "root-y")
    assert walk(ANCHOR, [note(FIRST), note(second, *signed)]).current.root.keys[0].name == "root-x.example"
    for missing in signed:
        assert refusal(ANCHOR, note(FIRST), note(second, *(set(signed) - {missing}))) == "below-threshold"


def test_rule_1_a_retired_root_signs_nothing_any_more() -> None:
    second = successor(FIRST, root=new_root("root-x", "root-y"))
    signed = note(second, "root-a", "root-b", "root-x", "root-y")
    assert (
        refusal(ANCHOR, note(FIRST), signed, note(successor(second), "root-a", "root-b")) == "below-threshold"
    )
    chain = walk(ANCHOR, [note(FIRST), signed, note(successor(second), "root-x", "root-y")])
    assert chain.current.version == 3


def test_rule_1_one_key_signing_twice_counts_once() -> None:
    text = text_of(FIRST)
    line = signature_line(text, "root-a")
    assert refusal(ANCHOR, f"{text}\n{line}{line}".encode()) == "below-threshold"


def test_rule_1_a_strangers_signature_counts_for_nothing_and_hurts_nothing() -> None:
    text = text_of(FIRST)
    stranger = signature_line(text, "stranger")
    borrowed_name = signature_line(text, "stranger", name="root-b.example")
    with_strangers = f"{text}\n{signature_line(text, 'root-a')}{stranger}{borrowed_name}"
    assert refusal(ANCHOR, with_strangers.encode()) == "below-threshold"
    enough = with_strangers + signature_line(text, "root-b")
    assert walk(ANCHOR, [enough.encode()]).current.version == 1


def test_rule_1_a_bad_signature_by_a_known_key_refuses_even_beside_enough_good_ones() -> None:
    text = text_of(FIRST)
    good = "".join(signature_line(text, label) for label in ("root-a", "root-b"))
    elsewhere = signature_line(text_of(successor(FIRST)), "root-c")
    assert refusal(ANCHOR, f"{text}\n{good}{elsewhere}".encode()) == "bad-root-signature"


def test_rule_1_every_version_is_walked() -> None:
    third = successor(successor(FIRST))
    assert refusal(ANCHOR, note(FIRST), note(third)) == "version-missing"


def test_rule_1_issued_never_goes_back() -> None:
    assert change_refusal(lambda value: value.update(issued=START - 1)) == "issued-went-back"
    same_moment = after(lambda value: value.update(issued=START))
    assert chain_of(FIRST, same_moment).current.version == 2


def test_rule_1_a_second_text_of_a_version_is_proof_only_by_the_root_that_could_sign_that_version() -> None:
    """Root holders who were replaced can sign what they like: it is noise, and must not make anybody's chain fail as forked."""
    labels = ("new-a", "new-b", "new-c")
    root = {"threshold": 2, "keys": [vkey(f"{label}.example", label) for label in labels]}
    second = successor(FIRST, root=root)
    third, other = successor(second), successor(second, mirrors=[])
    chain = walk(ANCHOR, [note(FIRST), note(second, *ROOTS[:2], *labels[:2]), note(third, *labels[:2])])
    for signers, rule in ((ROOTS[:2], "below-threshold"), (labels[:2], "two-texts")):
        with pytest.raises(TrustRefusedError) as refused:
            chain.extended([note(other, *signers)])
        assert refused.value.rule == rule


def test_rule_1_two_texts_for_one_version_prove_the_root_dishonest() -> None:
    second = successor(FIRST)
    other = successor(FIRST, mirrors=[])
    assert refusal(ANCHOR, note(FIRST), note(second), note(other)) == "two-texts"
    assert refusal(ANCHOR, note(FIRST), note(document(mirrors=[]))) == "two-texts"
    with pytest.raises(TrustRefusedError) as refused:
        chain_of(FIRST, second).extended([note(other)])
    assert refused.value.rule == "two-texts"


def test_rule_1_an_unsigned_second_text_proves_nothing_against_the_root() -> None:
    framed = note(successor(FIRST, mirrors=[]), "root-a", "stranger")
    assert refusal(ANCHOR, note(FIRST), note(successor(FIRST)), framed) == "below-threshold"


def test_a_chain_is_extended_and_never_shortened() -> None:
    second = successor(FIRST)
    chain = chain_of(FIRST, second)
    assert chain.extended([note(FIRST)]) == chain
    assert chain.extended([]) == chain
    assert chain.extended([note(successor(second))]).current.version == 3
    assert chain.current.version == 2


def test_an_unknown_critical_extension_stops_the_chain() -> None:
    text = text_of(successor(FIRST)).replace('"crit":[]', '"crit":["x"]')
    assert refusal(ANCHOR, note(FIRST), note(text)) == "unknown-crit"


@pytest.mark.parametrize(
    "raw", [b"", b"\xff", b"akashi/trust/v1\n{}\n", b"akashi/trust/v1\n{}\n\n", b"x" * 2_000_000]
)
def test_what_is_no_note_is_malformed(raw: bytes) -> None:
    assert refusal(ANCHOR, note(FIRST), raw) == "malformed"


# Rule 2


@pytest.mark.parametrize("member", ["hosts", "keys", "witnesses", "logs", "quorum", "recognised"])
def test_rule_2_an_entry_is_never_dropped(member: str) -> None:
    first = document(
        recognised=[recognised("sg")],
        quorum=[{"k": 2, "from": START}, {"k": 3, "from": START + 9 * DAY}],
        logs=[FIRST["logs"][0] | {"final": FINAL}, {"vkey": vkey("l2", "log-2"), "url": "https://l.example"}],
    )
    assert change_refusal(lambda value: value[member].pop(), first=first) == "entry-dropped"


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value["keys"][0].update(owner="another owner"),
        lambda value: value["keys"][0]["levels"].update({"5": {"max_days": 400}}),
        lambda value: value["keys"][0]["levels"].pop("4"),
        lambda value: value["keys"][0]["levels"]["3"].update(max_days=399),
        lambda value: value["keys"][0].update(series="z"),
        lambda value: value["keys"][0].update({"from": START - DAY}),
        lambda value: value["keys"][2].update(use="status"),
        lambda value: value["keys"][0].update(names={"en": "a new name"}),
        lambda value: value["witnesses"][0].update(name="another"),
        lambda value: value["witnesses"][0].update({"from": START + 1}),
        lambda value: value["logs"][0].update(url="https://elsewhere.example"),
        lambda value: value["quorum"][0].update(k=3),
        lambda value: value["recognised"][0].update(url="https://elsewhere.example"),
        lambda value: value["recognised"][0]["hosts"].append("more.example"),
        lambda value: value["recognised"][0].update(levels=[1]),
        lambda value: value["recognised"][1]["levels"].append(2),
        lambda value: value["recognised"][1]["levels"].remove(4),
        lambda value: value["recognised"][1].pop("levels"),
        lambda value: value["recognised"][1].update(editions=["2025", "2026"]),
        lambda value: value["recognised"][1].pop("editions"),
        lambda value: value["logs"][0].update(vkey=vkey("akashi.example/log1", "log-2")),
    ],
)
def test_rule_2_an_entry_changes_in_three_ways_only(change: Change) -> None:
    limited = recognised("kr", levels=[3, 4], editions=["2025"])
    assert change_refusal(change, first=document(recognised=[recognised("sg"), limited])) == "entry-changed"


def test_rule_2_less_power_is_a_closed_key_and_another_one() -> None:
    def narrow(value: dict[str, Any]) -> None:
        value["keys"][0]["until"] = value["issued"]
        value["keys"].append(key_entry("issuer-3b", series="c", levels={"3": {"max_days": 400}}))

    chain = chain_of(FIRST, after(narrow))
    assert len(chain.current.keys) == 5
    assert not chain.current.keys[0].holds_at(START + DAY)


def test_rule_2_less_recognition_is_a_closed_entry_and_another_one_of_the_same_partner() -> None:
    first = document(recognised=[recognised("sg")])

    def narrow(value: dict[str, Any]) -> None:
        value["recognised"][0]["until"] = value["issued"]
        value["recognised"].append(
            recognised("sg", levels=[1], editions=["2025"], **{"from": value["issued"]})
        )

    chain = chain_of(first, after(narrow, first=first))
    before, narrower = chain.current.find_recognised("sg")
    assert (before.anchor, before.levels, before.editions) == (narrower.anchor, None, None)
    assert (narrower.levels, narrower.editions) == ((1,), ("2025",))
    assert not before.holds_at(narrower.start)


@pytest.mark.parametrize(
    ("member", "entry"), [("keys", 0), ("witnesses", 0), ("hosts", 0), ("recognised", 0)]
)
def test_rule_2_an_end_is_added_or_lowered_but_never_into_the_past(member: str, entry: int) -> None:
    first = document(recognised=[recognised("sg")])
    issued = successor(first)["issued"]

    def end(time: int) -> Change:
        return lambda value: value[member][entry].update(until=time)

    chain = chain_of(first, after(end(issued), first=first))
    assert chain.current.version == 2
    assert change_refusal(end(issued - 1), first=first) == "until-in-past"
    ended = after(end(issued + DAY), first=first)
    assert change_refusal(end(issued + 2 * DAY), first=ended) == "until-raised"
    if member in ("hosts", "recognised"):
        assert change_refusal(lambda value: value[member][entry].pop("until"), first=ended) == "until-raised"


def compromise(place: int, size: int, since: int = START) -> Change:
    found = {"place": place, "size": size, "since": since}
    return lambda value: value["keys"][0].update(compromised=found)


def test_rule_2_the_position_of_a_compromise_is_added_and_then_only_lowered() -> None:
    ended = {"vkey": vkey("l2", "log-2"), "url": "https://l.example"}
    first = document(logs=[FIRST["logs"][0] | {"final": FINAL}, ended])
    stated = after(compromise(1, 5), first=first)
    assert chain_of(first, stated).current.keys[0].is_void_at(1, 5)
    lowered = after(compromise(1, 4), first=stated)
    assert chain_of(first, stated, lowered).current.keys[0].is_void_at(1, 4)
    assert change_refusal(compromise(1, 6), first=stated) == "position-raised"
    assert change_refusal(compromise(0, 4), first=stated) == "entry-changed"
    assert change_refusal(compromise(1, 4, since=START + 1), first=stated) == "entry-changed"
    assert change_refusal(lambda value: value["keys"][0].pop("compromised"), first=stated) == "entry-changed"


def test_rule_2_a_final_head_is_added_once() -> None:
    ended = after(lambda value: value["logs"][0].update(final=FINAL))
    assert chain_of(FIRST, ended).current.logs[0].final is not None
    assert change_refusal(lambda value: value["logs"][0].pop("final"), first=ended) == "entry-changed"
    longer = FINAL | {"size": 10}
    assert change_refusal(lambda value: value["logs"][0].update(final=longer), first=ended) == "entry-changed"


def test_rule_2_a_log_keeps_its_place() -> None:
    def insert_before(value: dict[str, Any]) -> None:
        other = {"vkey": vkey("l0", "log-0"), "url": "https://l.example", "final": FINAL}
        value["logs"].insert(0, other)

    assert change_refusal(insert_before) == "entry-changed"


def test_rule_2_entries_may_be_added_and_stand_in_another_order() -> None:
    def add(value: dict[str, Any]) -> None:
        value["keys"] = [*reversed(value["keys"]), key_entry("issuer-5", series="e")]
        value["hosts"].append({"host": "localhost"})
        value["witnesses"].append(witness("w4", **{"from": value["issued"]}))
        value["quorum"].append({"k": 3, "from": value["issued"]})
        value["mirrors"] = []
        value["scheme"]["names"]["en"] = "Demonstration register"

    assert chain_of(FIRST, after(add)).current.quorum_at(START + DAY) == 3


def test_a_quorum_that_begins_in_the_past_would_rewrite_it() -> None:
    def add(value: dict[str, Any]) -> None:
        value["quorum"].append({"k": 3, "from": value["issued"] - 1})

    assert change_refusal(add) == "quorum-in-past"


@pytest.mark.parametrize("change", [{"id": "demo-2"}, {"offset": 0}])
def test_a_scheme_keeps_its_id_and_its_day(change: dict[str, Any]) -> None:
    assert change_refusal(lambda value: value["scheme"].update(change)) == "scheme-changed"


# Keys: §0, §1


def test_a_kid_is_recomputed_from_its_key() -> None:
    """A borrowed kid would let one issuer's marks be shown as another's."""
    bent = document(keys=[key_entry("issuer-3", kid=kid_of("issuer-4"))])
    assert refusal(anchor_of(text_of(bent)), note(bent)) == "wrong-kid"
    assert (
        change_refusal(lambda value: value["keys"].append(key_entry("x", series="x", kid="00" * 8)))
        == "wrong-kid"
    )


SMALL_ORDER = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")


@pytest.mark.parametrize(
    "public", [SMALL_ORDER, bytes(32), b"\xff" * 32], ids=["order 8", "order 4", "not canonical"]
)
def test_a_document_with_an_unsound_key_is_refused_whole(public: bytes) -> None:
    bent = document(keys=[key_entry("issuer-3", pub=base64_of(public))])
    assert refusal(anchor_of(text_of(bent)), note(bent)) == "bad-key"


def test_an_unsound_p256_key_is_refused() -> None:
    bent = document(keys=[key_entry("issuer-3", alg=-9, pub=base64_of(b"\x04" + bytes(63) + b"\x01"))])
    assert refusal(anchor_of(text_of(bent)), note(bent)) == "bad-key"


def test_a_kid_selects_the_key_of_the_newest_version() -> None:
    chain = chain_of(FIRST, after(lambda value: value["keys"].append(key_entry("issuer-5", series="e"))))
    found = chain.current.find_key(bytes.fromhex(kid_of("issuer-5")))
    assert found is not None
    assert public_key(found).public == public_of("issuer-5")
    assert chain.current.find_key(bytes(8)) is None
