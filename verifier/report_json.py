"""The report as the JSON object others rely on (schemas/report.schema.json)."""

from typing import Any

from schemas.claims import MarkClaims
from schemas.times import iso, last_day
from verifier.report import Report

__all__ = ["claims_json", "to_json"]


def to_json(report: Report, *, input_text: str) -> dict[str, Any]:
    """Give the object of `akashi verify --json` and `POST /api/v1/verify`. Stable English."""
    return {
        "input": input_text,
        "verdict": report.verdict.value,
        "at": iso(report.at),
        "as_of": None if report.as_of is None else iso(report.as_of),
        "findings": [
            {
                "check": finding.check.value,
                "outcome": finding.outcome.value,
                "reason": None if finding.reason is None else finding.reason.value,
                "detail": finding.detail,
            }
            for finding in report.findings
        ],
        "notes": [{"reason": note.reason.value, "detail": note.detail} for note in report.notes],
        "mark": _mark(report),
        "authority": None
        if report.authority is None
        else {
            "scheme": report.authority.scheme,
            "names": report.authority.names,
            "recognised_by": report.authority.recognised_by,
        },
        "status": None
        if report.status is None
        else {
            "value": report.status.value,
            "since": None if report.status.since is None else iso(report.status.since),
            "reason": report.status.reason,
            "successor": report.status.successor,
            "list": report.status.uri,
            "issued": iso(report.status.issued),
        },
        "log": None
        if report.log is None
        else {
            "origin": report.log.origin,
            "index": report.log.index,
            "logged_by": iso(report.log.logged_by),
            "leaf": report.log.leaf.hex(),
        },
        "trust": None
        if report.trust is None
        else {
            "anchor": report.trust.anchor,
            "version": report.trust.version,
            "expires": iso(report.trust.expires),
        },
    }


def _mark(report: Report) -> dict[str, Any] | None:
    if report.mark is None:
        return None
    claims = report.mark.claims
    return claims_json(claims, offset=report.offset) | {
        "issuer": {"kid": report.mark.header.kid.hex(), "owner": report.owner},
    }


def claims_json(claims: MarkClaims, *, offset: int) -> dict[str, Any]:
    """Give a verified mark's claims; `offset` makes the last whole day."""
    return {
        "number": str(claims.number),
        "scheme": claims.scheme,
        "edition": claims.edition,
        "level": claims.level,
        "assessment": claims.assessment.slug,
        "organisation": {"id": str(claims.holder), "name": claims.name, "name_latin": claims.name_latin},
        "scope": {
            "unit": claims.unit.slug,
            "statement": claims.statement,
            "statement_latin": claims.statement_latin,
        },
        "assessor": claims.assessor,
        "issued_at": iso(claims.iat),
        "valid_from": iso(claims.nbf),
        "valid_until": iso(claims.exp),
        "last_day": last_day(claims.exp, offset=offset),
    }
