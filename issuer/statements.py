"""What a draft becomes: the claims of its mark and the document of its profile. Private columns do not enter."""

import hashlib
from typing import Any

from issuer.draft import Draft
from issuer.numbering import Slot
from issuer.rules import Window
from issuer.scheme import SchemeFile
from schemas.claims import MarkClaims, Unit, entities_hash_input

__all__ = ["mark_claims", "profile_document"]


def mark_claims(draft: Draft, slot: Slot, window: Window, *, scheme: str, iat: int) -> MarkClaims:
    """The claims of a mark signed at `iat` (POSIX seconds)."""
    return MarkClaims(
        holder=draft.organisation_id,
        exp=window.exp,
        nbf=window.nbf,
        iat=iat,
        number=slot.number,
        status_index=slot.index,
        status_uri=slot.uri,
        scheme=scheme,
        edition=draft.edition,
        level=draft.level,
        assessment=draft.assessment,
        name=draft.legal_name,
        name_latin=draft.legal_name_latin,
        unit=draft.unit,
        statement=draft.scope,
        statement_latin=draft.scope_latin,
        assessor=draft.assessor_code,
        entities_sha256=_entities_hash(draft) if draft.unit is Unit.GROUP else None,
    )


def _entities_hash(draft: Draft) -> bytes:
    return hashlib.sha256(entities_hash_input([one[0] for one in draft.entities])).digest()


def profile_document(draft: Draft, scheme: SchemeFile) -> dict[str, Any]:
    """The profile of a mark, in the shape of schemas/profile.schema.json."""
    assessor = scheme.assessors.get(draft.assessor_code or "")
    document: dict[str, Any] = {
        "country": draft.country,
        "region": draft.region,
        "kana": draft.name_kana,
        "names": [{"kind": kind, "name": name} for kind, name in draft.other_names],
        "entities": [
            {"id": entity, "name": name, **({"name_latin": latin} if latin else {})}
            for entity, name, latin in draft.entities
        ],
        "assessor": None
        if assessor is None
        else {language: assessor.names[language] for language in ("ja", "en")},
        "related": [
            {"scheme": name, "reference": reference, **({"until": until} if until else {})}
            for name, reference, until in draft.related
        ],
        "web": draft.web,
        "contact": draft.contact,
    }
    return {name: value for name, value in document.items() if value}
