"""Line 4: how large a QR code the same facts need, as our link and in other people's formats; one library, error correction M.

Three marks written out here, and the medians over marks `bench.qr_dictionary` makes in two manners that were not used to choose the
dictionary: who reads only the typical one trusts our choice of words. Ours is a link, so that any camera opens the page; the others
are bare. They are made in bench/.venv by `qr_peer.py`, which says what each keeps and adds. The goal counts what the digits hold:
signature, names and statements, and 40 bytes for everything else; the link is stated beside it.
"""

import base64
import json
import math
import random
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import cbor2
from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, MODE_NUMBER, BitBuffer, QRData, mode_sizes_for_version

from bench.qr_dictionary import make_mark, seeded
from bench.qr_dictionary_words import LATE, OTHER
from bench.table import Row
from bench.world import HOST, Key
from keys.signed import sign
from schemas.claims import Assessment, MarkClaims, Unit
from schemas.mark_number import MarkNumber
from schemas.organisation_id import OrganisationId
from schemas.qr import segments, to_digits, to_url
from schemas.times import DAY

__all__ = ["measure"]

PEER = Path(__file__).with_name("qr_peer.py")
MODES = {"byte": MODE_8BIT_BYTE, "alphanumeric": MODE_ALPHA_NUM, "numeric": MODE_NUMBER}
SAMPLES = 60
GOAL = 1.25
SIGNATURE, REST = 64, 40  # bytes
NAMED = ("name", "name_latin", "statement", "statement_latin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What one QR code holds; `version` and `modules` (a side) are infinite where none holds it."""

    size: float  # bytes of the code that are used
    version: float
    modules: float


def measure(peers: Path | None) -> Iterator[Row]:
    """Rows for each mark or set of marks: each format's modules, and our bytes beside what the facts need."""
    for what, marks in _marks().items():
        facts = [_facts(mark) for mark in marks]
        ours = _median(
            [_code(_segments(mark, one["number"])) for mark, one in zip(marks, facts, strict=True)]
        )
        described = f"{what}, {median(map(len, marks)):.0f} B"
        for style, others in _others(peers, facts).items():
            theirs = _median([_code(one) for one in others])
            held = "no QR code holds it" if math.isinf(theirs.version) else f"version {theirs.version:.0f}"
            yield Row(
                line="4",
                work=f"QR of {described}: {ours.size:.0f} B with the link, version {ours.version:.0f}",
                beside=f"{style}: {theirs.size:.0f} B, {held}",
                unit="modules a side",
                ours=ours.modules,
                theirs=theirs.modules,
                ratio=ours.modules / theirs.modules,
                goal="< 1.00",
                is_met=ours.modules < theirs.modules,
            )
        needed = median(
            SIGNATURE + sum(len(one.get(name, "").encode()) for name in NAMED) + REST for one in facts
        )
        packed = median((int(to_digits(mark)).bit_length() + 7) // 8 for mark in marks)
        beside = "signature, names and statements, 40 B"
        yield _bytes(f"digits of {described}", packed, beside, needed, goal=GOAL)
        yield _bytes(f"the whole code of {described}, link and all", ours.size, beside, needed, goal=None)


def _bytes(work: str, ours: float, beside: str, theirs: float, *, goal: float | None) -> Row:
    ratio = ours / theirs
    return Row(
        line="4",
        work=work,
        beside=beside,
        unit="B",
        ours=ours,
        theirs=theirs,
        ratio=ratio,
        goal="state it" if goal is None else f"≤ {goal:.2f}",
        is_met=goal is None or ratio <= goal,
    )


# --- codes --------------------------------------------------------------------------------------------


def _segments(mark: bytes, number: str) -> list[tuple[str, str]]:
    link, digits = segments(to_url(f"https://{HOST}", MarkNumber.from_text(number), mark))
    return [("byte", link.decode()), ("numeric", digits.decode())]


def _code(parts: Sequence[tuple[str, str]]) -> Code:
    code = QRCode(error_correction=ERROR_CORRECT_M)
    for mode, text in parts:
        code.add_data(QRData(text.encode(), mode=MODES[mode]), optimize=0)
    try:
        version: float = code.best_fit()
    except (DataOverflowError, ValueError):  # the library's own way to say it, and what it says in its place
        version = math.inf
    sizes, bits = mode_sizes_for_version(40 if math.isinf(version) else int(version)), BitBuffer()
    for part in code.data_list:
        bits.put(part.mode, 4)
        bits.put(len(part), sizes[part.mode])
        part.write(bits)
    return Code(size=math.ceil(len(bits) / 8), version=version, modules=17 + 4 * version)


def _median(codes: Sequence[Code]) -> Code:
    return Code(
        size=median(one.size for one in codes),
        version=median(one.version for one in codes),
        modules=median(one.modules for one in codes),
    )


def _others(peers: Path | None, facts: list[dict[str, Any]]) -> Mapping[str, list[list[tuple[str, str]]]]:
    """Give, by style, the codes of each mark; nothing without the peers' Python."""
    if peers is None:
        return {}
    done = subprocess.run(
        [str(peers), str(PEER)], input=json.dumps(facts), check=True, capture_output=True, text=True
    )
    made = json.loads(done.stdout)
    return {style: [one[style] for one in made] for style in made[0]}


# --- marks --------------------------------------------------------------------------------------------


def _marks() -> dict[str, list[bytes]]:
    return {
        "a short mark, Latin only": [
            _mark(
                1,
                holder="0199:5493001KJTIIGC8Y1R12",
                name="Alder Systems Ltd",
                statement="Head office IT",
            )
        ],
        "a typical mark": [
            _mark(
                2,
                holder="0188:7000012050002",
                name="株式会社名古屋第二精密機器",
                name_latin="Nagoya Daini Precision Co., Ltd.",
                statement="本社のIT基盤",
                statement_latin="Head office IT",
            )
        ],
        "a long mark of a group": [
            _mark(
                3,
                holder="0188:7000012050002",
                name="株式会社東日本総合物流情報システムホールディングス",
                name_latin="Higashi-Nihon General Logistics Information Systems Holdings Co., Ltd.",
                unit=Unit.GROUP,
                level=4,
                assessment=Assessment.THIRD_PARTY,
                assessor="AB01",
                entities_sha256=random.Random(3).randbytes(32),
                statement="持株会社及び別表の国内子会社十二社が受発注と配送に用いる情報システム、ネットワーク及び端末",
                statement_latin="Information systems, networks and terminals the holding company and its twelve listed"
                " domestic subsidiaries use for orders and delivery",
            )
        ],
        f"{SAMPLES} marks in a late manner": [make_mark(chance, LATE) for chance in seeded("late", SAMPLES)],
        f"{SAMPLES} marks in another manner": [
            make_mark(chance, OTHER) for chance in seeded("other", SAMPLES)
        ],
    }


def _mark(number: int, *, holder: str, **facts: Any) -> bytes:
    iat = 1_795_000_000 + number
    usual: dict[str, Any] = {
        "name_latin": None,
        "unit": Unit.LEGAL_ENTITY,
        "statement_latin": None,
        "level": 3,
        "assessment": Assessment.EXPERT_CONFIRMED,
    }
    claims = MarkClaims(
        holder=OrganisationId.from_text(holder),
        exp=iat + 365 * DAY,
        nbf=iat,
        iat=iat,
        number=MarkNumber.random(random.Random(number).getrandbits),
        status_index=random.Random(number).randrange(1 << 17),
        status_uri=f"https://{HOST}/status/a/0",
        scheme="jp-scs",
        edition="2026-03-27",
        **(usual | facts),
    )
    return sign(claims, Key("issuer a"))


def _facts(mark: bytes) -> dict[str, Any]:
    """What a mark says, under plain names, as the peers are told it."""
    claims = cbor2.loads(cbor2.loads(mark).value[2])
    said, status = claims[-65537], claims[65535]["status_list"]
    facts = {
        "number": str(MarkNumber(value=int.from_bytes(claims[7]))),
        "holder": claims[2],
        "exp": claims[4],
        "nbf": claims[5],
        "iat": claims[6],
        "status_index": status["idx"],
        "status_uri": status["uri"],
        "scheme": said[1],
        "edition": said[2],
        "level": said[3],
        "assessment": said[4],
        "name": said[5],
        "name_latin": said.get(6),
        "unit": said[7][0],
        "statement": said[7][1],
        "statement_latin": said[7][2] if len(said[7]) > 2 else None,
        "assessor": said.get(8),
        "entities": base64.urlsafe_b64encode(said[9]).decode().rstrip("=") if 9 in said else None,
    }
    return {name: value for name, value in facts.items() if value is not None}
