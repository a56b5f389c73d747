"""What the pages show of the scheme file: it is the issuers' rule book, and a few of its facts are for everybody.

Only what pages need is read; whether the file is right in all else is the issuer's question (`akashi-issuer init`).
"""

import tomllib
from pathlib import Path
from typing import Any

from registry.settings import SettingsError

__all__ = ["facts_of"]


def facts_of(path: Path) -> dict[str, Any]:
    """Give the facts as registry.json holds them. Raises SettingsError naming what is wrong."""
    try:
        scheme = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not TOML: {error}") from error
    try:
        levels = {int(level): rules for level, rules in scheme["levels"].items()}
        every = {
            str(level): int(rules["confirm_every_months"])
            for level, rules in levels.items()
            if "confirm_every_months" in rules
        }
        targets = {
            str(year): {str(int(level)): int(count) for level, count in wanted.items()}
            for year, wanted in scheme.get("targets", {}).items()
        }
        month = int(scheme.get("fiscal_year_start", 1))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SettingsError(f"{path}: no scheme file ({error!r})") from error
    if not 1 <= month <= 12:
        raise SettingsError(f"{path}: fiscal_year_start is a month from 1 to 12")
    return {
        "confirm_every_months": every,
        "demonstration": bool(scheme.get("demonstration", False)),
        "fiscal_year_start": month,
        "targets": targets,
    }
