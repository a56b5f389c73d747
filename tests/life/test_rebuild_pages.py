"""The log is the truth: tables made again from the files alone give the same answer at every public address."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from werkzeug.routing import Rule

from life.running import Running
from life.story import Story, told
from registry.app import create_app
from registry.files import RegistryFiles
from registry.script_files import PAGES
from registry.settings import Settings
from verifier.report import Reason

QUEUE = "/api/v1/submissions/<receipt>"  # the queue is no part of the register, and is not rebuilt
LANGUAGES = ("ja", "en")
LATER = 400 * 86400  # seconds: then every mark has expired
QUESTIONS = (
    *("/search?q=みほん", "/search?q=mihon", "/search?q=みほん&level=4", "/search?q=&status=revoked"),
    *("/api/v1/organisations?q=みほん", "/api/v1/organisations?q=mihon&level=3&status=valid"),
    *("/api/v1/organisations?q=&country=JP", "/api/v1/changes?limit=1000", "/api/v1/changes?limit=3"),
)


@pytest.fixture(scope="module")
def story(demo: Running) -> Story:
    found = told(demo)
    demo.stop("registry")
    return found


def addresses(story: Story, rules: Iterator[Rule]) -> dict[str, list[str]]:
    """Every public address of this register, by the rule it belongs to."""
    files = RegistryFiles(story.demo.registry)
    tiles = files.home / files.log
    numbers = sorted(story.numbers.values())
    values = {
        "number": numbers,
        "identifier": sorted(story.holders),
        "reason": [reason.value for reason in Reason],
        "version": [str(version) for version in files.trust_versions()],
        "log": [files.log],
        "name": sorted(PAGES),
        "lang": list(LANGUAGES),
    }
    found: dict[str, list[str]] = {}
    for rule in rules:
        if "GET" not in (rule.methods or ()) or rule.rule == QUEUE:
            continue
        if rule.rule.endswith("/tile/<path:path>"):
            paths = [
                path.relative_to(tiles).as_posix() for path in (tiles / "tile").rglob("*") if path.is_file()
            ]
            found[rule.rule] = [f"/{files.log}/{path}" for path in sorted(paths)]
        elif rule.rule == "/<log>/checkpoint/<decimal:size>":
            found[rule.rule] = [f"/{files.log}/checkpoint/{size}" for size in files.kept_sizes()]
        elif rule.rule.startswith("/schemas/"):
            found[rule.rule] = ["/schemas/report.schema.json"]
        elif rule.rule.startswith("/status/<series>/"):
            lists = (files.home / "status").glob("*/*.cwt")
            found[rule.rule] = [f"/status/{path.parent.name}/{path.stem}" for path in sorted(lists)]
        elif rule.rule.startswith("/static/"):
            static = Path(create_app.__code__.co_filename).parent / "static"
            found[rule.rule] = [f"/static/{path.name}" for path in sorted(static.iterdir()) if path.is_file()]
        else:
            form = re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", rule.rule)
            wanted = re.findall(r"<(\w+)>", form)
            assert len(wanted) <= 1
            assert set(wanted) <= set(values), f"say here what stands for {wanted} in {rule.rule}"
            found[rule.rule] = [
                form.replace(f"<{name}>", one) for name in wanted for one in values[name]
            ] or [form]
    return found


def pages(settings: Settings, story: Story, at: int) -> dict[str, tuple[int, list[tuple[str, str]], bytes]]:
    """Fetch everything at one moment, in both languages."""
    app = create_app(settings, clock=lambda: float(at))
    client = app.test_client()
    by_rule = addresses(story, app.url_map.iter_rules())
    empty = [rule for rule, found in by_rule.items() if not found]
    assert empty == []
    asked = [*(address for found in by_rule.values() for address in found), *QUESTIONS]
    found = {}
    for address in asked:
        for language in LANGUAGES:
            place = quote(address, safe="/?&=:%") + ("&" if "?" in address else "?") + f"lang={language}"
            kinds = ("text/html", "application/json") if address in by_rule["/m/<number>"] else ("text/html",)
            for accept in kinds:
                with client.get(place, headers={"Accept": accept}) as answer:
                    headers = [one for one in answer.headers if one[0] not in ("Date", "Last-Modified")]
                    found[f"{accept} {place}"] = answer.status_code, headers, answer.data
    return found


def test_every_page_is_the_same_after_a_rebuild_into_an_empty_database(story: Story, tmp_path: Path) -> None:
    demo = story.demo
    fresh = f"sqlite:///{tmp_path / 'fresh.sqlite'}"
    command = ("akashi-registry", "--home", str(demo.registry))
    demo.run(*command, "rebuild", AKASHI_DATABASE_URL=fresh)
    demo.run(*command, "fsck", AKASHI_DATABASE_URL=fresh)
    held, made = demo.settings, replace(demo.settings, database_url=fresh)
    compared = 0
    for at in (story.ended, story.ended + LATER):
        before, after = pages(held, story, at), pages(made, story, at)
        different = [place for place, answer in before.items() if after[place] != answer]
        assert different == []
        compared += len(before)
        if at == story.ended:
            statuses = {place: status for place, (status, _, _) in before.items() if status >= 500}
            assert statuses == {}
            [marks] = [rule for rule in (f"text/html /m/{story.numbers['valid']}?lang=en",) if rule in before]
            assert before[marks][0] == 200
    assert compared > 400
    print(f"{compared} answers compared byte for byte")
