"""Which scripts of a name may be taken for another one (docs/format.md §8, note look-alike-scripts).

Аkashi with a Cyrillic А is not Akashi, and nobody sees it. Companies do mix scripts: 株式会社ABCシステム, บริษัทABC. So what is
named is a word of several scripts beyond those that languages write together, as "highly restrictive" in UTS #39 §5.2 has it;
a name with letters of two scripts that share their shapes; and a name in Cyrillic, say, none of whose letters differs
from a Latin one. It is a remark for people, and changes no verdict.

What it does not see: look-alikes within one script, and among ideographs and kana (ロ, 口).
"""

from functools import cache

from schemas.repertoire import kinds, scripts
from schemas.text import EVERYDAY_LINES

__all__ = ["look_alike_scripts"]


def look_alike_scripts(name: str) -> tuple[str, ...]:
    """The scripts to be named, sorted; for nearly every name there are none. `name` is of the repertoire."""
    if EVERYDAY_LINES.fullmatch(name):  # Latin, kana and ideographs alone
        return ()
    together, alike, like_latin = _families()
    found: set[str] = set()
    letters: dict[str, set[str]] = {}  # of the whole name, by script
    word: set[str] = set()
    for character, script, kind in zip(f"{name} ", [*scripts(name), ""], f"{kinds(name)}S", strict=True):
        if script:
            word.add(script)
            letters.setdefault(script, set()).add(character)
        elif kind not in "MJV":  # the word ends
            if len(word) > 1 and not any(word <= family for family in together):
                found |= word
            word = set()
    of_one_shape = letters.keys() & alike
    if len(of_one_shape) > 1:
        found |= of_one_shape
    found |= {script for script in of_one_shape if letters[script] <= like_latin}
    return tuple(sorted(found))


@cache
def _families() -> tuple[list[set[str]], set[str], set[str]]:
    from schemas.text_tables import ALIKE, LIKE_LATIN, TOGETHER

    ends = [[int(end, 36) for end in token.split(".")] for token in LIKE_LATIN.split()]
    like_latin = {chr(code) for first, last in ends for code in range(first, last + 1)}
    return [set(family.split()) for family in TOGETHER.split("/")], set(ALIKE.split()), like_latin
