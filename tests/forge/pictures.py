"""Pictures of codes, as people photograph, screenshot and print them."""

import io

import qrcode
from PIL import Image, ImageFilter

from schemas.qr import segments

__all__ = ["code_of", "on_table", "pdf", "photo", "picture", "seen_from_afar", "written"]

TABLE = (120, 118, 110)


def code_of(text: str, *, box: int = 3) -> Image.Image:
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, box_size=box)
    link, digits = segments(text)
    code.add_data(qrcode.util.QRData(link, mode=qrcode.util.MODE_8BIT_BYTE))
    if digits:
        code.add_data(qrcode.util.QRData(digits, mode=qrcode.util.MODE_NUMBER))
    drawn: Image.Image = code.make_image().get_image().convert("RGB")
    return drawn


def _sheet(texts: tuple[str, ...], *, box: int = 3) -> Image.Image:
    """Codes side by side on white paper."""
    codes = [code_of(text, box=box) for text in texts]
    height = max([50, *(code.height for code in codes)])
    whole = Image.new("RGB", (sum(code.width for code in codes) or 50, height), "white")
    left = 0
    for code in codes:
        whole.paste(code, (left, 0))
        left += code.width
    return whole


def written(picture: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def picture(*texts: str, form: str = "PNG") -> bytes:
    return written(_sheet(texts), form)


def photo(text: str) -> bytes:
    """Taken by hand: askew, a little blurred, on a grey table, as JPEG."""
    sheet = _sheet((text,), box=6)
    table = Image.new("RGB", (sheet.width + 500, sheet.height + 500), TABLE)
    turned = sheet.rotate(11, expand=True, fillcolor=TABLE, resample=Image.Resampling.BICUBIC)
    table.paste(turned, (120, 120))
    return written(table.filter(ImageFilter.GaussianBlur(1.2)), "JPEG", quality=80)


def on_table(code: Image.Image, colour: tuple[int, int, int] = TABLE) -> Image.Image:
    """A code in the middle of something, with room for what is done to the picture next."""
    table = Image.new("RGB", (code.width + 400, code.height + 400), colour)
    table.paste(code, (200, 200))
    return table


def seen_from_afar(picture: Image.Image) -> Image.Image:
    """A sheet lying before the camera: its far side a third shorter than its near side."""
    width, height = picture.size
    # (x, y) of the photo shows ((a x + b y + c) / (g x + h y + 1), (d x + e y + f) / (g x + h y + 1)) of the sheet.
    a, b, c = 1.2, 0.2 * width / height, -0.1 * width
    d, e, f = 0.0, 1.6, -0.1 * height
    g, h = 0.0, 0.4 / height
    way = (a, b, c, d, e, f, g, h)
    return picture.transform(
        picture.size, Image.Transform.PERSPECTIVE, way, Image.Resampling.BICUBIC, fillcolor=TABLE
    )


def pdf(*texts: str) -> bytes:
    """A quotation of one page a code."""
    pages = []
    for text in texts:
        page = Image.new("RGB", (1240, 1754), "white")  # A4 at 150 dpi
        page.paste(_sheet((text,), box=4), (600, 1100))
        pages.append(page)
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return out.getvalue()
