"""Registers in which anything may have happened, in any order: what no single step beside a vector reaches."""

from collections.abc import Iterator
from hashlib import sha256
from random import Random
from typing import Any

from differential.asked import Question, packed
from forge.objects import ISSUERS, NOW, Issued, first_document
from forge.trust_documents import ROOTS, recognised
from forge.world import World
from schemas.claims import EventKind, EventReason, Unit
from schemas.errors import MalformedError
from schemas.times import DAY, HOUR

__all__ = ["worlds"]

START = NOW - 40 * DAY
_EACH = 6  # questions about one file of a world


def worlds(random: Random) -> Iterator[Question]:
    """Questions about one world after another, each from its own files and at any time, without end."""
    while True:
        try:
            life = _Life(random)
            files = life.files()
        except (MalformedError, KeyError, IndexError, ValueError):
            continue  # what the forge itself cannot write down
        for file in files:
            yield from (life.question(file) for _ in range(_EACH))


class _Life:
    """One register, and the time as it went by."""

    def __init__(self, random: Random) -> None:
        self.random = random
        witnesses = random.choice((1, 2, 3, 3, 5))
        k = random.randrange(witnesses // 2 + 1, witnesses + 1)
        partner = {"recognised": [recognised("sg", hosts=["partner.example"])]}
        self.world = World(first_document(witnesses=witnesses, k=k) | partner)
        self.time = START
        self.times = {START, NOW}
        for _ in range(random.randrange(6, 30)):
            self.step()
        self.publish(whole=True)

    def step(self) -> None:
        self.time += self.random.choice((0, 1, 60, 299, 300, 301, HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY))
        self.times.add(self.time)
        kind = self.random.randrange(20)
        if kind < 6 or not self.world.issued:
            self.issue()
        elif kind < 11:
            self.event()
        elif kind < 16:
            self.publish()
        elif kind < 19:
            self.trust()
        elif self.world.log.kept:
            self.publish(whole=True)
            self.world.end_log(self.time)

    def issue(self) -> None:
        random = self.random
        iat = self.time - random.choice((0, 0, 0, 0, 1, 60, HOUR, 301, -300, -301, 6 * DAY, 7 * DAY + 1))
        nbf = iat + random.choice((0, 0, 0, -7 * DAY, DAY))
        changes: dict[str, Any] = {
            "nbf": nbf,
            "exp": nbf + random.choice((1, 30, 60, 365, 365, 365, 400, 401)) * DAY,
        }
        odd = random.randrange(20)
        if odd == 0 and self.world.issued:
            changes["number"] = random.choice(self.world.issued).claims.number
        elif odd == 1:
            changes["status_index"] = random.choice((0, 2**17 - 1, 2**17, 2**53 - 1))
        elif odd == 2:
            host = random.choice(("akashi.example", "other.example", "127.0.0.1"))
            changes["status_uri"] = f"https://{host}/status/{random.choice('abcz')}/{random.choice((0, 1))}"
        elif odd == 3:
            changes["scheme"] = random.choice(("demo", "sg", "uk"))
        elif odd == 4:
            changes["level"] = random.randrange(1, 10)
        elif odd == 5:
            changes |= {"unit": Unit.GROUP, "entities_sha256": bytes(32)}
        signer = random.choice((*ISSUERS, *ISSUERS, *ISSUERS, "stranger", "authority"))
        self.world.issue(signer=signer, at=iat, logged=random.random() < 0.95, **changes)

    def event(self) -> None:
        random = self.random
        mark, kind = random.choice(self.world.issued), random.choice(list(EventKind))
        reason = None if kind is EventKind.CONFIRM else random.choice(list(EventReason))
        successor = random.choice(self.world.issued) if kind is EventKind.SUPERSEDE else None
        signer = random.choice(
            (*ISSUERS, "issuer-3", "issuer-3", "authority", "authority", "stranger", "status")
        )
        prev = random.choice((mark.leaf, bytes(32))) if random.random() < 0.1 else None
        at = self.time - random.choice((0, 0, 1, 8 * DAY))
        self.world.event(mark, kind, reason, at=at, signer=signer, prev=prev, successor=successor)

    def trust(self) -> None:
        random, document = self.random, self.world.documents[-1]
        label = random.choice((*ISSUERS, "authority", "status"))
        kind = random.randrange(7)
        changes: dict[str, Any] = {}
        if kind == 0:
            return self.world.compromise(label, self.time, size=random.choice((None, None, 1, 2, 5)))
        if kind == 1:
            changes["keys"] = self.world.keys_with(
                label, until=self.time + random.choice((0, 1, DAY, 20 * DAY))
            )
        elif kind == 2:
            changes["expires"] = self.time + random.choice((1, 40, 400)) * DAY
        elif kind == 3:
            start = max(document["quorum"][-1]["from"] + 1, self.time + random.choice((0, DAY)))
            changes["quorum"] = [*document["quorum"], {"k": len(document["witnesses"]), "from": start}]
        elif kind == 4:
            until = min(document["witnesses"][-1]["until"], self.time + random.choice((0, 5 * DAY)))
            witness = document["witnesses"][-1] | {"until": until}
            changes["witnesses"] = [*document["witnesses"][:-1], witness]
        elif kind == 5 and "other.example" not in [entry["host"] for entry in document["hosts"]]:
            changes["hosts"] = [*document["hosts"], {"host": "other.example"}]
        self.times |= {self.time + DAY, document["expires"]}
        signers = ROOTS[:2] if random.random() < 0.97 else ROOTS[:1]
        self.world.trust(self.time, logged=random.random() < 0.9, signers=signers, **changes)
        return None

    def publish(self, *, whole: bool = False) -> None:
        random = self.random
        names = [str(entry["name"]) for entry in self.world.documents[-1]["witnesses"]]
        spread = (0, 0, 0, 1, 60, HOUR, 2 * DAY) if not whole else (0, 0, 1, 60)
        cosigned = {
            name: self.time + random.choice(spread) for name in names if whole or random.random() < 0.9
        }
        bent: dict[str, Any] = {}
        if not whole and random.random() < 0.1:
            bent = random.choice(({"size": 1}, {"trust_version": 9}, {"place": 1}))
        self.times |= set(cosigned.values()) | {self.time + 14 * DAY}
        self.world.publish(self.time, cosigned=cosigned, snapshot=whole or random.random() < 0.9, **bent)

    # ------------------------------------------------------------------ asking

    def files(self) -> list[tuple[bytes, Issued | None]]:
        logged = [
            mark for mark in self.world.issued if 0 <= mark.index < self.world.logs[mark.place].head.size
        ]
        chosen = self.random.sample(logged, min(4, len(logged)))
        found: list[tuple[bytes, Issued | None]] = [(self.world.evidence(mark), mark) for mark in chosen]
        return [*found, (self.world.bundle(), None), (self.world.register(), None)]

    def question(self, asked: tuple[bytes, Issued | None]) -> Question:
        random = self.random
        file, own = asked
        mark = own if own is not None and random.random() < 0.9 else random.choice(self.world.issued)
        text = None
        if random.random() < 0.4:
            host = random.choice(("akashi.example", "akashi.example", "other.example", "partner.example"))
            text = random.choice((mark.number, mark.link(host=host), f"https://{host}/m/{mark.number}"))
        times = [*self.times, mark.claims.nbf, mark.claims.exp, mark.claims.iat + 7 * DAY]
        return {
            "ask": "judged",
            "name": sha256(file).hexdigest()[:16],
            "file": packed(file),
            "anchor": self.world.anchor if random.random() < 0.97 else "00" * 32,
            "mark": packed(mark.raw) if text is None else None,
            "text": text,
            "now": random.choice((self.time, self.time + DAY, *times))
            + random.choice((0, 0, 1, -1, 300, -301, HOUR)),
            "at": None if random.random() < 0.4 else random.choice(times) + random.choice((0, 0, 1, -1)),
            "policy": None,
            "maxAge": random.choice((None, None, None, 0, HOUR, DAY)),
            "remembered": self._memory() if random.random() < 0.2 else None,
        }

    def _memory(self) -> dict[str, Any]:
        random, heads = self.random, {}
        for log in self.world.logs:
            size = random.choice([one.size for one in log.kept] or [0]) + random.choice((0, 0, 0, 1))
            heads[str(log.place)] = [size, (log.root(size) if random.random() < 0.9 else bytes(32)).hex()]
        position = [
            random.randrange(len(self.world.logs)),
            random.choice((0, 1, len(self.world.log.entries))),
        ]
        trust = random.choice((0, 1, len(self.world.documents), len(self.world.documents) + 1))
        return {"trust": trust, "heads": heads, "list": position, "seen": random.choice(list(self.times))}
