"""What happened to a mark, from the registry's own tables: for its own verdicts on many marks at once.

The events are followed as anybody's evidence is, signatures and links and rights; only that and when each was logged is taken
from the tables, where evidence of one mark proves it.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from keys.signed import Signed, read_event
from registry.models import EventRow, LeafRow
from registry.services import Services
from schemas.claims import MarkClaims
from verifier.checkpoints import bracket
from verifier.report import Reason, Refused
from verifier.transparency import Logged, Witnessed
from verifier.view import History, LoggedEvent, replay

__all__ = ["history_of"]


def history_of(services: Services, mark: Signed[MarkClaims], logged: Logged) -> History | Refused:
    """Give what happened to a mark that is logged there, up to the newest checkpoint, which may be newer than the list asked with it.

    Raises what the database raises, and `registry.services.ServicesUnavailableError`.
    """
    mine = select(EventRow).where(EventRow.number == str(mark.claims.number))
    logs, chain, events = services.logs(), services.chain(), []
    with services.sessions() as session:
        for row in session.scalars(mine.order_by(EventRow.place, EventRow.index)).all():
            if row.logged_at is None:
                break  # not published yet
            if row.place >= len(logs):
                return Refused(Reason.HISTORY_UNAVAILABLE, f"log {row.place} is not known")
            bounds = _bracket(services, session, row)
            if isinstance(bounds, Refused):
                return bounds
            at = Logged(
                place=row.place,
                origin=logs[row.place].origin,
                index=row.index,
                leaf=row.leaf,
                not_before=bounds[0],
                logged_by=bounds[1],
                covered=row.index + 1,
            )
            events.append(LoggedEvent(raw=row.raw, logged=at))
    return replay(mark, logged, events, chain)


def _bracket(services: Services, session: Session, row: EventRow) -> tuple[int, int] | Refused:
    """Bound when an event was logged, as its evidence does."""
    leaf = session.get(LeafRow, (row.place, row.index))
    covering = None if leaf is None else _witnessed(services, row.place, leaf.checkpoint_size)
    if covering is None:
        return Refused(Reason.HISTORY_UNAVAILABLE, "the checkpoint over an event is not held")
    iat = read_event(row.raw).unsafe_claims.iat
    return bracket(None, covering, iat=iat, began=services.chain().oldest_log)


def _witnessed(services: Services, place: int, size: int | None) -> Witnessed | None:
    note = services.files_at(place).find_checkpoint(size) if size else None
    return None if note is None else services.witnessed(note)
