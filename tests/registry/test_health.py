"""Is it alive, can it do its work, and what should somebody look at?"""

from dataclasses import replace

import pytest

from forge.laid import Laid, json_of
from forge.world import NOW
from registry.readiness import look
from registry.witness_states import State, WitnessStates
from schemas.times import DAY, HOUR


def test_a_process_that_answers_is_healthy_even_without_a_database(full: Laid) -> None:
    client = full.client()
    for path in full.home.glob("registry.sqlite*"):
        path.unlink()
    response = client.get("/healthz")
    assert (response.status_code, json_of(response)["status"]) == (200, "ok")
    assert json_of(response)["version"]
    assert client.get("/readyz").status_code == 503


def test_a_register_in_order_is_ready(full: Laid) -> None:
    response = full.client().get("/readyz")
    assert response.status_code == 200
    assert json_of(response) == {
        "status": "ok",
        "checks": {
            "database": "ok",
            "trust": {
                "version": 2,
                "days_left": json_of(response)["checks"]["trust"]["days_left"],
                "life_left_percent": 99,
                "warning": None,
            },
            "checkpoint_age_s": HOUR,
            "lists_age_s": HOUR,
            "queue": 0,
            "ratchet": "ok",
            "witnesses": {"cosigned": 3, "quorum": 2, "waiting_s": None, "each": []},
        },
    }


@pytest.mark.parametrize(
    ("later", "status", "code"),
    [(7 * HOUR, "degraded", 200), (2 * DAY, "down", 503), (400 * DAY, "down", 503)],
)
def test_what_grows_old_is_said_before_verifiers_notice(
    full: Laid, later: int, status: str, code: int
) -> None:
    full.now = NOW + later
    response = full.client().get("/readyz")
    assert (response.status_code, json_of(response)["status"]) == (code, status)


def test_a_restored_backup_shows_in_the_ratchet(full: Laid) -> None:
    with full.files.ratchet.open("a") as file:
        file.write(full.files.ratchet.read_text().splitlines()[-1].replace(" 2", " 9", 1) + "\n")
    full.files.ratchet.write_text("akashi.example/log1 999 " + "A" * 43 + "=\n")
    response = full.client().get("/readyz")
    assert (json_of(response)["status"], json_of(response)["checks"]["ratchet"]) == ("degraded", "ahead")


def test_a_missing_list_is_as_old_as_can_be(full: Laid) -> None:
    (full.home / "status/a/0.cwt").unlink()
    assert full.client().get("/readyz").status_code == 503


def test_metrics_are_lines_prometheus_reads(full: Laid) -> None:
    text = full.client().get("/metrics").get_data(as_text=True)
    values = dict(line.split(" ") for line in text.splitlines() if not line.startswith("#"))
    assert values["akashi_marks"] == str(len(full.marks))
    assert values["akashi_log_size"] == str(full.world.log.head.size)
    assert values["akashi_ready"] == "1"
    assert all(float(value) >= 0 for value in values.values())


def test_security_txt_has_a_contact_and_an_end(full: Laid) -> None:
    text = full.client().get("/.well-known/security.txt").get_data(as_text=True)
    assert "Contact: mailto:security@akashi.example\n" in text
    assert "Expires: 2027-04-30T00:00:00Z\n" in text
    assert "User-agent: *" in full.client().get("/robots.txt").get_data(as_text=True)


@pytest.mark.parametrize(
    ("days", "warning", "status"),
    [(100, None, "down"), (200, "half", "down"), (300, "quarter", "down"), (400, "expired", "down")],
)
def test_the_remaining_life_of_trust_is_told_to_machines(
    full: Laid, days: int, warning: str | None, status: str
) -> None:
    document = full.world.documents[-1]
    life = document["expires"] - document["issued"]
    full.now = document["issued"] + life * days // 365
    found = json_of(full.client().get("/readyz"))
    assert (found["checks"]["trust"]["warning"], found["status"]) == (warning, status)
    line = next(
        one for one in full.client().get("/metrics").text.splitlines() if one.startswith("akashi_trust_life")
    )
    assert abs(float(line.split()[1]) - max(0, 1 - days / 365)) <= 0.01


def test_a_quarter_of_trusts_life_alone_is_reason_to_look(full: Laid) -> None:
    found = look(full.services())
    assert found.status == "ok"
    assert replace(found, trust_warning="half").status == "ok"
    assert replace(found, trust_warning="quarter").status == "degraded"


def test_a_head_that_waits_for_its_quorum_and_a_witness_that_lies_are_alarms(full: Laid) -> None:
    states = WitnessStates.load(full.files.witness_states)
    states.put("http://w1.example", State.OK, "", now=NOW, name="w1", size=9)
    states.put("http://secret.example", State.LYING, "its cosignature does not verify", now=NOW, name="w2")
    states.waiting_since = NOW - 90
    states.save()
    answer = full.client().get("/readyz")
    found = json_of(answer)
    assert found["status"] == "degraded"
    assert found["checks"]["witnesses"]["waiting_s"] == 90
    assert [(one["name"], one["state"]) for one in found["checks"]["witnesses"]["each"]] == [
        ("w1", "ok"),
        ("w2", "lying"),
    ]
    assert "secret.example" not in answer.text
    metrics = full.client().get("/metrics").text
    assert 'akashi_witness_ok{name="w2",state="lying"} 0' in metrics
    assert "akashi_quorum_waiting_seconds 90" in metrics
    full.files.witness_states.write_bytes(b"{damaged")
    assert json_of(full.client().get("/readyz"))["checks"]["witnesses"]["each"] == []
