"""Each attack docs/format.md answers, carried out against the public Verifier. A forged log takes everything."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from forge import NOW, Issued, World, ask
from forge.files import bundle_members, written
from forge.lies.issuer import SMALL_ORDER
from forge.signers import P256Signer, signer_named
from forge.trust_documents import DAY, base64_of, key_entry, note, vkey
from forge.vectors import published
from forge.world import ISSUED, LIFETIME, first_document, sign
from keys.algorithms import kid
from schemas import cbor
from schemas.claims import EventKind, EventReason
from schemas.cose import EVENT_TYPE, MARK_TYPE, PROFILE_TYPE
from schemas.organisation_id import OrganisationId
from schemas.profile import ProfileClaims
from schemas.status_list import LIST_BYTES
from schemas.times import HOUR
from schemas.trust_document import FIRST_LINE, anchor_of
from verifier import Policy, Reason, Report, Verdict
from verifier.report import NoteReason

SUSPEND, REINSTATE, REVOKE = EventKind.SUSPEND, EventKind.REINSTATE, EventKind.REVOKE
MISUSE, CLOSED = EventReason.MISUSE, EventReason.INVESTIGATION_CLOSED
OTHER_HOLDER = OrganisationId.from_text("0188:2180001135973")
DAY_5, DAY_4, DAY_3, DAY_2 = (NOW - days * DAY for days in (5, 4, 3, 2))


def judged(world: World, mark: Issued, *, now: int = NOW, at: int | None = None) -> Report:
    """By evidence; a bundle and a register of the same state must not say anything better."""
    report = ask(world.evidence(mark), mark.raw, anchor=world.anchor, now=now, at=at)
    for file in (world.bundle(), world.register()):
        other = ask(file, mark.raw, anchor=world.anchor, now=now, at=at)
        assert report.verdict is Verdict.VALID or other.verdict is not Verdict.VALID
    return report


def refused(report: Report, *reasons: Reason, verdict: Verdict = Verdict.INVALID) -> None:
    assert (report.verdict, report.reasons) == (verdict, reasons)


def doubted(report: Report, *reasons: Reason) -> None:
    refused(report, *reasons, verdict=Verdict.UNDETERMINED)


def begun() -> tuple[World, Issued]:
    world = World()
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    return world, mark


# ---------------------------------------------------------------- events (§3)


def test_a_replayed_reinstatement_lifts_nothing() -> None:
    world, mark = begun()
    world.event(mark, SUSPEND, MISUSE, at=DAY_5)
    once = world.event(mark, REINSTATE, CLOSED, at=DAY_4)
    world.event(mark, SUSPEND, MISUSE, at=DAY_3)
    world.log_event(once.raw, once.claims)
    world.publish(NOW - HOUR)
    refused(judged(world, mark), Reason.SUSPENDED)


def test_a_reinstatement_signed_in_advance_lifts_nothing() -> None:
    world, mark = begun()
    hoarded = world.event(mark, REINSTATE, CLOSED, at=DAY_5, logged=False)
    world.event(mark, SUSPEND, MISUSE, at=DAY_5)
    world.log_event(hoarded.raw, hoarded.claims)
    world.publish(NOW - HOUR)
    refused(judged(world, mark), Reason.SUSPENDED)


def test_an_owner_does_not_lift_what_the_authority_suspended() -> None:
    world, mark = begun()
    world.event(mark, SUSPEND, MISUSE, signer="authority", at=DAY_5)
    world.event(mark, REINSTATE, CLOSED, at=DAY_4)
    world.publish(NOW - 2 * HOUR)
    refused(judged(world, mark), Reason.SUSPENDED)
    world.event(mark, REINSTATE, CLOSED, signer="authority", at=DAY_3)
    world.publish(NOW - HOUR)
    assert judged(world, mark).verdict is Verdict.VALID


def test_the_authority_does_not_lift_what_the_owner_suspended() -> None:
    world, mark = begun()
    world.event(mark, SUSPEND, MISUSE, at=DAY_5)
    world.event(mark, REINSTATE, CLOSED, signer="authority", at=DAY_4)
    world.publish(NOW - HOUR)
    refused(judged(world, mark), Reason.SUSPENDED)


def test_another_owner_cannot_revoke() -> None:
    world, mark = begun()
    for signer in ("issuer-p", "issuer-4", "status", "stranger"):
        world.event(mark, REVOKE, MISUSE, signer=signer)
    world.publish(NOW - HOUR)
    assert judged(world, mark).verdict is Verdict.VALID
    assert judged(world, mark, at=NOW - HOUR - 1).verdict is Verdict.VALID


def test_an_event_about_another_mark_is_no_part_of_a_history() -> None:
    world, mark = begun()
    other = world.issue(at=ISSUED + HOUR)
    strange = world.event(other, SUSPEND, MISUSE, prev=mark.leaf)
    world.publish(NOW - HOUR)
    bent = {"events/0.cwt": strange.raw, "events/0.proof": world.log.proof(strange.index)}
    report = ask(world.evidence(mark, bent=bent), mark.raw, anchor=world.anchor, now=NOW, at=DAY_5)
    doubted(report, Reason.HISTORY_UNAVAILABLE)


def test_a_confirmation_does_not_hide_why_a_mark_is_suspended() -> None:
    world, mark = begun()
    world.event(mark, SUSPEND, MISUSE, at=DAY_5)
    world.publish(DAY_5)
    world.event(mark, EventKind.CONFIRM, at=DAY_4)
    world.publish(NOW - HOUR)
    for at in (None, NOW - HOUR - 1, NOW - 1):
        report = judged(world, mark, at=at)
        refused(report, Reason.SUSPENDED)
        assert report.status is not None
        assert (report.status.reason, report.status.since) == ("misuse", DAY_5)


def test_a_revoked_mark_is_not_reinstated_by_anybody() -> None:
    world, mark = begun()
    world.event(mark, REVOKE, MISUSE, at=DAY_5)
    world.event(mark, REINSTATE, CLOSED, at=DAY_4)
    world.event(mark, REINSTATE, CLOSED, signer="authority", at=DAY_3)
    world.event(mark, SUSPEND, MISUSE, at=DAY_2)  # the detour: revoked, suspended, reinstated
    world.event(mark, REINSTATE, CLOSED, at=DAY_2)
    world.publish(NOW - HOUR)
    report = judged(world, mark)
    refused(report, Reason.REVOKED)
    assert report.status is not None
    assert report.status.reason == "misuse"


def test_a_mark_is_not_superseded_by_another_holders_mark() -> None:
    world, mark = begun()
    other = world.issue(holder=OTHER_HOLDER, at=ISSUED + HOUR)
    world.event(mark, EventKind.SUPERSEDE, EventReason.REPLACED, successor=other)
    world.publish(NOW - HOUR)
    assert judged(world, mark).verdict is Verdict.VALID


def test_a_mark_is_not_superseded_by_one_that_was_never_logged() -> None:
    world, mark = begun()
    other = world.issue(at=ISSUED + HOUR, logged=False)
    world.event(mark, EventKind.SUPERSEDE, EventReason.REPLACED, successor=other)
    world.publish(NOW - HOUR)
    assert judged(world, mark).verdict is Verdict.VALID


def test_an_authority_names_another_holders_mark_only_when_an_organisation_ceased() -> None:
    world, mark = begun()
    other = world.issue(holder=OTHER_HOLDER, at=ISSUED + HOUR)
    world.event(mark, EventKind.SUPERSEDE, EventReason.REPLACED, successor=other, signer="authority")
    world.publish(NOW - 2 * HOUR)
    assert judged(world, mark).verdict is Verdict.VALID
    ceased = EventReason.ORGANISATION_CEASED
    world.event(mark, EventKind.SUPERSEDE, ceased, successor=other, signer="authority")
    world.publish(NOW - HOUR)
    report = judged(world, mark)
    refused(report, Reason.SUPERSEDED)
    assert report.status is not None
    assert report.status.successor == other.number


def test_the_status_at_a_time_is_what_had_been_logged_by_then() -> None:
    world, mark = begun()
    world.event(mark, SUSPEND, MISUSE, at=DAY_5)
    world.publish(DAY_5)
    world.event(mark, REINSTATE, CLOSED, at=DAY_3)
    world.publish(DAY_3)
    world.publish(NOW - HOUR)
    assert judged(world, mark, at=DAY_5 - 301).verdict is Verdict.VALID
    refused(judged(world, mark, at=DAY_5), Reason.SUSPENDED)
    refused(judged(world, mark, at=DAY_3 - 301), Reason.SUSPENDED)
    doubted(judged(world, mark, at=DAY_3 - 1), Reason.HISTORY_UNAVAILABLE)
    assert judged(world, mark, at=DAY_3).verdict is Verdict.VALID


def test_an_event_dated_back_acts_from_the_time_it_was_logged() -> None:
    world, mark = begun()
    world.publish(DAY_4)
    world.event(mark, REVOKE, EventReason.REQUIREMENTS_UNMET, at=ISSUED + HOUR)
    world.publish(DAY_3)
    world.publish(NOW - HOUR)
    then = ask(world.register(), mark.raw, anchor=world.anchor, now=NOW, at=DAY_4 - 1)
    assert then.verdict is Verdict.VALID
    for at in (DAY_4, DAY_3 - 1):
        doubted(
            ask(world.evidence(mark), mark.raw, anchor=world.anchor, now=NOW, at=at),
            Reason.HISTORY_UNAVAILABLE,
        )
    refused(judged(world, mark, at=DAY_3), Reason.REVOKED)


def test_a_revocation_found_later_counts_at_every_time() -> None:
    for reason in EventReason:
        world, mark = begun()
        world.event(mark, REVOKE, reason)
        world.publish(NOW - HOUR)
        report = judged(world, mark, at=DAY_4)
        found_later = reason in (EventReason.ISSUED_IN_ERROR, EventReason.KEY_COMPROMISED)
        assert report.verdict is (Verdict.INVALID if found_later else Verdict.VALID)


def test_where_only_landmarks_bound_an_event_the_time_between_is_not_guessed() -> None:
    world, mark = begun()
    world.event(mark, SUSPEND, MISUSE, at=DAY_5)
    world.publish(DAY_5 + HOUR)
    world.publish(DAY_5 + 2 * HOUR)
    world.publish(NOW - HOUR)
    file, times = world.register(), (DAY_5 - 301, DAY_5 - 300, DAY_5 + 2 * HOUR - 1, DAY_5 + 2 * HOUR)
    reports = [ask(file, mark.raw, anchor=world.anchor, now=NOW, at=at) for at in times]
    assert [report.reasons for report in reports] == [
        (),
        (Reason.HISTORY_UNAVAILABLE,),
        (Reason.HISTORY_UNAVAILABLE,),
        (Reason.SUSPENDED,),
    ]


def test_an_event_dated_back_is_bounded_by_the_landmark_before_it() -> None:
    world, mark = begun()
    world.publish(DAY_4)
    world.event(mark, SUSPEND, MISUSE, at=DAY_5)
    world.publish(DAY_3)
    world.publish(NOW - HOUR)
    report = ask(world.register(), mark.raw, anchor=world.anchor, now=NOW, at=DAY_4 - 1)
    assert report.verdict is Verdict.VALID


def test_a_register_with_entries_exchanged_does_not_speak_about_the_past() -> None:
    world, mark = begun()
    world.event(mark, SUSPEND, MISUSE, at=DAY_5)
    world.publish(DAY_5)
    world.event(mark, REINSTATE, CLOSED, at=DAY_3)
    world.publish(DAY_3)
    world.publish(NOW - HOUR)
    members = bundle_members(world.contents, variant="register")
    name = next(name for name in members if "/entries/" in name)
    other = members[name]
    for event in world.events[mark.number]:  # both, so that what is left adds up to the list
        other = other.replace(event.raw[-8:], bytes(8))
    file = world.register(bent={name: other})
    assert ask(file, mark.raw, anchor=world.anchor, now=NOW).verdict is Verdict.VALID
    report = ask(file, mark.raw, anchor=world.anchor, now=NOW, at=DAY_4)
    doubted(report, Reason.HISTORY_UNAVAILABLE)


def test_evidence_with_a_hole_among_its_events_does_not_speak_about_the_past() -> None:
    world, mark = begun()
    world.event(mark, SUSPEND, MISUSE, at=DAY_5)
    world.event(mark, REINSTATE, CLOSED, at=DAY_3)
    world.publish(NOW - HOUR)
    file = world.evidence(mark, bent={"events/0.cwt": None, "events/0.proof": None})
    report = ask(file, mark.raw, anchor=world.anchor, now=NOW, at=DAY_4)
    doubted(report, Reason.HISTORY_UNAVAILABLE)


def test_a_leaf_nobody_can_read_hides_neither_lists_nor_newer_trust() -> None:
    world, mark = begun()
    world.log.append(b"\x83\x01\x06\x41\x00")  # kind 6, reserved
    world.publish(NOW - HOUR)
    world.log.append(b"")
    world.publish(NOW - HOUR)
    assert judged(world, mark).verdict is Verdict.VALID
    assert ask(world.bundle(), mark.raw, anchor=world.anchor, now=NOW).verdict is Verdict.VALID


# ---------------------------------------------------------------- keys and signatures (§1, §5)


def test_a_p256_signature_has_no_accepted_twin() -> None:
    world, mark = published(signer="issuer-p")
    twin = sign(mark.claims, P256Signer("issuer-p", high_s=True))
    assert mark.raw[:-32] == twin[:-32]
    refused(ask(world.evidence(mark), twin, anchor=world.anchor, now=NOW), Reason.BAD_SIGNATURE)


def test_a_trust_document_with_a_small_order_key_is_refused_whole() -> None:
    weak = key_entry("issuer-3", series="d") | {
        "pub": base64_of(SMALL_ORDER),
        "kid": kid(-19, SMALL_ORDER).hex(),
    }
    world = World(first_document() | {"keys": [*first_document()["keys"], weak]})
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    doubted(judged(world, mark), Reason.TRUST_UNAVAILABLE)


def test_an_algorithm_cannot_be_borrowed() -> None:
    world, mark = published()
    for alg in (-9, -8, -7, -35, 0, 5):
        bent = sign(mark.claims, "issuer-3", alg=alg)
        refused(ask(world.evidence(mark), bent, anchor=world.anchor, now=NOW), Reason.WRONG_ALGORITHM)


def test_nothing_may_stand_in_the_header_nobody_signed() -> None:
    world, mark = published()
    for unprotected in (b"\xa1\x01\x32", b"\xa1\x04\x41\x00", b"\xa1\x18\x21\x40", b"\xa1\x60\x00"):
        bent = sign(mark.claims, "issuer-3", unprotected=unprotected)
        refused(ask(world.evidence(mark), bent, anchor=world.anchor, now=NOW), Reason.UNSIGNED_HEADER)


def test_claims_of_one_kind_do_not_pass_as_another() -> None:
    world, mark = published()
    event = world.event(mark, SUSPEND, MISUSE, logged=False)
    relabelled = sign(event.claims.to_bytes(), "issuer-3", typ=MARK_TYPE)
    as_event = sign(mark.claims, "issuer-3", typ=EVENT_TYPE)
    profile = ProfileClaims(iat=ISSUED, number=mark.claims.number, document={"country": "JP"}).to_bytes()
    profiles = [sign(profile, "issuer-3", typ=typ) for typ in (PROFILE_TYPE, MARK_TYPE)]
    as_profile = sign(mark.claims, "issuer-3", typ=PROFILE_TYPE)
    for bent in (event.raw, relabelled, as_event, *profiles, as_profile, next(iter(world.lists.values()))):
        report = ask(world.evidence(mark), bent, anchor=world.anchor, now=NOW)
        assert report.reasons in ((Reason.MALFORMED,), (Reason.TOO_LARGE,))


def test_a_key_signs_no_level_it_was_not_given() -> None:
    world = World()
    mark = world.issue(level=4)
    world.publish(ISSUED + HOUR)
    refused(judged(world, mark), Reason.LEVEL_NOT_ALLOWED)


def test_a_key_signs_no_mark_longer_than_it_may() -> None:
    world = World()
    mark = world.issue(exp=ISSUED + 400 * DAY + 1)
    world.publish(ISSUED + HOUR)
    refused(judged(world, mark), Reason.LEVEL_NOT_ALLOWED)


def test_nbf_does_not_reach_back_further_than_a_week() -> None:
    world = World()
    mark = world.issue(nbf=ISSUED - 7 * DAY - 1)
    world.publish(ISSUED + HOUR)
    refused(judged(world, mark), Reason.MALFORMED)


def test_iat_cannot_be_dated_back() -> None:
    world = World()
    world.publish(ISSUED + 1)
    mark = world.issue(at=ISSUED - 7 * DAY)
    world.publish(ISSUED + 2)
    doubted(judged(world, mark), Reason.HISTORY_UNAVAILABLE)  # evidence bounds from above alone


def test_iat_cannot_be_dated_back_where_every_leaf_is_held() -> None:
    world = World()
    world.publish(ISSUED + DAY)
    mark = world.issue(at=ISSUED - 7 * DAY)
    world.publish(ISSUED + 2 * DAY)
    world.publish(NOW - HOUR)
    for file in (world.bundle(), world.register()):
        refused(ask(file, mark.raw, anchor=world.anchor, now=NOW), Reason.BACKDATED)


# ---------------------------------------------------------------- stolen keys: a position, not a date (§5 rule 5)


def stolen() -> tuple[World, Issued, Issued]:
    """Two marks, an hour apart; the key counts as stolen from the second one on."""
    world = World()
    honest = world.issue()
    world.publish(ISSUED + HOUR)
    forged = world.issue(at=ISSUED)  # dated before the theft
    world.publish(ISSUED + 2 * HOUR)
    world.compromise("issuer-3", NOW - DAY, size=forged.index)
    return world, honest, forged


def test_marks_before_the_position_of_a_theft_stay_valid() -> None:
    world, honest, _ = stolen()
    world.publish(NOW - HOUR)
    assert judged(world, honest).verdict is Verdict.VALID


def test_a_thief_who_dates_back_gains_nothing() -> None:
    world, _, forged = stolen()
    world.publish(NOW - HOUR)
    doubted(judged(world, forged), Reason.KEY_COMPROMISED)
    for file in (world.bundle(), world.register()):
        refused(ask(file, forged.raw, anchor=world.anchor, now=NOW), Reason.KEY_COMPROMISED)


def test_a_thiefs_event_is_void_and_still_links() -> None:
    world, honest, _ = stolen()
    world.event(honest, REVOKE, MISUSE, at=ISSUED + 2 * HOUR)
    world.publish(NOW - 2 * HOUR)
    assert judged(world, honest).verdict is Verdict.VALID
    world.event(honest, SUSPEND, MISUSE, signer="authority")
    world.publish(NOW - HOUR)
    report = judged(world, honest)
    refused(report, Reason.SUSPENDED)
    assert report.status is not None
    assert report.status.since == NOW - HOUR


# ---------------------------------------------------------------- trust (§5)


def test_a_bundle_cannot_vouch_for_itself() -> None:
    honest, _ = published()
    world = World(first_document(scheme={"id": "demo", "names": {"en": "Ours"}, "offset": 32400}))
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    doubted(ask(world.bundle(), mark.raw, anchor=honest.anchor, now=NOW), Reason.TRUST_UNAVAILABLE)
    doubted(ask(world.bundle(), mark.raw, anchor=None, now=NOW), Reason.TRUST_UNAVAILABLE)


def test_a_newer_trust_document_cannot_be_withheld() -> None:
    world, mark = begun()
    world.trust(NOW - DAY)
    world.publish(NOW - HOUR)
    old = replace(world.contents, notes=world.notes[:1])
    for file in (
        world.evidence(mark, contents=old),
        world.bundle(contents=old),
        world.register(contents=old),
    ):
        doubted(ask(file, mark.raw, anchor=world.anchor, now=NOW), Reason.TRUST_STALE)


def test_quorums_that_need_not_overlap_are_refused() -> None:
    world, mark = published()
    text = f"{FIRST_LINE}\n{json.dumps(first_document(witnesses=4, k=2))}\n"
    contents = replace(world.contents, notes=[note(text)])
    report = ask(world.evidence(mark, contents=contents), mark.raw, anchor=anchor_of(text), now=NOW)
    doubted(report, Reason.TRUST_UNAVAILABLE)


def test_one_public_key_with_two_uses_is_refused() -> None:
    world, mark = published()
    document = first_document()
    document["logs"][0]["vkey"] = vkey(world.log.origin, "status")
    text = f"{FIRST_LINE}\n{json.dumps(document)}\n"
    contents = replace(world.contents, notes=[note(text)])
    report = ask(world.evidence(mark, contents=contents), mark.raw, anchor=anchor_of(text), now=NOW)
    doubted(report, Reason.TRUST_UNAVAILABLE)


def test_two_texts_for_one_version_are_not_a_chain() -> None:
    world, mark = begun()
    world.trust(NOW - DAY)
    world.publish(NOW - HOUR)
    assert judged(world, mark).verdict is Verdict.VALID
    other = World()
    other.trust(NOW - DAY + 1)
    both = replace(world.contents, notes=[*world.notes, other.notes[1]])
    report = ask(world.bundle(contents=both), mark.raw, anchor=world.anchor, now=NOW)
    doubted(report, Reason.TRUST_UNAVAILABLE)


# ---------------------------------------------------------------- status lists (§4)


def test_an_old_list_does_not_hide_a_revocation_for_longer_than_it_lives() -> None:
    world, mark = begun()
    old = world.evidence(mark)
    world.event(mark, REVOKE, MISUSE, at=ISSUED + 2 * HOUR)
    world.publish(ISSUED + 3 * HOUR)
    end = ISSUED + HOUR + LIFETIME
    doubted(ask(old, mark.raw, anchor=world.anchor, now=end), Reason.STATUS_STALE)
    refused(judged(world, mark), Reason.REVOKED)


def test_a_mark_cannot_be_unrevoked_for_one_buyer() -> None:
    world, mark = begun()
    world.event(mark, REVOKE, MISUSE)
    world.publish(NOW - HOUR, statuses=bytes(LIST_BYTES))
    doubted(judged(world, mark), Reason.STATUS_NOT_LOGGED)


def test_a_snapshot_written_into_a_bundle_is_not_the_logs() -> None:
    world, mark = begun()
    world.event(mark, REVOKE, MISUSE)
    world.publish(NOW - HOUR, statuses=bytes(LIST_BYTES))
    uri, fold = mark.claims.status_uri, world.fold()
    logged, forged = (sha256(data).digest() for data in (fold.lists[uri], bytes(LIST_BYTES)))
    for members in (
        bundle_members(world.contents, variant="plain"),
        bundle_members(world.contents, variant="register"),
    ):
        name = next(name for name in members if "/entries/" in name)
        assert logged in members[name]
        file = written({**members, name: members[name].replace(logged, forged)})
        doubted(ask(file, mark.raw, anchor=world.anchor, now=NOW), Reason.STATUS_NOT_LOGGED)


def test_a_bundle_that_leaves_a_list_out_says_nothing_about_its_marks() -> None:
    world, mark = begun()
    file = world.bundle(contents=replace(world.contents, lists={}))
    doubted(ask(file, mark.raw, anchor=world.anchor, now=NOW), Reason.STATUS_UNAVAILABLE)


def test_an_older_snapshot_does_not_carry_a_newer_list() -> None:
    world, mark = begun()
    before = world.snapshot
    world.event(mark, REVOKE, MISUSE)
    world.publish(NOW - HOUR)
    assert before is not None
    bent = {
        "snapshot.leaf": world.log.entries[before[1]],
        "snapshot.proof": world.log.proof(before[1], kept=world.log.head),
    }
    report = ask(world.evidence(mark, bent=bent), mark.raw, anchor=world.anchor, now=NOW)
    doubted(report, Reason.STATUS_NOT_LOGGED)


def test_a_mark_does_not_point_to_another_keys_list() -> None:
    world = World()
    world.issue(signer="issuer-4")
    mark = world.issue(status_uri="https://akashi.example/status/b/0")
    world.publish(ISSUED + HOUR)
    refused(judged(world, mark), Reason.STATUS_FOREIGN)


def test_a_list_shown_under_another_name_is_not_taken() -> None:
    world = World()
    other = world.issue(signer="issuer-4")
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    bent = {"status.cwt": world.lists[other.claims.status_uri]}
    report = ask(world.evidence(mark, bent=bent), mark.raw, anchor=world.anchor, now=NOW)
    doubted(report, Reason.STATUS_NOT_AUTHENTIC)


def test_no_list_of_a_stolen_status_key_counts() -> None:
    world, mark = begun()
    world.compromise("status", NOW - DAY)
    world.publish(NOW - HOUR)
    doubted(judged(world, mark), Reason.STATUS_NOT_AUTHENTIC)


def test_a_mark_key_signs_no_lists() -> None:
    world, mark = begun()
    world.publish(NOW - HOUR, signer="issuer-3")
    doubted(judged(world, mark), Reason.STATUS_NOT_AUTHENTIC)


# ---------------------------------------------------------------- the log (§6)


def test_a_log_is_not_continued_beyond_its_final_head() -> None:
    world, _ = begun()
    world.end_log(ISSUED + 2 * HOUR)
    world.publish(NOW - HOUR)
    successor = world.logs.pop()
    late = world.issue(at=ISSUED + HOUR)
    world.log.publish({f"w{n}": ISSUED + 2 * HOUR for n in (1, 2, 3)}, k=2)
    world.logs.append(successor)
    doubted(judged(world, late), Reason.LOG_INCONSISTENT)


def test_a_fork_of_the_log_at_one_size_is_an_alarm() -> None:
    world, mark = begun()
    kept = world.log.covering(mark.index)
    fork = world.log.signed(
        {"w1": NOW, "w2": NOW}, text=f"{world.log.origin}\n{kept.size}\n{base64_of(bytes(32))}\n"
    )
    bent = {"proof": world.log.proof(mark.index).replace(kept.note, fork)}
    report = ask(world.evidence(mark, bent=bent), mark.raw, anchor=world.anchor, now=NOW)
    assert report.verdict is Verdict.UNDETERMINED
    assert Reason.LOG_INCONSISTENT in report.reasons


def test_a_head_once_seen_does_not_go_back(tmp_path: Path) -> None:
    world, mark = begun()
    old = {"evidence": world.evidence(mark), "bundle": world.bundle()}
    world.publish(NOW - HOUR)
    assert (
        ask(world.bundle(), mark.raw, anchor=world.anchor, now=NOW, state=tmp_path).verdict is Verdict.VALID
    )
    for file in old.values():
        report = ask(file, mark.raw, anchor=world.anchor, now=NOW, state=tmp_path)
        doubted(report, Reason.BUNDLE_TOO_OLD)


def test_a_file_that_hides_its_head_is_not_newer_than_memory(tmp_path: Path) -> None:
    world, mark = begun()
    world.publish(NOW - HOUR)
    cut = world.evidence(mark, bent={f"log/0/heads/{world.log.head.size}": None})
    ask(world.bundle(), mark.raw, anchor=world.anchor, now=NOW, state=tmp_path)
    report = ask(cut, mark.raw, anchor=world.anchor, now=NOW, state=tmp_path)
    doubted(report, Reason.BUNDLE_TOO_OLD, Reason.STATUS_NOT_LOGGED)


def test_evidence_without_a_head_proves_nothing() -> None:
    world, mark = begun()
    heads = {f"log/0/heads/{kept.size}": None for kept in world.log.kept}
    file = world.evidence(mark, bent=heads)
    assert ask(file, mark.raw, anchor=world.anchor, now=NOW).verdict is Verdict.UNDETERMINED


def test_a_rewritten_history_is_noticed_by_who_saw_the_old_one(tmp_path: Path) -> None:
    world, mark = begun()
    assert (
        ask(world.bundle(), mark.raw, anchor=world.anchor, now=NOW, state=tmp_path).verdict is Verdict.VALID
    )
    rewritten = World()
    rewritten.issue(signer="issuer-4")
    new = rewritten.issue()
    rewritten.publish(ISSUED + HOUR)
    rewritten.publish(NOW - HOUR)
    report = ask(rewritten.bundle(), new.raw, anchor=world.anchor, now=NOW, state=tmp_path)
    doubted(report, Reason.LOG_INCONSISTENT)


def test_a_mark_written_into_a_tile_is_not_in_the_log() -> None:
    world, _ = begun()
    for number in range(300):  # so that the first tile is full, and is not part of the tree's edge
        world.log.append(b"\x83\x01\x06" + cbor.encode(number.to_bytes(32, "big")))
    world.publish(NOW - HOUR)
    absent = world.issue(logged=False)
    tile = bundle_members(world.contents, variant="plain")["log/0/tile/0/000"]
    bent = {"log/0/tile/0/000": tile[: 32 * 9] + absent.leaf + tile[32 * 10 :]}
    report = ask(world.bundle(bent=bent), absent.raw, anchor=world.anchor, now=NOW)
    doubted(report, Reason.LOG_INCONSISTENT)


def test_a_landmark_too_few_have_seen_bounds_nothing() -> None:
    world, mark = begun()
    world.publish(NOW - HOUR)
    kept = world.log.kept[0]
    alone = world.log.signed({"w1": ISSUED + HOUR}, text=world.log.text(kept.size))
    file = world.bundle(bent={f"log/0/landmarks/{kept.day}": alone})
    report = ask(file, mark.raw, anchor=world.anchor, now=NOW)
    doubted(report, Reason.NOT_WITNESSED)


def test_evidence_of_another_mark_proves_nothing() -> None:
    world = World()
    mark, other = world.issue(), world.issue()
    world.publish(ISSUED + HOUR)
    report = ask(world.evidence(other), mark.raw, anchor=world.anchor, now=NOW)
    doubted(report, Reason.NOT_LOGGED)


def test_one_witness_under_two_names_is_one_witness() -> None:
    world = World()
    mark = world.issue()
    world.publish(ISSUED + HOUR, cosigned={"w1": ISSUED + HOUR})
    kept = world.log.head
    again = world.log.signed({"w1": ISSUED + HOUR + 1}).decode().splitlines()[-1]
    twice = kept.note + f"{again}\n".encode()
    file = world.evidence(mark, bent={f"log/0/heads/{kept.size}": b"old 0\n\n" + twice})
    report = ask(file, mark.raw, anchor=world.anchor, now=NOW)
    doubted(report, Reason.NOT_WITNESSED, Reason.STATUS_NOT_LOGGED)


def test_a_landmark_after_a_keys_end_does_not_decide_what_its_proof_does() -> None:
    document = first_document()
    document["keys"][0]["until"] = ISSUED + 2 * HOUR
    world = World(document)
    world.publish(ISSUED - DAY)
    mark = world.issue(at=ISSUED)
    world.publish(ISSUED + HOUR)
    world.publish(ISSUED + 5 * HOUR)
    assert judged(world, mark).verdict is Verdict.VALID
    doubted(ask(world.bundle(), mark.raw, anchor=world.anchor, now=NOW), Reason.HISTORY_UNAVAILABLE)


def test_a_mark_published_after_an_idle_week_is_not_backdated_in_a_bundle() -> None:
    world = World()
    world.publish(ISSUED - 9 * DAY)
    mark = world.issue(at=ISSUED)
    world.publish(ISSUED + HOUR)
    world.publish(NOW - HOUR)
    assert ask(world.bundle(), mark.raw, anchor=world.anchor, now=NOW).verdict is Verdict.VALID


# ---------------------------------------------------------------- people (§2, §8)


def test_a_link_does_not_name_one_mark_and_carry_another() -> None:
    world, mark = published()
    link = mark.link(number=world.issue(logged=False).number)
    refused(ask(world.evidence(mark), link, anchor=world.anchor, now=NOW), Reason.NUMBER_MISMATCH)


def test_what_a_link_carries_is_judged_and_not_what_the_register_holds_under_its_number() -> None:
    world, mark = published()
    bent = replace(mark, raw=mark.raw[:-1] + bytes([mark.raw[-1] ^ 1]))
    refused(ask(world.register(), bent.link(), anchor=world.anchor, now=NOW), Reason.BAD_SIGNATURE)


def test_an_imitated_site_is_noted() -> None:
    world, mark = published()
    link = mark.link(host="akashi.example.evil.test")
    report = ask(world.evidence(mark), link, anchor=world.anchor, now=NOW)
    assert report.verdict is Verdict.VALID
    assert NoteReason.UNKNOWN_HOST in [one.reason for one in report.notes]


def test_a_slow_clock_does_not_bring_back_what_has_ended() -> None:
    world, mark = begun()
    world.publish(NOW - HOUR)
    doubted(judged(world, mark, now=NOW - HOUR - 301), Reason.CLOCK_BEHIND)


def test_a_clock_that_lags_by_years_accuses_no_mark_and_a_past_day_is_still_judged() -> None:
    world, mark = published()
    long_ago = NOW - 6 * 365 * DAY
    doubted(judged(world, mark, now=long_ago), Reason.CLOCK_BEHIND)
    then = ask(world.evidence(mark), mark.raw, anchor=world.anchor, now=NOW, at=long_ago)
    assert (then.verdict, then.reasons) == (Verdict.INVALID, (Reason.NOT_YET_VALID,))


def test_a_genuine_mark_on_another_companys_paper_is_refused() -> None:
    world, mark = published()
    ours = Policy(organisation=str(mark.claims.holder))
    theirs = Policy(organisation=str(OTHER_HOLDER))
    file, anchor = world.evidence(mark), world.anchor
    assert ask(file, mark.raw, anchor=anchor, now=NOW, policy=ours).verdict is Verdict.VALID
    refused(ask(file, mark.raw, anchor=anchor, now=NOW, policy=theirs), Reason.POLICY_ORGANISATION)


def test_claims_are_shown_only_once_their_signature_verified() -> None:
    world, mark = published()
    bent = sign(mark.claims, "stranger", kid=signer_named("issuer-3").kid)
    report = ask(world.evidence(mark), bent, anchor=world.anchor, now=NOW)
    refused(report, Reason.BAD_SIGNATURE)
    assert report.mark is None
