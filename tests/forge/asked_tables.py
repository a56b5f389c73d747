"""A buyer in front of `/check`: rows pasted, files sent, answers taken apart."""

import io
import re
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forge.laid import Laid
from verifier.suppliers.xlsx import openpyxl

HTML = {"Accept": "text/html"}


def digits(laid: Laid, name: str) -> str:
    return laid.marks[name].claims.holder.value


def post(client: FlaskClient, fields: dict[str, Any], *, lang: str = "en") -> TestResponse:
    return client.post(f"/check?lang={lang}", data=fields, content_type="multipart/form-data", headers=HTML)


def carried(answer: TestResponse) -> dict[str, list[str]]:
    """Everything a form of an answer would send again, buttons left out."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text):
        fields.setdefault(name, []).append(unescape(value))
    for name, options in re.findall(
        r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', answer.text, re.DOTALL
    ):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        fields[name] = [unescape(chosen[1]) if chosen else ""]
    return fields


def check(client: FlaskClient, rows: str, *, lang: str = "en", **wishes: Any) -> TestResponse:
    """Go both steps as a person does, taking the columns as they were read."""
    read = post(client, {"rows": rows, **wishes}, lang=lang)
    assert read.status_code == 200, read.text
    return post(client, {**carried(read), **wishes, "step": "check"}, lang=lang)


def table_of(laid: Laid) -> str:
    return (
        "取引先コード,取引先名,法人番号,備考\n"
        f"A1,㈱みほん電子,{digits(laid, 'valid')},部品\n"
        f"A2,べつの会社,{digits(laid, 'revoked')},\n"
        "A3,株式会社みほん電子,,\n"
        "A4,山田製麺所,,\n"
        "A5,,7.1E+12,\n"
    )


def counts(answer: TestResponse) -> dict[str, int]:
    found = re.findall(
        r'<span class="state ([a-z-]+)">(?:(?!</span>).)*</span> <b>(\d+)</b>', answer.text, re.DOTALL
    )
    return {kind: int(number) for kind, number in found}


def workbook(rows: list[list[object]]) -> bytes:
    book, out = openpyxl().Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def sent(client: FlaskClient, data: bytes, **fields: str) -> TestResponse:
    """Send a file; put together by hand, since the test client would lay a large one down on the disk."""
    parts = [
        b'--cut\r\nContent-Disposition: form-data; name="file"; filename="suppliers.xlsx"\r\n\r\n' + data
    ]
    for name, value in fields.items():
        head = f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        parts.append(f"{head}{value}".encode())
    return client.post(
        "/check?lang=en",
        data=b"\r\n".join([*parts, b"--cut--\r\n"]),
        content_type="multipart/form-data; boundary=cut",
        headers=HTML,
    )


def ask(client: FlaskClient, *rows: Any, **members: Any) -> TestResponse:
    return client.post("/api/v1/check", json={"rows": list(rows), **members})
