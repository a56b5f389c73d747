"""The decision: a request in, an answer out, in the order of C2SP tlog-witness (docs/format.md §6)."""

from collections.abc import Callable
from dataclasses import dataclass

from keys.crash_points import reach
from keys.notes import BadNoteSignatureError, NoteSigner, cosign, verified_signers
from registry.witness.store import Store, StoreError
from schemas.errors import MalformedError
from schemas.extension import Extension
from schemas.note import SignedNote, VerifierKey, base64_of, write_signatures

__all__ = ["Answer", "Witness"]

_SIZE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back over HTTP; anything but 200 means that nothing was cosigned."""

    status: int
    body: str
    content_type: str = "text/plain; charset=utf-8"


class Witness:
    """Cosigns under `name`. `clock` gives POSIX seconds; `say` takes one line for the operator's log."""

    def __init__(
        self,
        *,
        name: str,
        signer: NoteSigner,
        store: Store,
        clock: Callable[[], float],
        say: Callable[[str], None],
    ) -> None:
        self.name = name
        self._signer = signer
        self._store = store
        self._clock = clock
        self._say = say

    def add_checkpoint(self, body: bytes) -> Answer:
        """Judge a request, remember its checkpoint, cosign it."""
        try:
            request = Extension.from_bytes(body)
        except MalformedError as error:
            self._say("400 malformed request")
            return Answer(status=400, body=f"{error}\n")
        try:
            answer = self._judged(request)
        except StoreError as error:
            self._say(f"503 the store: {error}")
            return Answer(status=503, body="the witness cannot store anything now\n")
        origin, size = request.checkpoint.origin, request.checkpoint.size
        self._say(f"{answer.status} {origin!a} {request.old} -> {size}")
        return answer

    def _judged(self, request: Extension) -> Answer:
        new = request.checkpoint

        # 1. The origin is one this witness was told of.
        with self._store.transaction() as records:
            keys = records.keys_of(new.origin)
        if not keys:
            return Answer(status=404, body="unknown origin\n")

        # 2. The log signed it, and no line that claims to be the log's is bad.
        try:
            signers = verified_signers(request.note, keys)
        except BadNoteSignatureError as error:
            return Answer(status=403, body=f"{error}\n")
        if not signers:
            return Answer(status=403, body="no signature of a key known for this origin\n")

        # 3. Logs do not shrink.
        if request.old > new.size:
            return Answer(status=400, body="the old size exceeds the checkpoint's\n")

        # From here to the end of the transaction nobody else can move the head.
        with self._store.transaction() as records:
            held = records.head_of(new.origin)

            # 4. It starts where this witness stands.
            if request.old != held.size:
                return Answer(status=409, body=f"{held.size}\n", content_type=_SIZE)

            # 5. One size has one root. The log signed two: that line of the operator's log is evidence.
            if new.size == held.size and new.root != held.root:
                evidence = _signed_by(request.note, signers).to_bytes()
                self._say(
                    f"TWO ROOTS for one size, signed by the log; held {base64_of(held.root)}; {evidence!a}"
                )
                return Answer(status=422, body="another root is known for this size\n")

            # 6. The new tree begins with the old one. From the empty tree that needs no proof, and may have none.
            if not request.extends(held.root):
                return Answer(
                    status=422, body="the consistency proof does not lead from the old size to this root\n"
                )

            # 7. Time goes on.
            time = int(self._clock())
            if time < (last := records.last_time()):
                self._say(f"the clock is {last - time} s behind the last cosignature; set it right")
                return Answer(status=503, body="the witness's clock was set back\n")

            # 8. Remember, then sign: a crash between the two costs an answer and nothing else.
            records.keep(new, note=_signed_by(request.note, signers).to_bytes(), time=time)
            reach("witness.before-commit")
        reach("witness.after-commit")
        line = cosign(request.note.text, name=self.name, time=time, signer=self._signer)
        reach("witness.before-answer")
        return Answer(status=200, body=write_signatures([line]))


def _signed_by(note: SignedNote, signers: list[VerifierKey]) -> SignedNote:
    """Give the note with these keys' lines only: the rest is anybody's, and as long as they like."""
    known = {(key.name, key.key_id) for key in signers}
    lines = [line for line in note.signatures if (line.name, line.key_id) in known]
    return SignedNote(text=note.text, signatures=tuple(dict.fromkeys(lines)))
