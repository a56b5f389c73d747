"""A register in memory: its trust document, a log of chosen size, and marks of as many different holders.

Only what a bundle shows is made. A bundle holds leaf *hashes*, so the leaves nobody is going to ask about
are random; the marks that will be judged are real and spread over the log. The log has a checkpoint for
every day of its life, as a register that publishes daily leaves behind.
"""

import io
import random
import time
from dataclasses import dataclass, field
from hashlib import sha256

from nacl.signing import SigningKey

from keys.algorithms import ED25519, kid
from keys.notes import cosign, sign_note
from keys.signed import sign
from schemas.check_digits import corporate_number
from schemas.checkpoint import Checkpoint
from schemas.claims import Assessment, MarkClaims, Unit
from schemas.entry_bundles import bundle_at, to_bundle
from schemas.evidence import ListedLog, ListedStatus, Manifest, write_archive
from schemas.leaves import Genesis, IssueLeaf, SnapshotLeaf
from schemas.mark_number import MarkNumber
from schemas.merkle import leaf_hash
from schemas.note import COSIGNATURE, SignedNote, VerifierKey, base64_of
from schemas.note import ED25519 as NOTE_KEY
from schemas.organisation_id import OrganisationId
from schemas.status_list import LIFETIME, LIST_BYTES, TTL, StatusListClaims
from schemas.tiles import new_tiles, root_from_tiles, tiles_of
from schemas.times import DAY, HOUR, iso, to_datetime
from schemas.trust_document import TrustDocument

__all__ = ["Key", "Register", "make_register"]

HOST = "marks.example.jp"
ORIGIN = f"{HOST}/log1"
SERIES = ("a", "b", "c")  # one mark key each
WITNESSES, QUORUM = 4, 3
MARK_LIFE = 365 * DAY


@dataclass(frozen=True)
class Key:
    """A private Ed25519 key made from its label."""

    label: str
    alg: int = ED25519
    public: bytes = field(init=False)
    kid: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "public", bytes(self._private.verify_key))
        object.__setattr__(self, "kid", kid(ED25519, self.public))

    @property
    def _private(self) -> SigningKey:
        return SigningKey(sha256(self.label.encode()).digest())

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message).signature

    def note_key(self, name: str, kind: int) -> str:
        return VerifierKey(name=name, type=kind, public=self.public).to_text()


@dataclass(frozen=True, kw_only=True)
class Register:
    """A bundle, the anchor it counts from, and marks in it, each with the key that signed it."""

    size: int
    days: int
    bundle: bytes
    anchor: str
    marks: tuple[tuple[bytes, Key], ...]


