"""A register on disk answers who holds what, without a word sent."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from forge.buyers import Buyer
from forge.laid import ENTITIES, Laid
from forge.world import NOW
from registry.bundle import write_bundle
from verifier.cli import main
from verifier.suppliers.run import Opening

Search = Callable[..., list[dict[str, object]]]
FOUND, NOTHING, USAGE = 0, 1, 2


@pytest.fixture
def search(
    buyer: Buyer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Search:
    monkeypatch.setenv("AKASHI_STATE", str(tmp_path / "state"))
    monkeypatch.setattr("verifier.bundle_search.Opening", _at_the_forges_time)

    def run(*words: str) -> list[dict[str, object]]:
        code = main(["bundle", "search", str(buyer.register), *words, "--anchor", buyer.anchor, "--json"])
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert code == (FOUND if lines else NOTHING)
        return lines

    return run


def _at_the_forges_time(**fields: object) -> Opening:
    return Opening(**fields, clock=lambda: float(NOW))  # type: ignore[arg-type]


def test_a_holder_is_found_by_number_by_mark_and_by_name(search: Search, buyer: Buyer) -> None:
    mark = buyer.marks["valid"].claims
    for typed in (
        mark.holder.value,
        f"T{mark.holder.value}",
        mark.number.display,
        mark.name,
        "㈱みほん電子",
        "みほん電",
        "mihon denshi",
    ):
        [hit] = [one for one in search(typed) if one["id"] == str(mark.holder)]
        marks = hit["marks"]
        assert isinstance(marks, list)
        assert "valid" in [one["verdict"] for one in marks]


def test_a_member_leads_to_its_group(search: Search, buyer: Buyer) -> None:
    [hit] = search(ENTITIES[0][0].partition(":")[2])
    assert (hit["id"], hit["matched"]) == (str(buyer.marks["group"].claims.holder), "entity")


def test_what_is_not_there_is_not_found(search: Search) -> None:
    assert search("nobody at all") == []
    assert search("1180301018771") == []


def test_a_plain_bundle_has_no_names(
    laid: Laid, buyer: Buyer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_bundle(laid.settings, tmp_path / "plain", register=False)
    assert main(["bundle", "search", str(tmp_path / "plain"), "x", "--anchor", buyer.anchor]) == USAGE
    assert "--register" in capsys.readouterr().err
