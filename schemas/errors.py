"""What is wrong with bytes, as values with names.

Every error here names a *reason* of docs/format.md §8 (structure) and a *path* to the place,
so that whoever reads a refusal knows which byte string to look at.
"""

__all__ = ["MalformedError", "NotDeterministicError", "TooLargeError", "UnsignedHeaderError"]


class MalformedError(ValueError):
    """The bytes do not say what their grammar allows."""

    reason = "malformed"

    def __init__(self, problem: str, path: str = "") -> None:
        super().__init__(f"{path}: {problem}" if path else problem)
        self.problem = problem
        self.path = path


class NotDeterministicError(MalformedError):
    """The same value has another, the only permitted, encoding (RFC 8949 §4.2.1)."""

    reason = "not-deterministic"


class UnsignedHeaderError(MalformedError):
    """The unprotected header carries something; nobody signed it."""

    reason = "unsigned-header"


class TooLargeError(MalformedError):
    """The bytes exceed the bound that is checked before anything is parsed."""

    reason = "too-large"
