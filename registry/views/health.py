"""For the operator and for robots: health, readiness, a few metrics, conventions."""

from importlib.metadata import PackageNotFoundError, version

from flask import Blueprint, Response, jsonify

from registry.readiness import Readiness, look
from registry.views.asked import services
from registry.witness_states import State
from schemas.times import DAY, iso

__all__ = ["blueprint"]

blueprint = Blueprint("health", __name__)

SECURITY_TXT_DAYS = 180


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers; nothing else is looked at."""
    try:
        named = version("akashi-marks")
    except PackageNotFoundError:
        named = "unknown"
    return _fresh(jsonify({"status": "ok", "version": named}))


@blueprint.get("/readyz")
def readyz() -> Response:
    found = look(services())
    response = jsonify({"status": found.status, "checks": found.checks()})
    response.status_code = 503 if found.status == "down" else 200
    return _fresh(response)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus text exposition; what is unknown is left out."""
    found = look(services())
    lines: list[str] = []
    if found.trust_warning is not None or found.life_left_percent is not None:
        lines += _gauge("akashi_trust_life_left_ratio", "share of the trust document's life that is left")
        lines.append(f"akashi_trust_life_left_ratio {(found.life_left_percent or 0) / 100:.2f}")
    if found.witnesses:
        lines += _gauge("akashi_witness_ok", "1 for a witness that cosigned when it was last asked")
        for place, one in enumerate(found.witnesses):
            name = (one.name or f"witness {place}").replace("\\", "\\\\").replace('"', '\\"')
            lines.append(
                f'akashi_witness_ok{{name="{name}",state="{one.state}"}} {int(one.state is State.OK)}'
            )
    for name, kind, help_text, value in _metrics(found):
        if value is not None:
            lines += [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}", f"{name} {value}"]
    return _fresh(Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8"))


def _gauge(name: str, help_text: str) -> list[str]:
    return [f"# HELP {name} {help_text}", f"# TYPE {name} gauge"]


def _metrics(found: Readiness) -> list[tuple[str, str, str, int | None]]:
    return [
        ("akashi_ready", "gauge", "1 unless down", 0 if found.status == "down" else 1),
        ("akashi_log_size", "gauge", "leaves published", found.log_size),
        ("akashi_marks", "gauge", "marks in the register", found.marks),
        ("akashi_queue", "gauge", "submissions not yet published", found.queue),
        ("akashi_checkpoint_age_seconds", "gauge", "age of the newest checkpoint", found.checkpoint_age),
        ("akashi_lists_age_seconds", "gauge", "age of the oldest status list", found.lists_age),
        ("akashi_trust_days_left", "gauge", "days until the trust document expires", found.trust_days_left),
        (
            "akashi_quorum_waiting_seconds",
            "gauge",
            "since when a head waits for its quorum",
            found.waiting or 0,
        ),
        ("akashi_cosignatures", "gauge", "cosignatures on the newest checkpoint", found.cosigned),
    ]


@blueprint.get("/robots.txt")
def robots() -> Response:
    text = "User-agent: *\nDisallow: /api/\nDisallow: /search\nDisallow: /bundle\n"
    text += "".join(f"Disallow: /{log.files.log}/\n" for log in services().logs())
    return Response(text, content_type="text/plain")


@blueprint.get("/.well-known/security.txt")
def security() -> Response:
    """RFC 9116; without a contact in the settings the mailbox RFC 2142 names."""
    asked = services()
    contact = asked.settings.security_contact or f"mailto:security@{asked.settings.host}"
    until = asked.now() // DAY * DAY + SECURITY_TXT_DAYS * DAY
    lines = [
        f"Contact: {contact}",
        f"Expires: {iso(until)}",
        "Preferred-Languages: ja, en",
        f"Canonical: {asked.settings.public_url}/.well-known/security.txt",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
