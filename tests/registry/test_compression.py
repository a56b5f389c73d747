"""Texts travel compressed to whoever takes them; everything else stays as it is."""

import gzip

from forge.laid import Laid, json_of
from schemas.qr import DICTIONARY_1


def test_a_page_is_the_same_page_compressed_and_not(full: Laid) -> None:
    client = full.client()
    plain = client.get("/")
    packed = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert int(packed.headers["Content-Length"]) == len(packed.data)
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_compressed_page_is_asked_for_again_by_its_etag(full: Laid) -> None:
    client = full.client()
    first = client.get("/", headers={"Accept-Encoding": "gzip"})
    again = client.get("/", headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_static_files_and_scripts_are_compressed_too(full: Laid) -> None:
    client = full.client()
    for path in ("/static/style.css", "/js/mark.js", "/words/ja.json"):
        with client.get(path) as plain, client.get(path, headers={"Accept-Encoding": "gzip"}) as packed:
            assert packed.headers["Content-Encoding"] == "gzip", path
            assert gzip.decompress(packed.data) == plain.data
    packed = client.get("/dictionary/1", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == DICTIONARY_1


def test_evidence_is_mostly_text(full: Laid) -> None:
    client, path = full.client(), f"/m/{full.marks['valid'].number}/evidence"
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == client.get(path).data
    assert len(packed.data) < 0.8 * len(client.get(path).data)


def test_what_is_small_signed_or_fetched_in_parts_is_never_packed(full: Laid) -> None:
    client, number = full.client(), full.marks["valid"].number
    for path in (f"/m/{number}/mark.cwt", "/bundle", "/status/a/0"):
        with client.get(path, headers={"Accept-Encoding": "gzip"}) as answer:
            assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, None), path


def test_the_word_file_says_every_reason_in_both_languages_and_no_other_file_is_there(full: Laid) -> None:
    client = full.client()
    english, japanese = (json_of(client.get(f"/words/{lang}.json")) for lang in ("en", "ja"))
    assert english.keys() == japanese.keys()
    assert all(len(texts) == 2 for texts in (*english.values(), *japanese.values()))
    assert client.get("/words/xx.json").status_code == 404
    assert client.get("/js/verifier.js").status_code == 404
    assert client.get("/js/..%2Fmark.js").status_code == 404
