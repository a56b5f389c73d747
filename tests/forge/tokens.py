"""A token for tests: SoftHSM2, a software module with the interface of a hardware one."""

from dataclasses import dataclass
from pathlib import Path

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
)
PIN = "4711-4711"


@dataclass(frozen=True)
class Token:
    """One initialised token; its PIN lies in a file, and is the same wherever it is asked for."""

    module: Path
    label: str
    pin_file: Path

    def uri(self, label: str, *, more: str = "", query: str = "") -> str:
        source = query or f"module-path={self.module}&pin-source=file:{self.pin_file}"
        return f"pkcs11:token={self.label};object={label}{more}?{source}"
