"""How a reader that is asked for every mark fills a frozen value: through an unfrozen twin.

The constructor of a frozen dataclass goes through `object.__setattr__` for every field, which for a mark's claims
costs more than reading them. A twin is a class of the same slots that is not frozen. Who fills one

    claims = _blank()                    # _blank = twin_of(MarkClaims)
    claims.exp = exp                     # … every field there is; no default, no __post_init__
    claims.__class__ = MarkClaims        # and from here on it is a MarkClaims, frozen to everybody

promises what the constructor would have checked. Only what was just checked, or was made here, is filled in this
way; tests hold every value made so against one made by its constructor.
"""

from collections.abc import Callable
from types import new_class
from typing import Any

__all__ = ["twin_of"]


def twin_of(cls: type[Any]) -> Callable[[], Any]:
    """Give the unfrozen twin of a dataclass with slots; called, it gives an object without any field set."""
    bases = getattr(cls, "__orig_bases__", cls.__bases__)
    return new_class(cls.__name__, bases, exec_body=lambda members: members.update(__slots__=cls.__slots__))
