"""A code is read as people photograph, draw, print and send it; what is no mark's is passed over, and what is broken named.

Every picture here was drawn and bent by a program. No phone's camera was tried.
"""

import io
import sys

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageFilter, ImageOps

from forge.pictures import code_of, on_table, pdf, photo, picture, seen_from_afar, written
from forge.scene import Scene
from schemas.qr import Found
from verifier.asked import USAGE
from verifier.inputs import Input, Unreadable, read_stream
from verifier.pictures import MAX_PAGES, codes_in, is_of_a_mark, is_picture

SHOP = "https://shop.example/"


def shown(data: bytes) -> list[Input | Unreadable]:
    return read_stream(io.BytesIO(data))


def refused(data: bytes) -> Unreadable:
    [found] = shown(data)
    assert isinstance(found, Unreadable)
    return found


def judged(data: bytes) -> Input:
    [found] = shown(data)
    assert isinstance(found, Input)
    return found


@pytest.fixture(scope="module")
def link(scene: Scene) -> str:
    return scene.good.link()


@pytest.fixture(scope="module")
def code(link: str) -> Image.Image:
    return code_of(link, box=5)


def reads(bent: Image.Image, link: str, form: str = "JPEG", **options: object) -> bool:
    return codes_in(written(bent, form, **options)) == [link]


# ---------------------------------------------------------------- as it is photographed


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP"])
def test_the_code_in_a_picture_is_read(link: str, scene: Scene, form: str) -> None:
    expected = Found(number=scene.good.number, host="akashi.example", mark=scene.good.raw)
    assert judged(picture(link, form=form)) == Input(label="-", found=expected)


def test_a_photo_taken_askew_is_read(link: str) -> None:
    assert codes_in(photo(link)) == [link]


@pytest.mark.parametrize("degrees", [17, 45, 90, 123, 180])
def test_a_code_may_lie_any_way_round(code: Image.Image, link: str, degrees: int) -> None:
    assert reads(on_table(code).rotate(degrees, resample=Image.Resampling.BICUBIC), link)


def test_a_sheet_seen_from_afar_is_read(code: Image.Image, link: str) -> None:
    assert reads(seen_from_afar(on_table(code)), link)


def test_a_blurred_photo_is_read(code: Image.Image, link: str) -> None:
    assert reads(on_table(code).filter(ImageFilter.GaussianBlur(1.5)), link)


def test_a_photo_with_the_noise_of_a_dark_room_is_read(code: Image.Image, link: str) -> None:
    assert reads(noisy(on_table(code)), link, quality=70)


def test_a_sheet_half_in_the_shade_is_read(code: Image.Image, link: str) -> None:
    assert reads(shaded(on_table(code)), link)


def test_everything_at_once_is_read(code: Image.Image, link: str) -> None:
    turned = on_table(code).rotate(12, resample=Image.Resampling.BICUBIC)
    taken = seen_from_afar(turned).filter(ImageFilter.GaussianBlur(1))
    assert reads(shaded(noisy(taken)), link, quality=75)


def noisy(taken: Image.Image) -> Image.Image:
    grain = Image.effect_noise(taken.size, 40).convert("RGB")
    return ImageChops.add(taken, grain, 1, -128)


def shaded(taken: Image.Image) -> Image.Image:
    light = Image.linear_gradient("L").resize(taken.size).point(lambda value: 60 + value * 195 // 255)
    return ImageChops.multiply(taken, Image.merge("RGB", (light,) * 3))


def test_what_is_too_blurred_to_be_read_is_said_to_hold_no_code(code: Image.Image) -> None:
    blurred = written(code.filter(ImageFilter.GaussianBlur(8)), "PNG")
    assert refused(blurred) == Unreadable(label="-", reason="no-code-in-picture", detail="0 other codes")


# ---------------------------------------------------------------- as it is drawn and sent


@pytest.mark.parametrize("box", [1, 2])
def test_a_small_code_on_a_large_screen_is_read(link: str, box: int) -> None:
    screen = Image.new("RGB", (2560, 1440), (243, 244, 246))
    small = code_of(link, box=box)
    for line in range(60, 1300, 26):  # something to read beside it
        screen.paste((40, 40, 40), (80, line, 80 + (line * 37) % 1500, line + 9))
    screen.paste(small, (2300, 1200))
    assert reads(screen, link, "PNG")


def test_a_code_in_white_on_a_dark_ground_is_read(code: Image.Image, link: str) -> None:
    dark = on_table(ImageOps.invert(code), (20, 22, 30))
    assert reads(dark, link)
    assert reads(dark.rotate(8, resample=Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1)), link)


