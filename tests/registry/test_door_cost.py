"""What a body can make the door do, counted: queries, signature checks, and what is read at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import event, select

from forge.registers import Register
from forge.signers import signer_named
from forge.world import NOW, Issued, World, sign
from keys.algorithms import PublicKey
from keys.signed import sign as sign_claims
from registry import door, intake, submissions
from registry.door import MAX_BAD_SIGNATURES, Examined
from registry.models import SubmissionRow
from registry.submissions import MAX_BODY, MAX_OBJECTS, Outcome, accept
from schemas.claims import EventKind, EventReason, Unit
from schemas.cose import MAX_OBJECT
from schemas.mark_number import MarkNumber
from schemas.profile import ProfileClaims

EMPTY = b"\xd2\x80"  # an array with tag 18, as short as there is one


@dataclass
class Cost:
    queries: int = 0
    checks: int = 0


@pytest.fixture
def cost(register: Register, monkeypatch: pytest.MonkeyPatch) -> Cost:
    """What has been done since the test began; signatures are checked as always."""
    counted, verify = Cost(), PublicKey.verify

    def count_query(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counted.queries += statement != "BEGIN"

    def count_check(key: PublicKey, message: bytes, signature: bytes) -> bool:
        counted.checks += 1
        return verify(key, message, signature)

    event.listen(register.sessions.kw["bind"], "before_cursor_execute", count_query)
    monkeypatch.setattr(PublicKey, "verify", count_check)
    return counted


@contextmanager
def spent(cost: Cost) -> Iterator[Cost]:
    """Count anew, within the block alone."""
    cost.queries = cost.checks = 0
    yield cost


def post(register: Register, *objects: bytes) -> Outcome:
    """What the door says; the publisher does not work."""
    return accept(register, b"".join(objects), now=NOW, wait=0)


def bent(raw: bytes) -> bytes:
    return raw[:-1] + bytes([raw[-1] ^ 1])


def marks(world: World, count: int, **changes: object) -> list[Issued]:
    return [world.issue(at=NOW, **changes) for _ in range(count)]  # type: ignore[arg-type]


def profile_of(mark: Issued, *, iat: int = NOW) -> bytes:
    claims = ProfileClaims(iat=iat, number=mark.claims.number, document={"country": "JP"})
    return sign_claims(claims, signer_named("issuer-3"))


def bodies(world: World, register: Register, kind: str) -> list[list[bytes]]:
    """Two bodies of one kind, the second ten times as long."""
    few, many = marks(world, 3), marks(world, 30)
    found = [[mark.raw for mark in some] for some in (few, many)]
    if kind == "new marks":
        return found
    for body in found:
        assert register.submit(*body).status == 200
    if kind == "known marks":
        return [body[::-1] for body in found]
    if kind == "new profiles":
        return [[profile_of(mark) for mark in some] for some in (few, many)]
    return [
        [world.event(mark, EventKind.REVOKE, EventReason.MISUSE, at=NOW, logged=False).raw for mark in some]
        for some in (few, many)
    ]


@pytest.mark.parametrize("kind", ["new marks", "known marks", "new profiles", "new events"])
def test_a_longer_body_asks_the_tables_no_more_questions(
    register: Register, world: World, cost: Cost, kind: str
) -> None:
    queries = []
    for body in bodies(world, register, kind):
        with spent(cost):
            assert post(register, *body).status == (200 if kind == "known marks" else 202)
        queries.append(cost.queries)
    assert queries[0] == queries[1]


def test_whoever_has_no_key_costs_no_look_for_numbers_entries_and_profiles(
    register: Register, world: World, cost: Cost
) -> None:
    with spent(cost):
        assert post(register, EMPTY).status == 422
    least = cost.queries
    known = marks(world, 5)
    register.submit(*[mark.raw for mark in known])
    about = [world.event(mark, EventKind.REVOKE, EventReason.MISUSE, at=NOW, logged=False) for mark in known]
    strangers = [sign(one.claims, "stranger") for one in about] + [bent(mark.raw) for mark in known]
    with spent(cost):
        assert post(register, *strangers).status == 422
    assert cost.queries == least


def test_copies_in_one_body_are_checked_once_and_each_is_named(
    register: Register, world: World, cost: Cost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "TOGETHER", 4)
    forged = bent(world.issue(at=NOW, logged=False).raw)
    outcome = post(register, *[forged] * 30)
    assert [(error["item"], error["reason"]) for error in outcome.body["errors"]] == [
        (item, "bad-signature") for item in range(30)
    ]
    assert cost.checks == 1


def test_a_mark_beside_its_copy_is_refused_as_before(register: Register, world: World, cost: Cost) -> None:
    mark = world.issue(at=NOW, logged=False)
    outcome = post(register, mark.raw, mark.raw)
    assert [(error["item"], error["reason"]) for error in outcome.body["errors"]] == [(1, "duplicate-number")]
    assert cost.checks == 1


def test_judging_stops_at_a_few_bad_signatures_and_says_so(
    register: Register, world: World, cost: Cost
) -> None:
    stranger = sign(world.claims(at=NOW), "stranger")
    forged = [bent(mark.raw) for mark in marks(world, MAX_BAD_SIGNATURES + 5, logged=False)]
    outcome = post(register, stranger, *forged)
    assert outcome.status == 422
    reasons = [error["reason"] for error in outcome.body["errors"]]
    assert reasons == ["unknown-issuer"] + ["bad-signature"] * MAX_BAD_SIGNATURES
    judged, there = 1 + MAX_BAD_SIGNATURES, 6 + MAX_BAD_SIGNATURES
    assert f"judging stopped after {judged} of {there}" in outcome.body["detail"]
    assert cost.checks == MAX_BAD_SIGNATURES


@pytest.mark.parametrize("signer", ["issuer-3", "issuer-p"])
def test_bad_signatures_of_events_count_as_those_of_marks(
    register: Register, world: World, cost: Cost, signer: str
) -> None:
    unknown = world.issue(at=NOW, logged=False)
    forged = [
        bent(world.event(unknown, EventKind.CONFIRM, at=NOW + item, signer=signer, logged=False).raw)
        for item in range(MAX_BAD_SIGNATURES + 5)
    ]
    assert len(post(register, *forged).body["errors"]) == MAX_BAD_SIGNATURES
    assert cost.checks == MAX_BAD_SIGNATURES


def test_every_fault_is_named_while_few_signatures_are_bad(register: Register, world: World) -> None:
    forged = [bent(mark.raw) for mark in marks(world, MAX_BAD_SIGNATURES - 1, logged=False)]
    late = [
        sign(world.claims(at=NOW - 30 * 86400, number=MarkNumber(value=n)), "issuer-3") for n in range(60)
    ]
    outcome = post(register, *forged, *late)
    assert len(outcome.body["errors"]) == len(forged) + len(late)
    assert "stopped" not in outcome.body["detail"]


def test_where_judging_stopped_no_profile_is_said_to_be_missing(register: Register, world: World) -> None:
    group = world.issue(at=NOW, logged=False, unit=Unit.GROUP, entities_sha256=bytes(32))
    forged = [bent(mark.raw) for mark in marks(world, MAX_BAD_SIGNATURES, logged=False)]
    last = post(register, group.raw, *forged).body["errors"]
    assert [error["reason"] for error in last[:2]] == ["profile-missing", "bad-signature"]
    cut = post(register, group.raw, *forged, EMPTY).body["errors"]
    assert {error["reason"] for error in cut} == {"bad-signature"}


def test_objects_that_stand_far_apart_in_a_body_still_count_for_each_other(
    register: Register, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "TOGETHER", 2)
    mark, others = world.issue(at=NOW), marks(world, 5)
    confirm = world.event(mark, EventKind.CONFIRM, at=NOW)
    end = world.event(mark, EventKind.SUPERSEDE, EventReason.REPLACED, at=NOW, successor=others[0])
    body = [mark.raw, *[other.raw for other in others], confirm.raw, profile_of(mark), end.raw]
    assert register.submit(*body).status == 200


@pytest.mark.parametrize(
    ("rest", "status", "reason"),
    [
        (b"\0" * 1000, 400, "malformed"),
        (b"\xa0", 400, "malformed"),
        (b"\xd2\x40", 400, "malformed"),
        (b"\xd2" * 1000, 400, "malformed"),
        (b"\xd2\x9f" + bytes(100) + b"\xff", 400, "malformed"),
        (b"\xd2" + b"\x81" * 100 + b"\0", 400, "malformed"),
        (b"\xd2\x84\x59", 400, "malformed"),
        (b"\xd2\x84\x5a" + MAX_OBJECT.to_bytes(4) + bytes(MAX_OBJECT), 422, "too-large"),
    ],
)
def test_nothing_is_judged_where_something_is_no_object(
    register: Register, world: World, cost: Cost, rest: bytes, status: int, reason: str
) -> None:
    good = world.issue(at=NOW, logged=False)
    outcome = post(register, good.raw, rest, bent(good.raw))
    assert (outcome.status, outcome.body["reason"]) == (status, reason)
    assert [(error["item"], error["reason"]) for error in outcome.body["errors"]] == [(1, reason)]
    assert cost.checks == 0


def test_objects_are_counted_before_any_is_judged(
    register: Register, cost: Cost, monkeypatch: pytest.MonkeyPatch
) -> None:
    with spent(cost):
        outcome = post(register, EMPTY * (MAX_OBJECTS + 1), b"\0" * 1000)
    assert (outcome.status, outcome.body["reason"]) == (400, "malformed")
    assert str(MAX_OBJECTS) in outcome.body["detail"]
    assert cost.queries == 1  # whether the same body came before
    monkeypatch.setattr(submissions, "MAX_OBJECTS", 3)
    assert post(register, EMPTY * 3).status == 422


def test_a_body_that_announces_more_than_is_taken_is_refused_unread(register: Register) -> None:
    body = BytesIO(EMPTY * (MAX_BODY // 2 + 1))
    answer = register.client().post(
        "/api/v1/submissions",
        input_stream=body,
        content_type="application/cbor-seq",
        environ_overrides={"CONTENT_LENGTH": str(MAX_BODY + 1)},
    )
    assert answer.status_code == 413
    assert body.tell() == 0


def test_a_body_without_an_end_is_read_no_further_than_it_may_be_long(register: Register) -> None:
    body = BytesIO(EMPTY * MAX_BODY)
    answer = register.client().post(
        "/api/v1/submissions",
        input_stream=body,
        content_type="application/cbor-seq",
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert answer.status_code == 413
    assert body.tell() <= MAX_BODY + 1


def test_what_is_logged_and_not_yet_published_is_not_queued_again(register: Register, world: World) -> None:
    first, second = marks(world, 2)
    for witness in register.witnesses:
        witness.down = True
    assert post(register, first.raw, second.raw).status == 202
    with pytest.raises(Exception, match="is down"):
        register.publish()
    outcome = post(register, second.raw, first.raw)
    assert (outcome.status, outcome.body["reason"]) == (503, "unavailable")
    assert outcome.headers["Retry-After"]
    with register.sessions() as session:
        assert len(session.scalars(select(SubmissionRow)).all()) == 1
    for witness in register.witnesses:
        witness.down = False
    register.publisher.recover()
    assert post(register, second.raw, first.raw).status == 200


def test_the_publisher_judges_each_body_once_at_the_cost_of_the_door(
    register: Register, world: World, cost: Cost, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries: dict[str, list[int]] = {"registry.submissions": [], "registry.intake": []}

    def count(module: ModuleType, examine: Callable[..., Examined]) -> Callable[..., Examined]:
        def counted(*args: Any, **named: Any) -> Examined:
            with spent(cost):
                found = examine(*args, **named)
            queries[module.__name__].append(cost.queries)
            assert cost.checks == len(first)
            return found

        return counted

    for module in (submissions, intake):
        monkeypatch.setattr(module, "examine", count(module, module.examine))
    first = marks(world, 20, logged=False)
    twins = [
        sign(replace(world.claims(at=NOW), number=mark.claims.number, status_index=100 + item), "issuer-3")
        for item, mark in enumerate(first)
    ]
    assert post(register, *[mark.raw for mark in first]).status == 202
    assert post(register, *twins).status == 202
    for _ in range(3):
        register.publish()
    at_the_door, under_the_lock = queries.values()
    assert len(at_the_door) == len(under_the_lock) == 2
    assert max(under_the_lock) <= min(at_the_door)


def test_nothing_is_kept_of_a_body_but_its_answer(register: Register, world: World) -> None:
    mark = world.issue(at=NOW)
    twin = sign(replace(world.claims(at=NOW), number=mark.claims.number), "issuer-3")
    assert [post(register, raw).status for raw in (mark.raw, twin)] == [202, 202]
    register.publish()
    with register.sessions() as session:
        rows = session.scalars(select(SubmissionRow)).all()
    assert sorted((row.state, row.body) for row in rows) == [("published", b""), ("refused", b"")]
    assert post(register, twin).body["errors"][0]["reason"] == "duplicate-number"
