"""Write anew what both verifiers read of schemas/repertoire.txt: `make tables`. The same file gives the same bytes."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "schemas/repertoire.txt"
KINDS = {"other": "O", "ideograph": "I", "mark": "M", "joined": "J", "selector": "V", "space": "S"}
_WIDTH = 110


def rendered() -> dict[Path, bytes]:
    """Every file made from the repertoire, by its path."""
    parts = sections(SOURCE.read_text("utf-8"))
    together, alike = _families(parts["scripts"])
    kinds, scripts, names = _characters(parts["characters"])
    characters = {
        "KINDS": kinds,
        "SCRIPTS": scripts,
        "SCRIPT_NAMES": " ".join(names),
        "TOGETHER": " / ".join(together),
        "ALIKE": alike,
        "LIKE_LATIN": " ".join(f"{_base_36(a)}.{_base_36(b)}" for a, b in map(_ends, parts["like Latin"])),
    }
    folds = {
        "FOLDS": _folds([line for line in parts["fold"] if _is_shift(line)]),
        "EXPANSIONS": _expansions([line for line in parts["fold"] if not _is_shift(line)]),
    }
    return {
        ROOT / "schemas/text_tables.py": _python(characters | folds),
        # Apart: pages look for no words in a scope, and are not served how.
        ROOT / "registry/scripts/verifier/text_tables.js": _script(characters, "repertoire.js"),
        ROOT / "registry/scripts/verifier/fold_tables.js": _script(folds, "folding.js"),
    }


def _python(tables: dict[str, str]) -> bytes:
    parts = [f'{name} = """\\\n{_lines(text)}"""\n' for name, text in tables.items()]
    head = '"""Made from repertoire.txt by `make tables`; not to be edited. `repertoire` and `folding` read it."""\n'
    return "\n".join([head, *parts]).encode()


def _script(tables: dict[str, str], reader: str) -> bytes:
    parts = [f"export const {name} = `\n{_lines(text)}`;\n" for name, text in tables.items()]
    head = f"/* Made from schemas/repertoire.txt by `make tables`; not to be edited. {reader} reads it. */\n"
    return "".join([head, *parts]).encode()


def sections(text: str) -> dict[str, list[str]]:
    """The lines below each heading, without comments."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in text.splitlines():
        if line.startswith("["):
            heading = line.strip("[]")
            found[heading] = []
        elif line and not line.startswith("#"):
            found[heading].append(line)
    return found


def _ends(points: str) -> tuple[int, int]:
    first, _, last = points.partition("..")
    return int(first, 16), int(last or first, 16)


def _characters(lines: list[str]) -> tuple[str, str, list[str]]:
    """What covers all code points, from U+0000 on: sizes of ranges, each with its kind or with the place of its script.

    A size of 1 is left out before a kind. X: outside the repertoire. Of what is outside nobody asks the script, so its
    neighbour's goes on over it. The place of a script that has not come yet is the next one: `+`.
    """
    kinds: list[list[str | int]] = [["X", 0]]
    scripts: list[list[str | int]] = [["-", 0]]
    at = 0
    for line in lines:
        points, kind, script = line.split()
        first, last = _ends(points)
        if not at <= first <= last:
            raise ValueError(f"out of order: {line}")
        _go_on(kinds, "X", first - at)
        _go_on(scripts, str(scripts[-1][0]), first - at)
        _go_on(kinds, KINDS[kind], last + 1 - first)
        _go_on(scripts, script, last + 1 - first)
        at = last + 1
    _go_on(kinds, "X", 0x110000 - at)
    names = [name for name in dict.fromkeys(str(script) for script, _ in scripts) if name != "-"]
    written = "".join(f"{'' if size == 1 else _base_36(int(size))}{kind}" for kind, size in kinds if size)
    came = {"-": ""}
    places = []
    for each, length in scripts:
        places.append(_base_36(int(length)) + came.get(str(each), ".+"))
        came.setdefault(str(each), f".{_base_36(len(came) - 1)}")
    return written, " ".join(places), names


def _go_on(ranges: list[list[str | int]], value: str, size: int) -> None:
    """Add characters to the last range, or in a range of their own if they are of another kind."""
    if size and ranges[-1][0] != value:
        ranges.append([value, 0])
    ranges[-1][1] = int(ranges[-1][1]) + size


def _is_shift(line: str) -> bool:
    return re.search(r" [+-][0-9]+$", line) is not None


def _folds(lines: list[str]) -> str:
    """first.last.step.what is added"""
    tokens: list[str] = []
    for line in lines:
        points, by = line.split()
        points, slash, _ = points.partition("/2")
        first, last = _ends(points)
        tokens.append(".".join(map(_base_36, (first, last, 2 if slash else 1, int(by)))))
    return " ".join(tokens)


def _expansions(lines: list[str]) -> str:
    """character.first.second of what replaces it"""
    return " ".join(".".join(_base_36(int(point, 16)) for point in line.split()) for line in lines)


def _families(lines: list[str]) -> tuple[list[str], str]:
    together = [line.removeprefix("together ") for line in lines if line.startswith("together ")]
    (alike,) = [line.removeprefix("alike ") for line in lines if line.startswith("alike ")]
    return together, alike


def _base_36(number: int) -> str:
    digits, rest = "", abs(number)
    while rest or not digits:
        rest, digit = divmod(rest, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return "-" + digits if number < 0 else digits


def _lines(text: str) -> str:
    """A text in lines that are not too long: of whole words, or cut where it has none."""
    words = text.split(" ") if " " in text else [text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH)]
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) > _WIDTH:
            lines.append("")
        lines[-1] += word + " "
    return "".join(line.rstrip() + "\n" for line in lines if line)


def main() -> None:
    for path, data in rendered().items():
        path.write_bytes(data)
        print(f"{path.relative_to(ROOT)}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
