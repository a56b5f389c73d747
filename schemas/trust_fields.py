"""What entries of a trust document have in common (docs/format.md §5): names, hosts, addresses, keys, windows."""

import re
from collections.abc import Callable
from typing import TypeVar

from schemas.errors import MalformedError
from schemas.note import VerifierKey
from schemas.strict_json import Node

__all__ = ["optional", "read_host", "read_names", "read_url", "read_vkey", "read_window"]

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*", re.ASCII)
_URL = re.compile(r"https?://[a-z0-9.\-\[\]:]{1,260}(?:/[A-Za-z0-9._~/%+-]{0,1000})?", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}", re.ASCII)

T = TypeVar("T")


def read_names(node: Node) -> dict[str, str]:
    """Give names by language tag, at least one."""
    for language in (members := node.any_members()):
        Node(language, node.path).match(_LANGUAGE, "a language tag such as ja or en")
    if not members:
        node.refuse("expected at least one name")
    return {language: name.text() for language, name in members.items()}


def read_host(node: Node) -> str:
    return node.match(_HOST, "register.example.jp, in lower case and without a port")


def read_url(node: Node) -> str:
    return node.match(_URL, "https://register.example.jp/log1")


def read_vkey(node: Node, key_type: int) -> VerifierKey:
    try:
        key = VerifierKey.from_text(node.text(max_bytes=1000))  # visible text: people compare these names
    except MalformedError as error:
        node.refuse(error.problem)
    if key.type != key_type:
        node.refuse(f"expected a verifier key of type {key_type:02x}, not {key.type:02x}")
    return key


def read_window(found: dict[str, Node]) -> tuple[int, int]:
    """Give `[from, until)`; an empty window closes a key before it was ever used."""
    start, until = found["from"].time(), found["until"].time()
    if until < start:
        found["until"].refuse("the window ends before it starts")
    return start, until


def optional(found: dict[str, Node], name: str, read: Callable[[Node], T]) -> T | None:
    return read(found[name]) if name in found else None
