"""What happened to a mark, from the registry's own tables: for its own verdicts on many marks at once.

The events are followed as anybody's evidence is, signatures and links and rights; only that and when each was logged is taken
from the tables, where evidence of one mark proves it.
"""

from sqlalchemy import select

from keys.signed import Signed
from registry.models import EventRow
from registry.services import Services
from schemas.claims import MarkClaims
from verifier.report import Reason, Refused
from verifier.transparency import Logged
from verifier.view import History, LoggedEvent, replay

__all__ = ["history_of"]


def history_of(services: Services, mark: Signed[MarkClaims], logged: Logged) -> History | Refused:
    """Give what happened to a mark that is logged there, up to the newest checkpoint, which may be newer than the list asked with it.

    Raises what the database raises, and `registry.services.ServicesUnavailableError`.
    """
    mine = select(EventRow).where(EventRow.number == str(mark.claims.number))
    with services.sessions() as session:
        rows = session.scalars(mine.order_by(EventRow.place, EventRow.index)).all()
    logs, events = services.logs(), []
    for row in rows:
        if row.logged_at is None:
            break  # not published yet
        if row.place >= len(logs):
            return Refused(Reason.HISTORY_UNAVAILABLE, f"log {row.place} is not known")
        at = Logged(
            place=row.place,
            origin=logs[row.place].origin,
            index=row.index,
            leaf=row.leaf,
            not_before=row.logged_at,
            logged_by=row.logged_at,
            covered=row.index + 1,
        )
        events.append(LoggedEvent(raw=row.raw, logged=at))
    return replay(mark, logged, events, services.chain())
