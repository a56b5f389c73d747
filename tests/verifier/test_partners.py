"""Marks of a partner's scheme: judged under the partner's own chain, shown as theirs, and only while we recognise it."""

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path
from threading import Barrier

import pytest

from forge.objects import first_document, issuer_entry
from forge.partners import PARTNER_HOST, Evidence, Two, expected, our_world, partner_world
from forge.trust_documents import DAY, START, key_entry, note, recognised, successor, vkey
from forge.world import NOW, World
from schemas.claims import EventKind, EventReason
from verifier import Policy, Reason, Report, Verdict, Verifier
from verifier.policy import Accept
from verifier.render import render
from verifier.sources import RegistrySource


def test_a_partners_mark_is_valid_under_its_own_chain_and_shown_as_theirs() -> None:
    two = Two()
    for verifier in (two.offline(two.theirs.register()), two.offline(two.theirs.bundle()), two.online()):
        report = verifier.verify(two.mark.raw)
        expected(report, Verdict.VALID)
        assert report.authority is not None
        assert (report.authority.scheme, report.authority.recognised_by) == ("sg-demo", "demo")
        assert report.authority.names == two.entry["names"]  # as we call them: they might call themselves us
        assert report.trust is not None
        assert report.trust.anchor == two.theirs.anchor
        assert report.mark is not None
        assert report.mark.claims.level == 4


def test_our_own_marks_are_ours_beside_it_and_no_partner_is_asked() -> None:
    two = Two()
    partner = Evidence(two.theirs)
    for verifier in (two.offline(two.theirs.register()), two.online(**{"sg-demo": partner})):
        report = verifier.verify(two.own.raw)
        expected(report, Verdict.VALID)
        assert report.authority is not None
        assert (report.authority.scheme, report.authority.recognised_by) == ("demo", None)
    assert partner.asked == []


def test_both_registers_recognise_each_other() -> None:
    theirs = partner_world()
    two = Two(theirs=theirs)
    back = recognised("demo", anchor=two.ours.anchor, hosts=["akashi.example"])
    theirs.trust(NOW, recognised=[back])
    theirs.publish(NOW)
    there = Verifier.from_bundle(
        theirs.register(),
        anchor=theirs.anchor,
        partners=[two.ours.bundle()],
        clock=lambda: float(NOW),
    )
    report = there.verify(two.own.raw)
    expected(report, Verdict.VALID)
    assert report.authority is not None
    assert report.authority.recognised_by == "sg-demo"


def test_a_partners_revocation_counts() -> None:
    two = Two()
    two.theirs.event(two.mark, EventKind.REVOKE, EventReason.MISUSE, signer="issuer-4", at=NOW)
    two.theirs.publish(NOW)
    expected(two.judged(), Verdict.INVALID, Reason.REVOKED)


def test_without_evidence_of_the_partner_a_mark_is_undetermined_and_never_invalid() -> None:
    two = Two()
    expected(two.offline().verify(two.mark.raw), Verdict.UNDETERMINED, Reason.TRUST_UNAVAILABLE)
    broken = two.offline(two.theirs.bundle()[:-1], b"no bundle")
    expected(broken.verify(two.mark.raw), Verdict.UNDETERMINED, Reason.TRUST_UNAVAILABLE)
    expected(two.offline(b"no bundle", two.theirs.bundle()).verify(two.mark.raw), Verdict.VALID)
    down = Evidence(two.theirs)
    down.is_down = True
    expected(
        two.online(**{"sg-demo": down}).verify(two.mark.raw), Verdict.UNDETERMINED, Reason.TRUST_UNAVAILABLE
    )


def test_many_threads_open_a_partners_bundle_and_keep_one(tmp_path: Path) -> None:
    two, together = Two(), Barrier(6)
    path = tmp_path / "partner.akashi"
    path.write_bytes(two.theirs.bundle())
    with Verifier.from_bundle(
        two.ours.register(), anchor=two.ours.anchor, partners=[path], clock=lambda: float(NOW)
    ) as verifier:

        def ask(_: int) -> Report:
            together.wait()
            return verifier.verify(two.mark.raw)

        with ThreadPoolExecutor(6) as pool:
            reports = list(pool.map(ask, range(6)))
        assert {report.verdict for report in reports} == {Verdict.VALID}
        assert (
            len(verifier.partner_chains) == 1
        )  # what came too late was closed again: an open file is a warning


def test_a_link_to_the_partners_host_asks_the_partner() -> None:
    two = Two()
    assert two.own.number == two.mark.number  # of two registers nobody keeps numbers apart
    link = f"https://{PARTNER_HOST}/m/{two.mark.number}"
    report = two.online().verify(link)
    assert report.authority is not None
    assert report.authority.scheme == "sg-demo"
    expected(report, Verdict.VALID)
    assert not [one for one in report.notes if one.reason == "unknown-host"]


