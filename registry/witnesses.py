"""Asking witnesses to cosign a head: the client of C2SP tlog-witness (docs/format.md §6)."""

import http.client
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from keys.notes import BadNoteSignatureError, cosignature_times
from schemas.checkpoint import int_of_decimal
from schemas.errors import MalformedError
from schemas.note import NoteSignature, SignedNote, VerifierKey, base64_of, read_signatures

__all__ = ["WitnessClient", "collect"]

TIMEOUT = 10  # seconds
MAX_ANSWER = 16384
CONFLICT = 409

log = logging.getLogger("akashi.publisher")


class WitnessError(Exception):
    """A witness did not cosign."""


@dataclass(slots=True)
class WitnessClient:
    """One witness at its base URL; remembers the size it last knew, which only saves a round trip."""

    url: str
    known: int = 0
    trouble: str = ""
    _path: str = field(init=False)

    def __post_init__(self) -> None:
        self._path = urlsplit(self.url).path.rstrip("/") + "/add-checkpoint"

    def cosign(
        self, note: bytes, size: int, consistency: Callable[[int, int], list[bytes]]
    ) -> list[NoteSignature]:
        """Give the cosignature lines the witness answers with, unverified. Raises WitnessError."""
        for _ in range(2):
            old = min(self.known, size)
            proof = "".join(f"{base64_of(one)}\n" for one in consistency(old, size))
            status, answer = self._post(f"old {old}\n{proof}\n".encode() + note)
            if status == http.client.OK:
                self.known = size
                try:
                    return list(read_signatures(answer.decode("utf-8")))
                except (MalformedError, UnicodeDecodeError) as error:
                    raise WitnessError(f"answered with no cosignature: {error}") from error
            if status != CONFLICT:
                raise WitnessError(f"answered HTTP {status}")
            try:
                self.known = int_of_decimal(answer.decode("ascii").strip(), "size")
            except (MalformedError, UnicodeDecodeError) as error:
                raise WitnessError("answered 409 without its size") from error
            if self.known > size:
                raise WitnessError(
                    f"knows size {self.known}, larger than {size}: it has seen another history"
                )
        raise WitnessError("changes the size it knows between two requests")

    def _post(self, body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
        try:
            connection.request("POST", self._path, body, {"Content-Type": "application/octet-stream"})
            response = connection.getresponse()
            return response.status, response.read(MAX_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise WitnessError(f"cannot be reached: {error}") from error
        finally:
            connection.close()


def collect(
    clients: list[WitnessClient],
    note: bytes,
    size: int,
    *,
    keys: list[VerifierKey],
    consistency: Callable[[int, int], list[bytes]],
) -> bytes:
    """Give the note with every good cosignature that could be had; whether they suffice is not judged.

    Witnesses are asked at the same time. A line that does not verify is left out and logged.
    """
    signed = SignedNote.from_bytes(note)
    with ThreadPoolExecutor(max(1, len(clients))) as pool:
        answers = list(pool.map(lambda client: _ask(client, note, size, consistency), clients))
    for lines in answers:
        for line in lines:
            candidate = SignedNote(text=signed.text, signatures=(line,))
            try:
                good = bool(cosignature_times(candidate, keys))
            except BadNoteSignatureError as error:
                log.warning("witness: %s", error)
                continue
            if good and line not in signed.signatures:
                signed = signed.signed_also(line)
    return signed.to_bytes()


def _ask(
    client: WitnessClient, note: bytes, size: int, consistency: Callable[[int, int], list[bytes]]
) -> list[NoteSignature]:
    try:
        lines = client.cosign(note, size, consistency)
    except WitnessError as error:
        client.trouble = str(error)
        log.warning("witness %s %s", client.url, error)
        return []
    client.trouble = ""
    return lines
