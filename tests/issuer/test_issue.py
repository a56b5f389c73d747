"""From a file of drafts to published marks."""

import csv
import hashlib
import io
from pathlib import Path

import pytest

from forge.issuing import Desk, draft, drafts, star4
from forge.loopback_registry import LoopbackRegistry
from keys.signed import read_mark, read_profile
from schemas import qr
from schemas.claims import MarkClaims
from schemas.leaves import IssueLeaf, leaf_from_bytes
from schemas.times import DAY, iso, last_day

JST = 9 * 3600


def claims_logged(registry: LoopbackRegistry) -> list[MarkClaims]:
    leaves = [leaf_from_bytes(entry) for entry in registry.entries]
    return [read_mark(leaf.mark).unsafe_claims for leaf in leaves if isinstance(leaf, IssueLeaf)]


def test_a_batch_becomes_marks_in_the_register(desk: Desk, registry: LoopbackRegistry) -> None:
    ran = desk.issue(drafts(3), "--registry", registry.url)
    assert (ran.code, ran.json["issued"], ran.json["ok"], ran.json["errors"]) == (0, 3, 3, [])
    assert registry.numbers == [mark["number"] for mark in ran.json["marks"]]
    assert {mark["state"] for mark in desk.marks()} == {"published"}
    assert {mark["status"] for mark in desk.marks()} == {"valid"}


def test_the_mark_says_what_the_draft_said(desk: Desk, registry: LoopbackRegistry) -> None:
    assert desk.issue([draft(valid_from="2026-11-02")], "--registry", registry.url).code == 0
    [claims] = claims_logged(registry)
    assert str(claims.holder) == "0188:7000012050002"
    assert (claims.name, claims.name_latin) == ("株式会社みほん電子", "Mihon Denshi Co., Ltd.")
    assert (claims.scheme, claims.edition, claims.level) == ("demo", "2026-03-27", 3)
    assert (claims.statement, claims.statement_latin) == (
        "本社のIT基盤",
        "IT infrastructure of the head office",
    )
    assert claims.status_uri == "https://akashi.example/status/a/0"
    assert iso(claims.nbf) == "2026-11-01T15:00:00Z"
    assert last_day(claims.exp, offset=JST) == "2027-11-01"


def test_without_dates_a_mark_begins_today_and_lasts_as_long_as_its_level(
    desk: Desk, registry: LoopbackRegistry
) -> None:
    desk.issue([draft()], "--registry", registry.url)
    [claims] = claims_logged(registry)
    assert (last_day(claims.nbf + 1, offset=JST), last_day(claims.exp, offset=JST)) == (
        "2026-11-01",
        "2027-10-31",
    )


def test_valid_until_names_the_last_valid_day(desk: Desk, registry: LoopbackRegistry) -> None:
    desk.issue([draft(valid_until="2027-03-31")], "--registry", registry.url)
    [claims] = claims_logged(registry)
    assert iso(claims.exp) == "2027-03-31T15:00:00Z"


def test_the_same_file_again_issues_nothing(desk: Desk, registry: LoopbackRegistry) -> None:
    first = desk.issue(drafts(2), "--registry", registry.url)
    again = desk.issue(drafts(2), "--registry", registry.url)
    assert (again.code, again.json["issued"], again.json["skipped"]) == (0, 0, 2)
    assert again.json["marks"] == first.json["marks"]
    assert len(registry.bodies) == 1


def test_a_draft_written_in_another_way_is_the_same_draft(desk: Desk) -> None:
    desk.issue([draft(assessed_on="2026-10-15", organisation_id="7000012050002", level="3")])
    ran = desk.issue(
        [draft(assessed_on="2026/10/15", organisation_id="Ｔ７０００－０１２０－５０００２", level="★3")]
    )
    assert (ran.code, ran.json["issued"], ran.json["skipped"]) == (0, 0, 1)


