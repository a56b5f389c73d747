"""A photo, a screenshot, a PDF or something typed leads to the mark it shows; a forged code leads to a warning."""

import io
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from forge.laid import Laid, json_of
from forge.objects import first_document
from forge.pictures import pdf, photo, picture
from forge.trust_documents import recognised
from forge.world import NOW, World
from schemas.qr import from_digits
from verifier import pictures


@pytest.fixture
def client(full: Laid) -> FlaskClient:
    return full.client()


def upload(client: FlaskClient, data: bytes, *, lang: str = "en") -> TestResponse:
    head = b'--cut\r\nContent-Disposition: form-data; name="picture"; filename="x"\r\n\r\n'
    return client.post(
        f"/scan?lang={lang}",
        data=head + data + b"\r\n--cut--\r\n",
        content_type="multipart/form-data; boundary=cut",
        headers={"Accept": "text/html"},
    )


@pytest.mark.parametrize("make", [picture, photo, pdf, lambda text: picture(text, form="WEBP")])
def test_a_code_leads_to_its_marks_page_with_the_signed_mark_behind_it(full: Laid, make: Any) -> None:
    answer = upload(full.client(), make(full.marks["valid"].link()))
    assert answer.status_code == 303
    address, _, digits = answer.headers["Location"].partition("#")
    assert address == f"/m/{full.marks['valid'].number}?lang=en"
    assert from_digits(digits) == full.marks["valid"].raw


@pytest.mark.parametrize(
    ("lang", "says"), [("en", "A partner scheme's mark"), ("ja", "承認している別の制度のマーク")]
)
def test_a_link_to_a_partners_host_does_not_lead_to_our_mark_of_that_number(
    lay: Callable[[World], Laid], lang: str, says: str
) -> None:
    world = World(first_document(recognised=[recognised("sg-demo")]))
    ours = world.issue(at=NOW - 3600)
    world.publish(NOW)
    client = lay(world).client()
    link = f"https://partner.example/m/{ours.number}"
    typed = client.post(f"/scan?lang={lang}", data={"text": link})
    for answer in (typed, upload(client, picture(link), lang=lang)):
        assert answer.status_code == 200
        text = unescape(answer.text)
        assert says in text
        assert f"/m/{ours.number}" not in text
        assert ours.claims.name not in text
        assert "not in this register" not in text
    assert '["partner.example"]' in unescape(client.get("/scan").text)


@pytest.mark.parametrize("make", [picture, pdf])
def test_a_forged_code_does_not_lead_to_the_genuine_page(full: Laid, make: Any) -> None:
    genuine = full.marks["valid"]
    forged = World().issue(at=NOW - 86400, signer="x", number=genuine.claims.number)
    answer = upload(full.client(), make(forged.link()))
    assert answer.status_code == 200
    assert "Not valid" in answer.text
    assert f"/m/{genuine.number}" not in answer.text


def test_a_code_with_a_digit_changed_is_judged_and_not_overlooked(full: Laid) -> None:
    link = full.marks["valid"].link()
    answer = upload(full.client(), picture(link[:-1] + str((int(link[-1]) + 1) % 10)))
    assert answer.status_code == 200
    assert "Not valid" in answer.text
    assert "The signature does not match" in answer.text


def test_several_codes_are_listed_each_with_its_own_verdict(full: Laid) -> None:
    names = ("valid", "revoked")
    answer = upload(
        full.client(), picture(*(full.marks[name].link() for name in names), "https://shop.example/")
    )
    assert answer.status_code == 200
    assert "2 codes read" in answer.text
    assert "1 other code in the picture is not a mark" in answer.text
    for name in names:
        assert f'href="/m/{full.marks[name].number}?lang=en#' in answer.text
    assert "Revoked" in answer.text


