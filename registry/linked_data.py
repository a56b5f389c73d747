"""A mark as search engines read it: schema.org `Certification`, in the page itself. It says no more than the page."""

from typing import Any

from registry.lookup import MarkFacts
from registry.states import State
from schemas.times import iso

__all__ = ["certification"]


def certification(facts: MarkFacts, *, issuer: str, is_valid: bool) -> dict[str, Any]:
    """Give the JSON-LD object; active only where the page's own verdict is valid."""
    claims = facts.claims
    names = [name for name in (claims.name, claims.name_latin) if name]
    return {
        "@context": "https://schema.org",
        "@type": "Certification",
        "name": f"{'★' * claims.level} Level {claims.level}",
        "certificationIdentification": facts.display,
        "certificationStatus": "https://schema.org/CertificationActive"
        if is_valid and facts.state is State.VALID
        else "https://schema.org/CertificationInactive",
        "url": facts.url,
        "validFrom": iso(claims.nbf),
        "expires": iso(claims.exp),
        "description": claims.statement_latin or claims.statement,
        "issuedBy": {"@type": "Organization", "name": issuer},
        "about": {
            "@type": "Organization",
            "name": names[0],
            **({"alternateName": names[1]} if len(names) > 1 else {}),
            "identifier": str(claims.holder),
        },
    }
