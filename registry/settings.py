"""Settings, read once; everything missing or wrong is named at once.

<home>/registry.json     what the web may know: origin, anchor
<home>/publisher.json    what only the publisher reads: where its keys are, who witnesses
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keys.whole_files import write_whole
from registry.logs import segment_of

__all__ = ["PublisherSettings", "Settings", "SettingsError", "read_object", "write_object", "write_settings"]

SNAPSHOT_EVERY = 6 * 3600 - 600  # seconds; the lists are signed anew at least every six hours


class SettingsError(Exception):
    """The registry cannot start like this; the message names everything that is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What every process of the registry knows. `origin` is HOST/log1; `public_url` is unsigned."""

    home: Path
    origin: str
    anchor: str
    database_url: str
    public_url: str
    demonstration: bool = False
    confirm_every_months: Mapping[int, int] = field(default_factory=dict)  # by level; none unless named
    security_contact: str = ""  # a URI for security.txt; RFC 2142's mailbox unless named
    fiscal_year_start: int = 1  # month
    targets: Mapping[str, Mapping[int, int]] = field(
        default_factory=dict
    )  # "FY2027" → level → marks valid at its end

    @property
    def host(self) -> str:
        """The name marks carry; a location only if DNS says so."""
        return self.origin.rpartition("/")[0]

    @property
    def log_name(self) -> str:
        """The open log's folder and path segment, "log1"."""
        return segment_of(self.origin)

    @classmethod
    def load(cls, home: Path | None = None, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read <home>/registry.json and the environment. Raises SettingsError naming every fault."""
        named = home or (Path(environment["AKASHI_HOME"]) if environment.get("AKASHI_HOME") else None)
        if named is None:
            raise SettingsError("no home: give --home DIR or set AKASHI_HOME")
        value = read_object(named / "registry.json")
        faults = [name for name in ("origin", "anchor") if not isinstance(value.get(name), str)]
        if faults:
            raise SettingsError(
                f"{named / 'registry.json'}: missing {', '.join(faults)}; run akashi-registry init"
            )
        try:
            months = _by_level(value.get("confirm_every_months", {}))
            targets = {str(year): _by_level(wanted) for year, wanted in value.get("targets", {}).items()}
            year_start = int(value.get("fiscal_year_start", 1))
        except (AttributeError, TypeError, ValueError) as error:
            raise SettingsError(
                f"{named / 'registry.json'}: confirm_every_months is an object such as "
                '{"4": 12}, targets one such as {"FY2027": {"3": 100}}, fiscal_year_start a month; '
                "akashi-registry scheme FILE writes them"
            ) from error
        return cls(
            home=named,
            origin=value["origin"],
            anchor=value["anchor"],
            database_url=environment.get("AKASHI_DATABASE_URL") or f"sqlite:///{named / 'registry.sqlite'}",
            public_url=(environment.get("AKASHI_PUBLIC_URL") or value.get("public_url") or "").rstrip("/")
            or f"https://{value['origin'].rpartition('/')[0]}",
            demonstration=bool(value.get("demonstration", False)),
            confirm_every_months=months,
            security_contact=str(value.get("security_contact", "")),
            fiscal_year_start=year_start if 1 <= year_start <= 12 else 1,
            targets=targets,
        )


def _by_level(value: Mapping[str, object]) -> dict[int, int]:
    return {int(level): int(str(count)) for level, count in value.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherSettings:
    """What the publisher alone knows. Witnesses are base URLs; the keys are URIs for `keys.signer`."""

    log_key: str
    status_key: str
    witnesses: tuple[str, ...]
    snapshot_every: int = SNAPSHOT_EVERY

    @staticmethod
    def write_witnesses(home: Path, urls: list[str]) -> None:
        """Replace the witnesses' addresses; a running publisher takes them over."""
        path = home / "publisher.json"
        write_object(path, read_object(path) | {"witnesses": urls})

    @classmethod
    def load(cls, home: Path) -> "PublisherSettings":
        value = read_object(home / "publisher.json")
        faults = [name for name in ("log_key", "status_key") if not isinstance(value.get(name), str)]
        if not isinstance(value.get("witnesses"), list):
            faults.append("witnesses")
        if faults:
            raise SettingsError(
                f"{home / 'publisher.json'}: missing {', '.join(faults)}; run akashi-registry init"
            )
        return cls(
            log_key=value["log_key"],
            status_key=value["status_key"],
            witnesses=tuple(map(str, value["witnesses"])),
            snapshot_every=int(value.get("snapshot_every", SNAPSHOT_EVERY)),
        )


def write_object(path: Path, value: Mapping[str, object], *, mode: int = 0o600) -> None:
    """Write a JSON object, whole or not at all; by default for its owner alone."""
    write_whole(path, json.dumps(value, indent=1).encode() + b"\n", mode=mode)


def write_settings(home: Path, value: Mapping[str, object]) -> None:
    """Replace <home>/registry.json. The web, which may be another user, reads it: nothing in it is secret."""
    write_object(home / "registry.json", value, mode=0o644)


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object. Raises SettingsError."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; run akashi-registry init first") from error
    except ValueError as error:
        raise SettingsError(f"{path}: not JSON ({error})") from error
    if not isinstance(value, dict):
        raise SettingsError(f"{path}: expected an object")
    return value
