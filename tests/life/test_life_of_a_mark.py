"""The life of a mark with the public commands, over real HTTP, from its draft to its end.

At every station the mark is judged in every way anybody has: online by its number and by the code in its picture,
offline from the bundle and from the register, and from its evidence. All ways must agree, to the reason.
"""

import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from life.running import Done, Running


class Witnessed:
    """Everything a stranger can ask about one mark."""

    def __init__(self, demo: Running, number: str, folder: Path) -> None:
        self.demo, self.number, self.folder = demo, number, folder
        self.anchored = ("--anchor", str(demo.home / "anchor"))
        picture = demo.get(f"/m/{number}/qr.png")
        assert picture.headers["Content-Type"] == "image/png"
        self.picture = folder / f"{number}.png"
        self.picture.write_bytes(picture.body)
        self.code = text_in(picture.body)
        self.evidence = folder / f"{number}.evidence"

    def reports(self) -> dict[str, Any]:
        """One report a way of asking."""
        demo, plain, register = self.demo, self.folder / "plain.akashi", self.folder / "register.akashi"
        self.evidence.write_bytes(demo.get(f"/m/{self.number}/evidence").body)
        fetch = ("bundle", "fetch")
        demo.run("akashi", *fetch, str(plain), "--registry", demo.url, *self.anchored)
        demo.run("akashi", *fetch, str(register), "--registry", demo.url, "--register", *self.anchored)
        online = self.verify("--registry", demo.url, self.number, self.code, str(self.picture))
        offline = self.verify("--offline", "--bundle", str(plain), self.code)
        looked_up = self.verify("--offline", "--bundle", str(register), self.number, self.code)
        filed = self.verify("--offline", str(self.evidence))
        ways = (
            ("number", "code", "picture"),
            ("bundle",),
            ("register, number", "register, code"),
            ("evidence",),
        )
        return {
            way: report
            for names, done in zip(ways, (online, offline, looked_up, filed), strict=True)
            for way, report in zip(names, done.lines(), strict=True)
        }

    def verify(self, *words: str) -> Done:
        return self.demo.run("akashi", "verify", "--json", *self.anchored, *words, code=None)

    def expect(self, verdict: str, *reasons: str) -> Any:
        """All ways agree; the last report is given."""
        reports = self.reports()
        found = {way: (one["verdict"], reasons_of(one)) for way, one in reports.items()}
        assert found == dict.fromkeys(reports, (verdict, reasons))
        assert {one["mark"]["number"] for one in reports.values()} == {self.number}
        state = self.demo.mark(self.number)["state"]
        assert state == (reasons[0] if reasons else "valid")
        return reports["evidence"]


def reasons_of(report: Any) -> tuple[str, ...]:
    assert [one["check"] for one in report["findings"]] == [
        *("structure", "issuer", "signature", "window", "logged", "status", "policy"),
    ]
    return tuple(one["reason"] for one in report["findings"] if one["outcome"] != "passed")


