"""Files bent by whoever hands them over: they may withhold, and then nothing is known; they never decide, nor stop a run."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Thread
from time import process_time

import pytest
import rfc8785

from forge import NOW, Issued, World, ask
from forge.files import bundle_members, evidence_members, written
from forge.trust_documents import START, base64_of, note_key_id, recognised, signature_line
from forge.world import ISSUED, LIFETIME, first_document, sign
from schemas.claims import EventClaims, EventKind, EventReason
from schemas.errors import MalformedError
from schemas.evidence import Archive, _directory_entry, _end, _local_header
from schemas.times import DAY, HOUR
from schemas.trust_document import FIRST_LINE
from verifier import Policy, Reason, Report, Verdict, Verifier
from verifier.render import render
from verifier.report_json import to_json
from verifier.state import Remembered, StateFile

SUSPEND, REINSTATE, REVOKE = EventKind.SUSPEND, EventKind.REINSTATE, EventKind.REVOKE
MISUSE, CLOSED = EventReason.MISUSE, EventReason.INVESTIGATION_CLOSED
MANIFEST = '{"as_of":null,"format":1,"hosts":[],"lists":[],"logs":[],"trust":[%s],"variant":"evidence"}'


def published() -> tuple[World, Issued]:
    world = World()
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    world.publish(NOW - HOUR)
    return world, mark


def doubted(report: Report, *reasons: Reason) -> None:
    assert (report.verdict, report.reasons) == (Verdict.UNDETERMINED, reasons)


# ---------------------------------------------------------------- withheld: not known, and never invalid (§8)


def two_logs() -> tuple[World, Issued]:
    world = World()
    world.publish(ISSUED - DAY)
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    world.end_log(ISSUED + 2 * HOUR)
    world.publish(ISSUED + 3 * HOUR)
    world.publish(NOW - HOUR)
    return world, mark


def test_a_bundle_that_withholds_the_earlier_log_does_not_make_its_marks_absent() -> None:
    world, mark = two_logs()
    assert ask(world.bundle(), mark.raw, anchor=world.anchor, now=NOW).verdict is Verdict.VALID
    members = bundle_members(world.contents, variant="plain")
    contents = json.loads(members["bundle.json"])
    contents["logs"] = contents["logs"][1:]
    left = {name: data for name, data in members.items() if not name.startswith("log/0/")}
    file = written(left | {"bundle.json": rfc8785.dumps(contents)})
    doubted(ask(file, mark.raw, anchor=world.anchor, now=NOW), Reason.NOT_LOGGED)


def test_a_bundle_that_cuts_an_ended_log_short_does_not_make_its_marks_absent() -> None:
    world, mark = two_logs()
    never = world.issue(at=ISSUED + HOUR, logged=False)
    report = ask(world.bundle(), never.raw, anchor=world.anchor, now=NOW)
    assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.NOT_LOGGED,))
    world.logs[0].kept = world.logs[0].kept[:1]
    for one in (mark, never):
        doubted(ask(world.bundle(), one.raw, anchor=world.anchor, now=NOW), Reason.BUNDLE_TOO_OLD)


def test_a_leaf_bent_in_a_full_tile_does_not_make_its_mark_absent() -> None:
    world = World()
    mark = world.issue()
    for number in range(300):
        world.log.append(b"leaf %d" % number)
    world.publish(ISSUED + HOUR)
    world.publish(NOW - HOUR)
    name = "log/0/tile/0/000"
    tile = bytearray(bundle_members(world.contents, variant="plain")[name])
    tile[32 * mark.index] ^= 1
    file = world.bundle(bent={name: bytes(tile)})
    doubted(ask(file, mark.raw, anchor=world.anchor, now=NOW), Reason.LOG_INCONSISTENT)


def test_a_bundle_that_withholds_its_landmarks_does_not_make_its_marks_backdated() -> None:
    world, mark = published()
    members = bundle_members(world.contents, variant="plain")
    file = world.bundle(bent=dict.fromkeys(name for name in members if "/landmarks/" in name))
    doubted(ask(file, mark.raw, anchor=world.anchor, now=NOW), Reason.HISTORY_UNAVAILABLE)


def test_a_malformed_landmark_leaves_marks_undetermined() -> None:
    world, mark = published()
    for data in (b"x", b"a\n", b"a\n-1\n", b"a\n99999"):  # a browser reads a size the same way
        file = world.bundle(bent={"log/0/landmarks/20260101": data})
        assert ask(file, mark.raw, anchor=world.anchor, now=NOW).verdict is Verdict.UNDETERMINED


def test_a_bundle_whose_lists_have_ended_does_not_disown_a_key_added_since() -> None:
    world, _ = published()
    by_a_new_key = sign(world.claims(at=ISSUED), "stranger")
    report = ask(world.bundle(), by_a_new_key, anchor=world.anchor, now=NOW)
    assert report.verdict is Verdict.INVALID
    end = NOW - HOUR + LIFETIME
    doubted(ask(world.bundle(), by_a_new_key, anchor=world.anchor, now=end), Reason.UNKNOWN_ISSUER)


def test_a_recognised_partners_mark_is_not_disowned_by_our_document() -> None:
    world = World(first_document(recognised=[recognised("sg")]))
    world.issue()
    world.publish(NOW - HOUR)
    theirs, strangers = (sign(world.claims(scheme=scheme), "partner") for scheme in ("sg", "xx"))
    doubted(ask(world.bundle(), theirs, anchor=world.anchor, now=NOW), Reason.TRUST_UNAVAILABLE)
    report = ask(world.bundle(), strangers, anchor=world.anchor, now=NOW)
    assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.UNKNOWN_ISSUER,))


def test_a_damaged_trust_document_in_a_file_leaves_marks_undetermined() -> None:
    world, mark = published()
    file = bytearray(world.evidence(mark))
    file[file.find(world.notes[0]) + 50] ^= 1
    doubted(ask(bytes(file), mark.raw, anchor=world.anchor, now=NOW), Reason.TRUST_UNAVAILABLE)


def test_evidence_with_a_damaged_mark_does_not_end_a_run(tmp_path: Path) -> None:
    world, mark = published()
    whole = world.evidence(mark)
    damaged = bytearray(whole)
    damaged[damaged.find(mark.raw) + 5] ^= 1
    paths = [tmp_path / "damaged.zip", tmp_path / "whole.zip"]
    paths[0].write_bytes(damaged)
    paths[1].write_bytes(whole)
    command = [
        sys.executable,
        "-m",
        "verifier.cli",
        "verify",
        "--json",
        "--anchor",
        world.anchor,
        *map(str, paths),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [report["findings"][0]["reason"] for report in reports] == ["mark-unavailable", None]


# ---------------------------------------------------------------- a list's life is not its signer's choice (§4)


def test_a_list_made_to_live_for_years_does_not_count() -> None:
    world = World()
    mark = world.issue()
    world.publish(NOW - HOUR, exp=NOW + 4000 * DAY)
    report = ask(world.evidence(mark), mark.raw, anchor=world.anchor, now=NOW)
    assert Reason.STATUS_NOT_AUTHENTIC in report.reasons
    assert report.verdict is not Verdict.VALID


# ---------------------------------------------------------------- events in another order than the log's (§7)


def test_evidence_that_reorders_events_does_not_tell_another_past() -> None:
    world, mark = published()
    reinstated_at, suspended_at, revoked_at = NOW - 5 * DAY, NOW - 4 * DAY, NOW - 2 * DAY
    suspended = world.event(mark, SUSPEND, MISUSE, at=suspended_at, logged=False)
    hoarded = world.event(mark, REINSTATE, CLOSED, at=reinstated_at, prev=suspended.leaf, logged=False)
    hoarded = world.log_event(hoarded.raw, hoarded.claims)  # too early: out of order, it changes nothing
    world.publish(reinstated_at)
    suspended = world.log_event(suspended.raw, suspended.claims)
    world.publish(suspended_at)
    claims = EventClaims(
        iat=revoked_at, number=mark.claims.number, kind=REVOKE, reason=MISUSE, prev=suspended.leaf
    )
    world.log_event(sign(claims, "issuer-3"), claims)
    elsewhere = replace(claims, prev=hoarded.leaf)
    last = world.log_event(sign(elsewhere, "issuer-3"), elsewhere)
    world.publish(revoked_at)
    world.publish(NOW - HOUR)
    chosen = [(one.raw, (one.place, one.index)) for one in (suspended, hoarded, last)]
    members = evidence_members(
        world.contents,
        mark=mark.raw,
        uri=mark.claims.status_uri,
        at=(mark.place, mark.index),
        events=chosen,
        snapshot=world.snapshot,
    )
    report = ask(written(members), mark.raw, anchor=world.anchor, now=NOW, at=NOW - 3 * DAY)
    doubted(report, Reason.HISTORY_UNAVAILABLE)


# ---------------------------------------------------------------- nothing in a file raises anything but its refusal (§8)


@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "1e999", "NaN", "[]", "9" * 4000, '"\\ud800"'])
def test_a_table_of_contents_with_a_number_that_is_none_is_malformed(number: str) -> None:
    with pytest.raises(MalformedError):
        Archive.open(written({"bundle.json": (MANIFEST % number).encode()}))


def test_a_directory_of_members_beyond_4_gib_is_malformed() -> None:
    names = ["bundle.json", *(f"log/0/tile/entries/{number:03d}" for number in range(300))]
    directory = b"".join(
        _directory_entry(name, 0, 256 * 65537 if place else 2, 0) for place, name in enumerate(names)
    )
    start = _local_header(names[0], 0, 2) + b"{}"
    with pytest.raises(MalformedError):
        Archive.open(start + directory + _end(len(names), len(directory), len(start)))


def test_a_mark_that_ends_with_the_year_9999_can_be_shown() -> None:
    world = World()
    mark = world.issue(nbf=253402300798, exp=253402300799)
    world.publish(NOW - HOUR)
    report = ask(world.evidence(mark), mark.raw, anchor=world.anchor, now=NOW)
    shown = to_json(report, input_text="")["mark"]
    assert shown is not None
    assert shown["last_day"] == "9999-12-31"
    assert "9999-12-31" in render(report, "", lang="ja")


def test_a_wish_for_the_last_day_there_is_can_be_judged() -> None:
    world, mark = published()
    wish = Policy(valid_until_at_least=date.max)
    report = ask(world.evidence(mark), mark.raw, anchor=world.anchor, now=NOW, policy=wish)
    assert report.reasons == (Reason.POLICY_UNTIL,)


def test_the_first_day_there_is_can_be_asked_about() -> None:
    world, mark = published()
    report = ask(world.evidence(mark), mark.raw, anchor=world.anchor, now=NOW, at=date.min)
    assert to_json(report, input_text="")["verdict"] == "invalid"


# ---------------------------------------------------------------- work that grows faster than the file


def seconds_for(world: World, mark: Issued, text: str) -> float:
    """CPU time for evidence that brings this text, which nobody who counts signed, as its next trust document."""
    note = (text + "\n" + signature_line(text, "stranger")).encode()
    file = world.evidence(mark, bent={"trust/2": note})
    began = process_time()
    assert ask(file, mark.raw, anchor=world.anchor, now=NOW).verdict is Verdict.UNDETERMINED
    return process_time() - began


def test_a_trust_document_of_one_object_with_many_members_takes_no_minutes() -> None:
    world, mark = published()
    members = ",".join(f'"{number}":0' for number in [*range(60_000), 59_999])
    assert seconds_for(world, mark, f"{FIRST_LINE}\n{{{members}}}\n") < 3


def test_a_trust_document_of_many_witnesses_and_quorums_takes_no_minutes() -> None:
    world, mark = published()
    witnesses = []
    for number in range(4_000):
        public = number.to_bytes(32, "big")
        key = f"w{number}+{note_key_id(f'w{number}', 4, public).hex()}+{base64_of(bytes([4]) + public)}"
        window = {"from": START + 2 * number, "until": START + 2 * number + 1}
        witnesses.append({"name": "w", "vkey": key} | window)
    quorum = [{"k": 1, "from": number} for number in range(8_000)]
    document = first_document(version=2) | {"witnesses": witnesses, "quorum": quorum}
    assert seconds_for(world, mark, f"{FIRST_LINE}\n{json.dumps(document)}\n") < 3


def test_a_thousand_copies_of_one_event_cost_one_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    world, mark = published()
    world.event(mark, SUSPEND, MISUSE)
    world.publish(NOW - HOUR)
    honest = Archive.open(world.evidence(mark))
    event, proof = honest.get("events/0.cwt"), honest.get("events/0.proof")
    copies = {f"events/{number}.cwt": event for number in range(1_500)}
    proofs = {f"events/{number}.proof": proof for number in range(1_500)}
    file, find, read = world.evidence(mark, bent=copies | proofs), Archive.find, list[str]()

    def watched(self: Archive, name: str) -> bytes | None:
        read.append(name)
        return find(self, name)

    monkeypatch.setattr(Archive, "find", watched)
    report = ask(file, mark.raw, anchor=world.anchor, now=NOW)
    assert report.reasons == (Reason.SUSPENDED,)
    assert [name for name in read if name.startswith("events/") and name.endswith(".proof")] == [
        "events/0.proof"
    ]


def test_one_landmark_under_many_dates_costs_no_more_than_one() -> None:
    world, mark = published()
    note = world.log.kept[0].note
    dates = {f"log/0/landmarks/{number:08d}": note for number in range(10_000)}
    file = world.bundle(bent=dates)
    began = process_time()
    assert ask(file, mark.raw, anchor=world.anchor, now=NOW).verdict is Verdict.VALID
    assert process_time() - began < 3


# ---------------------------------------------------------------- memory (§7)


def test_what_another_process_saw_meanwhile_is_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second writer arrives between the first one's reading and writing; it waits its turn."""
    first, second = StateFile(tmp_path, "a"), StateFile(tmp_path, "a")
    further = Thread(target=lambda: second.save(lambda held: replace(held, trust_version=9)))
    honest = first.load

    def load_then_race() -> Remembered:
        held = honest()
        further.start()
        further.join(0.5)
        return held

    monkeypatch.setattr(first, "load", load_then_race)
    first.save(lambda held: replace(held, seen=2))
    further.join()
    assert (honest().trust_version, honest().seen) == (9, 2)


def test_evidence_with_a_damaged_mark_member_opens() -> None:
    world, mark = published()
    file = bytearray(world.evidence(mark))
    file[file.find(mark.raw) + 5] ^= 1
    with Verifier.from_bundle(bytes(file), anchor=world.anchor, clock=lambda: NOW) as verifier:
        assert verifier.evidence_mark is None
