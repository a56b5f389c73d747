"""Names written from right to left, beside our own words.

A Hebrew name in a line of numbers reorders what stands around it: a reader takes digits of the number for the name's,
or one holder's status for another's. An isolate (UAX #9) keeps the name's order inside and ours outside. These
characters are put around a name where it is shown and never stand in a signed object; CSV and JSON stay as they are.
On a page <bdi> does the same.
"""

import re

__all__ = ["isolated"]

FIRST_STRONG, POP = "\u2068", "\u2069"
# Blocks in which Unicode gives right-to-left even to what is not assigned yet.
_RIGHT_TO_LEFT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"


def isolated(text: str) -> str:
    """`text` between isolates if any of it runs from right to left; else as it is."""
    if text.isascii() or not re.search(_RIGHT_TO_LEFT, text):
        return text
    return f"{FIRST_STRONG}{text}{POP}"
