"""The right edge of a growing Merkle tree (RFC 6962 §2.1): enough to append and to know the root, however large it is."""

from dataclasses import dataclass, field

from schemas.merkle import EMPTY_ROOT, fold, node_hash

__all__ = ["Frontier"]


@dataclass(slots=True)
class Frontier:
    """Complete subtrees from left to right, each with its height; heights fall."""

    size: int = 0
    subtrees: list[tuple[int, bytes]] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        height, subtrees = 0, self.subtrees
        while subtrees and subtrees[-1][0] == height:
            leaf = node_hash(subtrees.pop()[1], leaf)
            height += 1
        subtrees.append((height, leaf))
        self.size += 1

    @property
    def root(self) -> bytes:
        return fold([one for _, one in self.subtrees]) if self.subtrees else EMPTY_ROOT

    def copied(self) -> "Frontier":
        return Frontier(size=self.size, subtrees=list(self.subtrees))