def test_a_number_alone_asks_our_own_register() -> None:
    two = Two()
    other = two.theirs.issue(signer="issuer-4", level=4, at=NOW - 3600)
    two.theirs.publish(NOW)
    expected(two.online().verify(other.number), Verdict.UNDETERMINED, Reason.MARK_UNAVAILABLE)
    expected(two.online().verify(other.raw), Verdict.VALID)


# Of several entries one is chosen


def test_a_new_anchor_for_the_same_scheme_takes_over() -> None:
    two = Two()
    again = partner_world(mirrors=["https://fresh.example"])
    mark = again.issue(signer="issuer-p", level=3, at=NOW - 3600)
    again.publish(NOW)
    old = two.entry | {"until": NOW - DAY}
    entries = [old, recognised("sg-demo", anchor=again.anchor, hosts=[PARTNER_HOST])]
    ours = our_world(recognised=entries)
    both = Two(theirs=two.theirs, ours=ours)
    expected(both.offline(two.theirs.register(), again.register()).verify(mark.raw), Verdict.VALID)
    old_mark = both.offline(two.theirs.register(), again.register()).verify(two.mark.raw)
    assert old_mark.verdict is not Verdict.VALID


# What a partner may not do


def test_a_partner_that_rotates_its_root_is_still_the_partner() -> None:
    two = Two()
    roots = [vkey(f"{label}.example", label) for label in ("root-b", "root-c", "root-d")]
    two.theirs.trust(NOW, signers=("root-a", "root-b", "root-c"), root={"threshold": 2, "keys": roots})
    two.theirs.trust(NOW, signers=("root-c", "root-d"))
    two.theirs.publish(NOW)
    expected(two.judged(), Verdict.VALID)


def test_a_partner_that_claims_our_scheme_speaks_for_nobody() -> None:
    theirs = partner_world(scheme=our_world().documents[0]["scheme"])
    claimed = theirs.issue(signer="issuer-4", level=4, at=NOW - 10 * DAY)
    theirs.publish(NOW)
    ours = our_world(recognised=[recognised("sg-demo", anchor=theirs.anchor, hosts=[PARTNER_HOST])])
    ours.issue(at=NOW - 3600)
    ours.publish(NOW)
    verifier = Verifier.from_bundle(
        ours.register(), anchor=ours.anchor, partners=[theirs.register()], clock=lambda: float(NOW)
    )
    expected(verifier.verify(claimed.raw), Verdict.INVALID, Reason.UNKNOWN_ISSUER)


def test_a_mark_that_says_our_scheme_with_the_partners_signature_is_a_strangers() -> None:
    two = Two()
    claimed = two.theirs.issue(signer="issuer-4", level=4, scheme="demo", at=NOW - 10 * DAY)
    two.theirs.publish(NOW)
    report = two.offline(two.theirs.register()).verify(claimed.raw)
    expected(report, Verdict.INVALID, Reason.UNKNOWN_ISSUER)


def test_a_partner_that_lists_our_issuers_key_gains_nothing_over_our_marks() -> None:
    theirs = partner_world()
    theirs.documents[0]["keys"].append(issuer_entry("issuer-3"))
    theirs = World(theirs.documents[0])
    two = Two(theirs=theirs)
    own = two.offline(theirs.register()).verify(two.own.raw)
    expected(own, Verdict.VALID)
    assert own.authority is not None
    assert own.authority.scheme == "demo"
    borrowed = theirs.issue(
        signer="issuer-3", at=NOW - 3600
    )  # our issuer's key, the partner's scheme: the partner's affair
    theirs.publish(NOW)
    report = two.offline(theirs.register()).verify(borrowed.raw)
    assert report.authority is not None
    assert (report.authority.scheme, report.authority.recognised_by) == ("sg-demo", "demo")


def test_whom_a_partner_recognises_is_not_recognised_by_us() -> None:
    third = World(
        first_document()
        | {
            "scheme": {"id": "third", "names": {"en": "Third"}, "offset": 0},
            "keys": [issuer_entry("issuer-p"), key_entry("status", "status")],
        }
    )
    mark = third.issue(signer="issuer-p", at=NOW - 3600)
    third.publish(NOW)
    theirs = partner_world(recognised=[recognised("third", anchor=third.anchor, hosts=["third.example"])])
    two = Two(theirs=theirs)
    report = two.offline(theirs.register(), third.register()).verify(mark.raw)
    assert report.verdict is not Verdict.VALID
    assert Reason.UNKNOWN_ISSUER in report.reasons


