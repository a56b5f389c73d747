"""The trust documents on disk: each follows the one before, and each line under it is a root holder's."""

from keys.trust import TrustChain, TrustRefusedError, read_note, walk
from registry.files import RegistryFiles
from schemas.note import SignedNote, VerifierKey

__all__ = ["check_trust", "unknown_lines"]


def check_trust(files: RegistryFiles, anchor: str) -> tuple[list[str], TrustChain | None]:
    """Give what is wrong, and the chain if it holds. The first document that does not follow is the damaged one."""
    chain: TrustChain | None = None
    damage: list[str] = []
    for version in files.trust_versions():
        raw = files.find_trust(version) or b""
        try:
            note, document = read_note(raw)
            if document.version != version:
                return [f"trust/{version}: is version {document.version}"], None
            chain = walk(anchor, [raw]) if chain is None else chain.extended([raw])
        except TrustRefusedError as error:
            return [f"trust/{version}: {error}"], None
        roots = [*document.root.keys]
        if len(chain.documents) > 1:
            roots += chain.documents[-2].root.keys
        damage += [f"trust/{version}: {line}" for line in unknown_lines(note, raw, roots)]
    return damage, chain


def unknown_lines(note: SignedNote, raw: bytes, keys: list[VerifierKey]) -> list[str]:
    """Name signature lines by none of `keys`: verifiers pass over them, we never wrote one."""
    known = {(key.name, key.key_id) for key in keys}
    found = [
        f"a signature line of {line.name} that no known key wrote"
        for line in note.signatures
        if (line.name, line.key_id) not in known
    ]
    return found if note.to_bytes() == raw else [*found, "not in the form it was written in"]
