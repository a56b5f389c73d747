"""Evidence of each supplier's mark, put together from a register's file: what an auditor files and verifies years later.

Every file is judged by itself before it is handed out, and must come to what the register came to.
"""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path

from keys.signed import read_event, read_mark
from keys.whole_files import writing_whole
from schemas.checkpoint import read_checkpoint
from schemas.errors import MalformedError
from schemas.evidence import Archive, ListedLog
from schemas.leaves import EventLeaf, IssueLeaf, leaf_from_bytes
from verifier.bundle_view import BundleView
from verifier.evidence_file import evidence_file, head_members, leaf_proof
from verifier.report import Refused, Verdict
from verifier.suppliers.results import MarkFacts, RowResult
from verifier.suppliers.run import Check
from verifier.transparency import AuthenticList
from verifier.verifier import Verifier

__all__ = ["EvidenceError", "EvidenceMaker", "write_evidence"]


class EvidenceError(Exception):
    """No evidence can be made for a mark; says why."""


class EvidenceMaker:
    """Makes evidence from a register whose view is authenticated; `archive` is the same file."""

    def __init__(self, view: BundleView, archive: Archive) -> None:
        self._view, self._archive = view, archive

    def evidence_of(self, mark: MarkFacts) -> bytes:
        """Give the evidence of one mark. Raises EvidenceError, MalformedError for a damaged register."""
        if self._archive.manifest.variant != "register":
            raise EvidenceError("a register is needed")
        if mark.recognised_by is not None:
            raise EvidenceError(f"the mark is of {mark.scheme}, whose register is another file")
        if mark.place is None or mark.index is None:
            raise EvidenceError("the mark was not found in the log")
        if len(self._entries) < sum(head.checkpoint.size for head in self._view.heads):
            # What is missing could be an event of this mark.
            raise EvidenceError("the register does not hold every entry of its log: fetch it anew")
        leaf = leaf_from_bytes(self._entries[mark.place, mark.index])
        if not isinstance(leaf, IssueLeaf):
            raise EvidenceError("the log holds no mark at its place")
        needed: dict[int, set[int]] = {}  # sizes of the checkpoints proofs are under, by the log's place
        members = {"mark.cwt": leaf.mark, "proof": self._proof(mark.place, mark.index, needed)}
        profile = self._archive.find(f"profile/{mark.number}.cwt")
        if profile is not None:
            members["profile.cwt"] = profile
        listed = self._list_of(leaf.mark)
        members |= self._status(listed)
        spoken_of = (listed.claims.place, listed.claims.size)
        for count, (place, index, event) in enumerate(
            one for one in self._events[mark.number] if one[:2] < spoken_of
        ):
            members[f"events/{count}.cwt"] = event
            members[f"events/{count}.proof"] = self._proof(place, index, needed)
        members |= {name: self._archive.get(name) for name in self._archive.names("trust/")}
        needed.setdefault(max(self._heads), set())
        logs = []
        for place, sizes in sorted(needed.items()):
            directory, (end, _) = f"log/{place}", self._heads[place]
            notes = {
                size: note for size, note in self._checkpoints(place).items() if size in sizes or size == end
            }
            members |= head_members(directory, notes, partial(self._read, place), held=end)
            logs.append(
                ListedLog(dir=directory, origin=self._view.chain.current.logs[place].origin, size=end)
            )
        return evidence_file(
            members,
            as_of=listed.as_of,
            hosts=self._archive.manifest.hosts,
            trust=self._archive.manifest.trust,
            logs=logs,
            status_uri=listed.claims.uri,
        )

    def _list_of(self, mark: bytes) -> AuthenticList:
        listed = self._view.status_list(read_mark(mark).unsafe_claims.status_uri)
        if isinstance(listed, Refused):
            raise EvidenceError(listed.detail)
        return listed

    def _status(self, listed: AuthenticList) -> dict[str, bytes]:
        """The list, and the snapshot that names it: the leaf right behind what it speaks of (§4)."""
        place, index = listed.claims.place, listed.claims.size
        file = next(one.file for one in self._archive.manifest.lists if one.uri == listed.claims.uri)
        head = self._heads[place]
        return {
            "status.cwt": self._archive.get(file),
            "snapshot.leaf": self._entries[place, index],
            "snapshot.proof": self._proof_in(place, index, *head),
        }

    def _proof(self, place: int, index: int, needed: dict[int, set[int]]) -> bytes:
        """Prove a leaf against the first checkpoint held that covers it: a landmark, or the head."""
        size, note = next(one for one in self._checkpoints(place).items() if one[0] > index)
        needed.setdefault(place, set()).add(size)
        return self._proof_in(place, index, size, note)

    def _proof_in(self, place: int, index: int, size: int, note: bytes) -> bytes:
        return leaf_proof(partial(self._read, place), index, note, size=size, held=self._heads[place][0])

    def _read(self, place: int, path: str) -> bytes:
        return self._archive.get(f"{self._folder(place)}/{path}")

    @cached_property
    def _heads(self) -> dict[int, tuple[int, bytes]]:
        return {
            head.place: (
                head.checkpoint.size,
                self._archive.get(f"{self._folder(head.place)}/checkpoint"),
            )
            for head in self._view.heads
        }

    def _checkpoints(self, place: int) -> dict[int, bytes]:
        """Give the notes of all checkpoints held of a log by size, ascending."""
        if place not in self._kept:
            names = self._archive.names(f"{self._folder(place)}/landmarks/")
            notes = [self._archive.get(name) for name in names]
            sizes = [read_checkpoint(note)[0].size for note in notes]
            self._kept[place] = dict(sorted([*zip(sizes, notes, strict=True), self._heads[place]]))
        return self._kept[place]

    @cached_property
    def _kept(self) -> dict[int, dict[int, bytes]]:
        return {}

    def _folder(self, place: int) -> str:
        document = self._view.chain.current
        return next(one.dir for one in self._archive.manifest.logs if document.find_log(one.origin) == place)

    @cached_property
    def _entries(self) -> dict[tuple[int, int], bytes]:
        return {(place, index): entry for place, index, entry in self._view.leaves()}

    @cached_property
    def _events(self) -> dict[str, list[tuple[int, int, bytes]]]:
        """Events by the number of their mark, in the log's order."""
        found: dict[str, list[tuple[int, int, bytes]]] = defaultdict(list)
        for (place, index), entry in sorted(self._entries.items()):
            with suppress(MalformedError):
                leaf = leaf_from_bytes(entry)
                if isinstance(leaf, EventLeaf):
                    number = str(read_event(leaf.event).unsafe_claims.number)
                    found[number].append((place, index, leaf.event))
        return found


