"""Whether the name on a buyer's list is the name in a mark. It is for the eye: no verdict hangs on it.

㈱みほん電子        is   株式会社みほん電子          the form of company is written in another way
みほん電子          is   株式会社みほん電子          the form is left out
Mihon Denshi Inc.   is   Mihon Denshi Co., Ltd.      Latin forms are translations, and vary
みほん電子株式会社  is not 株式会社みほん電子        in Japan these may be two companies
"""

import re
import unicodedata
from enum import StrEnum

from schemas.claims import MarkClaims
from verifier.search_keys import fold, without_form

__all__ = ["NameMatch", "is_same_name", "name_match"]

_WRITTEN_OUT = {
    "(株)": "株式会社",
    "(有)": "有限会社",
    "(同)": "合同会社",
    "(資)": "合資会社",
    "(名)": "合名会社",
    "(一社)": "一般社団法人",
    "(一財)": "一般財団法人",
    "(公社)": "公益社団法人",
    "(公財)": "公益財団法人",
    "(医)": "医療法人",
    "(福)": "社会福祉法人",
    "(学)": "学校法人",
}
_SHORT = re.compile("|".join(map(re.escape, _WRITTEN_OUT)))
_JAPANESE_FORM = re.compile("会社|法人|組合")


class NameMatch(StrEnum):
    SAME = "same"
    DIFFERS = "differs"
    NOT_GIVEN = "not-given"


def name_match(name: str | None, claims: MarkClaims) -> NameMatch:
    """Compare the row's name with the mark's names in either script."""
    if name is None:
        return NameMatch.NOT_GIVEN
    held = [claims.name] if claims.name_latin is None else [claims.name, claims.name_latin]
    return NameMatch.SAME if any(is_same_name(name, one) for one in held) else NameMatch.DIFFERS


def is_same_name(one: str, other: str) -> bool:
    """Whether two names are one name written in two ways; where both say a Japanese form and its place, both agree."""
    one, other = _written_out(one), _written_out(other)
    if one == other or fold(one) == fold(other) != "":
        return True
    bare = without_form(one)
    if not bare or bare != without_form(other):
        return False
    return not (_has_form(one, bare) and _has_form(other, bare))


def _written_out(name: str) -> str:
    return _SHORT.sub(lambda found: _WRITTEN_OUT[found.group()], unicodedata.normalize("NFKC", name))


def _has_form(name: str, bare: str) -> bool:
    return fold(name) != bare and _JAPANESE_FORM.search(name) is not None
