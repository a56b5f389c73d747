"""Everything a static server or a CDN needs, written as it is served (docs/adr/0001: reading scales as files).

The application itself is asked for every address, so that what is exported is what is served. An address
that has others below it is written as a file named `_` in its folder:

    /m/7K3Q9XWD29           m/7K3Q9XWD29/_
    /log1/checkpoint        log1/checkpoint/_         beside log1/checkpoint/<size>
    /bundle                 bundle/_                  beside bundle/register

so a server needs one rule, "try $uri, then $uri/_". Immutable files come first and are never overwritten;
then what may change; pointers to the log's head last, so that nobody follows one to a file not yet there.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import select
from werkzeug.test import Client
from werkzeug.wrappers import Response

from registry.app import create_app
from registry.files import FilesError, write_public
from registry.i18n import LANGUAGES
from registry.models import MarkRow, OrganisationRow
from registry.script_files import PAGES
from registry.services import Services
from registry.settings import Settings
from schemas.status_list import StatusUri

__all__ = ["export"]

OF_MARK = ("mark.cwt", "proof", "entities", "profile", "evidence", "qr.svg", "qr.png", "badge.svg", "og.png")
# What pages are made of, and pages about the register itself.
_SITE = (
    *(
        "/meaning",
        "/statistics",
        "/statistics.json",
        "/statistics.csv",
        "/changes.atom",
        "/openapi.json",
        "/sw.js",
    ),
    *("/manifest.webmanifest", "/dictionary/1", "/sitemap.xml", "/sitemap-pages.xml"),
    *(f"/words/{lang}.json" for lang in LANGUAGES),
    *(f"/offline/{lang}" for lang in LANGUAGES),
    *(f"/js/{name}.js" for name in sorted(PAGES)),
    *(f"/schemas/{name}.schema.json" for name in ("report", "problem", "profile", "trust_document")),
)


def export(settings: Settings, folder: Path) -> int:
    """Write every file that is new or changed; give how many. Raises FilesError, OSError."""
    app = create_app(settings)
    services: Services = app.extensions["akashi"]
    client = Client(app, Response)
    written = 0
    parents = _parents(path for path in _paths(services))
    for path in _paths(services):
        target = folder / path.strip("/")
        if path.strip("/") in parents:
            target /= "_"
        written += _fetch(client, path, target)
    return written


def _fetch(client: Client, path: str, target: Path) -> bool:
    with client.get(path, headers={"Accept": "text/html, */*;q=0.5"}) as response:
        if response.status_code == 404:
            return False  # a mark without a profile or without entities
        if response.status_code != 200:
            raise FilesError(f"{path}: the application answers {response.status_code}")
        held = target.read_bytes() if target.exists() else None
        if held is not None and "immutable" in response.headers.get("Cache-Control", ""):
            if held != response.data:
                raise FilesError(f"{target} exists with other bytes; it is immutable")
            return False
        if held == response.data:
            return False
        write_public(target, response.data)
        return True


def _parents(paths: Iterable[str]) -> set[str]:
    """Every address that has another below it; on a disk it must be a folder."""
    found: set[str] = set()
    for path in paths:
        parts = path.strip("/").split("/")
        found |= {"/".join(parts[:end]) for end in range(1, len(parts))}
    return found


def _paths(services: Services) -> Iterator[str]:
    """Name every address worth a file, in the order in which they may be uploaded."""
    files, logs = services.files, [log.files for log in services.logs()]
    with services.sessions() as session:
        numbers = session.scalars(select(MarkRow.number).order_by(MarkRow.number)).all()
        holders = session.scalars(select(OrganisationRow.id).order_by(OrganisationRow.id)).all()
        uris = session.scalars(select(MarkRow.status_uri).distinct().order_by(MarkRow.status_uri)).all()
    # 1. Immutable.
    yield from (f"/trust/{version}" for version in files.trust_versions())
    for log in logs:
        yield from (f"/{log.log}/{path}" for path in log.tile_paths())
        yield from (f"/{log.log}/checkpoint/{size}" for size in log.kept_sizes())
    # 2. What may change.
    for number in numbers:
        yield from (f"/m/{number}/{name}" for name in OF_MARK)
        yield from (f"/m/{number}", f"/api/v1/marks/{number}")
    for holder in holders:
        yield from (f"/o/{holder}", f"/api/v1/organisations/{holder}")
    yield from (f"/{uri.path}" for uri in map(StatusUri.find, uris) if uri is not None)
    yield "/trust"
    yield from _SITE
    static = Path(__file__).with_name("static")
    yield from (f"/static/{path.name}" for path in sorted(static.iterdir()) if path.is_file())
    # 3. Pointers.
    yield from (
        "/status/aggregation",
        "/bundle",
        "/bundle/contents/plain",
        "/bundle/register",
        "/bundle/contents/register",
        "/robots.txt",
        "/.well-known/security.txt",
    )
    yield from ("/trust/latest", "/trust/evidence")
    yield from (f"/{log.log}/checkpoint" for log in logs if log.kept_sizes())
