"""Feeds, site maps, descriptions: what robots and programs find, and what they may rely on."""

import json
import re
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from PIL import Image

from forge.laid import Laid, json_of
from forge.world import NOW
from registry import misuse
from registry.misuse import Misuse, keep
from registry.problems import ProblemError
from registry.scheme_facts import facts_of
from registry.settings import Settings, SettingsError
from registry.views import conventions
from schemas.claims import EventKind, EventReason

zxingcpp = pytest.importorskip("zxingcpp")

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def read_xml(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 (our own answer)


def places(text: str) -> list[str]:
    return [one.text or "" for one in read_xml(text).iter(f"{MAP}loc")]


def test_the_site_map_names_every_published_mark_and_holder_once(
    full: Laid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conventions, "SITEMAP_PAGE", 4)
    client, base = full.client(), full.settings.public_url
    files = places(client.get("/sitemap.xml").text)
    named = [one for file in files for one in places(client.get(file.removeprefix(base)).text)]
    marks = [one for one in named if "/m/" in one]
    assert sorted(marks) == sorted(
        f"{base}/m/{number}" for number in {m.number for m in full.marks.values() if m.index >= 0}
    )
    for place in {*named}:
        assert client.get(place.removeprefix(base)).status_code == 200, place


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_feed_holds_the_newest_changes_first(full: Laid, lang: str) -> None:
    client = full.client()
    feed = read_xml(client.get(f"/changes.atom?lang={lang}").text)
    times = [one.text or "" for one in feed.iter(f"{ATOM}published")]
    assert times == sorted(times, reverse=True)
    assert len({one.text for one in feed.iter(f"{ATOM}id")}) == len(times) + 1
    assert full.marks["revoked"].number in "".join(feed.itertext())
    holder = str(full.marks["superseded"].claims.holder)
    mine = read_xml(client.get(f"/changes.atom?organisation={holder}&lang={lang}").text)
    links = {
        one.attrib["href"].rpartition("/")[2]
        for entry in mine.iter(f"{ATOM}entry")
        for one in entry.iter(f"{ATOM}link")
    }
    assert links == {full.marks["superseded"].number, full.marks["successor"].number}


def test_the_feed_of_nobody_is_empty_and_well_formed(full: Laid) -> None:
    hostile = "%3C%2Fid%3E%22%26"
    feed = read_xml(full.client().get(f"/changes.atom?organisation={hostile}").text)
    assert not list(feed.iter(f"{ATOM}entry"))


def test_the_description_names_every_address_for_programs_and_no_other(full: Laid) -> None:
    described = json_of(full.client().get("/openapi.json"))
    assert described["openapi"].startswith("3.1")
    rules = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule): rule.methods or set()
        for rule in full.app().url_map.iter_rules()
    }
    for path, methods in described["paths"].items():
        assert path in rules, path
        for method, what in methods.items():
            assert method.upper() in rules[path]
            assert {f"{{{one['name']}}}" for one in what.get("parameters", []) if one["in"] == "path"} == set(
                re.findall(r"\{\w+\}", path)
            )
    undescribed = {path for path in rules if path.startswith("/api/")} - described["paths"].keys()
    assert undescribed == set()


def test_the_schemas_the_description_points_to_are_served(full: Laid) -> None:
    client = full.client()
    described = client.get("/openapi.json").text
    for path in set(re.findall(r'"(/schemas/[^"]+)"', described)):
        jsonschema.Draft202012Validator.check_schema(json_of(client.get(path)))
    assert client.get("/schemas/secret.schema.json").status_code == 404


def test_a_mark_is_active_for_search_engines_only_while_its_page_says_valid(full: Laid) -> None:
    for name, mark in full.marks.items():
        answer = full.client().get(f"/m/{mark.number}", headers={"Accept": "text/html"})
        if answer.status_code != 200:
            continue
        [linked] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text)
        said = json.loads(linked)
        is_active = said["certificationStatus"].endswith("Active")
        assert is_active == (name in ("valid", "reinstated", "group", "successor", "void")), name
        assert said["certificationIdentification"] == mark.claims.number.display


