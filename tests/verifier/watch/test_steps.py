"""What a buyer is told to do about a change, and that every step has its sentence."""

from dataclasses import replace

import pytest

from verifier.watch.compare import Change, Kind, Tone
from verifier.watch.standing import Standing
from verifier.watch.steps import steps
from verifier.words import LANGUAGES, table

WORSE, OTHER, BETTER = Tone.WORSE, Tone.OTHER, Tone.BETTER
GOOD = Standing(key="ref:1", label="1", verdict="valid", number="7K3M9P2QXC", state="valid", level=3)
REVOKED = replace(GOOD, verdict="invalid", state="revoked")
UNSURE = replace(GOOD, verdict="undetermined", state=None)
NONE = Standing(key="ref:1", label="1", verdict="no-mark")

CASES: list[tuple[Standing, Standing | None, tuple[Kind, ...], Tone, list[str]]] = [
    (GOOD, REVOKED, (Kind.VERDICT, Kind.STATE), WORSE, ["invalid"]),
    (GOOD, replace(REVOKED, state="suspended"), (Kind.VERDICT,), WORSE, ["suspended"]),
    (GOOD, replace(REVOKED, successor="7K3M9P2QXC"), (Kind.VERDICT,), WORSE, ["successor"]),
    (GOOD, replace(GOOD, verdict="invalid"), (Kind.VERDICT,), WORSE, ["unmet"]),
    (GOOD, UNSURE, (Kind.VERDICT,), WORSE, ["undetermined"]),
    (GOOD, NONE, (Kind.VERDICT,), WORSE, ["no-mark"]),
    (GOOD, replace(GOOD, level=2), (Kind.LEVEL,), WORSE, ["level"]),
    (GOOD, GOOD, (Kind.HOLDER,), OTHER, ["look"]),
    (GOOD, GOOD, (Kind.MARK, Kind.ENDS_SOON), WORSE, ["look", "ends-soon"]),
    (REVOKED, GOOD, (Kind.VERDICT,), BETTER, []),
    (GOOD, None, (Kind.REMOVED,), OTHER, []),
]


@pytest.mark.parametrize(("before", "after", "kinds", "tone", "told"), CASES)
def test_a_change_says_what_to_do(
    before: Standing, after: Standing | None, kinds: tuple[Kind, ...], tone: Tone, told: list[str]
) -> None:
    assert [*steps(Change(kinds=kinds, tone=tone, before=before, after=after))] == told


def test_a_supplier_new_in_the_table_is_judged_like_one_that_changed() -> None:
    assert [*steps(Change(kinds=(Kind.ADDED,), tone=OTHER, before=None, after=REVOKED))] == ["invalid"]
    assert [*steps(Change(kinds=(Kind.ADDED,), tone=OTHER, before=None, after=GOOD))] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_step_has_a_sentence_and_every_sentence_a_step(lang: str) -> None:
    sentences = {name for name in table(lang)["phrases"] if name.startswith("watch-do-")}
    assert sentences == {f"watch-do-{step}" for *_, told in CASES for step in told}
