"""How much code must be believed to believe a verdict: what `verifier.Verifier` imports, counted.

Counted are lines with code on them; blank lines, comments and docstrings are not. Libraries are named beside it.
`python -m bench.trusted_lines` prints the table.
"""

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
OURS = ("schemas", "keys", "verifier", "issuer", "registry")
START = "verifier.verifier"
_NO_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
    tokenize.ENCODING,
}


@dataclass(frozen=True, kw_only=True)
class Trusted:
    """Lines by module, and the libraries they import from outside the standard library."""

    modules: dict[str, int]
    libraries: set[str]

    @property
    def lines(self) -> int:
        return sum(self.modules.values())


def trusted(start: str = START) -> Trusted:
    """Follow imports from `start`, those inside functions too."""
    import sys

    waiting, modules, libraries = [start], dict[str, int](), set[str]()
    while waiting:
        name = waiting.pop()
        path = _path(name)
        if name in modules or path is None:
            continue
        source = path.read_text("utf-8")
        modules[name] = code_lines(source)
        for imported in _imports(ast.parse(source)):
            first = imported.partition(".")[0]
            if first in OURS:
                waiting.append(imported)
            elif first not in sys.stdlib_module_names:
                libraries.add(first)
    return Trusted(modules=dict(sorted(modules.items())), libraries=libraries)


def code_lines(source: str) -> int:
    """Count the lines that hold code."""
    docstrings = {line for node in ast.walk(ast.parse(source)) for line in _docstring(node)}
    found: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            found |= set(range(token.start[0], token.end[0] + 1))
    return len(found - docstrings)


def _docstring(node: ast.AST) -> range:
    if (
        not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        or not node.body
    ):
        return range(0)
    first = node.body[0]
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        return range(first.lineno, (first.end_lineno or first.lineno) + 1)
    return range(0)


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _path(name: str) -> Path | None:
    base = ROOT / name.replace(".", "/")
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


if __name__ == "__main__":
    found = trusted()
    for name, lines in found.modules.items():
        print(f"{lines:6} {name}")
    print(f"{found.lines:6} in all; libraries: {', '.join(sorted(found.libraries))}")
