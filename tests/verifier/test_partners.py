"""Marks of a partner's scheme: judged under the partner's own chain, shown as theirs, and only while we recognise it."""

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from forge.objects import first_document, issuer_entry
from forge.trust_documents import DAY, START, base64_of, key_entry, note, recognised, successor, vkey
from forge.world import NOW, World
from schemas.claims import EventKind, EventReason
from simulator import SimulatedRegistry
from verifier import Policy, Reason, Report, Verdict, Verifier
from verifier.policy import Accept
from verifier.render import render
from verifier.sources import RegistrySource

SG = {"id": "sg-demo", "names": {"en": "Singapore demonstration"}, "offset": 28800}
PARTNER_HOST = "partner.example"


def partner_world(**changes: Any) -> World:
    """Another scheme, with an issuer of its own."""
    keys = [issuer_entry("issuer-4"), issuer_entry("issuer-p"), key_entry("status", "status")]
    hosts = [{"host": "akashi.example"}, {"host": PARTNER_HOST}]
    document = first_document() | {"scheme": SG, "keys": keys, "hosts": hosts}
    return World(document | changes)


def our_world(**changes: Any) -> World:
    keys = [issuer_entry("issuer-3"), key_entry("authority", "authority"), key_entry("status", "status")]
    return World(first_document() | {"keys": keys} | changes)


class Two:
    """Our register and a partner's, which ours recognises unless told otherwise."""

    def __init__(
        self, *, theirs: World | None = None, ours: World | None = None, since: int = START, **entry: Any
    ) -> None:
        self.theirs = theirs or partner_world()
        self.mark = self.theirs.issue(signer="issuer-4", level=4, at=NOW - 3600)
        self.theirs.publish(NOW)
        found = {"anchor": self.theirs.anchor, "hosts": [PARTNER_HOST], "from": since} | entry
        self.entry = recognised("sg-demo", **found)
        self.ours = ours or our_world(recognised=[self.entry])
        self.own = self.ours.issue(at=NOW - 3600)
        self.ours.publish(NOW)
        self.now = NOW

    def offline(self, *bundles: bytes, state: Path | None = None) -> Verifier:
        return Verifier.from_bundle(
            self.ours.register(),
            anchor=self.ours.anchor,
            partners=list(bundles),
            state=state,
            clock=lambda: float(self.now),
        )

    def online(self, **partners: Any) -> Verifier:
        return Verifier.from_registry(
            Evidence(self.ours),
            anchor=self.ours.anchor,
            partners=partners or {"sg-demo": Evidence(self.theirs)},
            clock=lambda: float(self.now),
        )

    def judged(self, **words: Any) -> Report:
        return self.offline(self.theirs.register()).verify(self.mark.raw, **words)


class Evidence(SimulatedRegistry):
    """Answers what a verifier asks online."""

    def _honest(self, path: str) -> bytes | None:
        parts = path.split("/")
        if parts[0] == "m":
            mark = next((one for one in self.world.issued if one.number == parts[1]), None)
            return None if mark is None else self.world.evidence(mark)
        if path == "trust/evidence":
            return self.world.evidence(self.world.issued[0], bent=dict.fromkeys(("mark.cwt", "proof")))
        return super()._honest(path)


def expected(report: Report, verdict: Verdict, *reasons: Reason) -> None:
    assert (report.verdict, report.reasons) == (verdict, reasons), [one.detail for one in report.findings]


def test_a_partners_mark_is_valid_under_its_own_chain_and_shown_as_theirs() -> None:
    two = Two()
    for verifier in (two.offline(two.theirs.register()), two.offline(two.theirs.bundle()), two.online()):
        report = verifier.verify(two.mark.raw)
        expected(report, Verdict.VALID)
        assert report.authority is not None
        assert (report.authority.scheme, report.authority.recognised_by) == ("sg-demo", "demo")
        assert report.authority.names == SG["names"]
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


# Recognition has a beginning and an end


def test_before_recognition_begins_a_partners_mark_is_not_ours_to_accept() -> None:
    expected(Two(since=NOW + DAY).judged(), Verdict.INVALID, Reason.SCHEME_MISMATCH)


def test_recognition_that_ended_without_a_last_head_covers_nothing() -> None:
    report = Two(until=NOW - DAY).judged()
    expected(report, Verdict.INVALID, Reason.SCHEME_MISMATCH)
    assert "ended" in report.findings[1].detail


def ended_under(
    two: Two, *, size: int | None = None, root: bytes | None = None, **more: Any
) -> dict[str, Any]:
    head = two.theirs.log.head.size if size is None else size
    found = two.theirs.log.root(head) if root is None else root
    return {"until": NOW - 60, "final": {"size": head, "root": base64_of(found)} | more}


def ending(two: Two, **final: Any) -> Two:
    return Two(theirs=two.theirs, **ended_under(two, **final))


def test_after_recognition_ended_marks_under_its_last_head_still_count() -> None:
    first = Two()
    two = ending(first)
    for verifier in (two.offline(two.theirs.register()), two.offline(two.theirs.bundle()), two.online()):
        expected(verifier.verify(first.mark.raw), Verdict.VALID)


def test_after_recognition_ended_later_marks_do_not_count() -> None:
    two = ending(Two())  # its own mark was logged after that head
    for verifier in (two.offline(two.theirs.register()), two.online()):
        expected(verifier.verify(two.mark.raw), Verdict.INVALID, Reason.SCHEME_MISMATCH)


def test_at_a_time_before_recognition_ended_later_marks_counted() -> None:
    two = Two(until=NOW + DAY)
    two.now = NOW + 2 * DAY
    two.theirs.publish(two.now)
    two.ours.publish(two.now)
    expected(two.judged(at=datetime.fromtimestamp(NOW + 60, UTC)), Verdict.VALID)
    expected(two.judged(), Verdict.INVALID, Reason.SCHEME_MISMATCH)


def test_a_last_head_of_another_history_is_an_alarm() -> None:
    first = Two()
    two = ending(first, root=bytes(32))
    expected(
        two.offline(two.theirs.register()).verify(first.mark.raw),
        Verdict.UNDETERMINED,
        Reason.LOG_INCONSISTENT,
    )


def test_a_proof_from_after_the_last_head_does_not_show_that_the_mark_lay_under_it() -> None:
    """The head recognition ended with lies between the mark and the checkpoint that proves it: only the tree itself tells."""
    first = Two()
    two = ending(first, size=first.mark.index + 1)
    expected(two.offline(two.theirs.register()).verify(first.mark.raw), Verdict.VALID)
    report = two.online().verify(first.mark.raw)
    expected(report, Verdict.UNDETERMINED, Reason.LOG_INCONSISTENT)
    assert "later state" in report.findings[4].detail


def test_a_last_head_in_a_later_log_covers_the_logs_before() -> None:
    first = Two()
    first.theirs.end_log(NOW)
    first.theirs.publish(NOW)
    two = Two(theirs=first.theirs, **ended_under(first, place=1))
    expected(two.offline(two.theirs.register()).verify(first.mark.raw), Verdict.VALID)


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
