"""By whatever way a partner's mark comes in, the partner speaks as itself: a lying one is never shown as ours, its honest twin is valid."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from forge.objects import Issued, first_document
from forge.partners import PARTNER_HOST, SG, Evidence, Two, expected, our_world, partner_world
from forge.trust_documents import DAY, START, recognised
from forge.world import NOW, World
from schemas.qr import Found, read, to_digits
from simulator import SimulatedRegistry
from verifier import Policy, Reason, Report, Verdict, Verifier
from verifier.evidence_view import EvidenceView
from verifier.ground import Ground
from verifier.policy import Accept
from verifier.render import render
from verifier.report_json import to_json

OURS = first_document()["scheme"]

# How a mark is named


def plain_link(mark: Issued) -> str:
    return f"https://{PARTNER_HOST}/m/{mark.number}"


SUBJECTS: dict[str, Callable[[Issued], bytes | str | Found]] = {
    "bytes": lambda mark: mark.raw,
    "digits": lambda mark: to_digits(mark.raw),
    "link to our host": lambda mark: mark.link(),
    "link to the partner's host": lambda mark: mark.link(host=PARTNER_HOST),
    "plain link": plain_link,
    "plain link, written otherwise": lambda mark: (
        f" HTTP://{PARTNER_HOST.upper()}:8080/m/{mark.number.lower()}?lang=ja "
    ),
    "number and host": lambda mark: Found(number=mark.number, host=PARTNER_HOST, mark=None),
    "read from a picture": lambda mark: read(plain_link(mark)),
}

BY_HOST = {name for name in SUBJECTS if name not in ("bytes", "digits") and not name.startswith("link")}


# Where the partner's register is


def verifier_of(two: Two, partners: Any, *, online: bool) -> Verifier:
    if online:
        return Verifier.from_registry(
            Evidence(two.ours), anchor=two.ours.anchor, partners=partners, clock=lambda: float(two.now)
        )
    return Verifier.from_bundle(
        two.ours.register(), anchor=two.ours.anchor, partners=partners, clock=lambda: float(two.now)
    )


PLACES: dict[str, Callable[[Two], Verifier]] = {
    "register": lambda two: verifier_of(two, [two.theirs.register()], online=False),
    "register by name": lambda two: verifier_of(two, {"sg-demo": two.theirs.register()}, online=False),
    "register beside our registry": lambda two: verifier_of(
        two, {"sg-demo": two.theirs.register()}, online=True
    ),
    "evidence": lambda two: verifier_of(two, [two.theirs.evidence(two.mark)], online=False),
    "registry": lambda two: verifier_of(two, {"sg-demo": Evidence(two.theirs)}, online=True),
    "registry beside our file": lambda two: verifier_of(two, {"sg-demo": Evidence(two.theirs)}, online=False),
}

# How a partner lies


def claims_our_scheme() -> Two:
    return Two(theirs=partner_world(scheme=OURS))


def claims_a_third_scheme() -> Two:
    return Two(theirs=partner_world(scheme=SG | {"id": "third"}))


def claims_a_third_scheme_in_a_document_that_ran_out() -> Two:
    """And its marks say what we recognise; of them nothing else would fail."""
    two = Two(theirs=partner_world(scheme=SG | {"id": "third"}, expires=NOW - 60))
    two.mark = two.theirs.issue(signer="issuer-4", level=4, scheme="sg-demo", at=NOW - 3600)
    two.theirs.publish(NOW)
    return two


def issues_marks_of_ours() -> Two:
    two = Two()
    two.mark = two.theirs.issue(signer="issuer-4", level=4, scheme="demo", at=NOW - 3600)
    two.theirs.publish(NOW)
    return two


def issues_marks_of_ours_under_a_document_that_ran_out() -> Two:
    """Then its issuer is undetermined, no more; and everything else would be shown."""
    two = Two(theirs=partner_world(expires=NOW - 60))
    two.mark = two.theirs.issue(signer="issuer-4", level=4, scheme="demo", at=NOW - 3600)
    two.theirs.publish(NOW)
    return two


def sends_for_its_marks_to_us() -> Two:
    """Its own document names its host as ours, whom it recognises."""
    back = recognised("demo", anchor="cd" * 32, hosts=[PARTNER_HOST])
    hosts = [{"host": "akashi.example"}]
    return Two(theirs=partner_world(hosts=hosts, recognised=[back]))


LIES = [
    claims_our_scheme,
    claims_a_third_scheme,
    claims_a_third_scheme_in_a_document_that_ran_out,
    issues_marks_of_ours,
    issues_marks_of_ours_under_a_document_that_ran_out,
]


def is_as_itself(report: Report) -> None:
    """Nobody can take it for one of ours, in any form a report has."""
    said = to_json(report, input_text="x")
    assert report.authority is None or (report.authority.scheme, report.recognised_by) == ("sg-demo", "demo")
    assert report.mark is None or report.mark.claims.scheme == "sg-demo"
    assert said["authority"] is None or said["authority"]["recognised_by"] == "demo"
    assert said["mark"] is None or said["mark"]["scheme"] == "sg-demo"
    for lang in ("en", "ja"):
        shown = render(report, "x", lang=lang)
        assert "★" not in shown
        assert OURS["names"][lang] not in shown


@pytest.mark.parametrize("place", list(PLACES))
@pytest.mark.parametrize("subject", list(SUBJECTS))
def test_an_honest_partners_mark_is_valid_as_the_partners(place: str, subject: str) -> None:
    two = Two()
    report = PLACES[place](two).verify(SUBJECTS[subject](two.mark))
    expected(report, Verdict.VALID)
    is_as_itself(report)
    assert report.authority is not None
    assert report.authority.names == two.entry["names"]


@pytest.mark.parametrize("place", list(PLACES))
@pytest.mark.parametrize("subject", list(SUBJECTS))
@pytest.mark.parametrize("lie", LIES)
def test_a_lying_partners_mark_is_never_ours(lie: Callable[[], Two], place: str, subject: str) -> None:
    two = lie()
    verifier = PLACES[place](two)
    for policy in (None, Policy(schemes=frozenset({"demo"})), Policy(min_level=1)):
        report = verifier.verify(SUBJECTS[subject](two.mark), policy=policy)
        assert report.verdict is not Verdict.VALID
        is_as_itself(report)
        if subject in BY_HOST:
            assert report.recognised_by == "demo"
            assert Reason.SCHEME_MISMATCH in report.reasons


@pytest.mark.parametrize("subject", list(SUBJECTS))
def test_whom_a_partner_sends_us_to_is_not_asked_in_its_place(subject: str) -> None:
    two = sends_for_its_marks_to_us()
    for opened in PLACES.values():
        report = opened(two).verify(SUBJECTS[subject](two.mark))
        is_as_itself(report)
        expected(report, Verdict.VALID)


def test_a_partner_that_calls_itself_by_our_name_is_shown_by_the_one_we_know_it_by() -> None:
    two = Two(theirs=partner_world(scheme=SG | {"names": OURS["names"]}))
    for opened in PLACES.values():
        report = opened(two).verify(two.mark.raw)
        expected(report, Verdict.VALID)
        is_as_itself(report)


def test_the_partners_mark_under_our_hosts_link_is_the_partners_all_the_same() -> None:
    """Both registers gave out the same number; the signed mark in the link says whose it is."""
    two = Two()
    assert two.own.number == two.mark.number
    expected(two.offline(two.theirs.register()).verify(two.own.link(host=PARTNER_HOST)), Verdict.VALID)
    own = two.offline(two.theirs.register()).verify(two.own.link(host=PARTNER_HOST))
    assert own.authority is not None
    assert (own.authority.scheme, own.recognised_by) == ("demo", None)


@pytest.mark.parametrize("lie", [Two, *LIES])
def test_a_number_alone_is_never_looked_up_at_a_partner(lie: Callable[[], Two]) -> None:
    two = lie()
    other = two.theirs.issue(signer="issuer-4", level=4, at=NOW - 3600)
    two.theirs.publish(NOW)
    for opened in PLACES.values():
        report = opened(two).verify(other.number)
        expected(report, Verdict.UNDETERMINED, Reason.MARK_UNAVAILABLE)
        assert report.authority is None


@pytest.mark.parametrize("lie", [Two, *LIES])
def test_a_partners_own_files_and_registry_in_the_place_of_ours_establish_nothing(
    lie: Callable[[], Two],
) -> None:
    two = lie()
    ours = Verifier.from_bundle(two.ours.register(), anchor=two.ours.anchor, clock=lambda: float(NOW))
    ours.verify(two.own.raw)
    for kept in (None, ours.chain):
        given: list[Verifier] = [
            Verifier.from_bundle(
                file, anchor=two.ours.anchor, chain=kept, partners=[file], clock=lambda: float(NOW)
            )
            for file in (two.theirs.evidence(two.mark), two.theirs.register(), two.theirs.bundle())
        ]
        given.append(
            Verifier.from_registry(
                Evidence(two.theirs), anchor=two.ours.anchor, chain=kept, clock=lambda: float(NOW)
            )
        )
        for verifier in given:
            for subject in (two.mark.raw, two.mark.link(), two.mark.number, plain_link(two.mark)):
                report = verifier.verify(subject)
                assert report.verdict is not Verdict.VALID
                is_as_itself(report)


# What our own document must be for anybody to be recognised


@pytest.mark.parametrize("subject", list(SUBJECTS))
@pytest.mark.parametrize("place", list(PLACES))
def test_when_our_own_document_has_run_out_no_partner_is_asked(place: str, subject: str) -> None:
    two = Two(theirs=partner_world(expires=START + 400 * DAY))
    two.now = START + 366 * DAY
    two.theirs.publish(two.now)
    report = PLACES[place](two).verify(SUBJECTS[subject](two.mark))
    expected(report, Verdict.UNDETERMINED, Reason.TRUST_EXPIRED)
    is_as_itself(report)
    assert report.recognised_by == "demo"
    before = PLACES[place](two).verify(
        SUBJECTS[subject](two.mark), at=datetime.fromtimestamp(START + 364 * DAY, UTC)
    )
    assert Reason.TRUST_EXPIRED not in before.reasons


def test_when_our_document_has_run_out_a_partners_mark_by_our_key_is_not_shown_as_ours() -> None:
    two = Two()
    borrowed = two.ours.issue(scheme="sg-demo", at=NOW - 3600)
    two.ours.publish(NOW)
    two.now = START + 366 * DAY
    report = two.offline(two.theirs.register()).verify(borrowed.raw)
    expected(report, Verdict.UNDETERMINED, Reason.TRUST_EXPIRED)
    is_as_itself(report)
    assert report.recognised_by == "demo"


@pytest.mark.parametrize("subject", list(SUBJECTS))
def test_when_a_newer_document_of_ours_is_in_force_no_partner_is_asked_under_the_old_one(
    subject: str,
) -> None:
    """It may have ended the recognition."""
    two = Two()
    two.ours.trust(NOW)
    two.ours.publish(NOW)
    withheld = replace(two.ours.contents, notes=two.ours.notes[:1])
    verifier = Verifier.from_bundle(
        two.ours.register(contents=withheld),
        anchor=two.ours.anchor,
        partners=[two.theirs.register()],
        clock=lambda: float(NOW),
    )
    report = verifier.verify(SUBJECTS[subject](two.mark))
    expected(report, Verdict.UNDETERMINED, Reason.TRUST_STALE)
    is_as_itself(report)
    assert report.recognised_by == "demo"


@pytest.mark.parametrize("subject", list(SUBJECTS))
def test_a_document_kept_from_earlier_is_brought_up_to_date_before_a_partner_is_asked(subject: str) -> None:
    two = Two()
    old = two.online()
    old.verify(two.own.raw)
    two.ours.trust(NOW, recognised=[two.entry | {"until": NOW}])
    two.ours.publish(NOW)
    verifier = Verifier.from_registry(
        Evidence(two.ours),
        anchor=two.ours.anchor,
        chain=old.chain,
        partners={"sg-demo": Evidence(two.theirs)},
        clock=lambda: float(NOW),
    )
    report = verifier.verify(SUBJECTS[subject](two.mark))
    expected(report, Verdict.INVALID, Reason.SCHEME_MISMATCH)
    assert verifier.chain is not None
    assert verifier.chain.current.version == 2


@pytest.mark.parametrize("subject", list(SUBJECTS))
def test_without_the_partners_register_it_is_said_whose_mark_it_is(subject: str) -> None:
    two = Two()
    down = Evidence(two.theirs)
    down.is_down = True
    for verifier in (two.offline(), two.online(**{"sg-demo": down}), verifier_of(two, None, online=True)):
        report = verifier.verify(SUBJECTS[subject](two.mark))
        is_as_itself(report)
        assert report.recognised_by == "demo"
        assert report.verdict is Verdict.UNDETERMINED
        assert not report.notes  # the host is one we know
    shown = render(two.offline().verify(SUBJECTS[subject](two.mark)), "x", lang="en")
    assert "A partner scheme's mark" in shown
    assert "akashi trust add" not in shown


def test_a_link_to_a_host_nobody_lists_is_noted_also_of_a_partners_mark() -> None:
    two = Two()
    for verifier in (two.offline(), two.offline(two.theirs.register())):
        report = verifier.verify(two.mark.link(host="stranger.example"))
        assert [note.reason for note in report.notes if note.fact] == ["unknown-host"]
        assert report.notes[0].fact == "stranger.example"


# Whom a link without a mark in it asks


def test_a_host_that_is_ours_asks_us_also_where_a_partner_lists_it() -> None:
    two = Two(hosts=[PARTNER_HOST, "akashi.example"])
    report = two.offline(two.theirs.register()).verify(f"https://akashi.example/m/{two.own.number}")
    expected(report, Verdict.VALID)
    assert report.authority is not None
    assert (report.authority.scheme, report.recognised_by) == ("demo", None)


def test_a_host_asks_the_partner_that_is_recognised_at_the_time_asked_about() -> None:
    """One host passed from one scheme to another; both logged a mark of that number."""
    moved = NOW - 10 * DAY
    first, second = partner_world(), partner_world(scheme=SG | {"id": "my-demo"})
    for world in (first, second):
        world.issue(signer="issuer-4", level=4, at=NOW - 20 * DAY)
        world.publish(NOW - 20 * DAY)
        world.publish(NOW)
    assert first.issued[0].number == second.issued[0].number
    entries = [
        recognised("sg-demo", anchor=first.anchor, hosts=[PARTNER_HOST], until=moved),
        recognised("my-demo", anchor=second.anchor, hosts=[PARTNER_HOST], **{"from": moved}),
    ]
    ours = our_world(recognised=entries)
    ours.publish(NOW)
    verifier = Verifier.from_bundle(
        ours.register(),
        anchor=ours.anchor,
        partners=[first.register(), second.register()],
        clock=lambda: float(NOW),
    )
    assert entries[0]["from"] < moved
    for at, scheme in ((None, "my-demo"), (moved, "my-demo"), (moved - 1, "sg-demo")):
        when = None if at is None else datetime.fromtimestamp(at, UTC)
        report = verifier.verify(plain_link(first.issued[0]), at=when)
        expected(report, Verdict.VALID)
        assert report.authority is not None
        assert (report.authority.scheme, report.recognised_by) == (scheme, "demo")


# What was judged from is told with the verdict


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads change as often as the interpreter lets them."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("restless")
def test_a_partners_verdict_comes_with_the_view_it_was_made_from_under_many_threads() -> None:
    """Each view is one mark's evidence; whoever looked after the fact found another thread's."""
    theirs = partner_world()
    marks = [theirs.issue(signer="issuer-4", level=4, at=NOW - 3600) for _ in range(8)]
    theirs.publish(NOW)
    registry = Prepared(theirs)
    partner = Verifier.from_registry(registry, anchor=theirs.anchor, partners=None, clock=lambda: float(NOW))

    def ask(mark: Issued) -> tuple[Issued, Report, Ground | None]:
        found = Found(number=None, host=None, mark=mark.raw)
        report, ground = partner.judge_own(found, None, NOW, None, None, None)
        return mark, report, ground

    with ThreadPoolExecutor(4) as pool:
        for mark, report, ground in pool.map(ask, marks * 50):
            assert report.verdict is Verdict.VALID
            assert ground is not None
            assert isinstance(ground.view, EvidenceView)
            assert ground.view.find_mark(mark.number) == mark.raw


class Prepared(SimulatedRegistry):
    """Answers from files made beforehand, so that threads meet in the verifier and not in the forge."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.bent = {f"m/{mark.number}/evidence": world.evidence(mark) for mark in world.issued}


# Other levels, other issuers


def test_what_is_asked_of_our_own_scheme_is_not_met_by_a_partner() -> None:
    two = Two()
    for opened in PLACES.values():
        verifier = opened(two)
        for subject in SUBJECTS.values():
            for policy in (
                Policy(schemes=frozenset({"demo"})),
                Policy(min_level=1),
                Policy(issuers=frozenset({"Issuer B"})),
                Policy(accept=(Accept(scheme="demo", levels=frozenset({4})),)),
            ):
                report = verifier.verify(subject(two.mark), policy=policy)
                assert report.verdict is Verdict.INVALID
                is_as_itself(report)
