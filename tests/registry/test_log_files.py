"""The log as C2SP clients read it, and the other signed files: right bytes, types and lifetimes."""

import pytest
from flask.testing import FlaskClient

from forge.laid import Laid, json_of
from schemas.checkpoint import read_checkpoint
from schemas.entry_bundles import entries_of
from schemas.leaves import leaf_from_bytes
from schemas.merkle import leaf_hash
from schemas.tiles import ENTRIES, root_from_tiles, tile_at

IMMUTABLE = "public, max-age=31536000, immutable"


def test_a_stranger_recomputes_the_root_from_tiles_and_entries_alone(client: FlaskClient) -> None:
    checkpoint, _ = read_checkpoint(client.get("/log1/checkpoint").data)

    def read(path: str) -> bytes:
        response = client.get(f"/log1/{path}")
        assert (response.status_code, response.content_type) == (200, "application/octet-stream")
        assert response.headers["Cache-Control"] == IMMUTABLE
        return bytes(response.data)

    assert root_from_tiles(read, checkpoint.size) == checkpoint.root
    bundle = tile_at(ENTRIES, 0, size=checkpoint.size)
    entries = entries_of(read(bundle.path), bundle)
    assert b"".join(map(leaf_hash, entries)) == read(tile_at(0, 0, size=checkpoint.size).path)
    assert [leaf_from_bytes(entry) for entry in entries]


def test_every_published_checkpoint_stays_at_its_address(full: Laid, client: FlaskClient) -> None:
    for kept in full.world.log.kept:
        response = client.get(f"/log1/checkpoint/{kept.size}")
        assert response.data == kept.note
        assert response.headers["Cache-Control"] == IMMUTABLE
    assert client.get("/log1/checkpoint/3").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["tile/0/0", "tile/0/000", "tile/00/000.p/1", "tile/0/../../checkpoint", "tile/0/000.p/999", "tile/", "checkpoints/2"],
)  # fmt: skip
def test_what_is_no_tile_of_this_log_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(f"/log1/{path}").status_code == 404


@pytest.mark.parametrize(
    ("path", "content_type", "lasts"),
    [
        ("/trust/1", "text/plain; charset=utf-8", "immutable"),
        ("/trust/latest", "text/plain; charset=utf-8", "pointer"),
        ("/status/a/0", "application/statuslist+cwt", "pointer"),
        ("/log1/checkpoint", "text/plain; charset=utf-8", "pointer"),
        ("/m/{valid}/mark.cwt", "application/cwt", "immutable"),
        ("/m/{valid}/proof", "text/plain; charset=utf-8", "immutable"),
        ("/m/{valid}/profile", "application/cwt", "pointer"),
        ("/m/{group}/entities", "application/cbor", "immutable"),
        ("/m/{valid}/evidence", "application/zip", "pointer"),
        ("/trust/evidence", "application/zip", "pointer"),
        ("/bundle", "application/zip", "pointer"),
        ("/bundle/register", "application/zip", "pointer"),
        ("/status/aggregation", "application/json", "pointer"),
    ],
)
def test_each_file_has_its_type_and_lifetime(
    full: Laid, client: FlaskClient, path: str, content_type: str, lasts: str
) -> None:
    numbers = {name: mark.number for name, mark in full.marks.items()}
    with client.get(path.format(**numbers)) as response:
        assert (response.status_code, response.content_type) == (200, content_type)
        assert ("immutable" in response.headers["Cache-Control"]) is (lasts == "immutable")
        etag = response.headers.get("ETag")
    if etag is not None:
        with client.get(path.format(**numbers), headers={"If-None-Match": etag}) as again:
            assert (again.status_code, again.data) == (304, b"")


def test_files_are_those_on_the_disk(full: Laid, client: FlaskClient) -> None:
    number = full.marks["group"].number
    assert client.get("/status/a/0").data == full.files.find_list("a", 0)
    assert client.get("/trust/latest").data == full.files.find_trust(2)
    assert client.get(f"/m/{number}/entities").data == full.files.find_entities(number)
    assert client.get(f"/m/{number}/profile").data == full.files.find_profile(number)
    assert client.get(f"/m/{number}/mark.cwt").data == full.marks["group"].raw


def test_the_list_of_lists_names_every_list(client: FlaskClient) -> None:
    lists = json_of(client.get("/status/aggregation"))["status_lists"]
    assert lists == ["https://akashi.example/status/a/0", "https://akashi.example/status/b/0"]


def test_a_part_of_a_large_bundle_may_be_asked_for(client: FlaskClient) -> None:
    with client.get("/bundle") as whole, client.get("/bundle", headers={"Range": "bytes=10-19"}) as part:
        assert (part.status_code, part.data) == (206, whole.data[10:20])


@pytest.mark.parametrize("path", ["/status/A/0", "/status/a/1", "/status/a/00", "/trust/9", "/trust/01x", "/m/0000000000/proof"])  # fmt: skip
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
