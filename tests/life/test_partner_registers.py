"""Two registers of this software, each a process with its own keys, root and witness, that recognise each other."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from life.running import ROOT, Made, Running, prepare

SCHEMES = {"demo": "akashi.example", "demo-sg": "partner.example"}


@pytest.fixture(scope="module")
def registers(
    ground: Made, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[Running, str]]]:
    """By scheme: the running register, and the number of a mark in it."""
    folder = tmp_path_factory.mktemp("partners")
    source = folder / "source"
    shutil.copytree(ROOT / "examples" / "demo", source)
    for name in ("trust.json", "scheme.toml"):
        text = (source / name).read_text("utf-8")
        text = text.replace('"id": "demo"', '"id": "demo-sg"').replace('id = "demo"', 'id = "demo-sg"')
        (source / name).write_text(text.replace("akashi.example", "partner.example"), "utf-8")
    made = {
        "demo": ground.copied(folder / "demo"),
        "demo-sg": prepare(folder / "sg", source=source, origin="partner.example/log1"),
    }
    with ExitStack() as stack:
        running = {scheme: stack.enter_context(Running(one)) for scheme, one in made.items()}
        for scheme, other in (("demo", "demo-sg"), ("demo-sg", "demo")):
            recognise(running[scheme], other, running[other])
        found = {}
        for scheme, demo in running.items():
            [number] = demo.issue("issuer-3", demo.drafts(1)).values()
            found[scheme] = demo, number
        yield found


def recognise(ours: Running, scheme: str, theirs: Running) -> None:
    """Trust version 2: drafted from JSON, signed by two root holders, given to the register."""
    home, issued = ours.home, json.loads((ours.home / "trust-1").read_text("utf-8").split("\n")[1])["issued"]
    entry = {
        "scheme": scheme,
        "names": {"en": f"The {scheme} register", "ja": f"{scheme} 登録簿"},
        "country": "SG",
        "anchor": theirs.anchor,
        "url": theirs.url,
        "hosts": [SCHEMES[scheme]],
        "from": issued,
    }
    (home / "trust-2.json").write_text(json.dumps({"add": {"recognised": [entry]}}), "utf-8")
    previous = ("--previous", str(home / "trust-1"))
    ours.run(
        "akashi-keys", "trust", "draft", str(home / "trust-2.json"), *previous, "--out", str(home / "trust-2")
    )
    for root in ("root-a", "root-b"):
        key = ("--key", f"file:{home / 'keys' / root}.key", "--yes")
        ours.run("akashi-keys", "trust", "sign", str(home / "trust-2"), *previous, *key)
    ours.run("akashi-registry", "--home", str(ours.registry), "trust", str(home / "trust-2"))


def judged(asker: Running, *words: str) -> Any:
    return asker.run(
        "akashi", "verify", "--json", "--anchor", str(asker.home / "anchor"), *words, code=None
    ).json()


@pytest.mark.parametrize(("scheme", "other"), [("demo", "demo-sg"), ("demo-sg", "demo")])
def test_each_registers_marks_verify_for_the_others_readers(
    registers: dict[str, tuple[Running, str]], tmp_path: Path, scheme: str, other: str
) -> None:
    asker, own = registers[scheme]
    partner, number = registers[other]
    mark = tmp_path / "mark.cwt"
    mark.write_bytes(partner.get(f"/m/{number}/mark.cwt").body)
    bundles = []
    for name, register in ((scheme, asker), (other, partner)):
        bundles.append(str(tmp_path / f"{name}.akashi"))
        anchored = ("--registry", register.url, "--anchor", str(register.home / "anchor"))
        asker.run("akashi", "bundle", "fetch", bundles[-1], *anchored)
    ways = {
        "online": ("--registry", asker.url),
        "online, told where": ("--registry", asker.url, "--partner", f"{other}={partner.url}"),
        "from bundles": ("--offline", "--bundle", bundles[0], "--bundle", bundles[1]),
        "from bundles in another order": ("--offline", "--bundle", bundles[1], "--bundle", bundles[0]),
        "from a named bundle": ("--offline", "--bundle", bundles[0], "--partner", f"{other}={bundles[1]}"),
    }
    for way, words in ways.items():
        report = judged(asker, *words, str(mark))
        assert report["verdict"] == "valid", (way, report["findings"])
        assert (report["authority"]["scheme"], report["authority"]["recognised_by"]) == (other, scheme), way
        assert report["trust"]["anchor"] == partner.anchor, way
        assert report["mark"]["level"] == 3
    alone = judged(asker, "--offline", "--bundle", bundles[0], str(mark))
    assert (alone["verdict"], alone["findings"][1]["reason"]) == ("undetermined", "trust-unavailable")
    # Its own marks are its own, and the register itself sends nobody anywhere: it says whom to ask.
    assert judged(asker, "--registry", asker.url, own)["authority"]["recognised_by"] is None
    asked = json.dumps({"text": f"https://{SCHEMES[other]}/m/{number}"}).encode()
    answer = asker.post("/api/v1/verify", asked, "application/json").json()
    assert answer["verdict"] == "undetermined"
    assert partner.url in answer["findings"][1]["detail"]
