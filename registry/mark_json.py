"""Marks and organisations as the JSON others rely on (schemas/*.schema.json have the shapes they share)."""

from typing import Any

from registry.lookup import MarkFacts, OrganisationFacts
from schemas.times import iso
from verifier.report_json import claims_json

__all__ = ["mark_json", "organisation_json", "summary_json"]


def mark_json(facts: MarkFacts) -> dict[str, Any]:
    """Give the object of `GET /api/v1/marks/<n>`."""
    issuer = {"kid": facts.kid.hex(), "owner": facts.owner}
    return {
        "number": facts.number,
        "display": facts.display,
        "url": facts.url,
        "state": facts.state.value,
        "state_since": _iso(facts.state_since),
        "reason": None if facts.reason is None else facts.reason.slug,
        "as_of": _iso(facts.as_of),
        "days_left": facts.days_left,
        "next_confirmation": facts.next_confirmation,
        "mark": claims_json(facts.claims, offset=facts.offset) | {"issuer": issuer},
        "profile": facts.profile,
        "history": [
            {
                "kind": one.kind,
                "reason": None if one.reason is None else one.reason.slug,
                "at": _iso(one.at),
                "log": one.log,
                "index": one.index,
                "successor": one.successor,
            }
            for one in facts.history
        ],
        "supersedes": facts.supersedes[-1] if facts.supersedes else None,
        "predecessors": list(facts.supersedes),
        "successor": facts.successor,
        "last_leaf": facts.last_leaf.hex(),
        "leaf": facts.leaf.hex(),
        "links": facts.links,
    }


def summary_json(facts: MarkFacts) -> dict[str, Any]:
    """Give a mark as it stands in a list of a holder's marks."""
    return {
        "number": facts.number,
        "level": facts.claims.level,
        "state": facts.state.value,
        "last_day": facts.last_day,
    }


def organisation_json(facts: OrganisationFacts) -> dict[str, Any]:
    """Give the object of `GET /api/v1/organisations/<id>`."""
    return {
        "id": str(facts.id),
        "name": facts.name,
        "name_latin": facts.name_latin,
        "country": facts.country,
        "url": f"{facts.marks[0].public_url}/o/{facts.id}",
        "marks": [
            summary_json(mark)
            | {
                "url": mark.url,
                "scope": {
                    "unit": mark.claims.unit.slug,
                    "statement": mark.claims.statement,
                    "statement_latin": mark.claims.statement_latin,
                },
            }
            for mark in facts.marks
        ],
    }


def _iso(time: int | None) -> str | None:
    return None if time is None else iso(time)
