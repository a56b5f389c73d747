"""What our recognition of a partner covers: a window, levels and editions, and after its end what lies under the last head."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import pytest

from forge.logs import Log
from forge.objects import Issued
from forge.partners import PARTNER_HOST, Two, expected, last_head, our_world, partner_world
from forge.trust_documents import DAY, base64_of, recognised
from forge.world import NOW, World
from schemas.leaves import Genesis
from verifier import Reason, Report, Verdict, Verifier

ENDED = NOW - 60


# The window is asked about the time asked for


def test_before_recognition_begins_a_partners_mark_is_not_ours_to_accept() -> None:
    expected(Two(since=NOW + DAY).judged(), Verdict.INVALID, Reason.SCHEME_MISMATCH)


def test_recognition_that_ended_without_a_last_head_covers_nothing() -> None:
    report = Two(until=NOW - DAY).judged()
    expected(report, Verdict.INVALID, Reason.SCHEME_MISMATCH)
    assert "ended" in report.findings[1].detail


def test_recognition_holds_from_its_first_second_to_the_one_before_its_end() -> None:
    two = Two(since=NOW - 600, until=NOW - 60)
    for at, verdict in (
        (NOW - 601, Verdict.INVALID),
        (NOW - 600, Verdict.VALID),
        (NOW - 61, Verdict.VALID),
        (NOW - 60, Verdict.INVALID),
    ):
        assert two.judged(at=datetime.fromtimestamp(at, UTC)).verdict is verdict, at - NOW


def test_what_was_valid_at_the_time_of_supply_stays_so_when_recognition_has_ended() -> None:
    two = Two(until=NOW + DAY)
    two.now = NOW + 2 * DAY
    two.theirs.publish(two.now)
    two.ours.publish(two.now)
    expected(two.judged(at=datetime.fromtimestamp(NOW + 60, UTC)), Verdict.VALID)
    expected(two.judged(), Verdict.INVALID, Reason.SCHEME_MISMATCH)


def test_a_day_of_supply_on_which_recognition_began_or_ended_is_not_covered_throughout() -> None:
    begun = NOW - 3 * DAY
    theirs = partner_world()
    theirs.issue(signer="issuer-4", level=4, at=NOW - 10 * DAY)
    theirs.publish(NOW - 9 * DAY)
    two = Two(theirs=theirs, since=begun)
    mark = theirs.issued[0]
    day = datetime.fromtimestamp(begun, UTC).date()
    verifier = two.offline(theirs.register())
    assert verifier.verify(mark.raw, at=day).reasons == (Reason.SCHEME_MISMATCH,)
    assert verifier.verify(mark.raw, at=date.fromordinal(day.toordinal() + 1)).verdict is Verdict.VALID


# Levels and editions


@pytest.mark.parametrize(
    ("narrowed", "says"),
    [
        ({"levels": [4]}, None),
        ({"levels": [1, 4], "editions": ["2026-03-27"]}, None),
        ({"levels": [1]}, "level 4 is not recognised, only 1"),
        ({"levels": [3, 5]}, "level 4 is not recognised, only 3, 5"),
        ({"editions": ["2025", "2026"]}, "edition 2026-03-27 is not recognised, only 2025, 2026"),
        ({"levels": [4], "editions": ["2025"]}, "edition 2026-03-27"),
    ],
)
def test_recognition_can_be_for_some_levels_and_editions_alone(
    narrowed: dict[str, Any], says: str | None
) -> None:
    two = Two(**narrowed)
    link = f"https://{PARTNER_HOST}/m/{two.mark.number}"
    for verifier in (two.offline(two.theirs.register()), two.online()):
        for asked in (two.mark.raw, two.mark.link(), link):
            report = verifier.verify(asked)
            if says is None:
                expected(report, Verdict.VALID)
            else:
                expected(report, Verdict.INVALID, Reason.SCHEME_MISMATCH)
                assert says in report.findings[1].detail
            assert report.recognised_by == "demo"


def test_what_was_recognised_whole_is_recognised_for_less_from_a_day_on() -> None:
    theirs = partner_world()
    anchor, closing = theirs.anchor, NOW - 600
    entries = [
        recognised("sg-demo", anchor=anchor, hosts=[PARTNER_HOST], until=closing),
        recognised("sg-demo", anchor=anchor, hosts=[PARTNER_HOST], levels=[3], **{"from": closing}),
    ]
    two = Two(theirs=theirs, ours=our_world(recognised=entries))
    expected(two.judged(), Verdict.INVALID, Reason.SCHEME_MISMATCH)
    expected(two.judged(at=datetime.fromtimestamp(closing - 1, UTC)), Verdict.VALID)
    three = theirs.issue(signer="issuer-p", level=3, at=NOW - 60)
    theirs.publish(NOW)
    expected(two.offline(theirs.register()).verify(three.raw), Verdict.VALID)


def test_also_under_the_last_head_only_the_levels_recognised_count() -> None:
    first = Two()
    two = ending(first, levels=[3])
    expected(judged(two, first.theirs, first.mark), Verdict.INVALID, Reason.SCHEME_MISMATCH)
    expected(judged(ending(first, levels=[4]), first.theirs, first.mark), Verdict.VALID)


# After its end


def ending(two: Two, *, final: dict[str, Any] | None = None, **entry: Any) -> Two:
    """The same partner, whose recognition ended a minute ago; another of its marks came later."""
    return Two(theirs=two.theirs, until=ENDED, final=final or last_head(two.theirs), **entry)


def judged(two: Two, theirs: World, mark: Issued) -> Report:
    return two.offline(theirs.register()).verify(mark.raw)


def test_after_recognition_ended_marks_under_its_last_head_still_count() -> None:
    first = Two()
    two = ending(first)
    for file in (two.theirs.register(), two.theirs.bundle()):
        expected(two.offline(file).verify(first.mark.raw), Verdict.VALID)


def test_after_recognition_ended_later_marks_do_not_count() -> None:
    two = ending(Two())  # its own mark was logged after that head
    for verifier in (two.offline(two.theirs.register()), two.offline(two.theirs.bundle()), two.online()):
        expected(verifier.verify(two.mark.raw), Verdict.INVALID, Reason.SCHEME_MISMATCH)


def test_a_mark_that_is_the_last_leaf_under_the_head_counts_and_the_next_one_does_not() -> None:
    first = Two()
    size = first.mark.index + 1
    two = ending(first, final=last_head(first.theirs, size=size))
    expected(judged(two, first.theirs, first.mark), Verdict.VALID)
    two = ending(first, final=last_head(first.theirs, size=size - 1))
    expected(judged(two, first.theirs, first.mark), Verdict.INVALID, Reason.SCHEME_MISMATCH)


def test_a_last_head_of_another_history_is_an_alarm() -> None:
    first = Two()
    two = ending(first, final=last_head(first.theirs) | {"root": base64_of(bytes(32))})
    report = judged(two, first.theirs, first.mark)
    expected(report, Verdict.UNDETERMINED, Reason.LOG_INCONSISTENT)
    assert "another one then" in report.findings[4].detail


def test_evidence_that_holds_the_last_head_shows_that_its_mark_lies_under_it() -> None:
    first = Two()
    two = ending(first)  # recognition ended with the very checkpoint the mark was published with
    for verifier in (two.online(), two.offline(two.theirs.evidence(first.mark))):
        expected(verifier.verify(first.mark.raw), Verdict.VALID)


def test_evidence_without_the_last_head_does_not_show_that_its_mark_lay_under_it() -> None:
    """A rogue partner proves any leaf by a small tree of its own: only the tree with that very root tells."""
    first = Two()
    two = ending(first, final=last_head(first.theirs, size=first.mark.index + 1))
    for verifier in (two.online(), two.offline(two.theirs.evidence(first.mark))):
        report = verifier.verify(first.mark.raw)
        expected(report, Verdict.UNDETERMINED, Reason.LOG_INCONSISTENT)
        assert "ask with a bundle of its register" in report.findings[4].detail
        assert report.recognised_by == "demo"


def test_a_mark_of_a_small_tree_made_after_the_end_does_not_count() -> None:
    first = Two()
    final = last_head(first.theirs)
    rogue = partner_world()
    forged = rogue.issue(signer="issuer-4", level=4, at=NOW - 30)
    rogue.publish(NOW)
    assert rogue.log.head.size <= final["size"]
    two = ending(first)
    for file in (rogue.register(), rogue.bundle(), rogue.evidence(forged)):
        report = two.offline(file).verify(forged.raw)
        expected(report, Verdict.UNDETERMINED, Reason.LOG_INCONSISTENT)


# The head recognition ended with is one of a later log


@pytest.fixture
def honest() -> World:
    """A partner with a mark in each of three logs."""
    world = partner_world()
    for place in range(3):
        at = NOW - (20 - 2 * place) * DAY
        if place:
            world.end_log(at)
            world.publish(at + 60)
        world.issue(signer="issuer-4", level=4, at=at + 120)
        world.publish(at + 180)
    world.publish(NOW)
    return world


def ours_of(theirs: World, final: dict[str, Any]) -> Callable[[bytes, Issued], Report]:
    """Judge, from a file of somebody who says to be that partner, after recognition ended there."""
    entry = recognised("sg-demo", anchor=theirs.anchor, until=ENDED, final=final)
    ours = our_world(recognised=[entry])
    ours.publish(NOW)

    def ask(file: bytes, mark: Issued) -> Report:
        verifier = Verifier.from_bundle(
            ours.register(), anchor=ours.anchor, partners=[file], clock=lambda: float(NOW)
        )
        return verifier.verify(mark.raw)

    return ask


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_last_head_in_a_later_log_covers_the_logs_before(honest: World, place: int) -> None:
    final = last_head(honest, place=place)
    ask = ours_of(honest, final)
    for mark in honest.issued:
        for file in (honest.register(), honest.bundle()):
            report = ask(file, mark)
            if mark.place <= place:
                expected(report, Verdict.VALID)
            else:
                expected(report, Verdict.INVALID, Reason.SCHEME_MISMATCH)


def rewritten(honest: World, place: int, *, told: bool) -> tuple[World, Issued]:
    """After the end the partner writes the log at `place` anew, from its beginning on, with a mark made today in it.

    `told`: its trust document says so too; otherwise it keeps what it said before.
    """
    rogue = partner_world()
    for other in range(place):
        at = NOW - (20 - 2 * other) * DAY
        rogue.issue(signer="issuer-4", level=4, at=at + 120)
        rogue.publish(at + 180)
        rogue.end_log(at + 2 * DAY)
        rogue.publish(at + 2 * DAY + 60)
    new = rogue.issue(signer="issuer-4", level=4, at=NOW - 3600)
    rogue.publish(NOW - 3500)
    final = {"size": rogue.log.head.size, "root": base64_of(rogue.log.root(rogue.log.head.size))}
    logs = deepcopy(honest.documents[-1]["logs"])
    if told:
        logs[place]["final"] = final
    rogue.logs += honest.logs[place + 1 :]
    rogue.documents, rogue.notes = rogue.documents[:1], rogue.notes[:1]
    while len(rogue.documents) < len(honest.documents):  # the later logs name as many versions
        rogue.trust(NOW - 3000, logged=False, logs=logs)
    rogue.lists, rogue.listed_at = honest.lists, honest.listed_at
    return rogue, new


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("told", ["and said so", "and not said so"])
def test_a_log_rewritten_below_the_last_head_is_not_that_log(honest: World, place: int, told: str) -> None:
    ask = ours_of(honest, last_head(honest))
    rogue, new = rewritten(honest, place, told=told == "and said so")
    assert rogue.anchor == honest.anchor
    for file in (rogue.register(), rogue.bundle()):
        report = ask(file, new)
        assert report.verdict is not Verdict.VALID
        assert Reason.LOG_INCONSISTENT in report.reasons, report.findings
        if told == "and said so":
            assert "ends otherwise" in report.findings[4].detail


def test_every_log_after_a_rewritten_one_written_anew_is_not_under_the_last_head_either(
    honest: World,
) -> None:
    ask = ours_of(honest, last_head(honest, place=1))
    rogue = partner_world()
    new = rogue.issue(signer="issuer-4", level=4, at=NOW - 3600)
    rogue.publish(NOW - 3500)
    rogue.end_log(NOW - 3000)
    rogue.publish(NOW)
    report = ask(rogue.register(), new)
    expected(report, Verdict.UNDETERMINED, Reason.LOG_INCONSISTENT)


def begun_elsewhere(honest: World, first: bytes) -> tuple[World, dict[str, Any]]:
    """The partner's second log begins with another leaf, and recognition ends with that log's head."""
    world = deepcopy(honest)
    world.logs = world.logs[:2]
    log = Log(origin=world.logs[1].origin, label="log-2", place=1)
    for entry in (first, *world.logs[1].entries[1:]):
        log.append(entry)
    world.logs[1] = log
    logs = world.documents[-1]["logs"][:2]
    del logs[1]["final"]
    world.documents, world.notes = world.documents[:1], world.notes[:1]
    world.trust(NOW - 3000, logged=False, logs=logs)
    world.publish(NOW)
    return world, last_head(world, place=1)


def test_a_log_that_names_no_log_before_it_covers_none(honest: World) -> None:
    scheme, anchor = honest.scheme, bytes.fromhex(honest.anchor)
    before = honest.logs[0]
    head = (before.head.size, before.root(before.head.size))
    for previous, says in (
        ((before.origin, *head), None),
        (None, "does not say where log 1 began"),
        (("akashi.example/other", *head), "ends otherwise"),
        ((before.origin, head[0] - 1, before.root(head[0] - 1)), "ends otherwise"),
    ):
        genesis = Genesis(scheme=scheme, trust_sha256=anchor, previous=previous)
        world, final = begun_elsewhere(honest, genesis.to_bytes())
        report = ours_of(world, final)(world.register(), honest.issued[0])
        if says is None:
            expected(report, Verdict.VALID)
        else:
            expected(report, Verdict.UNDETERMINED, Reason.LOG_INCONSISTENT)
            assert says in report.findings[4].detail


def test_a_head_of_no_leaves_pins_nothing(honest: World) -> None:
    final = last_head(honest, place=1, size=0)
    report = ours_of(honest, final)(honest.register(), honest.issued[0])
    expected(report, Verdict.UNDETERMINED, Reason.LOG_INCONSISTENT)


def test_a_file_without_the_leaf_the_last_log_began_with_proves_nothing_of_the_logs_before(
    honest: World,
) -> None:
    ask = ours_of(honest, last_head(honest, place=1))
    name = "log/1/tile/entries/000.p/5"
    whole = honest.bundle()
    expected(ask(whole, honest.issued[0]), Verdict.VALID)
    expected(
        ask(honest.bundle(bent={name: None}), honest.issued[0]),
        Verdict.UNDETERMINED,
        Reason.LOG_INCONSISTENT,
    )
