"""The log on disk: entries, tiles, kept checkpoints and the ratchet, each recomputed from the entries.

A signed head decides which of two files is the damaged one: entries that lead to it are right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from keys.trust import TrustChain
from registry.files import FilesError, RegistryFiles
from registry.fsck_trust import unknown_lines
from registry.logs import Content, HeldLog
from registry.ratchet import first_out_of_order, read_line
from registry.rebuild import signed_heads
from schemas.checkpoint import Checkpoint, read_checkpoint
from schemas.entry_bundles import entries_of, to_bundle
from schemas.errors import MalformedError
from schemas.leaves import Genesis, leaf_from_bytes
from schemas.merkle import complete_subtrees, leaf_hash
from schemas.merkle import fold as fold_hashes
from schemas.merkle import root as root_of
from schemas.tiles import ENTRIES, TILE_HEIGHT, TILE_WIDTH, Tile, hashes_of, tile_at, tiles_of
from schemas.trust_entries import FinalHead
from verifier.report import Refused
from verifier.transparency import check_checkpoint

__all__ = ["LogFound", "check_genesis", "check_log", "check_ratchet"]


@dataclass(slots=True)
class LogFound:
    """The entries, once they were found to lead to the newest signed head; rows[l] are the hashes of level l."""

    is_sound: bool = False
    entries: list[bytes] = field(default_factory=list)
    rows: list[list[bytes]] = field(default_factory=list)

    def root_at(self, size: int) -> bytes:
        """Compute the root of the first `size` leaves from whole subtrees."""
        return fold_hashes([self._subtree(height, index) for height, index in complete_subtrees(0, size)])

    def _subtree(self, height: int, index: int) -> bytes:
        level = min(height // TILE_HEIGHT, len(self.rows) - 1)
        width = 1 << (height - level * TILE_HEIGHT)
        return root_of(self.rows[level][index * width : (index + 1) * width])


def check_log(log: HeldLog, chain: TrustChain, found: LogFound) -> Iterator[str]:
    """Name what is damaged; fill `found` from what is sound. A log that ended is looked at up to its end."""
    files, origin = log.files, log.origin
    # 1. Kept checkpoints by themselves: signed, witnessed, every line somebody's we know.
    heads: dict[int, Checkpoint] = {}
    for size in files.kept_sizes():
        name = f"{files.log}/checkpoints/{size}"
        raw = files.find_checkpoint(size) or b""
        problem, head = _read_kept(raw, chain, origin, size)
        yield from (f"{name}: {one}" for one in problem)
        if head is not None:
            heads[size] = head
    newest = files.kept_sizes()[-1:]
    if files.find_checkpoint() != (files.find_checkpoint(newest[0]) if newest else None):
        yield f"{files.log}/checkpoint: not the newest kept checkpoint"
    # 2. Entries against level-0 tiles; the newest sound head says which are right.
    size = max([*heads, 0 if log.final else _signed_size(files, origin)])
    if log.final is not None and size != log.final.size:
        yield f"{files.log}: ended at size {log.final.size}, but the newest kept checkpoint has size {size}"
    yield from _read_entries(files, size, heads, found)
    if not found.is_sound:
        return
    # 3. Every tile there is, partial ones of earlier sizes too; and every tile there must be.
    yield from _check_tiles(files, size, found)
    # 4. Every kept root.
    for kept, head in heads.items():
        if found.root_at(kept) != head.root:
            yield f"{files.log}/checkpoints/{kept}: another root than the entries have"


def _signed_size(files: RegistryFiles, origin: str) -> int:
    """Give the size of the last signed head whose entries are here, kept or not yet."""
    for head in signed_heads(files, origin=origin):
        last = tile_at(ENTRIES, (head.size - 1) // TILE_WIDTH, size=head.size) if head.size else None
        if last is not None and _entries(files, last) is not None:
            return head.size
    return 0


def _read_kept(raw: bytes, chain: TrustChain, origin: str, size: int) -> tuple[list[str], Checkpoint | None]:
    try:
        checkpoint, note = read_checkpoint(raw)
    except MalformedError as error:
        return [str(error)], None
    if (checkpoint.origin, checkpoint.size) != (origin, size):
        return [f"is of {checkpoint.origin}, size {checkpoint.size}"], None
    document = chain.current
    witnessed = check_checkpoint(note, document)
    if isinstance(witnessed, Refused):
        return [witnessed.detail], None
    keys = [document.logs[witnessed.place].key, *(witness.key for witness in document.witnesses)]
    return unknown_lines(note, raw, keys), checkpoint


def _read_entries(
    files: RegistryFiles, size: int, heads: dict[int, Checkpoint], found: LogFound
) -> Iterator[str]:
    """Read entries and leaf hashes; where they differ, the one that leads to the newest head is right."""
    differing: list[int] = []
    from_entries: list[bytes] = []
    from_tiles: list[bytes] = []
    for number in range(-(-size // TILE_WIDTH)):
        tile, bundle = tile_at(0, number, size=size), tile_at(ENTRIES, number, size=size)
        hashes, entries = _hashes(files, tile), _entries(files, bundle)
        if entries is not None:
            found.entries += entries
        ours = None if entries is None else [leaf_hash(entry) for entry in entries]
        if ours is None or hashes != ours:
            differing.append(number)
        blank = [bytes(32)] * tile.width
        from_entries += blank if ours is None else ours
        from_tiles += blank if hashes is None else hashes
    newest = max(heads, default=0)
    found.rows = _rows(from_entries)
    found.is_sound = newest == 0 or found.root_at(newest) == heads[newest].root
    if found.is_sound and len(found.entries) == size:
        return  # the tiles that differ are named by `_check_tiles`
    by_tiles = LogFound(rows=_rows(from_tiles))
    tiles_are_right = newest > 0 and by_tiles.root_at(newest) == heads[newest].root
    found.is_sound = False
    for number in differing:
        tile, bundle = tile_at(0, number, size=size), tile_at(ENTRIES, number, size=size)
        if tiles_are_right:
            yield f"{files.log}/{bundle.path}: not the entries that were logged"
        else:
            yield f"{files.log}/{bundle.path}: does not go with {tile.path}, and no signed head says which is right"
    if not differing:
        yield f"{files.log}: entries and tiles agree, but lead to no signed head"


def _rows(leaves: list[bytes]) -> list[list[bytes]]:
    rows = [leaves]
    while len(rows[-1]) >= TILE_WIDTH:
        below = rows[-1]
        full = len(below) // TILE_WIDTH
        rows.append([root_of(below[n * TILE_WIDTH : (n + 1) * TILE_WIDTH]) for n in range(full)])
    return rows


def _hashes(files: RegistryFiles, tile: Tile) -> list[bytes] | None:
    try:
        return hashes_of(files.read_tile(tile.path), tile)
    except (FilesError, MalformedError):
        return None


def _entries(files: RegistryFiles, bundle: Tile) -> list[bytes] | None:
    try:
        return entries_of(files.read_tile(bundle.path), bundle)
    except (FilesError, MalformedError):
        return None


def _check_tiles(files: RegistryFiles, size: int, found: LogFound) -> Iterator[str]:
    wanted = {tile.path for tile in tiles_of(size)}
    wanted |= {tile_at(ENTRIES, number, size=size).path for number in range(-(-size // TILE_WIDTH))}
    for path in files.tile_paths():
        wanted.discard(path)
        try:
            tile = Tile.from_path(path)
        except MalformedError:
            yield f"{files.log}/{path}: no file of a log has this name"
            continue
        first, last = tile.index * TILE_WIDTH, tile.index * TILE_WIDTH + tile.width
        row = (
            found.entries
            if tile.level == ENTRIES
            else found.rows[tile.level]
            if tile.level < len(found.rows)
            else []
        )
        if last > len(row):
            # Staged for a head that is not signed yet, or nobody's.
            if not files.pending.exists():
                yield f"{files.log}/{path}: reaches beyond the log's end"
        elif files.read_tile(path) != (to_bundle if tile.level == ENTRIES else b"".join)(row[first:last]):
            yield f"{files.log}/{path}: not what the entries give"
    yield from (f"{files.log}/{path}: missing" for path in sorted(wanted))


def check_genesis(logs: Sequence[HeldLog], contents: Sequence[Content], chain: TrustChain) -> Iterator[str]:
    """Name a log whose first leaf is not the scheme's, or does not continue the log before (docs/format.md §6)."""
    first = chain.version(1)
    before: FinalHead | None = None
    for log, content in zip(logs, contents, strict=True):
        previous = None if before is None else (logs[log.place - 1].origin, before.size, before.root)
        before = log.final
        if not content.entries:
            continue
        leaf = leaf_from_bytes(content.entries[0])
        if not isinstance(leaf, Genesis) or leaf.previous != previous:
            yield f"{log.files.log}: its genesis does not follow the log before"
        elif first is not None and leaf.trust_sha256 != bytes.fromhex(first.anchor):
            yield f"{log.files.log}: its genesis names another trust document"