def make_register(size: int, *, days: int, count: int = 1000) -> Register:
    """Make a log of `size` leaves, published daily over `days`; `count` of them are the marks to be judged."""
    chance = random.Random(size)
    now = int(time.time())
    start = now - HOUR - days * DAY
    trust = _trust(start=start - DAY, now=now)
    anchor = sha256(trust.text.encode()).hexdigest()

    last = size - 1  # the snapshot
    lists = {f"https://{HOST}/status/{series}/0": bytes(LIST_BYTES) for series in SERIES}
    digests = tuple((uri, sha256(statuses).digest()) for uri, statuses in lists.items())
    entries = {
        0: Genesis(scheme="demo", trust_sha256=bytes.fromhex(anchor)).to_bytes(),
        last: SnapshotLeaf(size=last, lists=digests, trust_version=1).to_bytes(),
    }
    # A mark lives for a year, so those still worth asking about stand in the log's last eleven months.
    young = max(1, size - size * min(days, 330) // days)
    marks = []
    for number, index in enumerate(sorted(chance.sample(range(young, last), count))):
        which = number % len(SERIES)
        published = start + (index * days // size + 1) * DAY
        key = Key(f"issuer {SERIES[which]}")
        raw = sign(_claims(number, SERIES[which], iat=published - 2 * HOUR, chance=chance), key)
        entries[index] = IssueLeaf(mark=raw).to_bytes()
        marks.append((raw, key))
    bundle = bundle_at(last, size=size)  # the last 256 entries go into the file as they are
    for index in range(size - bundle.width, size):
        entries.setdefault(index, IssueLeaf(mark=chance.randbytes(340)).to_bytes())

    leaves = [
        leaf_hash(entries[index]) if index in entries else chance.randbytes(32) for index in range(size)
    ]
    tiles = new_tiles(dict[str, bytes]().__getitem__, 0, leaves)
    members = {tile.path: tiles[tile.path] for tile in tiles_of(size)}
    members[bundle.path] = to_bundle([entries[index] for index in range(size - bundle.width, size)])
    for day in range(1, days):
        landmark, at = -(-day * size // days), start + day * DAY
        root = root_from_tiles(tiles.__getitem__, landmark, held=size)
        members[f"landmarks/{to_datetime(at):%Y%m%d}"] = _checkpoint(landmark, root, at=at)
    members["checkpoint"] = _checkpoint(size, root_from_tiles(tiles.__getitem__, size), at=now - HOUR)
    members = {f"log/0/{name}": data for name, data in members.items()} | {"trust/1": trust.to_bytes()}
    for uri, statuses in lists.items():
        members[f"{_path_of(uri)}.cwt"] = _signed_list(uri, statuses, size=last, at=now - HOUR)
    manifest = Manifest(
        variant="plain",
        as_of=iso(now - HOUR),
        hosts=(HOST,),
        trust=(1,),
        logs=(ListedLog(dir="log/0", origin=ORIGIN, size=size),),
        lists=tuple(ListedStatus(file=f"{_path_of(uri)}.cwt", uri=uri) for uri in lists),
    )
    out = io.BytesIO()
    write_archive(out, [("bundle.json", manifest.to_bytes()), *sorted(members.items())])
    return Register(size=size, days=days, bundle=out.getvalue(), anchor=anchor, marks=tuple(marks))


_TOWNS = ("東京", "大阪", "名古屋", "札幌", "仙台", "広島", "福岡", "金沢", "松本", "岡山", "熊本", "新潟")
_TRADES = ("電子工業", "精密機器", "化学工業", "情報システム", "物流サービス", "食品加工", "自動車部品")
_LATIN_TOWNS = (
    *("Tokyo", "Osaka", "Nagoya", "Sapporo", "Sendai", "Hiroshima"),
    *("Fukuoka", "Kanazawa", "Matsumoto", "Okayama", "Kumamoto", "Niigata"),
)
_LATIN_TRADES = ("Electronics", "Precision", "Chemical", "Info Systems", "Logistics", "Foods", "Auto Parts")


def _claims(number: int, series: str, *, iat: int, chance: random.Random) -> MarkClaims:
    """Claims of about 340 bytes once signed, of another holder for every number."""
    town, trade = chance.randrange(len(_TOWNS)), chance.randrange(len(_TRADES))
    digits = f"{chance.randrange(10**12):012d}"
    return MarkClaims(
        holder=OrganisationId(icd="0188", value=corporate_number(digits)),
        exp=iat + MARK_LIFE,
        nbf=iat,
        iat=iat,
        number=MarkNumber.random(chance.getrandbits),
        status_index=number,
        status_uri=f"https://{HOST}/status/{series}/0",
        scheme="demo",
        edition="2026-03-27",
        level=3 + number % 2,
        assessment=Assessment.EXPERT_CONFIRMED if number % 2 == 0 else Assessment.THIRD_PARTY,
        name=f"株式会社{_TOWNS[town]}{number}{_TRADES[trade]}",
        name_latin=f"{_LATIN_TOWNS[town]} {number} {_LATIN_TRADES[trade]} Co., Ltd.",
        unit=Unit.LEGAL_ENTITY,
        statement="本社のIT基盤",
        statement_latin="Head office IT",
    )


def _trust(*, start: int, now: int) -> SignedNote:
    roots = {f"root{number}.example": Key(f"root {number}") for number in range(3)}
    window: dict[str, object] = {"from": start, "until": now + 400 * DAY}
    issuing: dict[str, object] = {"use": "mark", "levels": {"3": {"max_days": 400}, "4": {"max_days": 400}}}
    keys = [issuing | {"series": series} | _public(Key(f"issuer {series}")) | window for series in SERIES]
    keys.append({"use": "status"} | _public(Key("status")) | window)
    document = TrustDocument.from_json(
        {
            "version": 1,
            "issued": now - DAY,
            "expires": now + 300 * DAY,
            "crit": [],
            "scheme": {"id": "demo", "names": {"ja": "見本", "en": "Demonstration"}, "offset": 32400},
            "hosts": [{"host": HOST}],
            "mirrors": [],
            "root": {"threshold": 2, "keys": [key.note_key(name, NOTE_KEY) for name, key in roots.items()]},
            "keys": keys,
            "logs": [{"vkey": Key("log").note_key(ORIGIN, NOTE_KEY), "url": f"https://{ORIGIN}"}],
            "witnesses": [
                {"name": name, "vkey": key.note_key(name, COSIGNATURE), **window}
                for name, key in _witnesses()
            ],
            "quorum": [{"k": QUORUM, "from": start}],
            "recognised": [],
        }
    )
    lines = [sign_note(document.text, name=name, signer=key) for name, key in roots.items()]
    return SignedNote(text=document.text, signatures=tuple(lines))


def _public(key: Key) -> dict[str, object]:
    return {"kid": key.kid.hex(), "alg": key.alg, "pub": base64_of(key.public), "owner": key.label}


def _witnesses() -> list[tuple[str, Key]]:
    return [(f"witness{number}.example", Key(f"witness {number}")) for number in range(WITNESSES)]


def _checkpoint(size: int, root: bytes, *, at: int) -> bytes:
    text = Checkpoint(origin=ORIGIN, size=size, root=root).to_text()
    lines = [sign_note(text, name=ORIGIN, signer=Key("log"))]
    lines += [cosign(text, name=name, time=at, signer=key) for name, key in _witnesses()]
    return SignedNote(text=text, signatures=tuple(lines)).to_bytes()


def _path_of(uri: str) -> str:
    return uri.removeprefix(f"https://{HOST}/")


def _signed_list(uri: str, statuses: bytes, *, size: int, at: int) -> bytes:
    claims = StatusListClaims(
        uri=uri,
        iat=at,
        exp=at + LIFETIME,
        ttl=TTL,
        aggregation_uri=f"https://{HOST}/status/aggregation",
        place=0,
        size=size,
        trust_version=1,
        statuses=statuses,
    )
    return sign(claims, Key("status"))
