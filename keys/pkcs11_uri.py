"""The name of a key in a token: a `pkcs11:` URI (RFC 7512).

    pkcs11:token=register;object=log-key;id=%01?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/pin

Of the attributes the standard lists, those here are understood; any other is refused rather than passed over, since it might
have told two keys apart. `pin-value` is refused: an argument is shown to every account of the machine.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

__all__ = ["MODULE", "Pkcs11Uri", "Pkcs11UriError"]

MODULE = "AKASHI_PKCS11_MODULE"
_PATH = ("token", "serial", "object", "id", "type")
_QUERY = ("module-path", "pin-source")


class Pkcs11UriError(ValueError):
    """The URI names no key that can be looked for; says what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs11Uri:
    """Which module, which token, which key, and where its PIN lies (a file's path, or None)."""

    module: str
    token: str | None
    serial: str | None
    label: str | None
    id: bytes | None
    pin_file: str | None

    @classmethod
    def from_text(cls, text: str, environment: Mapping[str, str] = os.environ) -> "Pkcs11Uri":
        """Read a URI. Raises Pkcs11UriError; its message never repeats a value that may be a secret."""
        scheme, _, rest = text.partition(":")
        path, _, query = rest.partition("?")
        if scheme != "pkcs11" or not path:
            raise Pkcs11UriError("expected pkcs11:token=NAME;object=LABEL?module-path=FILE (RFC 7512)")
        found = _attributes(path, ";", _PATH) | _attributes(query, "&", _QUERY)
        if found.get("type", b"private") != b"private":
            raise Pkcs11UriError("type: only private keys sign; write type=private, or leave it out")
        if "object" not in found and "id" not in found:
            raise Pkcs11UriError("name the key by object=LABEL, id=%XX, or both")
        if "token" not in found and "serial" not in found:
            raise Pkcs11UriError("name the token by token=LABEL or serial=NUMBER")
        module = found.get("module-path", b"").decode() or environment.get(MODULE, "")
        if not module:
            raise Pkcs11UriError(f"no module: add ?module-path=FILE, or set {MODULE}")
        pin = found.get("pin-source", b"").decode()
        if pin and not pin.startswith(("file:", "/")):
            raise Pkcs11UriError("pin-source: write pin-source=file:PATH")
        return cls(
            module=module,
            token=_text(found, "token"),
            serial=_text(found, "serial"),
            label=_text(found, "object"),
            id=found.get("id"),
            pin_file=pin.removeprefix("file:").removeprefix("//") or None,
        )


def _text(found: Mapping[str, bytes], name: str) -> str | None:
    value = found.get(name)
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        raise Pkcs11UriError(f"{name}: not UTF-8") from None


def _attributes(text: str, separator: str, known: tuple[str, ...]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for part in filter(None, text.split(separator)):
        name, equals, value = part.partition("=")
        if name == "pin-value":
            raise Pkcs11UriError("pin-value: a PIN is never an argument; use pin-source=file:PATH")
        if name not in known or not equals:
            raise Pkcs11UriError(f"{name[:40]!r} is not understood; known here are {', '.join(known)}")
        if name in found:
            raise Pkcs11UriError(f"{name} stands twice")
        if re.search(r"%(?![0-9A-Fa-f]{2})", value):
            raise Pkcs11UriError(f"{name}: % is followed by two hex digits")
        found[name] = unquote_to_bytes(value)
    return found
