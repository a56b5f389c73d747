"""The site's scripts: small ES modules, joined to one file a page, so that an old phone asks once.

Written in `scripts/` as modules that import one another by relative name. Joined, each module is a function that gives what
it exports, in an order in which what is imported comes first; comments and indentation are left out. A page that is served
a script works without it.
"""

import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

__all__ = ["PAGES", "SCRIPTS", "joined"]

SCRIPTS = Path(__file__).with_name("scripts")
PAGES = frozenset(path.stem for path in SCRIPTS.glob("*.js"))

_IMPORT = re.compile(r'^import \{([^}]*)\} from "([./\w-]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|class|function|async function) (\w+))", re.MULTILINE)
_COMMENT = re.compile(r"^\s*(?:/\*.*?\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_AT_THE_END = re.compile(
    r" +// [^\n\"'`/]*$", re.MULTILINE
)  # of a line; with a quote in it, it may be within a text


@cache
def joined(name: str) -> str:
    """Give the script `name` ("mark.js") with all it imports. Raises FileNotFoundError."""
    done: dict[str, str] = {}
    _add(name, done)
    return f'"use strict";\n{"".join(done.values())}'


def _add(name: str, done: dict[str, str]) -> None:
    source = (SCRIPTS / name).read_text("utf-8")
    bound: list[str] = []
    for names, relative in _IMPORT.findall(source):
        imported = normpath(join(dirname(name), relative))
        if imported not in done:
            _add(imported, done)
        bound.append(f"const {{{names.replace(' as ', ': ')}}} = {_variable(imported)};\n")
    source = _IMPORT.sub("", source)
    exports = _EXPORT.findall(source)
    source = _AT_THE_END.sub("", _COMMENT.sub("", _EXPORT.sub("", source)))
    lines = "\n".join(line.strip() for line in source.splitlines() if line.strip())
    done[name] = (
        f"const {_variable(name)} = (() => {{\n{''.join(bound)}{lines}\nreturn {{ {', '.join(exports)} }};\n}})();\n"
    )


def _variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))
