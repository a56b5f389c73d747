"""What a word on a command line is by its form, whatever lies in the folder it is typed in (docs/format.md §2).

Where a mark number or an anchor may stand, so may the name of a file. A file that somebody left beside the reader, named like
the number, must not answer in the number's place.
"""

import re

from schemas.mark_number import has_form

__all__ = ["is_value"]

_LINK = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE | re.ASCII)
_DIGITS_OR_HASH = re.compile(r"[0-9]+|[0-9a-f]{32,}", re.IGNORECASE | re.ASCII)


def is_value(text: str) -> bool:
    """Whether a word is no file's name: nothing, an address, digits, 32 and more hex digits, or ten characters of a mark number.

    Whether it is right is not looked at: a mistyped number is a mistyped number. A path to a file of such a name, `./NAME`, is
    none of these, and neither is a name with a suffix.
    """
    word = text.strip()
    return not word or bool(_LINK.match(word) or _DIGITS_OR_HASH.fullmatch(word)) or has_form(word)
