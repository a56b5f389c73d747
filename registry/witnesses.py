"""Asking witnesses to cosign a head: the client of C2SP tlog-witness (docs/format.md §6).

All are asked at once, each within one deadline however slowly its bytes drip. Once a quorum of good cosignatures is there, the
rest has a short grace: more of them are better, but one slow witness must not slow every publication.
Nobody's answer is taken on trust: a line counts if it verifies, under the key of a witness whose window holds at the line's
time, and if that time is about now.
"""

import http.client
import io
import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

from keys.notes import BadNoteSignatureError, verify_cosignature
from registry.witness_states import State, WitnessStates
from schemas.checkpoint import int_of_decimal
from schemas.errors import MalformedError
from schemas.extension import extension_bytes
from schemas.note import NoteSignature, SignedNote, read_signatures
from schemas.trust_document import TrustDocument
from schemas.trust_entries import Witness

__all__ = ["WitnessClient", "WitnessError", "collect"]

LIMIT = 10.0  # seconds for one witness, all in all
GRACE = 1.0  # seconds for the others, once a quorum is there
CLOCK_ROOM = 300  # seconds an honest witness's clock may differ
MAX_ANSWER = 65_536
CONFLICT = 409

log = logging.getLogger("akashi.publisher")

Consistency = Callable[[int, int], list[bytes]]


class WitnessError(Exception):
    """A witness did not cosign; `state` says in which way."""

    def __init__(self, state: State, detail: str) -> None:
        super().__init__(detail)
        self.state = state


@dataclass(slots=True)
class WitnessClient:
    """One witness at its base URL. `known` is the size it last cosigned, `rolled_back` whether it has gone behind that."""

    url: str
    known: int = 0
    rolled_back: bool = False
    busy: threading.Event = field(
        default_factory=threading.Event
    )  # set while an earlier question is still open

    def cosign(
        self, note: bytes, size: int, consistency: Consistency, *, deadline: float
    ) -> list[NoteSignature]:
        """Give the cosignature lines the witness answers with, unverified. `deadline`: by time.monotonic().

        Raises WitnessError.
        """
        held = min(self.known, size)
        for _ in range(2):
            body = extension_bytes(note, old=held, proof=consistency(held, size))
            status, answer = self._post(body, deadline)
            if status == http.client.OK:
                self.known = size
                try:
                    return list(read_signatures(answer.decode("utf-8")))
                except (MalformedError, UnicodeDecodeError) as error:
                    raise WitnessError(State.LYING, f"answered with no cosignature: {error}") from error
            if status != CONFLICT:
                raise WitnessError(State.REFUSED, f"answered HTTP {status}")
            try:
                held = int_of_decimal(answer.decode("ascii").strip(), "size")
            except (MalformedError, UnicodeDecodeError) as error:
                raise WitnessError(
                    State.REFUSED, "knows another tree of this size, or answered 409 without its size"
                ) from error
            if held > size:
                raise WitnessError(State.AHEAD, f"has seen size {held}, larger than {size}: another history")
            self.rolled_back = self.rolled_back or held < self.known
        raise WitnessError(State.REFUSED, "changes the size it knows between two requests")

    def _post(self, body: bytes, deadline: float) -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_left(deadline))
        connection.response_class = partial(_InTime, deadline=deadline)  # type: ignore[assignment]
        try:
            connection.request(
                "POST",
                f"{parts.path.rstrip('/')}/add-checkpoint",
                body,
                {"Content-Type": "text/plain; charset=utf-8"},
            )
            with connection.getresponse() as response:
                data = response.read(MAX_ANSWER + 1)
            if len(data) <= MAX_ANSWER:
                return response.status, data
            raise WitnessError(State.LYING, f"answers without end ({MAX_ANSWER} bytes)")
        except TimeoutError as error:
            raise WitnessError(State.SLOW, f"did not answer within {LIMIT:.0f} seconds") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise WitnessError(State.DOWN, f"cannot be reached: {error}") from error
        finally:
            connection.close()