def test_the_picture_of_a_link_says_which_mark_and_never_that_it_holds(full: Laid) -> None:
    mark = full.marks["valid"]
    before = full.client().get(f"/m/{mark.number}/og.png").data
    with Image.open(BytesIO(before)) as picture:
        assert picture.size == (1200, 630)
        [code] = zxingcpp.read_barcodes(picture)
    assert code.text == f"{full.settings.public_url}/m/{mark.number}"

    full.world.event(mark, EventKind.REVOKE, EventReason.MISUSE, at=NOW - 120)
    full.world.publish(NOW - 60)
    full.write()
    full.rebuild()
    assert json_of(full.client().get(f"/api/v1/marks/{mark.number}"))["state"] == "revoked"
    assert full.client().get(f"/m/{mark.number}/og.png").data == before
    assert full.client().get("/m/0000000000/og.png").status_code == 404


# ---------------------------------------------------------------- misuse


def form(**changes: str) -> dict[str, str]:
    return {"what": "a forged mark", "mark": "", "where": "https://shop.example/", "contact": ""} | changes


def test_a_report_is_kept_for_the_operator_and_its_sender_gets_a_reference(full: Laid) -> None:
    answer = full.client().post("/report-misuse?lang=en", data=form(what="偽造 <b>"))
    assert answer.status_code == 200
    [path] = (full.home / "reports").glob("*.json")
    assert path.stem in answer.text
    kept = json.loads(path.read_text("utf-8"))
    assert kept == {"received": path.stem[:16], **form(what="偽造 <b>")}


@pytest.mark.parametrize(
    "bad", [{"what": ""}, {"what": "x" * 2001}, {"where": "x" * 501}, {"contact": "x" * 201}]
)
def test_a_report_that_says_nothing_or_too_much_is_refused_and_not_kept(
    full: Laid, bad: dict[str, str]
) -> None:
    answer = full.client().post("/report-misuse", data=form(**bad), headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert not list(full.home.glob("reports/*"))


def test_a_flood_of_reports_is_stopped_and_ends_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(misuse, "MOST_AN_HOUR", 3)
    report = Misuse(**form())
    for _ in range(3):
        keep(tmp_path, report, now=1_000_000)
    with pytest.raises(ProblemError, match="very many"):
        keep(tmp_path, report, now=1_000_100)
    keep(tmp_path, report, now=1_003_700)
    assert len(list((tmp_path / "reports").iterdir())) == 4
    monkeypatch.setattr(misuse, "MOST", 4)
    with pytest.raises(ProblemError, match="very many"):
        keep(tmp_path, report, now=2_000_000)


def test_a_report_larger_than_any_form_is_not_read(full: Laid) -> None:
    answer = full.client().post("/report-misuse", data=form(more="x" * (32 << 10)))
    assert answer.status_code == 413
    assert not list(full.home.glob("reports/*"))


# ---------------------------------------------------------------- the scheme file's facts


def test_what_the_pages_show_comes_from_the_scheme_file(full: Laid) -> None:
    from registry.commands import take_scheme

    (full.home / "registry.json").write_text('{"origin": "akashi.example/log1", "anchor": "ab"}')
    take_scheme(full.settings, Path(__file__).parents[2] / "examples" / "demo" / "scheme.toml")
    loaded = Settings.load(full.home, {})
    assert loaded.fiscal_year_start == 4
    assert loaded.confirm_every_months == {4: 12}
    assert loaded.targets["FY2026"] == {3: 40, 4: 20}
    assert loaded.demonstration


@pytest.mark.parametrize(
    "text",
    ["", "x = ", "[levels]\nfour = 1", "[levels]\nfiscal_year_start=4", "fiscal_year_start = 13\n[levels]\n"],
)
def test_a_file_that_is_no_scheme_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "scheme.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"scheme\.toml"):
        facts_of(path)
    with pytest.raises(SettingsError, match="missing"):
        facts_of(tmp_path / "missing.toml")
