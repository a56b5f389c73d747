"""Bytes come from where the asker said, once, and only for a mark that is still worth it."""

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import IO

import pytest

from forge import NOW, Issued, World
from forge.scene import Scene
from forge.trust_documents import key_entry, note
from forge.world import ISSUED, ISSUERS, sign
from keys.trust import TrustChain, walk
from schemas.errors import MalformedError
from schemas.times import DAY, HOUR
from verifier import Reason, Verdict, VerificationError, Verifier
from verifier.http import Fetcher, FetchError
from verifier.report import NoteReason, Refused
from verifier.sources import FileSource, NoSource, RegistrySource


class Recording(Fetcher):
    """Serves from memory and remembers what was asked for; `down` refuses everything."""

    def __init__(self, files: Mapping[str, bytes], *, down: bool = False) -> None:
        self.files = {path.lstrip("/"): data for path, data in files.items()}
        self.down = down
        self.asked: list[str] = []

    def _open(self, path: str) -> IO[bytes] | None:
        self.asked.append(path)
        if self.down:
            raise FetchError("the line is dead")
        return io.BytesIO(self.files[path]) if path in self.files else None


@pytest.fixture
def registry(scene: Scene) -> Recording:
    return Recording(scene.served())


@pytest.fixture
def chain(scene: Scene) -> TrustChain:
    return walk(scene.world.anchor, scene.world.notes)


def verifier(registry: Recording, scene: Scene, chain: TrustChain | None = None) -> Verifier:
    return Verifier.from_registry(registry, anchor=scene.world.anchor, chain=chain, clock=lambda: NOW)


def test_a_mark_costs_one_fetch_when_the_trust_is_kept(
    registry: Recording, scene: Scene, chain: TrustChain
) -> None:
    assert verifier(registry, scene, chain).verify(scene.good.raw).verdict is Verdict.VALID
    assert registry.asked == [f"m/{scene.good.number}/evidence"]


def test_a_bare_number_costs_the_same_fetch(registry: Recording, scene: Scene, chain: TrustChain) -> None:
    assert verifier(registry, scene, chain).verify(scene.good.number).verdict is Verdict.VALID
    assert registry.asked == [f"m/{scene.good.number}/evidence"]


def test_a_day_costs_no_more_than_a_moment(registry: Recording, scene: Scene, chain: TrustChain) -> None:
    verifier(registry, scene, chain).verify(scene.good.raw, at=date(2026, 10, 31))
    assert registry.asked == [f"m/{scene.good.number}/evidence"]


def bent_marks(scene: Scene) -> dict[str, bytes | str]:
    claims = scene.good.claims
    other = replace(claims, status_uri=claims.status_uri.replace("/status/a/", "/status/b/"))
    ended = replace(claims, nbf=ISSUED - 40 * DAY, exp=ISSUED - DAY, iat=ISSUED - 40 * DAY)
    return {
        "malformed": scene.good.raw[:-1],
        "bad-signature": scene.good.raw[:-1] + bytes([scene.good.raw[-1] ^ 1]),
        "number-mismatch": scene.good.link(number=scene.ended.number),
        "level-not-allowed": sign(replace(claims, level=4), "issuer-3"),
        "expired": sign(ended, "issuer-3"),
        "not-yet-valid": sign(replace(claims, nbf=NOW + DAY), "issuer-3"),
        "status-foreign": sign(other, "issuer-3"),
        "status-out-of-range": sign(replace(claims, status_index=1 << 17), "issuer-3"),
    }


@pytest.mark.parametrize(
    "reason",
    [
        "malformed",
        "bad-signature",
        "number-mismatch",
        "level-not-allowed",
        "expired",
        "not-yet-valid",
        "status-foreign",
        "status-out-of-range",
    ],
)
def test_a_mark_that_has_failed_causes_no_fetch(
    registry: Recording, scene: Scene, chain: TrustChain, reason: str
) -> None:
    report = verifier(registry, scene, chain).verify(bent_marks(scene)[reason])
    assert report.verdict is Verdict.INVALID
    assert Reason(reason) in report.reasons
    assert registry.asked == []


def test_a_list_on_a_host_nobody_named_yet_is_looked_up_at_the_registry_and_nowhere_else(
    registry: Recording, scene: Scene, chain: TrustChain
) -> None:
    moved = sign(replace(scene.good.claims, status_uri="https://elsewhere.example/status/a/0"), "issuer-3")
    report = verifier(registry, scene, chain).verify(moved)
    assert (report.verdict, report.reasons[-1]) == (Verdict.INVALID, Reason.STATUS_FOREIGN)
    assert registry.asked == [f"m/{scene.good.number}/evidence"]