def check_ratchet(logs: Sequence[HeldLog], found: Sequence[LogFound]) -> Iterator[str]:
    """Compare every head the log keys ever signed with the entries."""
    open_log = logs[-1]
    path = open_log.files.ratchet
    if not path.exists():
        if open_log.files.kept_sizes():
            yield "ratchet: missing; the publisher would refuse to sign"
        return
    *lines, torn = path.read_bytes().split(b"\n")
    if torn:
        yield f"ratchet: line {len(lines) + 1} is cut off"
    by_origin = {log.origin: (log, one) for log, one in zip(logs, found, strict=True)}
    heads: list[Checkpoint] = []
    for number, line in enumerate(lines, 1):
        try:
            head = read_line(line)
        except MalformedError as error:
            yield f"ratchet: line {number}: {error}"
            continue
        heads.append(head)
        if head.origin not in by_origin or first_out_of_order(heads[-2:]) is not None:
            yield f"ratchet: line {number} does not follow the one before"
            continue
        yield from (
            f"ratchet: line {number}: {one}" for one in _signed_problem(head, *by_origin[head.origin])
        )
    signed = {head.origin: head.size for head in heads}
    for log in logs:
        if (
            log is open_log or log.origin in signed
        ):  # of a log taken over from another operator there is no line
            missing = [size for size in log.files.kept_sizes() if size > signed.get(log.origin, 0)]
            yield from (f"ratchet: no line for size {size}, which is kept" for size in missing)


def _signed_problem(head: Checkpoint, log: HeldLog, found: LogFound) -> Iterator[str]:
    if not found.is_sound:
        return
    if head.size <= len(found.entries):
        if found.root_at(head.size) != head.root:
            yield "another root than the entries have"
    elif log.final is None and not log.files.pending.exists():
        # Beyond the end of a log that ended, a signed head is what its end cut off.
        yield f"size {head.size} was signed, the files end at {len(found.entries)}"
