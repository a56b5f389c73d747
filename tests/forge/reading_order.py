"""Whether text that runs from right to left can reorder what stands beside it: on a page, and in plain text."""

import re
from html.parser import HTMLParser

FIRST_STRONG, POP = "\u2068", "\u2069"
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]")
ISOLATES = ("bdi",)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def loose(text: str) -> list[str]:
    """The stretches of plain text, right-to-left letters in them, that stand outside any isolate."""
    outside = re.sub(f"{FIRST_STRONG}[^{FIRST_STRONG}{POP}]*{POP}", "|", text)
    assert FIRST_STRONG not in outside
    assert POP not in outside
    return [line for line in outside.split("\n") if RIGHT_TO_LEFT.search(line)]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.loose: list[str] = []
        self.seen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        isolates = tag in ISOLATES or named.get("dir") == "auto"
        if tag not in VOID:
            self.open.append((tag, isolates))
        for name, value in attrs:  # what a field holds is typed again, and has its own direction
            if name not in ("value", "href", "action") or (tag, name) == ("img", "alt"):
                self.loose += loose(value or "")

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.seen += bool(RIGHT_TO_LEFT.search(data))
        tags = [tag for tag, _ in self.open]
        if "script" in tags or tags[-1:] == ["textarea"] or any(isolates for _, isolates in self.open):
            return  # JSON for programs; a field; isolated
        self.loose += loose(data)


def loose_on_page(page: str) -> list[str]:
    """The same of a page; it has to hold such text at all."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.seen, "nothing on this page runs from right to left"
    return reader.loose
