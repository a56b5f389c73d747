"""Pictures of codes, as people photograph, screenshot and print them."""

import io

import qrcode
from PIL import Image, ImageFilter

from schemas.qr import segments

__all__ = ["code_of", "pdf", "photo", "picture"]


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


def _written(picture: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def picture(*texts: str, form: str = "PNG") -> bytes:
    return _written(_sheet(texts), form)


def photo(text: str) -> bytes:
    """Taken by hand: askew, a little blurred, on a grey table, as JPEG."""
    sheet = _sheet((text,), box=6)
    table = Image.new("RGB", (sheet.width + 500, sheet.height + 500), (120, 118, 110))
    turned = sheet.rotate(11, expand=True, fillcolor=(120, 118, 110), resample=Image.Resampling.BICUBIC)
    table.paste(turned, (120, 120))
    return _written(table.filter(ImageFilter.GaussianBlur(1.2)), "JPEG", quality=80)


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
