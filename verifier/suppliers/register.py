"""A `Finder` over a register file: everything is read once, and kept in memory.

What it gives is what the register's log holds, each entry proven to be its leaf; who signed a mark is for the judge to
establish. A list of a group's members counts only by the hash the mark names, a profile only under its issuer's key.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from itertools import chain
from threading import RLock

from keys.signed import read_mark, read_profile
from keys.trust import public_key
from schemas import cbor
from schemas.claims import MarkClaims
from schemas.errors import MalformedError
from schemas.evidence import Archive
from schemas.leaves import IssueLeaf, leaf_from_bytes
from schemas.profile import ProfileClaims
from verifier.bundle_view import BundleView
from verifier.search_keys import grams, keys_of, question
from verifier.suppliers.finding import HeldMark, Holder

__all__ = ["RegisterFinder"]

ALIKE = 0.6  # of the parts of two names must be the same for one to be offered for the other
FEW = 3  # of the rarest parts a name must share to be looked at closely; one more or less makes no difference to what is found
MAX_ENTITIES = 65536  # bytes of a list of a group's members
_NAMES = ("name", "latin", "kana", "former", "entity")


class RegisterFinder:
    """Reads a register whose view is already authenticated; `archive` is the same file."""

    def __init__(self, view: BundleView, archive: Archive) -> None:
        self._view, self._archive = view, archive
        self._lock = RLock()

    def mark(self, number: str) -> bytes | None:
        with self._lock:
            return self._by_number.get(number)

    def marks_of(self, organisation: str) -> Sequence[HeldMark]:
        with self._lock:
            return self._by_holder.get(organisation, ())

    def named(self, name: str, *, limit: int = 5) -> Sequence[Holder]:
        asked = question(name).names
        with self._lock:
            found: dict[str, tuple[float, str]] = {}
            for text in asked:
                for key, score in self._alike(text):
                    for holder, matched in self._keys[key]:
                        if score > found.get(holder, (0.0, ""))[0]:
                            found[holder] = score, matched
            best = sorted(found.items(), key=lambda one: (-one[1][0], one[0]))[:limit]
            return [self._holder(holder, matched, score) for holder, (score, matched) in best]

    def holders_of(self, organisation: str) -> Sequence[Holder]:
        """Give the holders of the marks an organisation holds or is listed in."""
        with self._lock:
            held = self._by_holder.get(organisation, ())
            found = {str(read_mark(one.mark).unsafe_claims.holder): one.matched for one in held}
            return [self._holder(holder, matched, 1.0) for holder, matched in found.items()]

    def search(self, typed: str, *, limit: int = 20) -> Sequence[Holder]:
        """Give holders as `named` does, and after them those in whose name what was typed stands."""
        alike = self.named(typed, limit=limit)
        found = {one.id: one for one in alike}
        with self._lock:
            for text in question(typed).names:
                for key, held in self._keys.items():
                    if text in key:
                        for holder, matched in held:
                            share = min(0.99, len(text) / len(key))
                            if holder not in found or found[holder].score < share:
                                found[holder] = self._holder(holder, matched, share)
        return sorted(found.values(), key=lambda one: (-one.score, one.id))[:limit]

    def _holder(self, holder: str, matched: str, score: float) -> Holder:
        claims = self._newest[holder]
        return Holder(id=holder, name=claims.name, name_latin=claims.name_latin, matched=matched, score=score)

    def _alike(self, text: str) -> list[tuple[str, float]]:
        if text in self._keys:
            return [(text, 1.0)]
        parts = grams(text)
        pairs = [part for part in parts if len(part) == 2]
        rare_first = sorted(parts, key=lambda part: self._held[part])
        found = []
        for size, by_gram in self._by_size.items():
            # A name alike enough shares at least so many parts (Dice ≥ ALIKE). Even if it shares all of the commonest, that leaves
            # a few for the rarest: whoever has those is looked at closely, and nobody else need be.
            least = math.ceil(ALIKE * (len(parts) + size) / 2 - 1e-9)
            if least > min(len(parts), size):
                continue
            few = min(FEW, least)
            rarest = rare_first[: len(parts) - least + few]
            shares = Counter(chain.from_iterable(by_gram.get(part, ()) for part in rarest))
            for key in [key for key, count in shares.items() if count >= few]:
                # As len(parts & grams(key)), in a fifth of the time.
                shared = sum([pair in key for pair in pairs]) + key.endswith(text[-1])
                if shared >= least:
                    found.append((key, min(2 * shared / (len(parts) + size), 0.99)))
        return found

    @cached_property
    def _marks(self) -> list[tuple[bytes, MarkClaims]]:
        """Every mark of the log, in its order, with what it claims."""
        found = []
        held = 0
        for _, _, entry in self._view.leaves():
            held += 1
            with suppress(MalformedError):
                leaf = leaf_from_bytes(entry)
                if isinstance(leaf, IssueLeaf):
                    found.append((leaf.mark, read_mark(leaf.mark).unsafe_claims))
        whole = sum(head.checkpoint.size for head in self._view.heads)
        if self._view.lacking is not None:  # what is missing could be the very mark that is asked for
            raise OSError(f"the register lacks the log {self._view.lacking}, or its end: fetch it anew")
        if held < whole:
            raise OSError(f"the register holds {held} of its log's {whole} entries: fetch it anew")
        return found

    @cached_property
    def _by_number(self) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for mark, claims in self._marks:
            found.setdefault(str(claims.number), mark)
        return found

    @cached_property
    def _newest(self) -> dict[str, MarkClaims]:
        return {str(claims.holder): claims for _, claims in self._marks}

    @cached_property
    def _by_holder(self) -> dict[str, list[HeldMark]]:
        found: dict[str, list[HeldMark]] = defaultdict(list)
        for mark, claims in self._marks:
            holder = str(claims.holder)
            found[holder].append(HeldMark(mark=mark, matched="id"))
            for entity in self._entities(claims):
                if entity != holder:
                    found[entity].append(HeldMark(mark=mark, matched="entity"))
        return dict(found)

    def _entities(self, claims: MarkClaims) -> list[str]:
        """The members of a group's mark; none where the list is missing or is not the one the mark names."""
        data = self._list(claims)
        if data is not None:
            with suppress(MalformedError):
                listed = cbor.decode(data, max_size=MAX_ENTITIES)
                return [one for one in listed if type(one) is str] if type(listed) is list else []
        return []

    def _list(self, claims: MarkClaims) -> bytes | None:
        with suppress(MalformedError):
            data = self._archive.find(f"entities/{claims.number}.cbor")
            if data is not None and sha256(data).digest() == claims.entities_sha256:
                return data
        return None

    @cached_property
    def unlisted(self) -> str | None:
        """The first group's mark whose list of members the file lacks, though a register keeps it for ever: who is in it is unknown."""
        groups = (claims for _, claims in self._marks if claims.entities_sha256 is not None)
        return next((str(claims.number) for claims in groups if self._list(claims) is None), None)

    def _profile(self, mark: bytes, claims: MarkClaims) -> ProfileClaims | None:
        """The mark's profile, where its issuer's key signed it."""
        with suppress(MalformedError):
            data = self._archive.find(f"profile/{claims.number}.cwt")
            profile = None if data is None else read_profile(data)
            key = self._view.chain.current.find_key(read_mark(mark).header.kid)
            if profile is not None and key is not None and profile.header.kid == read_mark(mark).header.kid:
                signed = profile.verified_by(public_key(key))
                if signed is not None and signed.claims.number == claims.number:
                    return signed.claims
        return None

    @cached_property
    def _keys(self) -> dict[str, list[tuple[str, str]]]:
        """Holders by each folded name, with what kind of name it is."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for mark, claims in self._marks:
            profile = self._profile(mark, claims)
            for key in sorted(keys_of(claims, None if profile is None else profile.document)):
                # The number of a member is a key of kind "entity" too; it is found as a number, not as a name.
                if key.matched in _NAMES and (key.by_parts or not key.text.isdigit()):
                    found[key.text].append((str(claims.holder), key.matched))
        return {text: sorted(set(held), key=lambda one: _NAMES.index(one[1])) for text, held in found.items()}

    @cached_property
    def _by_size(self) -> dict[int, dict[str, list[str]]]:
        """Names by how many parts they have, and by each of these."""
        found: dict[int, dict[str, list[str]]] = {}
        for text in self._keys:
            parts = grams(text)
            by_gram = found.setdefault(len(parts), defaultdict(list))
            for part in parts:
                by_gram[part].append(text)
        return found

    @cached_property
    def _held(self) -> Counter[str]:
        """How many names have a part."""
        found: Counter[str] = Counter()
        for by_gram in self._by_size.values():
            for part, held in by_gram.items():
                found[part] += len(held)
        return found
