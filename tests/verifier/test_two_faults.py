"""Of two faults in one mark's bytes the one that stands first in docs/format.md §8 is named, by the library and in a browser."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest

from forge.in_node import needs_node, run_in_node
from forge.trust_documents import kid_of
from forge.world import World
from schemas import cbor
from schemas.cose import EVENT_TYPE, MARK_TYPE, header_bytes
from schemas.mark_number import MarkNumber
from schemas.qr import Found
from verifier import Verifier

FORMAT = (Path(__file__).parents[2] / "docs" / "format.md").read_text("utf-8")
[ROW] = re.findall(r"^\| 1 \| structure \| (.*) \|$", FORMAT, re.MULTILINE)
ORDER = ROW.split(", ")
KID = bytes.fromhex(kid_of("issuer-3"))
CLAIMS = World().claims()
LONG = World().claims(name="あ" * 80, name_latin="a" * 240, statement="い" * 80, statement_latin="b" * 240)
OTHER = str(MarkNumber(value=1))


@dataclass
class Bent:
    """A mark in its pieces, each of which may be spoilt by itself."""

    payload: bytes = CLAIMS.to_bytes()
    number: str = str(CLAIMS.number)
    tag: bytes = b"\xd2"
    array: bytes = b"\x84"
    header: bytes = header_bytes(alg=-19, kid=KID, typ=MARK_TYPE)
    unprotected: bytes = b""
    is_open: bool = False
    signature: bytes = bytes(64)
    behind: bytes = b""

    def found(self) -> Found:
        items = bytes([0xA0 + bool(self.unprotected)]) + self.unprotected
        if self.is_open:
            items = b"\xbf" + self.unprotected + b"\xff"
        parts = (cbor.encode(self.header), items, cbor.encode(self.payload), cbor.encode(self.signature))
        mark = self.tag + self.array + b"".join(parts) + self.behind
        return Found(number=self.number, host=None, mark=mark)

    def replace(self, old: bytes, new: bytes) -> None:
        assert self.payload.count(old) == 1
        self.payload = self.payload.replace(old, new)


def header_turned(bent: Bent) -> None:
    alg, kid = b"\x01\x32", b"\x04\x48" + KID
    assert alg + kid in bent.header
    bent.header = bent.header.replace(alg + kid, kid + alg)


def header_padded(bent: Bent) -> None:
    """The type in pieces, a hundred of them empty: longer than any header is, and only another spelling of it."""
    [typ] = re.findall(rb"\x10\x78?(?:.)(application/.*)", bent.header, re.DOTALL)
    start = bent.header.index(b"\x10", 12)
    bent.header = bent.header[: start + 1] + b"\x7f" + b"\x60" * 100 + cbor.encode(typ.decode()) + b"\xff"


def set_to(**values: object) -> Callable[[Bent], None]:
    def change(bent: Bent) -> None:
        for name, value in values.items():
            setattr(bent, name, value)

    return change


# Those that change what another looks for come later.
FAULTS: list[tuple[str, str, Callable[[Bent], None]]] = [
    ("too-large", "too many bytes", set_to(payload=LONG.to_bytes())),
    ("malformed", "level 0", lambda bent: bent.replace(b"\x03\x03\x04\x01", b"\x03\x00\x04\x01")),
    ("malformed", "check digit", lambda bent: bent.replace(b"7000012050002", b"7000012050003")),
    ("malformed", "status index -1", lambda bent: bent.replace(b"\x63idx\x00", b"\x63idx\x20")),
    ("malformed", "event header", set_to(header=header_bytes(alg=-19, kid=KID, typ=EVENT_TYPE))),
    ("malformed", "short signature", set_to(signature=bytes(63))),
    ("not-deterministic", "long tag", set_to(tag=b"\xd8\x12")),
    ("not-deterministic", "long array", set_to(array=b"\x98\x04")),
    ("not-deterministic", "open unprotected header", set_to(is_open=True)),
    ("not-deterministic", "unsorted header", header_turned),
    ("not-deterministic", "padded header", header_padded),
    ("not-deterministic", "long level", lambda bent: bent.replace(b"\x04\x01\x05", b"\x04\x18\x01\x05")),
    ("not-deterministic", "open payload", lambda b: set_to(payload=b"\xbf" + b.payload[1:] + b"\xff")(b)),
    ("unsigned-header", "kid unsigned", set_to(unprotected=b"\x04\x48" + KID)),
    ("malformed", "behind the payload", lambda bent: set_to(payload=bent.payload + b"\0")(bent)),
    ("malformed", "behind the mark", lambda bent: set_to(behind=bent.behind + b"\0")(bent)),
    ("number-mismatch", "another number", set_to(number=OTHER)),
]


def bent(*faults: tuple[str, str, Callable[[Bent], None]]) -> tuple[str, str, Found]:
    """What is wrong, the reason to expect, and the bytes."""
    mark = Bent()
    for _, _, spoil in faults:
        spoil(mark)
    expected = min((reason for reason, _, _ in faults), key=ORDER.index)
    return " and ".join(name for _, name, _ in faults), expected, mark.found()


@pytest.fixture(scope="module")
def cases() -> list[tuple[str, str, Found]]:
    alone = [bent(fault) for fault in FAULTS]
    return alone + [bent(*pair) for pair in combinations(FAULTS, 2)]


def test_the_library_names_the_first_of_two_faults(cases: list[tuple[str, str, Found]]) -> None:
    verifier = Verifier.without_source()
    given = {name: verifier.verify(found).findings[0].reason for name, _, found in cases}
    assert given == {name: expected for name, expected, _ in cases}


@needs_node
def test_a_browser_names_the_first_of_two_faults(cases: list[tuple[str, str, Found]], tmp_path: Path) -> None:
    program = """
        const { verify } = await import("./verifier/verify.js");
        const { Refused, fromHex } = await import("./verifier/bytes.js");
        const source = { chain: new Refused("trust-unavailable"), view: null, findMark: () => null };
        answer = [];
        for (const { number, mark } of given) {
          const report = await verify({ number, host: null, mark: fromHex(mark) }, source, { now: 0 });
          answer.push(report.findings[0].reason);
        }
    """
    asked = [
        {"number": found.number, "mark": "" if found.mark is None else found.mark.hex()}
        for _, _, found in cases
    ]
    answers = run_in_node(tmp_path, program, asked)
    given = {name: reason for (name, _, _), reason in zip(cases, answers, strict=True)}
    assert given == {name: expected for name, expected, _ in cases}


def test_a_mark_with_no_fault_is_not_refused_for_its_structure() -> None:
    _, _, found = bent(*[one for one in FAULTS if one[1] == "another number"])
    assert Verifier.without_source().verify(found.mark or b"").findings[0].reason is None
