"""`akashi-registry witness add|remove|list`: whom the publisher asks; it takes a change over by itself."""

from typing import Any

from keys.trust import walk
from registry.files import RegistryFiles
from registry.settings import PublisherSettings, Settings
from registry.witness_states import WitnessStates
from schemas.errors import MalformedError
from schemas.note import VerifierKey
from schemas.times import iso
from schemas.trust_entries import Witness
from verifier.http import FetchError, HttpFetcher

__all__ = ["WitnessCommandError", "add", "listed", "remove"]

MAX_GREETING = 4096


class WitnessCommandError(Exception):
    """The address cannot be taken or removed; says what would be right."""


def add(settings: Settings, url: str, *, now: int) -> dict[str, Any]:
    """Ask the witness who it is, and have it asked from now on. Raises WitnessCommandError."""
    urls = PublisherSettings.load(settings.home).witnesses
    if url in urls:
        raise WitnessCommandError(f"{url} is there already")
    entry = _who(settings, url)
    if not entry.holds_at(now):
        raise WitnessCommandError(
            f"{entry.name} is no witness now: from {iso(entry.start)} until {iso(entry.until)}"
        )
    PublisherSettings.write_witnesses(settings.home, [*urls, url])
    return {"url": url, "name": entry.name, "until": iso(entry.until)}


def remove(settings: Settings, url: str) -> None:
    """Ask the witness no more. What it cosigned goes on counting. Raises WitnessCommandError."""
    urls = PublisherSettings.load(settings.home).witnesses
    if url not in urls:
        raise WitnessCommandError(f"{url} is not one of {', '.join(urls) or 'none'}")
    PublisherSettings.write_witnesses(settings.home, [one for one in urls if one != url])


def listed(settings: Settings, *, now: int) -> list[dict[str, Any]]:
    """Give every address with how it did last time, and the trust document's witnesses nobody asks."""
    files = RegistryFiles(settings.home)
    states = WitnessStates.load(files.witness_states)
    document = walk(settings.anchor, files.trust_notes()).current
    urls = PublisherSettings.load(settings.home).witnesses
    found: list[dict[str, Any]] = []
    for url in urls:
        known = states.by_url.get(url)
        state = "not asked yet" if known is None else known.state.value
        detail = "" if known is None else known.detail
        found.append({"name": states.name_of(url), "url": url, "state": state, "detail": detail})
    named = {one["name"] for one in found}
    found += [
        {"name": entry.name, "url": None, "state": "no address", "detail": "akashi-registry witness add URL"}
        for entry in document.witnesses
        if entry.holds_at(now) and entry.name not in named
    ]
    return sorted(found, key=lambda one: one["url"] is None)


def _who(settings: Settings, url: str) -> Witness:
    document = walk(settings.anchor, RegistryFiles(settings.home).trust_notes()).current
    try:
        data = HttpFetcher(url).get_root(max_size=MAX_GREETING)
        key = VerifierKey.from_text(data.decode().split()[-1])
    except FetchError as error:
        raise WitnessCommandError(f"{url} cannot be reached: {error}") from error
    except (MalformedError, UnicodeDecodeError, IndexError) as error:
        raise WitnessCommandError(f"{url} does not say its name and key: {error}") from error
    entry = next((one for one in document.witnesses if one.key == key), None)
    if entry is None:
        names = ", ".join(one.name for one in document.witnesses)
        raise WitnessCommandError(
            f"{key.to_text()} is no witness of the trust document ({names}); its root holders add it first"
        )
    return entry
