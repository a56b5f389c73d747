"""Whatever is done to the bytes: never valid, and never an exception but the documented refusal to open a file."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge import NOW, World
from forge.files import written
from forge.lies.ended import reinstated
from forge.vectors import published
from forge.world import ISSUED
from schemas.claims import EventKind, EventReason
from schemas.errors import MalformedError
from schemas.times import DAY, HOUR
from verifier import Report, Verdict, Verifier


def flips(data: bytes) -> Iterator[bytes]:
    for place in range(len(data)):
        for bit in range(8):
            yield data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


@pytest.mark.parametrize("signer", ["issuer-3", "issuer-p"])
@pytest.mark.parametrize("kind", ["bundle", "evidence", "register"])
def test_no_flipped_bit_of_a_mark_is_valid(signer: str, kind: str) -> None:
    world, mark = published(signer=signer)
    files = {"bundle": world.bundle(), "evidence": world.evidence(mark), "register": world.register()}
    verifier = Verifier.from_bundle(files[kind], anchor=world.anchor, clock=lambda: NOW)
    assert verifier.verify(mark.raw).verdict is Verdict.VALID
    for bent in flips(mark.raw):
        assert verifier.verify(bent).verdict is not Verdict.VALID


def test_no_truncation_of_a_mark_is_valid() -> None:
    world, mark = published()
    verifier = Verifier.from_bundle(world.bundle(), anchor=world.anchor, clock=lambda: NOW)
    for length in range(len(mark.raw)):
        report = verifier.verify(mark.raw[:length])
        assert report.verdict is Verdict.INVALID
        assert report.findings[0].reason == "malformed"


def test_no_changed_digit_of_a_link_is_valid() -> None:
    world, mark = published()
    verifier = Verifier.from_bundle(world.evidence(mark), anchor=world.anchor, clock=lambda: NOW)
    link = mark.link()
    start = link.index("/m/")
    for place in range(start, len(link)):
        bent = link[:place] + ("1" if link[place] != "1" else "2") + link[place + 1 :]
        assert verifier.verify(bent).verdict is not Verdict.VALID, bent


def open_and_ask(file: bytes, world: World, subject: bytes | str, *, at: int | None = None) -> Report | None:
    try:
        verifier = Verifier.from_bundle(file, anchor=world.anchor, clock=lambda: NOW)
    except MalformedError:
        return None  # documented: the file cannot be opened
    return verifier.verify(subject, at=None if at is None else datetime.fromtimestamp(at, UTC))


@pytest.mark.parametrize("kind", ["evidence", "bundle", "register"])
def test_a_file_with_one_changed_byte_does_not_open_or_is_not_valid(kind: str) -> None:
    world, mark = reinstated()
    file = {"evidence": world.evidence(mark), "bundle": world.bundle(), "register": world.register()}[kind]
    subject = mark.number if kind == "register" else mark.raw
    for place in range(0, len(file), 13):
        bent = file[:place] + bytes([file[place] ^ 1 << place % 8]) + file[place + 1 :]
        report = open_and_ask(bent, world, subject, at=NOW - 4 * DAY)
        assert report is None or report.verdict is not Verdict.VALID


def test_a_truncated_file_does_not_open() -> None:
    world, mark = published()
    file = world.evidence(mark)
    for length in range(0, len(file), 7):
        assert open_and_ask(file[:length], world, mark.raw) is None


def members_of(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def lively() -> tuple[World, bytes]:
    """A suspended mark: no single change may make it valid."""
    world = World()
    mark = world.issue()
    world.publish(ISSUED + HOUR)
    world.event(mark, EventKind.SUSPEND, EventReason.MISUSE)
    world.publish(NOW - HOUR)
    return world, mark.raw


@pytest.mark.parametrize("kind", ["evidence", "bundle", "register"])
def test_no_change_inside_a_well_made_file_makes_a_suspended_mark_valid(kind: str) -> None:
    world, raw = lively()
    mark = world.issued[0]
    file = {"evidence": world.evidence(mark), "bundle": world.bundle(), "register": world.register()}[kind]
    members = members_of(file)
    for name, data in members.items():
        for place in range(0, len(data), max(1, len(data) // 16)):
            changed = data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]
            for bent in (changed, data[:place]):
                report = open_and_ask(written({**members, name: bent}), world, raw)
                assert report is None or report.verdict is not Verdict.VALID, (name, place)
                open_and_ask(written({**members, name: bent}), world, mark.number, at=NOW - 3 * DAY)


@pytest.mark.parametrize("kind", ["evidence", "bundle", "register"])
def test_no_missing_member_raises_or_makes_a_suspended_mark_valid(kind: str) -> None:
    world, raw = lively()
    mark = world.issued[0]
    file = {"evidence": world.evidence(mark), "bundle": world.bundle(), "register": world.register()}[kind]
    members = members_of(file)
    for name in members.keys() - {"bundle.json"}:
        rest = {other: data for other, data in members.items() if other != name}
        for subject in (raw, mark.number):
            report = open_and_ask(written(rest), world, subject)
            assert report is None or report.verdict is not Verdict.VALID, name


@given(
    st.text(max_size=300) | st.from_regex(r"https?://[a-z.]{0,9}(:[0-9]{0,6})?/m/[^#]{0,12}(#[0-9]{0,90})?")
)
def test_no_text_raises(text: str) -> None:
    assert Verifier.without_source().verify(text).verdict is not Verdict.VALID


@given(st.binary(max_size=1100))
def test_no_bytes_raise(data: bytes) -> None:
    assert Verifier.without_source().verify(data).verdict is not Verdict.VALID
