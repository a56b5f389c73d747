"""What the trust document says, for people: frozen values for the page at /trust (docs/format.md §5)."""

from dataclasses import dataclass

from flask_babel import gettext

from keys.trust import TrustChain
from registry import i18n
from schemas.bidi import isolated
from schemas.times import DAY
from schemas.trust_document import TrustDocument
from schemas.trust_entries import KeyUse, Recognised, TrustedKey

__all__ = ["TrustView", "trust_view"]

GROUP = 4  # hex digits read aloud at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """One key: whose it is, what it may do, until when, and whether it may still."""

    owner: str
    does: str
    until: str
    state: str
    kid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A name, what there is to say of it, and how it stands."""

    name: str
    says: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    number: int
    issued: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustView:
    """Everything the page shows. `anchor_groups` is the anchor for reading aloud; `warning` is said first, if any."""

    scheme: str
    anchor: str
    anchor_groups: tuple[str, ...]
    version: int
    issued: str
    expires: str
    days_left: int
    warning: str | None
    root: str
    root_names: tuple[str, ...]
    keys: tuple[KeyLine, ...]
    quorum: str
    witnesses: tuple[Line, ...]
    logs: tuple[Line, ...]
    partners: tuple[Line, ...]
    versions: tuple[VersionLine, ...]


def trust_view(chain: TrustChain, *, now: int) -> TrustView:
    """Put a walked chain into the reader's words."""
    document = chain.current
    offset = document.scheme.offset
    count = sum(one.holds_at(now) for one in document.witnesses)
    k = document.quorum_at(now) or 0
    return TrustView(
        scheme=i18n.in_language(document.scheme.names, document.scheme.id),
        anchor=chain.anchor,
        anchor_groups=tuple(chain.anchor[at : at + GROUP] for at in range(0, len(chain.anchor), GROUP)),
        version=document.version,
        issued=_day(document.issued, offset),
        expires=_day(document.expires, offset),
        days_left=max(0, (document.expires - now) // DAY),
        warning=_warning(document, now),
        root=gettext(
            "%(threshold)s of %(count)s root keys must sign each version; they are held by different people.",
            threshold=document.root.threshold,
            count=len(document.root.keys),
        ),
        root_names=tuple(key.to_text() for key in document.root.keys),
        keys=tuple(_key(key, offset, now) for key in document.keys),
        quorum=gettext(
            "%(k)s of %(count)s witnesses must have seen a state of the log before it counts.",
            k=k,
            count=count,
        ),
        witnesses=tuple(
            Line(
                name=one.name,
                says=gettext("until %(day)s", day=_day(one.until, offset)),
                state=gettext("takes part") if one.holds_at(now) else gettext("does not take part"),
            )
            for one in document.witnesses
        ),
        logs=tuple(
            Line(
                name=log.origin,
                says=log.url,
                state=gettext("open")
                if log.final is None
                else gettext("ended with %(size)s entries", size=log.final.size),
            )
            for log in document.logs
        ),
        partners=tuple(_partner(one, offset, now) for one in document.recognised),
        versions=tuple(
            VersionLine(number=one.version, issued=_day(one.issued, offset), anchor=one.anchor)
            for one in reversed(chain.documents)
        ),
    )


def _day(seconds: int, offset: int) -> str:
    return i18n.day(i18n.day_of(seconds, offset=offset))


def _warning(document: TrustDocument, now: int) -> str | None:
    match document.warning_at(now):
        case "half":
            return str(gettext("More than half of its life is over. The next version is being prepared."))
        case "quarter":
            return str(gettext("Less than a quarter of its life is left. A new version is needed now."))
        case "expired":
            return str(gettext("It has ended. Until there is a new version no mark can be confirmed."))
    return None


def _key(key: TrustedKey, offset: int, now: int) -> KeyLine:
    if key.use is KeyUse.MARK:
        levels = ", ".join(f"★{level}" for level in sorted(key.levels))
        does = gettext("issues marks of level %(levels)s", levels=levels)
    elif key.use is KeyUse.AUTHORITY:
        does = gettext("suspends and revokes marks of all issuers")
    else:
        does = gettext("signs the lists of statuses")
    if key.compromised is not None:
        state = gettext("stolen: what it signed from then on does not count")
    elif key.holds_at(now):
        state = gettext("in force")
    else:
        state = gettext("not in force")
    owner = i18n.in_language(key.names, key.owner)
    return KeyLine(
        owner=owner,
        does=does,
        until=gettext("until %(day)s", day=_day(key.until, offset)),
        state=state,
        kid=key.kid.hex(),
    )


def _partner(entry: Recognised, offset: int, now: int) -> Line:
    name = i18n.in_language(entry.names, entry.scheme)
    country = i18n.territory(entry.country) or entry.country
    if entry.until is not None and entry.until <= now:
        state = gettext("recognised until %(day)s", day=_day(entry.until, offset))
    elif entry.start > now:
        state = gettext("recognised from %(day)s on", day=_day(entry.start, offset))
    else:
        state = gettext("recognised; its levels are its own")
    says = [country, entry.url]
    if entry.levels is not None:
        says.append(gettext("only level %(levels)s", levels=", ".join(map(str, entry.levels))))
    if entry.editions is not None:
        says.append(gettext("only edition %(editions)s", editions=", ".join(entry.editions)))
    return Line(name=f"{isolated(name)} ({entry.scheme})", says=" · ".join(says), state=state)