def test_the_same_id_with_other_content_is_an_error_that_names_the_mark(desk: Desk) -> None:
    [mark] = desk.issue([draft()]).json["marks"]
    ran = desk.issue([draft(scope="大阪工場のIT基盤")])
    [error] = ran.json["errors"]
    assert (ran.code, error["reason"], error["field"]) == (1, "already-issued", "draft_id")
    assert error["detail"] == f"already-issued {mark['number']}; use supersedes"
    assert len(desk.marks()) == 1


def test_one_bad_row_and_nothing_is_signed(desk: Desk) -> None:
    ran = desk.issue([*drafts(3), draft(draft_id="bad", level="7")])
    assert (ran.code, ran.json["ok"], ran.json["issued"]) == (1, 3, 0)
    assert desk.marks() == []


def test_a_dry_run_changes_nothing(desk: Desk) -> None:
    before = {
        path: path.read_bytes()
        for path in desk.home.rglob("*")
        if path.is_file() and path.suffix == ".sqlite"
    }
    ran = desk.issue(drafts(2), "--dry-run")
    assert (ran.code, ran.json["ok"], ran.json["issued"]) == (0, 2, 0)
    assert {path: path.read_bytes() for path in before} == before
    assert not (desk.home / "receipts").exists()
    assert desk.marks() == []


def test_a_dry_run_needs_no_key(desk: Desk) -> None:
    (desk.folder / "issuer-3.key").unlink()
    assert desk.issue(drafts(1), "--dry-run").code == 0


def test_a_level_the_key_may_not_sign_is_refused_before_the_key_is_opened(desk: Desk) -> None:
    (desk.folder / "issuer-3.key").unlink()
    ran = desk.issue([star4()])
    assert ran.code == 1
    assert [(error["field"], error["reason"]) for error in ran.json["errors"]] == [
        ("level", "level-not-allowed")
    ]


def test_the_star_4_key_signs_a_third_party_assessment(other_desk: Desk, registry: LoopbackRegistry) -> None:
    assert other_desk.issue([star4()], "--registry", registry.url).code == 0
    [claims] = claims_logged(registry)
    assert (claims.level, claims.assessor, claims.status_uri) == (
        4,
        "AB01",
        "https://akashi.example/status/b/0",
    )
    assert last_day(claims.exp, offset=JST) == "2029-10-31"


def test_an_authority_key_signs_no_marks(authority: Desk) -> None:
    ran = authority.issue([draft()])
    assert (ran.code, [error["reason"] for error in ran.json["errors"]]) == (1, ["level-not-allowed"])


def test_private_columns_never_leave_the_ledger(desk: Desk, registry: LoopbackRegistry) -> None:
    private = {
        "expert_name": "秘密太郎",
        "expert_no": "第987654号",
        "oath_by": "誓約花子",
        "contact_mail": "hanako@secret.example",
        "effort_hours": "777.25",
        "report_sha256": "ab" * 32,
        "remarks": "極秘メモ",
    }
    evidence = ["情報処理安全確保支援士", "2026-01-10", "2026-10-20", "2026-001"]
    ran = desk.issue([draft(**private)], "--registry", registry.url)
    out = desk.folder / "all.cborseq"
    desk.issue([draft(draft_id="2", scope="別", **private)], "--out", out)
    sent = [*registry.bodies, out.read_bytes()]
    kept = [path.read_bytes().replace(b"2026-001", b"") for path in (desk.home / "receipts").glob("*.csv")]
    assert len(kept) == 2
    left = b"".join(sent + kept)
    assert ran.code == 0
    assert len(registry.bodies) == 1
    for secret in [*private.values(), *evidence]:
        assert secret.encode() not in left
    assert bytes.fromhex(private["report_sha256"]) not in left


def test_private_columns_are_aggregated_only(desk: Desk) -> None:
    desk.issue(
        [draft(draft_id=str(hours), effort_hours=str(hours), scope=f"拠点{hours}") for hours in (10, 20, 60)]
    )
    assert desk.run("list", "--effort").json["effort"] == {
        "3": {"count": 3, "total": 90.0, "median": 20.0, "least": 10.0, "most": 60.0}
    }


