"""Checking many at once: a table is pasted or sent, its columns are shown, every row is judged. Nothing of it is kept.

Each step is a form that carries the table to the next one; a file of the result is one more step. Without scripts.
"""

import io
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from registry import i18n
from registry.supplier_check import MAX_BYTES, MAX_ROWS, TooManyMarksError, check_table
from registry.turns import BusyError
from registry.views.asked import services
from registry.views.check_columns_view import column_lines, column_words
from registry.views.check_form import (
    MAX_FORM,
    UNITS,
    FormError,
    Wishes,
    carried,
    check_rows,
    check_size,
    columns_said,
    is_header_moved,
    read_rows,
    read_wishes,
)
from registry.views.check_view import facts, groups, notes_on_all
from registry.views.rendering import page
from verifier.suppliers.checked import Checked
from verifier.suppliers.columns import Columns
from verifier.suppliers.report_html import write_html
from verifier.suppliers.report_json import write_json
from verifier.suppliers.report_table import write_csv, write_xlsx
from verifier.suppliers.run import questions_of
from verifier.suppliers.sheets import Table

__all__ = ["blueprint"]

blueprint = Blueprint("check", __name__)

HEADER_ROWS = 20  # of the first rows one may be named as the headings
_WRITERS: dict[str, tuple[str, Callable[[io.BytesIO, Checked, str], None]]] = {
    "csv": ("text/csv; charset=utf-8", lambda out, checked, _: write_csv(out, checked)),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda out, checked, lang: write_xlsx(out, checked, lang=lang),
    ),
    "json": ("application/json", lambda out, checked, _: write_json(out, checked)),
    "html": ("text/html; charset=utf-8", lambda out, checked, lang: write_html(out, checked, lang=lang)),
}


@blueprint.get("/check")
def check() -> Response:
    return _first(Wishes())


@blueprint.post("/check")
def checked() -> Response:
    """Answer either form. Steps: `columns` (the first), `check`, or a file of the result, `format`."""
    request.max_content_length = request.max_form_memory_size = MAX_FORM
    wishes, table, columns = Wishes(), None, None
    try:
        kind = _kind()
        wishes = read_wishes()
        table = read_rows()
        columns = columns_said(table)
        check_size(table, columns)
        if not kind and (request.form.get("step") != "check" or is_header_moved()):
            return _second(table, columns, wishes)
        check_rows(table, columns)
        found = check_table(services(), table, columns, policy=wishes.policy)
    except FormError as error:
        return _again(error, wishes, table, columns)
    except RequestEntityTooLarge:
        return _again(FormError("too-large", status=413), wishes, table, columns)
    except BusyError:
        response = _again(FormError("busy", status=503), wishes, table, columns)
        response.headers["Retry-After"] = "10"
        return response
    except TooManyMarksError:
        return _again(FormError("too-many-marks", status=413), wishes, table, columns)
    return _file(found, kind) if kind else _result(found, wishes)


def _kind() -> str:
    """Give the form of the file that is asked for, "" for a page. Raises FormError."""
    kind = request.form.get("format", "")
    if kind and kind not in _WRITERS:
        raise FormError("format", f"format: one of {', '.join(_WRITERS)}")
    return kind


def _first(wishes: Wishes, trouble: FormError | None = None) -> Response:
    text = "" if trouble is None or trouble.status == 413 else request.form.get("rows", "")
    return page(
        "check.html",
        status=200 if trouble is None else trouble.status,
        trouble=trouble,
        text=text,
        **_asked(wishes),
    )


def _second(table: Table, columns: Columns, wishes: Wishes, trouble: FormError | None = None) -> Response:
    lines = column_lines(table, columns)
    shown = [
        (number, "  ".join(cell.strip() for cell in record if cell.strip()))
        for number, record in enumerate(table.records[:HEADER_ROWS], 1)
        if record
    ]
    return page(
        "check_columns.html",
        status=200 if trouble is None else trouble.status,
        trouble=trouble,
        table=carried(table.records),
        sheet=table.sheet,
        other_sheets=table.other_sheets,
        used=[line for line in lines if line.name],
        unused=[line for line in lines if not line.name],
        rows=len(questions_of(table, columns)),
        words=column_words(),
        header=None if columns.header is None else columns.header + 1,
        headers=shown,
        **_asked(wishes),
    )


def _again(error: FormError, wishes: Wishes, table: Table | None, columns: Columns | None) -> Response:
    """Show the form again that has to be put right."""
    if table is None or error.reason == "rows":
        return _first(wishes, error)
    return _second(
        table, Columns(header=None, first=0, found=()) if columns is None else columns, wishes, error
    )


def _result(found: Checked, wishes: Wishes) -> Response:
    columns = found.columns
    return page(
        "check_result.html",
        groups=groups(found),
        counts=found.counts,
        facts=facts(found),
        notes=notes_on_all(found),
        table=carried(found.table.records),
        sheet=found.table.sheet,
        other_sheets=found.table.other_sheets,
        header="" if columns.header is None else columns.header + 1,
        columns=[(one.place, one.name) for one in columns.found],
        formats=list(_WRITERS),
        **_asked(wishes),
    )


def _asked(wishes: Wishes) -> dict[str, Any]:
    levels = sorted({level for key in services().document().keys for level in key.levels})
    return {
        "wishes": wishes,
        "levels": levels,
        "units": UNITS,
        "most": MAX_ROWS,
        "megabytes": MAX_BYTES >> 20,
    }


def _file(found: Checked, kind: str) -> Response:
    out = io.BytesIO()
    media, write = _WRITERS[kind]
    write(out, found, i18n.language())
    response = Response(out.getvalue(), content_type=media)
    day = i18n.day_of(found.made, offset=found.register.offset)
    response.headers["Content-Disposition"] = f'attachment; filename="akashi-check-{day.isoformat()}.{kind}"'
    return response
