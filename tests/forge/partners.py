"""Our register and a partner's that ours recognises, and what a verifier asks of either over the network."""

from pathlib import Path
from typing import Any

from forge.objects import first_document, issuer_entry
from forge.trust_documents import START, base64_of, key_entry, recognised
from forge.world import NOW, World
from simulator import SimulatedRegistry
from verifier import Reason, Report, Verdict, Verifier

SG = {"id": "sg-demo", "names": {"en": "Singapore demonstration"}, "offset": 28800}
PARTNER_HOST = "partner.example"


def partner_world(**changes: Any) -> World:
    """Another scheme, with an issuer of its own."""
    keys = [issuer_entry("issuer-4"), issuer_entry("issuer-p"), key_entry("status", "status")]
    hosts = [{"host": "akashi.example"}, {"host": PARTNER_HOST}]
    document = first_document() | {"scheme": SG, "keys": keys, "hosts": hosts}
    return World(document | changes)


def our_world(**changes: Any) -> World:
    keys = [issuer_entry("issuer-3"), key_entry("authority", "authority"), key_entry("status", "status")]
    return World(first_document() | {"keys": keys} | changes)


class Two:
    """Our register and a partner's, which ours recognises as `entry` says; each has one mark, logged an hour ago."""

    def __init__(
        self, *, theirs: World | None = None, ours: World | None = None, since: int = START, **entry: Any
    ) -> None:
        self.theirs = theirs or partner_world()
        self.mark = self.theirs.issue(signer="issuer-4", level=4, at=NOW - 3600)
        self.theirs.publish(NOW)
        found = {"anchor": self.theirs.anchor, "hosts": [PARTNER_HOST], "from": since} | entry
        self.entry = recognised("sg-demo", **found)
        self.ours = ours or our_world(recognised=[self.entry])
        self.own = self.ours.issue(at=NOW - 3600)
        self.ours.publish(NOW)
        self.now = NOW

    def offline(self, *bundles: bytes, state: Path | None = None) -> Verifier:
        return Verifier.from_bundle(
            self.ours.register(),
            anchor=self.ours.anchor,
            partners=list(bundles),
            state=state,
            clock=lambda: float(self.now),
        )

    def online(self, **partners: Any) -> Verifier:
        return Verifier.from_registry(
            Evidence(self.ours),
            anchor=self.ours.anchor,
            partners=partners or {"sg-demo": Evidence(self.theirs)},
            clock=lambda: float(self.now),
        )

    def judged(self, **words: Any) -> Report:
        return self.offline(self.theirs.register()).verify(self.mark.raw, **words)


class Evidence(SimulatedRegistry):
    """Answers what a verifier asks online."""

    def _honest(self, path: str) -> bytes | None:
        parts = path.split("/")
        if parts[0] == "m":
            mark = next((one for one in self.world.issued if one.number == parts[1]), None)
            return None if mark is None else self.world.evidence(mark)
        if path == "trust/evidence":
            return self.world.evidence(self.world.issued[0], bent=dict.fromkeys(("mark.cwt", "proof")))
        return super()._honest(path)


def expected(report: Report, verdict: Verdict, *reasons: Reason) -> None:
    assert (report.verdict, report.reasons) == (verdict, reasons), [one.detail for one in report.findings]


def last_head(world: World, *, place: int | None = None, size: int | None = None) -> dict[str, Any]:
    """Where recognition of a partner ends: at a log's newest published head, or an earlier one."""
    log = world.logs[-1 if place is None else place]
    count = log.head.size if size is None else size
    return {"place": log.place, "size": count, "root": base64_of(log.root(count))}
