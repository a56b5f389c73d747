"""Writing the evidence of one mark (docs/format.md §7): by a registry from its tables, by a buyer from a register's file.

Nothing is decided here; `verifier.evidence_view` reads it back and does.
"""

import io
from collections.abc import Mapping, Sequence

from schemas.evidence import ListedLog, ListedStatus, Manifest, write_archive
from schemas.extension import extension_bytes
from schemas.note import SignedNote
from schemas.tiles import ReadTile, consistency_proof, inclusion_proof
from schemas.times import iso
from schemas.tlog_proof import TlogProof

__all__ = ["evidence_file", "head_members", "leaf_proof"]


def leaf_proof(read_tile: ReadTile, index: int, note: bytes, *, size: int, held: int) -> bytes:
    """Give a leaf's tlog-proof against the checkpoint in `note`, of `size`; `held`: the size the tiles are of."""
    hashes = inclusion_proof(read_tile, index, size, held=held)
    return TlogProof(
        index=index, hashes=tuple(hashes), checkpoint_note=SignedNote.from_bytes(note)
    ).to_bytes()


def head_members(
    directory: str, notes: Mapping[int, bytes], read_tile: ReadTile, *, held: int
) -> dict[str, bytes]:
    """Give a log's checkpoints (by size, notes as published) as members: each with the proof that it extends the one before.

    `held`: the size the tiles are of.
    """
    members: dict[str, bytes] = {}
    old = 0
    for size, note in sorted(notes.items()):
        proof = consistency_proof(read_tile, old, size, held=held) if old else []
        members[f"{directory}/heads/{size}"] = extension_bytes(note, old=old, proof=proof)
        old = size
    return members


def evidence_file(
    members: Mapping[str, bytes],
    *,
    as_of: int | None,
    hosts: Sequence[str],
    trust: Sequence[int],
    logs: Sequence[ListedLog],
    status_uri: str | None,
) -> bytes:
    """Give the ZIP of these members. `logs` are those whose checkpoints are among them, `status_uri` of the list, if any."""
    manifest = Manifest(
        variant="evidence",
        as_of=None if as_of is None else iso(as_of),
        hosts=tuple(hosts),
        trust=tuple(trust),
        logs=tuple(logs),
        lists=() if status_uri is None else (ListedStatus(file="status.cwt", uri=status_uri),),
    )
    out = io.BytesIO()
    write_archive(out, [("bundle.json", manifest.to_bytes()), *sorted(members.items())])
    return out.getvalue()
