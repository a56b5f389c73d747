"""The badge of a mark: a small picture for web sites that follows the mark's state by itself.

A picture proves nothing; the link around it does. So the badge names the mark and its holder, is grey
whenever this registry cannot vouch for an answer now, and is never an error: a broken picture tells nothing.
"""

import unicodedata
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from schemas.bidi import isolated

__all__ = ["Badge", "draw"]

WIDTH, HEIGHT, DEMO_LINE = 320, 76, 16
_COLOURS = {"valid": "#0b6b3a", "invalid": "#a3182b", "undetermined": "#5a6270", "pending": "#5a6270"}
_SIGNS = {
    "valid": '<circle cx="36" cy="38" r="21"/><path class="g" d="M26 39l7 7 14-15"/>',
    "invalid": '<path d="M27 17h18l12 12v18L45 59H27L15 47V29z"/><path class="g" d="M28 30l16 16M44 30L28 46"/>',
    "undetermined": '<path d="M36 14l24 24-24 24-24-24z"/><path class="g" d="M31 33q0-6 5-6t5 5q0 3-5 6v3M36 46v1"/>',
    "pending": '<circle cx="36" cy="38" r="21"/><path class="g" d="M36 26v12l8 5"/>',
}
_FONT = "system-ui, -apple-system, 'Hiragino Sans', 'Noto Sans JP', 'Noto Sans CJK JP', 'Yu Gothic', Meiryo, sans-serif"
_ROOM = 39.0  # half-width characters a line has room for at 12 px
_TIGHT = 1.25  # how much more may be squeezed in before it is shortened


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What stands on a badge. `kind` as in a headline; anything but valid or invalid is grey."""

    kind: str
    head: str
    name: str
    foot: str
    title: str
    lang: str
    demonstration: str | None = None


def draw(badge: Badge) -> str:
    """Give the SVG: no script, no reference to anything outside, text in the reader's own fonts."""
    colour = _COLOURS[badge.kind]
    rows = [
        (29, 15, "700", badge.head, colour),
        (47, 12, "400", badge.name, "#1b2430"),
        (64, 11, "400", badge.foot, "#48525f"),
    ]
    height = HEIGHT
    if badge.demonstration is not None:
        rows.append((80, 10, "700", badge.demonstration, "#1b2430"))
        height += DEMO_LINE
    texts = "".join(
        f'<text x="72" y="{y}" font-size="{size}" font-weight="{weight}" fill="{fill}"{_squeezed(text, size)}>'
        f"{escape(isolated(_shortened(text, size)))}</text>"
        for y, size, weight, text, fill in rows
    )
    sign = _SIGNS[badge.kind].replace(
        'class="g"', 'fill="none" stroke="#fff" stroke-width="4.5" stroke-linecap="round"'
    )
    said = ". ".join(isolated(text) for _, _, _, text, _ in rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" xml:lang={quoteattr(badge.lang)} aria-labelledby="t d"><title id="t">{escape(badge.title)}</title>'
        f'<desc id="d">{escape(said)}</desc>'
        f'<rect x=".75" y=".75" width="{WIDTH - 1.5}" height="{height - 1.5}" rx="7" fill="#fff" stroke="{colour}" '
        f'stroke-width="1.5"/><g fill="{colour}">{sign}</g><g font-family={quoteattr(_FONT)}>{texts}</g></svg>\n'
    )


def _cells(text: str) -> float:
    """Half-width cells, roughly: wide characters take two, marks that combine take none."""
    return sum(
        0.0
        if unicodedata.combining(one)
        else 2.0
        if one == "★" or unicodedata.east_asian_width(one) in "WF"
        else 1.15
        for one in text
    )


def _room(size: int) -> float:
    return _ROOM * 12 / size


def _shortened(text: str, size: int) -> str:
    if _cells(text) <= _TIGHT * _room(size):
        return text
    while text and _cells(text) > _room(size) - 2:
        text = text[:-1]
    return text.rstrip() + "…"


def _squeezed(text: str, size: int) -> str:
    """Hold a nearly full line to its width: nobody knows which font it will be drawn in."""
    shown = _cells(_shortened(text, size))
    return (
        f' textLength="{_ROOM * 6:.0f}" lengthAdjust="spacingAndGlyphs"' if shown > 0.96 * _room(size) else ""
    )