def test_a_host_that_only_the_input_names_is_never_asked(
    registry: Recording, scene: Scene, chain: TrustChain
) -> None:
    report = verifier(registry, scene, chain).verify(scene.good.link(host="imitation.example"))
    assert report.verdict is Verdict.VALID
    assert NoteReason.UNKNOWN_HOST in [note.reason for note in report.notes]
    assert registry.asked == [f"m/{scene.good.number}/evidence"]


def test_without_an_anchor_a_registry_vouches_for_nothing(registry: Recording, scene: Scene) -> None:
    report = Verifier.from_registry(registry, anchor=None, clock=lambda: NOW).verify(scene.good.raw)
    assert (report.verdict, report.reasons) == (Verdict.UNDETERMINED, (Reason.TRUST_UNAVAILABLE,))
    assert registry.asked == []


def test_trust_documents_are_walked_from_the_anchor(registry: Recording, scene: Scene) -> None:
    assert verifier(registry, scene).verify(scene.good.raw).verdict is Verdict.VALID
    assert registry.asked[:2] == ["trust/1", "trust/2"]
    stranger = Verifier.from_registry(registry, anchor="ab" * 32, clock=lambda: NOW)
    assert stranger.verify(scene.good.raw).reasons == (Reason.TRUST_UNAVAILABLE,)


def test_a_registry_that_cannot_be_reached_decides_nothing_and_says_so(
    registry: Recording, scene: Scene, chain: TrustChain
) -> None:
    registry.down = True
    report = verifier(registry, scene, chain).verify(scene.good.raw)
    assert report.verdict is Verdict.UNDETERMINED
    assert report.reasons == (Reason.NOT_LOGGED, Reason.STATUS_UNAVAILABLE)
    assert {one.detail for one in report.findings if one.reason} == {"the line is dead"}
    number = verifier(registry, scene, chain).verify(scene.good.number)
    assert number.reasons == (Reason.MARK_UNAVAILABLE,)
    assert verifier(registry, scene).verify(scene.good.raw).reasons == (Reason.TRUST_UNAVAILABLE,)