def test_a_partners_bundle_that_brings_its_own_trust_is_not_the_partners() -> None:
    two = Two()
    forged = partner_world(mirrors=["https://forged.example"])
    mark = forged.issue(signer="issuer-4", level=4, at=NOW - 3600)
    forged.publish(NOW)
    expected(two.offline(forged.register()).verify(mark.raw), Verdict.UNDETERMINED, Reason.TRUST_UNAVAILABLE)


def test_two_texts_for_one_version_of_the_partners_trust_are_not_believed() -> None:
    two = Two()
    two.theirs.trust(NOW)
    two.theirs.publish(NOW)
    twin = deepcopy(two.theirs)
    twin.notes[1] = note(successor(two.theirs.documents[0], mirrors=["https://twin.example"]))
    verifier = two.online(**{"sg-demo": Evidence(two.theirs)})
    expected(verifier.verify(two.mark.raw), Verdict.VALID)
    [partner] = verifier._partners.opened
    partner._source = lambda chain: RegistrySource(Evidence(twin), anchor=two.theirs.anchor, chain=chain)
    assert verifier.verify(two.mark.raw).verdict is Verdict.UNDETERMINED


def test_a_partners_log_that_forks_is_noticed_under_its_own_memory(tmp_path: Path) -> None:
    two = Two()
    expected(two.offline(two.theirs.register(), state=tmp_path).verify(two.mark.raw), Verdict.VALID)
    forked = deepcopy(two.theirs)
    forked.log.entries[-1] = b"another history"
    forked.publish(NOW)
    report = two.offline(forked.register(), state=tmp_path).verify(two.mark.raw)
    assert Reason.LOG_INCONSISTENT in report.reasons
    names = sorted(path.name for path in tmp_path.glob("*.json"))
    assert names == sorted(f"{world.anchor}.json" for world in (two.ours, two.theirs))
    expected(two.offline(state=tmp_path).verify(two.own.raw), Verdict.VALID)


def test_bundles_offered_in_each_others_place_judge_nothing() -> None:
    two = Two()
    swapped = Verifier.from_bundle(
        two.theirs.register(),
        anchor=two.ours.anchor,
        partners=[two.ours.register()],
        clock=lambda: float(NOW),
    )
    for mark in (two.own, two.mark):
        expected(swapped.verify(mark.raw), Verdict.UNDETERMINED, Reason.TRUST_UNAVAILABLE)


def test_when_our_own_document_has_expired_nobody_is_recognised() -> None:
    theirs = partner_world(expires=START + 400 * DAY)
    two = Two(theirs=theirs)
    two.now = START + 366 * DAY
    theirs.publish(two.now)
    expected(two.judged(), Verdict.UNDETERMINED, Reason.TRUST_EXPIRED)


# What the asker wants


@pytest.mark.parametrize(
    ("policy", "reasons"),
    [
        (Policy(min_level=3), (Reason.POLICY_LEVEL,)),  # our three is not their four
        (Policy(min_level=3, schemes=frozenset({"demo", "sg-demo"})), ()),
        (Policy(min_level=3, accept=(Accept(scheme="sg-demo", levels=frozenset({4})),)), ()),
        (Policy(accept=(Accept(scheme="sg-demo", levels=frozenset({5})),)), (Reason.POLICY_LEVEL,)),
        (Policy(schemes=frozenset({"demo"})), (Reason.POLICY_LEVEL,)),
        (Policy(issuers=frozenset({"Issuer B"})), (Reason.POLICY_ISSUER,)),  # whoever theirs calls itself
        (Policy(issuers=frozenset({"Issuer B"}), schemes=frozenset({"sg-demo"})), ()),
        (Policy(issuers=frozenset({"Issuer A"}), schemes=frozenset({"sg-demo"})), (Reason.POLICY_ISSUER,)),
        (Policy(), ()),
    ],
)
def test_levels_are_never_translated(policy: Policy, reasons: tuple[Reason, ...]) -> None:
    two = Two()
    assert two.offline(two.theirs.register()).verify(two.mark.raw, policy=policy).reasons == reasons
    own = two.offline(two.theirs.register()).verify(two.own.raw, policy=Policy(min_level=3))
    assert own.verdict is Verdict.VALID


@pytest.mark.parametrize(
    ("lang", "says"), [("en", "not a level of ours"), ("ja", "当制度のレベルではありません")]
)
def test_a_partners_level_is_no_star_of_ours(lang: str, says: str) -> None:
    two = Two()
    verifier = two.offline(two.theirs.register())
    shown = render(verifier.verify(two.mark.raw), "x", lang=lang)
    assert says in shown
    assert "★" not in shown
    assert "★★★" in render(verifier.verify(two.own.raw), "x", lang=lang)
