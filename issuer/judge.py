"""Whether drafts may be issued: what cells, rules and ledger have against them, all at once. Changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from issuer.books import Books
from issuer.draft import Draft, read_row
from issuer.drafts import Row, Sheet
from issuer.home import Home
from issuer.numbering import Slot
from issuer.problems import Note, Problem
from issuer.statements import mark_claims, profile_document
from schemas.claims import MarkClaims
from schemas.cose import MARK_TYPE, Sign1, header_bytes
from schemas.errors import MalformedError
from schemas.look_alikes import look_alike_scripts
from schemas.mark_number import MarkNumber
from schemas.profile import ProfileClaims

__all__ = ["FINAL", "Judged", "judge", "judge_new"]

SURELY_SMALL = 480  # bytes; what else a mark holds has less than half of its 1,024
FINAL = ("revoked", "superseded")


@dataclass(slots=True, kw_only=True)
class Judged:
    """A file of drafts after judging. `known`: rows whose draft was accepted before, with the same content."""

    new: list[Draft] = field(default_factory=list)
    known: list[Draft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def draft_ids(self) -> list[str]:
        return [draft.draft_id for draft in sorted((*self.new, *self.known), key=lambda draft: draft.row)]


def judge(sheet: Sheet, home: Home, books: Books, *, now: int, lang: str = "en") -> Judged:
    """Everything wrong with every row, and which rows are new. Changes nothing."""
    judged = Judged(problems=list(sheet.problems))
    rows_by_id: dict[str, int] = {}
    accepted = books.known_drafts([row.draft_id for row in sheet.rows if row.draft_id is not None])
    for row in sheet.rows:
        draft, problems, notes = read_row(row)
        judged.notes += notes
        if draft is not None:
            judged.notes += _look_alikes(draft)
        if row.draft_id is not None and row.draft_id in rows_by_id:
            detail = f"the same draft_id stands in row {rows_by_id[row.draft_id]}"
            problems.append(_problem(row, "draft_id", "duplicate-draft-id", detail))
        elif row.draft_id is not None:
            rows_by_id[row.draft_id] = row.number
        if draft is not None and not problems:
            known = accepted.get(draft.draft_id)
            if known is None:
                problems = judge_new(draft, home, books, now=now, lang=lang)
                judged.new.append(draft)
            elif known == draft.content:
                judged.known.append(draft)
            else:
                mark = books.mark_of(draft.draft_id)
                detail = f"already-issued {mark.number if mark else '?'}; use supersedes"
                problems = [_problem(row, "draft_id", "already-issued", detail)]
        judged.problems += problems
    judged.problems.sort(key=lambda problem: problem.row)
    return judged


def judge_new(draft: Draft, home: Home, books: Books, *, now: int, lang: str) -> list[Problem]:
    """Everything that speaks against issuing this draft now: the rules, the ledger, the sizes."""
    rules = home.rules(now, lang)
    problems = rules.judge(draft)
    faults = list(_supersedes(draft, books))
    if not problems:
        faults += _sizes(draft, home, now)
    return problems + [
        Problem(row=draft.row, draft_id=draft.draft_id, field=name, reason=reason, detail=detail)
        for name, reason, detail in faults
    ]


def _look_alikes(draft: Draft) -> Iterator[Note]:
    """Names that mix scripts, or may be taken for Latin: a warning, since companies are called so, too."""
    names = [("legal_name", draft.legal_name)]
    names += [("other_names", name) for _, name in draft.other_names]
    names += [("entities", name) for _, name, _ in draft.entities]
    for field_name, name in names:
        if scripts := ", ".join(look_alike_scripts(name)):
            detail = f"{name} is written in {scripts}: letter by letter as in the company register?"
            yield Note(row=draft.row, field=field_name, reason="look-alike-scripts", detail=detail)


def _supersedes(draft: Draft, books: Books) -> list[tuple[str, str, str]]:
    if draft.supersedes is None:
        return []
    number = str(draft.supersedes)
    old = books.latest(number)
    if old is None:
        return [("supersedes", "unknown-mark", f"the register, as last seen here, holds no {number}: sync")]
    if old.status in FINAL:
        return [("supersedes", "illegal-transition", f"{number} is {old.status} already")]
    if old.holder != str(draft.organisation_id):
        return [("supersedes", "other-holder", f"{number} is held by {old.holder}")]
    return []


def _sizes(draft: Draft, home: Home, now: int) -> list[tuple[str, str, str]]:
    """Whether mark and profile fit their bounds, with the longest number and index there are."""
    texts = (draft.legal_name, draft.legal_name_latin, draft.scope, draft.scope_latin)
    if sum(len(text.encode()) for text in texts if text) <= SURELY_SMALL and not (
        draft.entities or draft.other_names
    ):
        return []
    slot = Slot(
        number=MarkNumber(value=2**45 - 1), uri=f"https://{home.host(now)}/status/zzzz/999", index=2**17 - 1
    )
    claims = mark_claims(draft, slot, home.rules(now).window(draft), scheme=home.scheme.id, iat=now)
    protected = header_bytes(alg=home.key.alg, kid=home.key.kid, typ=MARK_TYPE)
    try:
        Sign1.assemble(protected=protected, payload=claims.to_bytes(), signature=bytes(64))
        MarkClaims.from_bytes(claims.to_bytes())
    except MalformedError as error:
        return [("scope", error.reason, f"the mark cannot be made: {error}: shorten names and scope")]
    try:
        payload = ProfileClaims(
            iat=now, number=slot.number, document=profile_document(draft, home.scheme)
        ).to_bytes()
        ProfileClaims.from_bytes(payload)
    except MalformedError as error:
        return [("entities", error.reason, f"the profile cannot be made: {error}")]
    return []


def _problem(row: Row, name: str, reason: str, detail: str) -> Problem:
    return Problem(row=row.number, draft_id=row.draft_id, field=name, reason=reason, detail=detail)
