"""Evidence, bundle and register, from a log in memory (docs/format.md §7).

The registry writes the same files from its store by other code; a test there compares the two.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forge.logs import Kept, Log
from forge.trust_documents import base64_of
from schemas import merkle
from schemas.entry_bundles import to_bundle
from schemas.errors import MalformedError
from schemas.evidence import ListedLog, ListedStatus, Manifest, write_archive
from schemas.leaves import Leaf, SnapshotLeaf, TrustLeaf, leaf_from_bytes
from schemas.status_list import StatusUri
from schemas.tiles import ENTRIES, TILE_WIDTH, tile_at, tiles_of
from schemas.times import iso


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a world has published: everything its files are made of."""

    notes: Sequence[bytes]
    hosts: Sequence[str]
    logs: Sequence[Log]
    lists: Mapping[str, bytes]
    listed_at: int  # the lists' iat


def written(members: Mapping[str, bytes]) -> bytes:
    """A file of these members; `bundle.json` comes first and is among them."""
    out = io.BytesIO()
    rest = sorted((name.encode(), data) for name, data in members.items() if name != "bundle.json")
    write_archive(
        out, [("bundle.json", members["bundle.json"]), *((name.decode(), data) for name, data in rest)]
    )
    return out.getvalue()


def evidence_members(
    contents: Contents,
    *,
    mark: bytes,
    uri: str,
    at: tuple[int, int],
    events: Sequence[tuple[bytes, tuple[int, int]]],
    snapshot: tuple[int, int] | None,
    kept: Sequence[Kept] | None = None,
) -> dict[str, bytes]:
    """The members of one mark's evidence; places in the log are (place, index)."""
    logs = contents.logs

    def proof(place: int, index: int) -> bytes:
        chosen = None if kept is None or place < len(logs) - 1 else [*kept, logs[place].head]
        under = None if chosen is None else next(one for one in chosen if one.size > index)
        return logs[place].proof(index, kept=under)

    members = trust_members(contents)
    members |= {"mark.cwt": mark, "proof": proof(*at)}
    leaves = [at, *(where for _, where in events)]
    for number, (event, (place, index)) in enumerate(events):
        members[f"events/{number}.cwt"] = event
        members[f"events/{number}.proof"] = proof(place, index)
    lists: tuple[ListedStatus, ...] = ()
    if snapshot is not None and uri in contents.lists:
        place, index = snapshot
        members["status.cwt"] = contents.lists[uri]
        members["snapshot.leaf"] = logs[place].entries[index]
        members["snapshot.proof"] = proof(place, index)
        leaves.append((place, index))
        lists = (ListedStatus(file="status.cwt", uri=uri),)
    listed = []
    for place in sorted({place for place, _ in leaves} | {len(logs) - 1}):
        log = logs[place]
        chosen = kept if place == len(logs) - 1 else None
        members |= head_members(log, [index for at, index in leaves if at == place], kept=chosen)
        listed.append(ListedLog(dir=f"log/{place}", origin=log.origin, size=log.head.size))
    members["bundle.json"] = manifest(contents, "evidence", listed, lists)
    return members


def head_members(log: Log, indices: Sequence[int], *, kept: Sequence[Kept] | None = None) -> dict[str, bytes]:
    """The first checkpoints over these leaves, or those of `kept`, and the head; each with its proof from the one before."""
    kept = [log.covering(index) for index in indices] if kept is None else kept
    members, old = {}, 0
    for size, note in sorted({one.size: one.note for one in (*kept, log.head)}.items()):
        proof = merkle.consistency_proof(log.hashes[:size], old) if old else []
        lines = [f"old {old}", *map(base64_of, proof)]
        members[f"log/{log.place}/heads/{size}"] = ("\n".join(lines) + "\n\n").encode() + note
        old = size
    return members


def bundle_members(contents: Contents, *, variant: str) -> dict[str, bytes]:
    """The members of the bundle ("plain") or the register, without profiles."""
    members = trust_members(contents)
    for log in contents.logs:
        members |= {f"log/{log.place}/{name}": data for name, data in log_members(log, variant).items()}
    lists = []
    for uri, data in sorted(contents.lists.items()):
        name = StatusUri.find(uri)
        file = f"{name.path}.cwt" if name else ""
        members[file] = data
        lists.append(ListedStatus(file=file, uri=uri))
    logs = [ListedLog(dir=f"log/{log.place}", origin=log.origin, size=log.head.size) for log in contents.logs]
    members["bundle.json"] = manifest(contents, variant, logs, lists)
    return members


def manifest(
    contents: Contents, variant: str, logs: Sequence[ListedLog], lists: Sequence[ListedStatus]
) -> bytes:
    as_of = min(contents.listed_at, contents.logs[-1].head.seen_at)
    return Manifest(
        variant=variant,
        as_of=iso(as_of),
        hosts=tuple(contents.hosts),
        trust=tuple(range(1, len(contents.notes) + 1)),
        logs=tuple(logs),
        lists=tuple(lists),
    ).to_bytes()


def trust_members(contents: Contents) -> dict[str, bytes]:
    return {f"trust/{version}": note for version, note in enumerate(contents.notes, 1)}


def log_members(log: Log, variant: str) -> dict[str, bytes]:
    """One log below its directory: head, landmarks, tiles of all levels, bundles of entries."""
    size, hashes = log.head.size, log.hashes
    members = {"checkpoint": log.head.note}
    members |= {f"landmarks/{kept.day}": kept.note for kept in log.kept}  # the last of a day wins
    for tile in tiles_of(size):
        span = TILE_WIDTH**tile.level  # leaves under one hash of this row
        starts = [(tile.index * TILE_WIDTH + slot) * span for slot in range(tile.width)]
        members[tile.path] = b"".join(merkle.root(hashes[start : start + span]) for start in starts)
    for number in sorted({index // TILE_WIDTH for index in _indices(log, size, variant)}):
        bundle = tile_at(ENTRIES, number, size=size)
        first = number * TILE_WIDTH
        members[bundle.path] = to_bundle(log.entries[first : first + bundle.width])
    return members


def _indices(log: Log, size: int, variant: str) -> list[int]:
    if variant == "register":
        return list(range(size))
    leaves = [_leaf(entry) for entry in log.entries[:size]]
    snapshots = [index for index, leaf in enumerate(leaves) if isinstance(leaf, SnapshotLeaf)]
    return snapshots[-1:] + [index for index, leaf in enumerate(leaves) if isinstance(leaf, TrustLeaf)]


def _leaf(entry: bytes) -> Leaf | None:
    try:
        return leaf_from_bytes(entry)
    except MalformedError:
        return None
