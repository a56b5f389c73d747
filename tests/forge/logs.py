"""A log in memory with every checkpoint it ever published, and its proofs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from forge.trust_documents import base64_of, key_of, note_key_id, public_of, signature_line
from schemas import merkle
from schemas.times import to_datetime


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A published checkpoint; `day` is that of its k-th smallest cosignature time."""

    size: int
    note: bytes
    day: str
    seen_at: int


@dataclass
class Log:
    """`label` names its key. The first kept checkpoint that covers a leaf proves it for ever."""

    origin: str
    label: str = "log"
    place: int = 0
    entries: list[bytes] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    def append(self, entry: bytes) -> int:
        self.entries.append(entry)
        return len(self.entries) - 1

    @property
    def hashes(self) -> list[bytes]:
        return [merkle.leaf_hash(entry) for entry in self.entries]

    def root(self, size: int) -> bytes:
        return merkle.root(self.hashes[:size])

    @property
    def head(self) -> Kept:
        return self.kept[-1]

    def text(self, size: int | None = None) -> str:
        size = len(self.entries) if size is None else size
        return f"{self.origin}\n{size}\n{base64_of(self.root(size))}\n"

    def signed(self, times: Mapping[str, int], *, text: str | None = None, label: str | None = None) -> bytes:
        """A checkpoint note, of the present head or of any text, cosigned at `times` by witness label."""
        text = self.text() if text is None else text
        lines = [signature_line(text, label or self.label, name=self.origin)]
        lines += [cosignature_line(text, witness, time) for witness, time in times.items()]
        return (text + "\n" + "".join(lines)).encode()

    def publish(self, times: Mapping[str, int], *, k: int) -> Kept:
        ordered = sorted(times.values())
        first = ordered[min(k, len(ordered)) - 1] if ordered else 0
        last = ordered[-min(k, len(ordered))] if ordered else 0
        day = to_datetime(first).strftime("%Y%m%d")
        kept = Kept(size=len(self.entries), note=self.signed(times), day=day, seen_at=last)
        self.kept.append(kept)
        return kept

    def covering(self, index: int) -> Kept:
        return next(one for one in self.kept if one.size > index)

    def proof(self, index: int, *, kept: Kept | None = None) -> bytes:
        """The tlog-proof of a leaf against the first kept checkpoint that covers it, or another one."""
        kept = kept or self.covering(index)
        return tlog_proof(index, merkle.inclusion_proof(self.hashes[: kept.size], index), kept.note)


def tlog_proof(index: int, hashes: list[bytes], note: bytes) -> bytes:
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *(base64_of(each) for each in hashes)]
    return ("\n".join(lines) + "\n\n").encode() + note


def cosignature_line(text: str, label: str, time: int) -> str:
    message = f"cosignature/v1\ntime {time}\n{text}".encode()
    name = f"{label}.example"
    key_id = note_key_id(name, 4, public_of(label))
    return f"— {name} {base64_of(key_id + time.to_bytes(8, 'big') + key_of(label).sign(message).signature)}\n"