def write_evidence(
    folder: Path, check: Check, results: Sequence[RowResult]
) -> tuple[dict[int, str], dict[int, str]]:
    """Write one file for each mark; give their names by row, and why there is none for others. Raises OSError."""
    maker = EvidenceMaker(check.view, check.archive)
    folder.mkdir(parents=True, exist_ok=True)
    named: dict[int, str] = {}
    refused: dict[int, str] = {}
    made: dict[str, tuple[int | None, int | None]] = {}
    for result in results:
        if result.mark is None:
            continue
        name = f"{result.mark.number}.akashi"
        at = result.mark.place, result.mark.index
        if made.get(name, at) != at:
            refused[result.row] = "another mark of this number has the file"
            continue
        if name not in made:
            try:
                data = maker.evidence_of(result.mark)
                _check_alone(data, check, result)
            except (EvidenceError, MalformedError) as error:
                refused[result.row] = str(error)
                continue
            with writing_whole(folder / name, mode=0o644) as out:
                out.write(data)
            made[name] = at
        named[result.row] = name
    return named, refused


def _check_alone(data: bytes, check: Check, result: RowResult) -> None:
    """On return the evidence alone comes to what the register came to. Raises EvidenceError."""
    opening = check.opening
    with Verifier.from_bundle(data, anchor=opening.anchor, clock=opening.clock) as verifier:
        report = verifier.verify(verifier.evidence_mark or b"", at=opening.at, max_age=opening.max_age)
    said = {one.reason for one in result.reasons}
    if report.verdict is not Verdict.VALID and not said.intersection(report.reasons):
        raise EvidenceError(f"by itself it comes to {report.verdict}: {', '.join(report.reasons)}")
