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
    names = sorted({line.split()[2] for line in parts["characters"]} - {"-"})
    tables = {
        "CHARACTERS": _characters(parts["characters"], names),
        "SCRIPTS": " ".join(names),
        "FOLDS": _folds([line for line in parts["fold"] if _is_shift(line)]),
        "EXPANSIONS": _expansions([line for line in parts["fold"] if not _is_shift(line)]),
        "TOGETHER": " / ".join(together),
        "ALIKE": alike,
        "LIKE_LATIN": " ".join(f"{_base_36(a)}.{_base_36(b)}" for a, b in map(_ends, parts["like Latin"])),
    }
    python = ['"""Made from repertoire.txt by `make tables`; not to be edited. `repertoire` reads it."""\n']
    script = [
        "/* Made from schemas/repertoire.txt by `make tables`; not to be edited. repertoire.js reads it. */\n"
    ]
    for name, text in tables.items():
        lines = _lines(text)
        python.append(f'{name} = """\\\n{lines}"""\n')
        script.append(f"export const {name} = `\n{lines}`;\n")
    return {
        ROOT / "schemas/text_tables.py": "\n".join(python).encode(),
        ROOT / "registry/scripts/verifier/text_tables.js": "".join(script).encode(),
    }


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


def _characters(lines: list[str], names: list[str]) -> str:
    """Sizes of ranges from U+0000 on, each with its kind and the place of its script; X: outside."""
    tokens: list[str] = []
    at = 0
    for line in lines:
        points, kind, script = line.split()
        first, last = _ends(points)
        if not at <= first <= last:
            raise ValueError(f"out of order: {line}")
        if first > at:
            tokens.append(f"{_base_36(first - at)}X")
        place = "" if script == "-" else _base_36(names.index(script))
        tokens.append(f"{_base_36(last + 1 - first)}{KINDS[kind]}{place}")
        at = last + 1
    return " ".join([*tokens, f"{_base_36(0x110000 - at)}X"])


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
    """The words of a text in lines that are not too long."""
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) > _WIDTH:
            lines.append("")
        lines[-1] += word + " "
    return "".join(line.rstrip() + "\n" for line in lines)


def main() -> None:
    for path, data in rendered().items():
        path.write_bytes(data)
        print(f"{path.relative_to(ROOT)}: {len(data):,} bytes")


if __name__ == "__main__":
    main()
