"""The words for what a monitor finds, one file a language: words.<lang>.json beside this module."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from verifier.monitor.findings import Kind

__all__ = ["explained", "said"]


def explained(kind: Kind, lang: str) -> tuple[str, str]:
    """Give a finding's title, and what it means and what to do."""
    title, meaning = _table(lang)["findings"][kind.value]
    return str(title), str(meaning)


def said(name: str, lang: str, /, **values: object) -> str:
    """Fill in a phrase. Raises KeyError."""
    return str(_table(lang)["phrases"][name]).format(**values)


@cache
def _table(lang: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(
        files("verifier.monitor").joinpath(f"words.{lang}.json").read_text("utf-8")
    )
    return table