def text_in(picture: bytes) -> str:
    with Image.open(BytesIO(picture)) as image:
        found = zxingcpp.read_barcodes(image)
    assert len(found) == 1
    return str(found[0].text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stranger")


def test_a_mark_lives_from_its_draft_to_its_end(demo: Running, folder: Path) -> None:
    # Issued: valid in every way, for everybody, the moment the issuer has its answer.
    [draft] = demo.drafts(1)
    number = demo.issue("issuer-3", [draft])[draft["draft_id"]]
    seen = Witnessed(demo, number, folder)
    report = seen.expect("valid")
    assert report["mark"]["organisation"]["name"] == draft["legal_name"]
    assert report["mark"]["issuer"]["owner"] == "Demo Expert Confirmation Body"
    assert {one["reason"] for one in report["notes"]} == {"no-independent-witness", "holder-not-checked"}

    # Suspended by the authority, reinstated by it.
    demo.event("authority", "suspend", number, "--reason", "under-investigation")
    assert seen.expect("invalid", "suspended")["status"]["reason"] == "under-investigation"
    time.sleep(1)
    demo.event("authority", "reinstate", number, "--reason", "investigation-closed")
    moment = seen.expect("valid")["at"]
    time.sleep(1)

    # Superseded: the successor is valid, and the old mark names it.
    demo.issuer("issuer-3", "sync", "--registry", demo.url)
    [after] = demo.drafts(1, organisation_id=draft["organisation_id"], supersedes=number)
    successor = demo.issue("issuer-3", [after])[after["draft_id"]]
    assert seen.expect("invalid", "superseded")["status"]["successor"] == successor
    heir = Witnessed(demo, successor, folder)
    heir.expect("valid")

    # Revoked by its issuer.
    demo.event("issuer-3", "revoke", successor, "--reason", "requirements-unmet")
    assert heir.expect("invalid", "revoked")["status"]["reason"] == "requirements-unmet"

    # The past is what it was, as far as a file of minutes can say: until 5 minutes before it was signed the
    # supersession was surely not logged, and whoever asks about a time in between is told that nobody knows.
    auditor = ("--offline", "--state", str(folder / "auditor"), str(seen.evidence))
    for words in (("--registry", demo.url, number), auditor):
        done = seen.verify("--at", moment, *words)
        assert (done.code, reasons_of(done.lines()[0])) == (3, ("history-unavailable",))


def test_the_exit_code_speaks_for_all_inputs(demo: Running, folder: Path) -> None:
    good, bad = demo.issue("issuer-3", demo.drafts(2)).values()
    demo.event("issuer-3", "revoke", bad, "--reason", "misuse")
    asked = Witnessed(demo, good, folder)
    online = ("--registry", demo.url)
    assert asked.verify(*online, good).code == 0
    assert asked.verify(*online, good, bad).code == 1
    mistyped = good[:-1] + ("0" if good[-1] != "0" else "1")
    assert asked.verify(*online, good, bad, mistyped).code == 2


def test_a_mark_is_found_by_name_and_by_number(demo: Running) -> None:
    [draft] = demo.drafts(1, legal_name="株式会社あさひ髙圧", legal_name_latin="Asahi Koatsu Co., Ltd.")
    number = demo.issue("issuer-3", [draft])[draft["draft_id"]]
    for typed in ("あさひ高圧", "asahi koatsu", draft["organisation_id"], number):
        query = "".join(f"%{byte:02X}" for byte in typed.encode())
        found = demo.get(f"/api/v1/organisations?q={query}").json()["items"]
        assert [mark["number"] for one in found for mark in one["marks"]] == [number], typed
    page = demo.get(f"/m/{number}?lang=ja").body.decode()
    assert draft["legal_name"] in page
    assert f"{number[:5]}-{number[5:]}" in page
    holder = demo.get(f"/o/0188:{draft['organisation_id']}").body.decode()
    assert f"/m/{number}" in holder


def test_the_small_code_is_a_link_and_the_large_one_carries_the_mark(demo: Running) -> None:
    [number] = demo.issue("issuer-3", demo.drafts(1)).values()
    small = text_in(demo.get(f"/m/{number}/qr.png?form=link").body)
    large = text_in(demo.get(f"/m/{number}/qr.png").body)
    assert small == f"{demo.url}/m/{number}"
    assert large.startswith(small)
    assert len(large) > len(small) + 100


def test_an_evidence_file_holds_years_later_without_the_registry(demo: Running, folder: Path) -> None:
    [number] = demo.issue("issuer-3", demo.drafts(1)).values()
    kept = folder / "kept"
    kept.write_bytes(demo.get(f"/m/{number}/evidence").body)
    asked = Witnessed(demo, number, folder)
    at = asked.verify("--offline", str(kept)).lines()[0]["at"]
    time.sleep(1)
    demo.event("issuer-3", "revoke", number, "--reason", "misuse")
    done = asked.verify("--offline", "--at", at, "--state", str(folder / "another"), str(kept))
    assert (done.code, done.lines()[0]["verdict"]) == (0, "valid")
