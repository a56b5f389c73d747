"""Evidence as the registry hands it out convinces anybody's verifier, and equals the forge's byte for byte."""

from collections.abc import Callable

import pytest

from forge import ask
from forge.laid import Laid
from forge.world import NOW, Issued, World
from registry import evidence
from schemas.claims import EventKind, EventReason
from schemas.evidence import Archive
from schemas.times import DAY
from verifier import Verdict
from verifier.report import Reason


def evidence_of(full: Laid, mark: Issued) -> bytes:
    data = evidence.of_mark(full.services(), mark.number)
    assert data is not None
    return data


def state_of(full: Laid) -> Archive:
    data = evidence.of_state(full.services())
    assert data is not None
    return Archive.open(data)


def test_evidence_of_a_valid_mark_is_all_a_verifier_needs(full: Laid) -> None:
    mark = full.marks["valid"]
    data = evidence_of(full, mark)
    report = ask(data, mark.raw, anchor=full.world.anchor, now=NOW)
    assert report.verdict is Verdict.VALID, report.findings


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("suspended", Reason.SUSPENDED),
        ("revoked", Reason.REVOKED),
        ("superseded", Reason.SUPERSEDED),
        ("expired", Reason.EXPIRED),
        ("future", Reason.NOT_YET_VALID),
    ],
)
def test_evidence_says_what_became_of_a_mark(full: Laid, name: str, reason: Reason) -> None:
    mark = full.marks[name]
    data = evidence_of(full, mark)
    assert reason in ask(data, mark.raw, anchor=full.world.anchor, now=NOW).reasons


def test_evidence_answers_for_an_earlier_day_too(full: Laid) -> None:
    mark = full.marks["reinstated"]
    data = evidence_of(full, mark)
    then = ask(data, mark.raw, anchor=full.world.anchor, now=NOW, at=NOW - 5 * DAY // 2)
    assert then.reasons == (Reason.SUSPENDED,)
    assert ask(data, mark.raw, anchor=full.world.anchor, now=NOW).verdict is Verdict.VALID


def test_evidence_equals_the_forges_byte_for_byte(full: Laid) -> None:
    for mark in full.marks.values():
        ours = Archive.open(evidence_of(full, mark))
        theirs = Archive.open(full.world.evidence(mark))
        assert [name for name in ours.names() if name != "profile.cwt"] == theirs.names()
        assert {name: ours.get(name) for name in theirs.names()} == {
            name: theirs.get(name) for name in theirs.names()
        }


def test_evidence_carries_the_profile_when_there_is_one(full: Laid) -> None:
    ours = Archive.open(evidence_of(full, full.marks["valid"]))
    assert ours.get("profile.cwt") == full.files.find_profile(full.marks["valid"].number)


def test_an_event_newer_than_the_list_waits_for_the_next_list(full: Laid) -> None:
    mark = full.marks["valid"]
    before = full.world.lists.copy()
    full.world.event(mark, EventKind.REVOKE, EventReason.MISUSE, at=NOW - 1800)
    full.world.publish(NOW - 1800)
    full.write()
    for uri, held in before.items():  # the checkpoint is out, its lists are not yet
        series, n = uri.split("/")[-2:]
        full.files.write_list(series, int(n), held)
    full.rebuild()
    data = evidence_of(full, mark)
    assert ask(data, mark.raw, anchor=full.world.anchor, now=NOW).verdict is Verdict.VALID


def test_evidence_of_the_present_state_names_no_mark(full: Laid) -> None:
    archive = state_of(full)
    assert archive.find("mark.cwt") is None
    assert {"snapshot.leaf", "snapshot.proof", "status.cwt", "trust/2"} <= set(archive.names())
    assert archive.names("log/0/heads/")


def test_nothing_is_evidence_for_a_number_nobody_has(full: Laid) -> None:
    assert evidence.of_mark(full.services(), "0000000000") is None


def test_a_register_without_marks_still_gives_its_state(lay: Callable[[World], Laid]) -> None:
    world = World()
    world.publish(NOW - 60)
    archive = state_of(lay(world))
    assert archive.manifest.lists == ()


def test_the_registrys_own_verdict_is_the_verifiers(full: Laid) -> None:
    services = full.services()
    assert services.verify(full.marks["valid"].number).verdict is Verdict.VALID
    assert services.verify(full.marks["valid"].link()).verdict is Verdict.VALID
    assert Reason.REVOKED in services.verify(full.marks["revoked"].number).reasons
    assert services.verify(full.world.issue(logged=False).raw).verdict is Verdict.UNDETERMINED


def test_a_newer_trust_document_on_disk_is_taken_up(full: Laid) -> None:
    services = full.services()
    assert services.document().version == 2
    full.world.trust(NOW - 60)
    full.write()
    assert services.document().version == 3
