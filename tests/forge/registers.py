"""Registers for tests: a home folder, a publisher in this process, witnesses without a network."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from forge.signers import Ed25519Signer
from forge.trust_documents import public_of
from forge.world import ORIGIN, World
from keys.notes import cosign
from keys.trust import TrustChain, walk
from registry.app import create_app
from registry.commands import prepare_database
from registry.database import make_engine, make_sessions
from registry.files import RegistryFiles
from registry.publisher import Publisher
from registry.services import Services
from registry.settings import PublisherSettings, Settings, write_object
from registry.submissions import Outcome, accept
from registry.succession import continue_log
from registry.witness_states import State
from registry.witnesses import WitnessClient, WitnessError
from schemas.note import NoteSignature, SignedNote


@dataclass(slots=True)
class ForgedWitness(WitnessClient):
    """Cosigns whatever it is shown, at the register's own time; `down` makes it answer nothing."""

    label: str = "w1"
    now: Callable[[], float] = field(default=lambda: 0.0)
    down: bool = False

    def cosign(
        self,
        note: bytes,
        size: int,  # noqa: ARG002 (what an honest witness would look at)
        consistency: Callable[[int, int], list[bytes]],  # noqa: ARG002
        *,
        deadline: float,  # noqa: ARG002
    ) -> list[NoteSignature]:
        if self.down:
            raise WitnessError(State.DOWN, "is down")
        text = SignedNote.from_bytes(note).text
        name = f"{self.label}.example"
        return [cosign(text, name=name, time=int(self.now()), signer=Ed25519Signer(self.label))]


class Register:
    """A registry that publishes in this process, under the forge's trust document and its keys."""

    def __init__(self, home: Path, world: World, *, now: int) -> None:
        self.home, self.world, self.now = home, world, now
        self.settings = Settings(
            home=home,
            origin=ORIGIN,
            anchor=world.anchor,
            database_url=f"sqlite:///{home / 'registry.sqlite'}",
            public_url="http://127.0.0.1:8080",
            demonstration=True,
        )
        self.files = RegistryFiles(home)
        home.mkdir(parents=True, exist_ok=True)
        self.files.write_trust(1, world.notes[0])
        prepare_database(self.settings, 0)
        self.log_label, self.status_label = "log", "status"
        write_object(
            home / "registry.json", {"origin": ORIGIN, "anchor": world.anchor, "demonstration": True}
        )
        keys = {"log_key": "file:log", "status_key": "file:status"}
        write_object(home / "publisher.json", keys | {"witnesses": ["http://127.0.0.1:9"]})
        self.sessions: sessionmaker[Session] = make_sessions(make_engine(self.settings.database_url))
        self.witnesses = [
            ForgedWitness(url=f"http://{label}.example", label=label, now=lambda: float(self.now))
            for label in ("w1", "w2", "w3")
        ]
        self.publisher = self.open()

    def open(self) -> Publisher:
        """Start the publisher (again)."""
        publisher = Publisher(
            self.settings,
            PublisherSettings(log_key="file:log", status_key="file:status", witnesses=()),
            self.sessions,
            log_signer=Ed25519Signer(self.log_label),
            status_signer=Ed25519Signer(self.status_label),
            clock=lambda: float(self.now),
        )
        publisher._witnesses = list(self.witnesses)
        self.publisher = publisher
        publisher.recover()
        return publisher

    def continued(self, origin: str, label: str) -> None:
        """Go on in the next log, as `akashi-registry continue` does, and start again."""
        made = continue_log(self.settings, origin=origin, log_key=f"file:{label}", public=public_of(label))
        self.settings = replace(self.settings, origin=made.origin)
        self.files = RegistryFiles(self.home, log=self.settings.log_name)
        self.log_label = label
        self.open()

    def client(self) -> FlaskClient:
        return create_app(self.settings, clock=lambda: float(self.now)).test_client()

    def services(self) -> Services:
        return Services.open(self.settings, clock=lambda: float(self.now))

    def chain(self) -> TrustChain:
        return walk(self.settings.anchor, self.files.trust_notes())

    def submit(self, *objects: bytes) -> Outcome:
        """Post a body and let the publisher work; the answer is what a second post finds."""
        body = b"".join(objects)
        first = accept(self, body, now=self.now, wait=0)
        if first.status != 202:
            return first
        self.publish()
        return accept(self, body, now=self.now, wait=0)

    def publish(self) -> None:
        while self.publisher.cycle():
            pass

    def close(self) -> None:
        self.publisher.close()