def test_a_registry_that_sends_rubbish_decides_nothing(
    registry: Recording, scene: Scene, chain: TrustChain
) -> None:
    path = f"m/{scene.good.number}/evidence"
    whole = registry.files[path]
    for rubbish in (b"", b"<html>", whole[:-10], whole[: len(whole) // 2], whole + b"\0"):
        registry.files[path] = rubbish
        for subject in (scene.good.raw, scene.good.number):
            assert verifier(registry, scene, chain).verify(subject).verdict is Verdict.UNDETERMINED


def test_the_evidence_of_another_mark_proves_nothing_about_this_one(
    registry: Recording, scene: Scene, chain: TrustChain
) -> None:
    registry.files[f"m/{scene.good.number}/evidence"] = scene.world.evidence(scene.ended)
    report = verifier(registry, scene, chain).verify(scene.good.raw)
    assert report.findings[4].reason is Reason.NOT_LOGGED
    assert report.verdict is Verdict.UNDETERMINED


def newer() -> tuple[World, Issued, TrustChain]:
    """A mark of an issuer that only version 2 knows, and the chain of somebody who holds version 1."""
    world = World()
    held = walk(world.anchor, world.notes)
    at = NOW - 5 * DAY
    entry = {**ISSUERS["issuer-3"], "owner": "Issuer N", "series": "n"}
    keys = [*world.documents[0]["keys"], key_entry("issuer-n") | entry]
    world.trust(at, keys=keys)
    mark = world.issue(signer="issuer-n", at=at, status_uri="https://akashi.example/status/n/0")
    world.publish(at + HOUR)
    world.publish(NOW - HOUR)
    return world, mark, held


def test_an_issuer_not_known_yet_is_learnt_from_the_logs_present_state() -> None:
    world, mark, held = newer()
    evidence = world.evidence(mark)
    registry = Recording({"trust/evidence": evidence, f"m/{mark.number}/evidence": evidence})
    judge = Verifier.from_registry(registry, anchor=world.anchor, chain=held, clock=lambda: NOW)
    assert judge.verify(mark.raw).verdict is Verdict.VALID
    assert registry.asked == ["trust/evidence", f"m/{mark.number}/evidence"]
    assert judge.chain is not None
    assert judge.chain.current.version == 2


def test_trust_documents_that_do_not_follow_the_chain_make_the_whole_answer_worthless() -> None:
    world, mark, held = newer()
    forged = world.evidence(mark, bent={"trust/2": note(world.documents[1], "thief-a", "thief-b")})
    registry = Recording({"trust/evidence": forged, f"m/{mark.number}/evidence": forged})
    judge = Verifier.from_registry(registry, anchor=world.anchor, chain=held, clock=lambda: NOW)
    report = judge.verify(mark.raw)
    assert (report.verdict, report.reasons) == (Verdict.UNDETERMINED, (Reason.UNKNOWN_ISSUER,))


def test_online_a_status_counts_for_a_day_and_from_a_file_until_its_own_end(
    registry: Recording, scene: Scene, chain: TrustChain
) -> None:
    later = NOW + 2 * DAY
    online = Verifier.from_registry(registry, anchor=scene.world.anchor, chain=chain, clock=lambda: later)
    assert online.verify(scene.good.raw).reasons == (Reason.STATUS_STALE,)
    offline = Verifier.from_bundle(scene.world.bundle(), anchor=scene.world.anchor, clock=lambda: later)
    assert offline.verify(scene.good.raw).verdict is Verdict.VALID
    assert offline.verify(scene.good.raw, max_age=DAY).reasons == (Reason.STATUS_STALE,)
    much_longer = online.verify(scene.good.raw, max_age=99 * DAY)  # it may only shorten
    assert much_longer.reasons == (Reason.STATUS_STALE,)


def test_a_register_knows_marks_by_number_and_a_plain_bundle_does_not(scene: Scene) -> None:
    anchor, number = scene.world.anchor, scene.good.number
    register = FileSource(scene.world.register(), anchor=anchor)
    assert register.find_mark(number) == scene.good.raw
    assert register.find_mark("0000000000") is None
    assert FileSource(scene.world.bundle(), anchor=anchor).find_mark(number) is None


def test_evidence_knows_which_mark_it_is_about(scene: Scene) -> None:
    source = FileSource(scene.world.evidence(scene.good), anchor=scene.world.anchor)
    assert source.is_evidence
    assert source.evidence_mark == scene.good.raw
    bundle = FileSource(scene.world.bundle(), anchor=scene.world.anchor)
    assert (bundle.is_evidence, bundle.evidence_mark) == (False, None)


def test_a_file_never_starts_a_chain(scene: Scene) -> None:
    source = FileSource(scene.world.bundle(), anchor=None)
    trust = source.trust()
    assert isinstance(trust, Refused)
    assert trust.reason is Reason.TRUST_UNAVAILABLE
    assert source.held() is None


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd2\x84", bytes(100)])
def test_what_is_no_file_of_this_format_is_not_opened(data: bytes) -> None:
    with pytest.raises(MalformedError):
        FileSource(data, anchor="ab" * 32)


def test_nothing_but_trust_judges_signature_and_period_alone(scene: Scene, chain: TrustChain) -> None:
    report = Verifier.without_source(chain).verify(scene.good.raw, at=datetime.fromtimestamp(NOW, UTC))
    assert report.mark is not None
    assert report.reasons == (Reason.NOT_LOGGED, Reason.STATUS_UNAVAILABLE)
    assert report.verdict is Verdict.UNDETERMINED
    assert NoSource(chain).find_mark(scene.good.number) is None


def test_a_failed_fetch_is_told_once_by_the_source(registry: Recording) -> None:
    source = RegistrySource(registry, anchor="ab" * 32)
    registry.down = True
    assert source.fetch_trust() == []
    assert source.trouble == "the line is dead"


def test_require_gives_a_valid_report_and_raises_any_other(scene: Scene) -> None:
    file, anchor = scene.world.bundle(), scene.world.anchor
    with Verifier.from_bundle(file, anchor=anchor, clock=lambda: NOW) as judge:
        assert judge.require(scene.good.raw).verdict is Verdict.VALID
        with pytest.raises(VerificationError) as caught:
            judge.require(scene.ended.raw)
        assert caught.value.report.reasons == (Reason.REVOKED,)


def test_what_newer_trust_says_of_the_key_is_applied_to_the_mark_that_brought_it() -> None:
    world = World()
    world.issue()
    stolen = world.issue()
    world.publish(ISSUED + HOUR)
    world.compromise("issuer-3", NOW - DAY, size=stolen.index)
    world.publish(NOW - HOUR)
    files = {f"/m/{stolen.number}/evidence": world.evidence(stolen)}
    held = walk(world.anchor, world.notes[:1])
    asking = Verifier.from_registry(Recording(files), anchor=world.anchor, chain=held, clock=lambda: NOW)
    assert asking.verify(stolen.raw).reasons == (Reason.KEY_COMPROMISED,)
