"""Signed files as they are: of one mark, status lists, trust documents, bundles."""

import os

from flask import Blueprint, Response, jsonify, request
from sqlalchemy import select
from werkzeug.wsgi import wrap_file

from registry import bundle, evidence
from registry.models import MarkRow
from registry.problems import ProblemError
from registry.services import Services
from registry.views.asked import number_in_path, services
from registry.views.caching import POINTER, immutable
from schemas.status_list import StatusUri

__all__ = ["blueprint"]

blueprint = Blueprint("files", __name__)


def _mark(asked: Services, number: str) -> MarkRow:
    with asked.sessions() as session:
        row = session.get(MarkRow, number)
    if row is None:
        raise ProblemError("unknown-mark", f"no mark {number} is in this register")
    return row


def _being_published(number: str) -> ProblemError:
    detail = f"{number} is being published; ask again in a moment"
    return ProblemError("unavailable", detail, headers={"Retry-After": "5"})


@blueprint.get("/m/<number>/mark.cwt")
def mark(number: str) -> Response:
    row = _mark(services(), number_in_path(number))
    return immutable(Response(row.raw, content_type="application/cwt"))


@blueprint.get("/m/<number>/proof")
def proof(number: str) -> Response:
    asked = services()
    row = _mark(asked, number_in_path(number))
    with asked.sessions() as session:
        data = evidence.proof_of_leaf(asked.files_at(row.place), session, row.place, row.index)
    if data is None:
        raise _being_published(row.number)
    return immutable(Response(data, content_type="text/plain; charset=utf-8"))


@blueprint.get("/m/<number>/entities")
def entities(number: str) -> Response:
    row = _mark(services(), number_in_path(number))
    data = services().files.find_entities(row.number)
    if data is None:
        raise ProblemError("not-found", f"{row.number} covers no list of entities")
    return immutable(Response(data, content_type="application/cbor"))


@blueprint.get("/m/<number>/profile")
def profile(number: str) -> Response:
    row = _mark(services(), number_in_path(number))
    data = services().files.find_profile(row.number)
    if data is None:
        raise ProblemError("not-found", f"{row.number} has no profile")
    return Response(data, content_type="application/cwt")


@blueprint.get("/m/<number>/evidence")
def mark_evidence(number: str) -> Response:
    row = _mark(services(), number_in_path(number))
    data = evidence.of_mark(services(), row.number)
    if data is None:
        raise _being_published(row.number)
    response = Response(data, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{row.number}.evidence"'
    return response


@blueprint.get("/trust/<decimal:version>")
def trust(version: int) -> Response:
    return immutable(_note(services().files.find_trust(version)))


@blueprint.get("/trust/latest")
def newest_trust() -> Response:
    versions = services().files.trust_versions()
    return _note(services().files.find_trust(versions[-1]) if versions else None)


def _note(data: bytes | None) -> Response:
    if data is None:
        raise ProblemError("not-found", "there is no such version of the trust document")
    return Response(data, content_type="text/plain; charset=utf-8")


@blueprint.get("/trust/evidence")
def state_evidence() -> Response:
    data = evidence.of_state(services())
    if data is None:
        raise ProblemError("not-found", "nothing is published yet")
    return Response(data, content_type="application/zip")


@blueprint.get("/status/<series>/<decimal:n>")
def status_list(series: str, n: int) -> Response:
    uri = StatusUri.find(f"https://{services().settings.host}/status/{series}/{n}")
    data = None if uri is None else services().files.find_list(uri.series, uri.n)
    if data is None:
        raise ProblemError("not-found", "there is no such status list; see /status/aggregation")
    return Response(data, content_type="application/statuslist+cwt")


@blueprint.get("/status/aggregation")
def status_aggregation() -> Response:
    """Name every list (draft-ietf-oauth-status-list §9.3)."""
    with services().sessions() as session:
        uris = session.scalars(select(MarkRow.status_uri).distinct().order_by(MarkRow.status_uri)).all()
    return jsonify({"status_lists": list(uris)})


@blueprint.get("/bundle/contents/plain", defaults={"variant": "plain"})
@blueprint.get("/bundle/contents/register", defaults={"variant": "register"})
def bundle_contents(variant: str) -> Response:
    """What the bundle is made of: whoever holds an older one fetches what is new (`akashi bundle fetch`)."""
    stream, tag = bundle.open_contents(services(), variant)
    with stream:
        response = Response(stream.read(), content_type="application/json")
    response.set_etag(tag)
    response.headers["Cache-Control"] = POINTER
    response.make_conditional(request)
    return response


@blueprint.get("/bundle", defaults={"variant": "plain"})
@blueprint.get("/bundle/register", defaults={"variant": "register"})
def whole_bundle(variant: str) -> Response:
    stream, tag = bundle.open_cached(services(), variant)
    size = os.fstat(stream.fileno()).st_size
    response = Response(
        wrap_file(request.environ, stream), content_type="application/zip", direct_passthrough=True
    )
    name = "register" if variant == "register" else "marks"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.akashi"'
    response.content_length = size
    response.set_etag(tag)
    response.headers["Cache-Control"] = POINTER
    # A download that broke off goes on where it stopped, if the bundle is still the same.
    response.make_conditional(request, accept_ranges=True, complete_length=size)
    return response