@pytest.mark.parametrize(
    ("data", "status", "says"),
    [
        (picture(), 400, "No code of a mark"),
        (picture("https://shop.example/"), 400, "No code of a mark"),
        (b"%PDF-1.7 rubbish", 400, "could not be opened"),
        (picture()[:60], 400, "could not be opened"),
        (b"MZ rubbish", 415, "of a kind that is not read here"),
        (b"", 400, "Choose a picture"),
    ],
)
def test_what_holds_no_code_is_said_on_the_page_itself(
    client: FlaskClient, data: bytes, status: int, says: str
) -> None:
    answer = upload(client, data)
    assert answer.status_code == status
    assert says in answer.text
    assert 'type="file"' in answer.text


def test_a_picture_that_is_too_large_is_refused_before_it_is_read(client: FlaskClient) -> None:
    answer = upload(client, b"\x89PNG\r\n\x1a\n" + bytes(13 << 20))
    assert answer.status_code == 413


def test_a_picture_that_unpacks_to_very_much_is_not_unpacked(client: FlaskClient) -> None:
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    assert len(out.getvalue()) < 1 << 20
    answer = upload(client, out.getvalue())
    assert answer.status_code in (400, 413)
    assert "Too large" in answer.text or "could not be opened" in answer.text


def test_a_reader_that_is_lost_is_a_picture_that_cannot_be_read(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.picture_reader._PATIENCE", 0.01)
    answer = upload(client, picture("https://shop.example/"))
    assert answer.status_code == 400
    assert "could not be opened" in answer.text


def typed(client: FlaskClient, text: str) -> TestResponse:
    return client.post("/scan?lang=en", data={"text": text}, headers={"Accept": "text/html"})


def test_what_is_typed_leads_to_the_mark_or_to_the_search(full: Laid) -> None:
    client, mark = full.client(), full.marks["valid"]
    for text in (str(mark.number), mark.claims.number.display.lower()):
        assert typed(client, text).headers["Location"] == f"/m/{mark.number}?lang=en"
    assert typed(client, mark.link()).headers["Location"].startswith(f"/m/{mark.number}?lang=en#")
    assert typed(client, str(mark.claims.holder)).headers["Location"].startswith("/search?")
    assert typed(client, "みほん").headers["Location"].startswith("/search?")
    assert typed(client, "").status_code == 400


def test_a_mistyped_number_is_answered_with_what_may_be_meant(full: Laid) -> None:
    number = str(full.marks["valid"].number)
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    answer = typed(full.client(), wrong)
    assert answer.status_code == 400
    assert f"/m/{number}?lang=en" in answer.text


@pytest.mark.parametrize("text", ["\0", "#", "https://", "/m/", "x" * 4097, "<script>", "\u202e7K3Q9"])
def test_whatever_is_typed_is_answered(client: FlaskClient, text: str) -> None:
    assert typed(client, text).status_code in (200, 303, 400, 413)


def test_a_program_may_send_a_picture_too(full: Laid) -> None:
    client = full.client()
    answer = client.post("/api/v1/verify", data=picture(full.marks["valid"].link()), content_type="image/png")
    assert json_of(answer)["verdict"] == "valid"
    answer = client.post(
        "/api/v1/verify", data=pdf(full.marks["revoked"].link()), content_type="application/pdf"
    )
    assert json_of(answer)["verdict"] == "invalid"
    nothing = client.post("/api/v1/verify", data=picture(), content_type="image/png")
    assert (nothing.status_code, json_of(nothing)["reason"]) == (400, "no-code-in-picture")
    two = picture(full.marks["valid"].link(), full.marks["revoked"].link())
    assert client.post("/api/v1/verify", data=two, content_type="image/png").status_code == 400


def test_the_reader_says_in_one_line_what_it_found(
    capsysbinary: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(picture("https://shop.example/"))))
    monkeypatch.setattr(pictures, "_limit", lambda: None)
    pictures.main()
    assert capsysbinary.readouterr().out == b'{"codes": ["https://shop.example/"]}\n'
