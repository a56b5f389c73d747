"""Status lists, profiles and entity lists beside what the log's entries say."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

from keys.signed import read_mark, read_profile
from keys.trust import TrustChain, public_key
from registry.evidence import read_claims
from registry.files import RegistryFiles
from registry.logs import Content
from schemas.claims import MarkClaims
from schemas.errors import MalformedError
from schemas.leaves import IssueLeaf, SnapshotLeaf, leaf_from_bytes
from schemas.note import SignedNote
from schemas.profile import ProfileClaims
from schemas.status_list import StatusUri
from schemas.trust_document import TrustDocument
from verifier.fold import Fold, trust_version
from verifier.report import Refused
from verifier.transparency import Witnessed, check_checkpoint, check_list, snapshot_digest

__all__ = ["check_lists", "check_profiles"]


def check_lists(contents: Sequence[Content], chain: TrustChain) -> Iterator[str]:
    """Name every list that is missing, not authentic, or not Fold(N).

    Lists are those of the newest log that published any; just after a log ended that is the ended one.
    """
    files, earlier = contents[-1].files, list(contents)
    head: Witnessed | None = None
    while earlier and head is None:
        last = earlier.pop()
        head = _newest_head(last.files, chain)
    if head is None:
        return
    published = last.entries[: head.checkpoint.size]
    snapshots = list(_snapshots(published))
    folds: dict[int, Fold] = {}
    named: dict[str, str] = {}
    for uri, _ in snapshots[-1][1].lists if snapshots else ():
        parsed = StatusUri.find(uri)
        if parsed is not None:
            named[f"{parsed.path}.cwt"] = uri
    on_disk = sorted(path.relative_to(files.home).as_posix() for path in files.home.glob("status/*/[!.]*"))
    yield from (f"{name}: no snapshot names such a list" for name in on_disk if name not in named)
    for name, uri in sorted(named.items()):
        parsed = StatusUri.find(uri)
        data = None if parsed is None else files.find_list(parsed.series, parsed.n)
        if data is None:
            yield f"{name}: missing"
            continue
        by_size = {leaf.size: (index, leaf) for index, leaf in snapshots}
        size = _claimed_size(data)
        index, snapshot = by_size.get(-1 if size is None else size, (0, None))
        found = check_list(
            data,
            uri,
            snapshot=snapshot,
            snapshot_index=index,
            # The checkpoint the snapshot was published with: a list of yesterday is old, not damaged.
            head=_kept_head(last.files, chain, index + 1) or head,
            document=chain.current,
        )
        if isinstance(found, Refused):
            yield f"{name}: {found.detail}"
            continue
        fold = folds.get(found.claims.size) or _fold(chain, [*earlier, _part(last, found.claims.size)])
        folds[found.claims.size] = fold
        if bytes(fold.lists.get(uri, b"")) != found.claims.statuses:
            yield f"{name}: says otherwise than the log's first {found.claims.size} leaves"
    for index, leaf in snapshots[-1:]:
        fold = folds.get(leaf.size) or _fold(chain, [*earlier, _part(last, leaf.size)])
        expected = {uri: snapshot_digest(bytes(statuses)) for uri, statuses in fold.lists.items()}
        if dict(leaf.lists) != expected or leaf.trust_version != fold.document.version:
            yield f"{last.files.log}: the snapshot at {index} is not what the leaves before it add up to"


def _newest_head(files: RegistryFiles, chain: TrustChain) -> Witnessed | None:
    """Give the newest kept checkpoint that holds; those that do not were named already."""
    heads = (_kept_head(files, chain, size) for size in reversed(files.kept_sizes()))
    return next((head for head in heads if head is not None), None)


def _kept_head(files: RegistryFiles, chain: TrustChain, size: int) -> Witnessed | None:
    """Give the kept checkpoint of that size; None when there is none, or it does not hold."""
    try:
        note = SignedNote.from_bytes(files.find_checkpoint(size) or b"")
    except MalformedError:
        return None
    head = check_checkpoint(note, chain.current)
    return None if isinstance(head, Refused) else head


def _snapshots(entries: Sequence[bytes]) -> Iterator[tuple[int, SnapshotLeaf]]:
    for index, entry in enumerate(entries):
        leaf = leaf_from_bytes(entry)
        if isinstance(leaf, SnapshotLeaf):
            yield index, leaf


def _claimed_size(data: bytes) -> int | None:
    claims = read_claims(data)
    return None if claims is None else claims.size


def _part(content: Content, size: int) -> Content:
    return replace(content, entries=content.entries[:size])


def _fold(chain: TrustChain, contents: Sequence[Content]) -> Fold:
    leaves = [leaf for content in contents for leaf in content.leaves()]
    fold = Fold(document=chain.version(trust_version(entry for _, _, entry in leaves)) or chain.current)
    for place, index, entry in leaves:
        fold.apply(entry, place=place, index=index)
    return fold


def check_profiles(contents: Sequence[Content], chain: TrustChain) -> Iterator[str]:
    """Name every profile and entity list that is not its issuer's, or not of a mark in the log."""
    files, marks = contents[-1].files, _marks(chain, contents)
    for number, raw in files.profiles().items():
        name = f"profile/{number}.cwt"
        mark = marks.get(number)
        if mark is None:
            yield f"{name}: no mark of this number is in the log"
            continue
        problem = _profile_problem(raw, mark[0], mark[1], chain.current)
        if problem is not None:
            yield f"{name}: {problem}"
    held = {path.stem for path in files.home.glob("entities/[!.]*")}
    for number, (claims, _) in sorted(marks.items()):
        if claims.entities_sha256 is None:
            continue
        data = files.find_entities(number)
        held.discard(number)
        if data is None or sha256(data).digest() != claims.entities_sha256:
            yield f"entities/{number}.cbor: " + ("missing" if data is None else "not what the mark hashes")
    yield from (f"entities/{number}.cbor: no mark covers it" for number in sorted(held))


def _marks(chain: TrustChain, contents: Sequence[Content]) -> dict[str, tuple[MarkClaims, str]]:
    """Give the claims and the issuer of every entitled mark."""
    by_place = {content.place: content.entries for content in contents}
    found = {}
    for number, state in _fold(chain, contents).marks.items():
        leaf = leaf_from_bytes(by_place[state.place][state.index])
        if isinstance(leaf, IssueLeaf):
            found[number] = (read_mark(leaf.mark).unsafe_claims, state.owner)
    return found


def _profile_problem(raw: bytes, mark: MarkClaims, owner: str, document: TrustDocument) -> str | None:
    try:
        unverified = read_profile(raw)
    except MalformedError as error:
        return str(error)
    key = document.find_key(unverified.header.kid)
    if key is None or key.owner != owner or unverified.verified_by(public_key(key)) is None:
        return "not signed by the mark's issuer, or changed since"
    claims: ProfileClaims = unverified.unsafe_claims
    if claims.number != mark.number:
        return f"is the profile of {claims.number}"
    if mark.entities_sha256 is not None and sha256(claims.entities()).digest() != mark.entities_sha256:
        return "lists other entities than the mark hashes"
    return None