def collect(
    clients: Sequence[WitnessClient],
    note: bytes,
    size: int,
    *,
    document: TrustDocument,
    consistency: Consistency,
    states: WitnessStates,
    now: int,
    limit: float = LIMIT,
    grace: float = GRACE,
) -> bytes:
    """Give the note with every good cosignature that could be had in time; whether they suffice is not judged.

    What each witness did is written into `states`. A witness whose window is over is not asked.
    """
    signed = SignedNote.from_bytes(note)
    answers: SimpleQueue[tuple[WitnessClient, list[NoteSignature] | WitnessError]] = SimpleQueue()
    deadline = time.monotonic() + limit
    waiting: dict[str, WitnessClient] = {}
    for client in clients:
        if _is_retired(states.name_of(client.url), document, now):
            states.put(client.url, State.RETIRED, "its window is over", now=now)
        elif client.busy.is_set():
            states.put(client.url, State.SLOW, "an earlier question is still open", now=now)
        else:
            waiting[client.url] = client
            client.busy.set()
            work = (client, note, size, consistency, deadline, answers)
            threading.Thread(target=_ask, args=work, daemon=True, name=f"witness {client.url}").start()
    counted: set[bytes] = set()
    while waiting and (left := deadline - time.monotonic()) > 0:
        try:
            client, answer = answers.get(timeout=left)
        except Empty:
            break
        waiting.pop(client.url, None)
        if isinstance(answer, WitnessError):
            states.put(client.url, answer.state, str(answer), now=now)
            continue
        good = _judged(client, signed.text, answer, document, states, size=size, now=now)
        if good is not None and good[0].key.public not in counted:
            counted.add(good[0].key.public)
            signed = signed.signed_also(good[1])
        k = document.quorum_at(now)
        if k is not None and len(counted) >= k:
            deadline = min(deadline, time.monotonic() + grace)
    for url in waiting:
        states.put(url, State.SLOW, "did not answer in time", now=now)
    return signed.to_bytes()


def _ask(
    client: WitnessClient,
    note: bytes,
    size: int,
    consistency: Consistency,
    deadline: float,
    answers: "SimpleQueue[tuple[WitnessClient, list[NoteSignature] | WitnessError]]",
) -> None:
    try:
        answers.put((client, client.cosign(note, size, consistency, deadline=deadline)))
    except WitnessError as error:
        answers.put((client, error))
    except Exception as error:  # noqa: BLE001 (a thread's fault must reach the collector, or it waits in vain)
        answers.put((client, WitnessError(State.DOWN, f"{type(error).__name__}: {error}")))
    finally:
        client.busy.clear()


def _judged(
    client: WitnessClient,
    text: str,
    lines: list[NoteSignature],
    document: TrustDocument,
    states: WitnessStates,
    *,
    size: int,
    now: int,
) -> tuple[Witness, NoteSignature] | None:
    """Give the one good line and whose it is; None, with the reason written down, where there is none."""
    for line in lines:
        entry = next(
            (one for one in document.witnesses if (one.key.name, one.key.key_id) == (line.name, line.key_id)),
            None,
        )
        if entry is None:
            continue  # a line of a type or key not known here
        try:
            at = verify_cosignature(SignedNote(text=text, signatures=(line,)), entry.key)
        except BadNoteSignatureError:
            at = None
        if at is None:
            states.put(client.url, State.LYING, "its cosignature does not verify", now=now, name=entry.name)
        elif not entry.holds_at(at):
            states.put(client.url, State.RETIRED, "cosigned outside its window", now=now, name=entry.name)
        elif abs(at - now) > CLOCK_ROOM:
            detail = f"its time is {at - now:+} seconds off ours"
            states.put(client.url, State.LYING, detail, now=now, name=entry.name)
        else:
            state = State.ROLLED_BACK if client.rolled_back else State.OK
            detail = "had forgotten what it cosigned before" if client.rolled_back else ""
            states.put(client.url, state, detail, now=now, name=entry.name, size=size)
            return entry, line
        return None
    states.put(client.url, State.UNLISTED, "answered under no key of the trust document", now=now)
    return None


def _is_retired(name: str | None, document: TrustDocument, now: int) -> bool:
    """Whether a witness met before has left: each of its windows is over."""
    entries = [one for one in document.witnesses if one.name == name]
    return bool(entries) and all(one.until <= now for one in entries)


class _InTime(http.client.HTTPResponse):
    """An answer of which every read, of a header too, ends by `deadline`. Raises TimeoutError."""

    def __init__(self, sock: socket.socket, *arguments: Any, deadline: float, **more: Any) -> None:
        super().__init__(sock, *arguments, **more)
        self.fp = io.BufferedReader(_Timed(self.fp.detach(), sock, deadline))


class _Timed(io.RawIOBase):
    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: float) -> None:
        self._raw, self._sock, self._deadline = raw, sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int | None:
        self._sock.settimeout(_left(self._deadline))
        return self._raw.readinto(into)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
