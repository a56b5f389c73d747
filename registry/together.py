"""What of the published files goes together: a head, and the lists its newest snapshot names.

Log and lists are released one after the other, and a reader may come in between.
"""

import time
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import evidence
from registry.files import FilesError, RegistryFiles
from registry.logs import HeldLog
from registry.models import LeafRow
from registry.services import Services
from schemas.entry_bundles import read_entry
from schemas.leaves import SnapshotLeaf, leaf_from_bytes

__all__ = ["Together", "settled"]

TRIES = 40  # while a publication is releasing its lists
PAUSE = 0.05  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What goes together: a head of the newest log, whose newest snapshot names exactly these lists."""

    log: HeldLog
    size: int
    note: bytes
    snapshot: int | None
    lists: dict[str, bytes]
    as_of: int | None


def settled(services: Services, session: Session) -> Together:
    """Wait until log and lists agree, which takes a moment during a publication. Raises FilesError."""
    for _ in range(TRIES):
        state = _find_state(services, session)
        if state is not None:
            return state
        session.rollback()  # a new look, not the same transaction's
        time.sleep(PAUSE)
    raise FilesError("the status lists and the log's newest snapshots do not go together")


def _find_state(services: Services, session: Session) -> Together | None:
    """Take the newest snapshot whose lists are all out; None when no recent one is."""
    log = services.newest_log()
    files, place = log.files, log.place
    newest = evidence.newest_checkpoint(files)
    if newest is None:
        raise FilesError("nothing is published yet")
    head, _ = newest
    published = select(LeafRow).where(
        LeafRow.place == place, LeafRow.kind == "snapshot", LeafRow.index < head.size
    )
    rows = session.scalars(published.order_by(LeafRow.index.desc()).limit(3)).all()
    for position, row in enumerate(rows):
        lists = _lists_of(files, read_entry(files.read_tile, row.index, head.size))
        if lists is None or row.checkpoint_size is None:
            continue
        size = head.size if position == 0 else row.checkpoint_size
        return _state(services, log, size, row.index, lists)
    return None if rows else _state(services, log, head.size, None, {})


def _state(
    services: Services, log: HeldLog, size: int, snapshot: int | None, lists: dict[str, bytes]
) -> Together:
    note = log.files.find_checkpoint(size)
    witnessed = None if note is None else services.witnessed(note)
    if note is None or witnessed is None:
        raise FilesError(f"the checkpoint of size {size} is missing or damaged")
    claims = [evidence.read_claims(data) for data in lists.values()]
    return Together(
        log=log,
        size=size,
        note=note,
        snapshot=snapshot,
        lists=lists,
        as_of=min([witnessed.seen_at, *(one.iat for one in claims if one is not None)]),
    )


def _lists_of(files: RegistryFiles, entry: bytes) -> dict[str, bytes] | None:
    """Give the lists a snapshot names, by uri; None unless all of them are out, and of its N."""
    leaf = leaf_from_bytes(entry)
    if not isinstance(leaf, SnapshotLeaf):
        return None
    found: dict[str, bytes] = {}
    for named, _ in leaf.lists:
        held = evidence.find_list(files, named)
        if held is None or held[1].size != leaf.size:
            return None
        found[named] = held[0]
    return found
