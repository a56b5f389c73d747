"""A world laid out as a registry's files, its tables rebuilt from them, and the application over it."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.wrappers import Response

from forge.world import NOW, ORIGIN, Issued, World, sign
from registry import app as application
from registry.database import make_engine, make_sessions
from registry.files import RegistryFiles
from registry.rebuild import rebuild
from registry.services import Services
from registry.settings import Settings
from schemas.checkpoint import Checkpoint
from schemas.claims import EventKind, EventReason, Unit, entities_hash_input
from schemas.cose import PROFILE_TYPE
from schemas.entry_bundles import new_entry_bundles
from schemas.merkle import leaf_hash
from schemas.organisation_id import OrganisationId
from schemas.profile import ProfileClaims
from schemas.status_list import StatusUri
from schemas.tiles import new_tiles
from schemas.times import DAY, HOUR

PUBLISHED = NOW - HOUR
ENTITIES = [("0188:5010405001703", "みほん子会社")]


@dataclass(kw_only=True)
class Laid:
    """One register on disk: what it was made from, its application, and a clock that can be moved."""

    world: World
    home: Path
    settings: Settings
    now: int = NOW
    marks: dict[str, Issued] = field(default_factory=dict)

    @property
    def files(self) -> RegistryFiles:
        return RegistryFiles(self.home)

    def sessions(self) -> sessionmaker[Session]:
        return make_sessions(make_engine(self.settings.database_url))

    def app(self) -> Flask:
        return application.create_app(self.settings, clock=lambda: float(self.now))

    def client(self) -> FlaskClient:
        return self.app().test_client()

    def services(self) -> Services:
        return Services.open(self.settings, clock=lambda: float(self.now))

    def write(self) -> None:
        """Write everything the world has published, as the publisher would have."""
        lay_out(self.files, self.world)

    def rebuild(self) -> int:
        return rebuild(self.settings)


def lay_out(files: RegistryFiles, world: World) -> None:
    log, size = world.log, 0
    for version, note in enumerate(world.notes, 1):
        files.write_trust(version, note)
    lines = []
    for kept in log.kept:
        entries = log.entries[size : kept.size]
        made = new_tiles(files.read_tile, size, [leaf_hash(entry) for entry in entries])
        made |= new_entry_bundles(files.read_tile, size, entries)
        for path, data in made.items():
            files.write_tile(path, data)
        files.keep_checkpoint(kept.size, kept.note)
        head = Checkpoint(origin=log.origin, size=kept.size, root=log.root(kept.size))
        lines.append(" ".join(head.to_text().splitlines()))
        size = kept.size
    for uri, data in world.lists.items():
        named = StatusUri.find(uri)
        assert named is not None
        files.write_list(named.series, named.n, data)
    files.ratchet.write_text("".join(f"{line}\n" for line in lines), "ascii")


def profile(mark: Issued, *, signer: str = "issuer-3", **document: Any) -> bytes:
    claims = ProfileClaims(
        iat=mark.claims.iat + 60, number=mark.claims.number, document={"country": "JP", **document}
    )
    return sign(claims.to_bytes(), signer, typ=PROFILE_TYPE)


def settings_of(home: Path, world: World, **changes: Any) -> Settings:
    usual: dict[str, Any] = {
        "home": home,
        "origin": ORIGIN,
        "anchor": world.anchor,
        "database_url": f"sqlite:///{home / 'registry.sqlite'}",
        "public_url": "http://127.0.0.1:8080",
        "demonstration": True,
    }
    return Settings(**usual | changes)


def full_world() -> tuple[World, dict[str, Issued]]:
    """A mark in every state, published over several days."""
    world = World()
    marks: dict[str, Issued] = {}
    world.publish(NOW - 20 * DAY)
    for name in ("valid", "suspended", "revoked", "superseded", "reinstated", "void"):
        marks[name] = world.issue(at=NOW - 10 * DAY, holder=holder(len(marks)))
    marks["expired"] = world.issue(at=NOW - 9 * DAY, exp=NOW - 4 * DAY)
    marks["future"] = world.issue(at=NOW - 9 * DAY, nbf=NOW + DAY)
    ids = entities_hash_input([one for one, _ in ENTITIES])
    marks["group"] = world.issue(
        signer="issuer-4", at=NOW - 9 * DAY, unit=Unit.GROUP, entities_sha256=sha256(ids).digest()
    )
    world.publish(NOW - 9 * DAY)
    world.event(marks["suspended"], EventKind.SUSPEND, EventReason.UNDER_INVESTIGATION, at=NOW - 3 * DAY)
    world.event(marks["revoked"], EventKind.REVOKE, EventReason.MISUSE, at=NOW - 3 * DAY)
    world.event(marks["reinstated"], EventKind.SUSPEND, EventReason.MISUSE, at=NOW - 3 * DAY)
    world.publish(NOW - 3 * DAY)
    marks["successor"] = world.issue(at=NOW - 2 * DAY, holder=holder(3))
    world.event(
        marks["superseded"], EventKind.SUPERSEDE, EventReason.REPLACED, at=NOW - 2 * DAY,
        successor=marks["successor"],
    )  # fmt: skip
    world.event(marks["reinstated"], EventKind.REINSTATE, EventReason.INVESTIGATION_CLOSED, at=NOW - 2 * DAY)
    world.event(marks["group"], EventKind.CONFIRM, at=NOW - 2 * DAY, signer="issuer-4")
    world.trust(NOW - 2 * DAY)
    world.publish(NOW - 2 * DAY)
    world.publish(PUBLISHED)
    return world, marks


def lay_full(home: Path, **changes: Any) -> Laid:
    """Lay `full_world` out in an existing folder, two of its marks with profiles, and make the tables."""
    world, marks = full_world()
    ids = entities_hash_input([one for one, _ in ENTITIES])
    found = Laid(world=world, home=home, settings=settings_of(home, world, **changes), marks=marks)
    found.write()
    found.rebuild()
    found.files.write_profile(marks["valid"].number, profile(marks["valid"], kana="ミホンデンシ"))
    entities = [{"id": one, "name": name} for one, name in ENTITIES]
    found.files.write_profile(
        marks["group"].number, profile(marks["group"], signer="issuer-4", entities=entities)
    )
    found.files.write_entities(marks["group"].number, ids)
    found.rebuild()
    return found


def holder(count: int) -> OrganisationId:
    """Another company a count: 法人番号 with their own check digits."""
    digits = f"{700001205000 + count:012d}"
    weights = [1, 2] * 6
    total = sum(int(digit) * weight for digit, weight in zip(reversed(digits), weights, strict=True))
    return OrganisationId(icd="0188", value=f"{9 - total % 9}{digits}")


def json_of(response: Response) -> Any:
    """The JSON in an answer."""
    return json.loads(response.get_data())