@pytest.mark.parametrize(
    ("mode", "form"),
    [
        ("1", "PNG"),
        ("L", "PNG"),
        ("P", "PNG"),
        ("I;16", "PNG"),
        ("CMYK", "JPEG"),
        ("CMYK", "TIFF"),
        ("F", "TIFF"),
    ],
)
def test_a_code_is_read_in_any_kind_of_colour(code: Image.Image, link: str, mode: str, form: str) -> None:
    grey = code if mode in ("CMYK", "P") else code.convert("L")
    assert reads(grey.convert(mode), link, form)


def test_a_code_drawn_on_nothing_is_read_on_paper_and_on_a_dark_page(code: Image.Image, link: str) -> None:
    holes, ink = code.convert("L"), ImageOps.invert(code.convert("L"))
    for colour, drawn in ((0, ink), (255, holes)):
        clear = Image.merge("LA", (Image.new("L", code.size, colour), drawn))
        assert reads(clear, link, "PNG"), colour
        assert reads(clear.convert("RGBA"), link, "WEBP", lossless=True), colour
    palette = code.convert("L").point(lambda value: 1 if value else 0, "P")
    palette.putpalette([0, 0, 0, 0, 0, 0])  # the ground has the colour of the ink, and is let through
    assert reads(palette, link, "GIF", transparency=1)


def test_a_photo_that_says_it_lies_on_its_side_is_read(code: Image.Image, link: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert reads(on_table(code), link, exif=exif)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_code_in_a_later_frame_is_read(code: Image.Image, link: str, form: str) -> None:
    blank = Image.new("RGB", code.size, "white")
    assert reads(blank, link, form, save_all=True, append_images=[code])


def test_frames_are_read_so_far_and_no_further(
    code: Image.Image, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    blanks = [Image.new("RGB", code.size, (255, 255, 250 - shade)) for shade in range(MAX_PAGES)]
    late = written(blanks[0], "GIF", save_all=True, append_images=[*blanks[1:], code])
    assert codes_in(late) == []
    first = written(code, "GIF", save_all=True, append_images=[blanks[0]])
    monkeypatch.setattr("verifier.pictures.MAX_PIXELS", code.width * code.height)
    assert codes_in(first) == [link]


def test_the_code_on_a_later_page_of_a_quotation_is_read(link: str) -> None:
    assert codes_in(pdf(SHOP, link)) == [SHOP, link]


def test_a_pdf_of_very_many_pages_is_read_so_far_and_no_further(link: str) -> None:
    late = pdf(*[SHOP] * MAX_PAGES, link)
    assert refused(late).reason == "no-code-in-picture"


# ---------------------------------------------------------------- several codes, and other people's


def test_codes_are_given_in_reading_order_however_the_sheet_hangs(scene: Scene) -> None:
    texts = [scene.good.link(), scene.ended.link(), "https://shop.example/1", "https://shop.example/2"]
    codes = [code_of(text).resize((300, 300)) for text in texts]
    sheet = Image.new("RGB", (900, 900), "white")
    for place, drawn in zip([(60, 60), (500, 60), (60, 500), (500, 500)], codes, strict=True):
        sheet.paste(drawn, place)
    for degrees in (-6, 0, 6):
        hung = sheet.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor="white")
        assert codes_in(written(hung, "PNG")) == texts


def test_a_code_shown_twice_is_read_once(link: str) -> None:
    assert codes_in(picture(link, link)) == [link]


def test_every_mark_in_a_picture_is_judged_and_other_codes_are_counted(scene: Scene) -> None:
    good, ended = scene.good.link(), scene.ended.link()
    found = shown(picture(SHOP, good, "WIFI:S:guests;;", ended))
    assert [one.found for one in found if isinstance(one, Input)] == [
        Found(number=mark.number, host="akashi.example", mark=mark.raw) for mark in (scene.good, scene.ended)
    ]
    assert [one.passed_over for one in found if isinstance(one, Input)] == [2, 0]
    assert refused(picture(SHOP)) == Unreadable(
        label="-", reason="no-code-in-picture", detail="1 other codes"
    )


@pytest.mark.parametrize(
    "text",
    [
        SHOP,
        f"{SHOP}#section",
        "https://mail.example/m/inbox#folder",
        "1234567890123456",
        "91" + "9" * 42,
        "",
        "WIFI:S:x;;",
    ],
)
def test_a_code_of_somebody_else_is_no_mark_s(text: str) -> None:
    assert not is_of_a_mark(text)


def test_a_code_of_a_mark_with_a_digit_wrong_is_judged_and_not_passed_over(link: str) -> None:
    address, _, digits = link.partition("#")
    for wrong in (f"{address}#9{digits}", f"{address}?lang=ja#9{digits}", "9" + digits):
        assert judged(picture(wrong)).found == wrong


@pytest.mark.parametrize("text", ["4901234567894", "91908888123456789012345678901234567890120000"])
def test_the_bars_on_a_product_or_an_invoice_are_no_mark(link: str, text: str) -> None:
    kind = zxingcpp.BarcodeFormat.EAN13 if len(text) == 13 else zxingcpp.BarcodeFormat.Code128
    bars = Image.fromarray(zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(text, kind), scale=2))
    sheet = Image.new("RGB", (900, 800), "white")
    sheet.paste(bars, (20, 20))
    assert len(zxingcpp.read_barcodes(sheet)) == 1
    sheet.paste(code_of(link), (20, 300))
    assert codes_in(written(sheet, "PNG")) == [link]