def test_effort_may_be_added_after_the_mark_was_issued(desk: Desk) -> None:
    desk.issue([draft()])
    assert desk.issue([draft(effort_hours="12.5")]).code == 0
    assert desk.run("list", "--effort").json["effort"]["3"]["total"] == 12.5


def test_the_receipt_carries_number_and_links_for_every_draft_of_the_file(
    desk: Desk, registry: LoopbackRegistry
) -> None:
    ran = desk.issue(drafts(2), "--registry", registry.url)
    data = Path(ran.json["receipt"]).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row["draft_id"] for row in rows] == ["d-000", "d-001"]
    for row, number in zip(rows, registry.numbers, strict=True):
        assert (row["number"], row["link"]) == (number, f"https://akashi.example/m/{number}")
        found = qr.read(row["qr_link"])
        assert found.mark is not None
        assert str(read_mark(found.mark).unsafe_claims.number) == number


def test_a_group_commits_to_the_entities_its_profile_lists(desk: Desk, registry: LoopbackRegistry) -> None:
    entities = "0199:5493001KJTIIGC8Y1R12|Mihon Europe;7000012050002|株式会社みほん電子|Mihon Denshi"
    ran = desk.issue([draft(unit="グループ", entities=entities)], "--registry", registry.url)
    assert ran.code == 0
    [claims] = claims_logged(registry)
    profile = read_profile(registry.profiles[str(claims.number)][0]).unsafe_claims
    assert hashlib.sha256(profile.entities()).digest() == claims.entities_sha256
    assert [one["id"] for one in profile.document["entities"]] == [
        "0188:7000012050002",
        "0199:5493001KJTIIGC8Y1R12",
    ]


def test_numbers_and_indexes_are_given_out_once(desk: Desk, registry: LoopbackRegistry) -> None:
    desk.issue(drafts(4), "--registry", registry.url)
    desk.issue([draft(draft_id="later")], "--registry", registry.url)
    claims = claims_logged(registry)
    assert len({one.number for one in claims}) == 5
    assert [one.status_index for one in claims] == [0, 1, 2, 3, 4]


def test_a_full_list_is_followed_by_the_next(
    desk: Desk, registry: LoopbackRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("issuer.numbering.ENTRIES", 2)
    desk.issue(drafts(3), "--registry", registry.url)
    desk.issue(drafts(5), "--registry", registry.url)
    places = [(one.status_uri[-1], one.status_index) for one in claims_logged(registry)]
    assert places == [("0", 0), ("0", 1), ("1", 0), ("1", 1), ("2", 0)]


def test_a_mark_that_a_verifier_would_not_believe_is_not_stored(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A fault on the way to the key: what it signs is not what was reserved.
    monkeypatch.setattr("issuer.issue.to_be_signed", lambda *_parts: b"something else")
    ran = desk.issue(drafts(1))
    assert (ran.code, ran.out) == (3, "")
    assert "bad-signature" in ran.err
    assert [mark["state"] for mark in desk.marks()] == ["reserved"]


def test_after_the_end_of_its_key_nothing_is_signed(desk: Desk) -> None:
    desk.now += 1001 * DAY
    ran = desk.issue([draft(assessed_on="2029-07-01", expert_training_on="2029-01-01", oath_on="2029-07-02")])
    assert ran.code == 3
    assert "trust-expired" in ran.err


def test_a_wrong_passphrase_loses_nothing(desk: Desk) -> None:
    (desk.folder / "passphrase").write_text("wrong")
    assert desk.issue(drafts(1)).code == 3
    (desk.folder / "passphrase").write_text("correct horse")
    ran = desk.issue(drafts(1))
    assert (ran.code, ran.json["issued"]) == (0, 1)
    assert len(desk.marks()) == 1
