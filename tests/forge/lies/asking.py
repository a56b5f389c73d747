"""Check 7 and the notes: what the asker wants, and what he is told beside the verdict."""

from typing import Any

from forge.vectors import UNASKED, Book, published
from forge.world import ISSUED, NOW, World, first_document
from schemas.times import HOUR

POLICY: dict[str, Any] = {
    "organisation": "0188:7000012050002",
    "min_level": 3,
    "assessment": ["expert-confirmed"],
    "units": ["legal-entity"],
    "scope_contains": "it INFRASTRUCTURE",
    "valid_until_at_least": "2027-10-21",
    "issuers": ["Issuer A"],
}


def tell(book: Book) -> None:
    world, mark = published()
    file, anchor = world.evidence(mark), world.anchor
    book.valid(
        "valid-policy", "Everything asked for is so.", mark.raw, file, anchor=anchor, policy=POLICY, notes=()
    )

    def unlike(reason: str, name: str, says: str, **wish: Any) -> None:
        book.lie(
            f"{reason}-{name}",
            says,
            mark.raw,
            file,
            reason,
            anchor=anchor,
            policy=POLICY | wish,
            notes=(),
            twin="valid-policy",
        )

    unlike(
        "policy-organisation",
        "other-company",
        "A genuine mark on another company's paper.",
        organisation="0188:2180001135973",
    )
    unlike("policy-level", "higher", "Level 4 is wanted.", min_level=4)
    unlike("policy-level", "assessment", "A third party's assessment is wanted.", assessment=["third-party"])
    unlike("policy-level", "scheme", "Another scheme is wanted.", schemes=["other"])
    unlike(
        "policy-level",
        "accept",
        "Of this scheme only level 5 is accepted.",
        accept=[{"scheme": "demo", "levels": [5]}],
    )
    unlike("policy-scope", "words", "The scope does not say what is wanted.", scope_contains="factory")
    unlike("policy-scope", "unit", "A group is wanted.", units=["group"])
    unlike("policy-until", "day", "Its last day is a day too early.", valid_until_at_least="2027-10-22")
    unlike("policy-issuer", "other", "Another issuer is wanted.", issuers=["Issuer B"])

    book.valid(
        "valid-unknown-host",
        "The link leads to a host the scheme does not name; the mark in it is genuine.",
        mark.link(host="akashi.example.evil.test"),
        file,
        anchor=anchor,
        notes=("unknown-host", *UNASKED),
    )
    alone = World(first_document(witnesses=1, k=1))
    mark = alone.issue()
    alone.publish(ISSUED + HOUR)
    alone.publish(NOW - HOUR)
    book.valid(
        "valid-one-witness",
        "One witness is the quorum, and the asker is told.",
        mark.raw,
        alone.evidence(mark),
        anchor=alone.anchor,
        notes=("no-independent-witness", *UNASKED),
    )