def test_the_command_says_that_it_passed_codes_over(
    link: str, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    from verifier.cli import main

    path = tmp_path_factory.mktemp("picture") / "paper.png"
    path.write_bytes(picture(SHOP, link))
    assert main(["verify", "--offline", "--lang", "en", "--state", str(path.parent), str(path)]) != USAGE
    assert "no mark's, passed over: 1" in capsys.readouterr().err


# ---------------------------------------------------------------- broken, huge, of another kind


def test_a_picture_without_a_code_is_refused() -> None:
    assert refused(picture()).reason == "no-code-in-picture"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"])
def test_a_picture_that_breaks_off_is_refused(link: str, form: str) -> None:
    whole = picture(link, form=form)
    for size in (10, 30, len(whole) // 2):
        assert refused(whole[:size]).reason in ("unreadable-picture", "no-code-in-picture")


def test_a_pdf_that_breaks_off_is_refused(link: str) -> None:
    whole = pdf(link)
    for size in (5, 40, len(whole) // 2):
        assert refused(whole[:size]).reason in ("unreadable-picture", "no-code-in-picture")


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
def test_a_photo_of_a_kind_that_is_not_read_is_no_invalid_mark(brand: bytes) -> None:
    photographed = b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic" + bytes(range(200, 256))
    assert is_picture(photographed)
    problem = refused(photographed)
    assert (problem.reason, problem.detail) == (
        "unreadable-picture",
        "none of PNG, JPEG, WEBP, GIF, BMP, TIFF, PDF",
    )


def test_a_picture_of_too_many_pixels_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.pictures.MAX_PIXELS", 100)
    assert refused(picture()).reason == "too-large"


def test_a_small_file_of_very_many_pixels_is_not_unpacked() -> None:
    large = Image.new("1", (8_000, 7_000))
    assert refused(written(large, "PNG")).reason == "too-large"


@pytest.mark.parametrize("missing", ["zxingcpp", "PIL"])
def test_without_the_extra_a_picture_says_what_to_install(
    link: str, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    data = picture(link)
    monkeypatch.setitem(sys.modules, missing, None)
    assert refused(data).reason == "images-missing"


def test_without_the_extra_a_pdf_says_what_to_install(link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = pdf(link)
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    assert refused(data).reason == "images-missing"
