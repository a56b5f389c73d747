"""Lines on a checkpoint that are no good signature: whose they are decides what they do (docs/format.md §6)."""

from base64 import b64decode
from collections.abc import Callable

from forge.logs import cosignature_line
from forge.trust_documents import base64_of, signature_line
from forge.vectors import Book
from forge.world import ISSUED, World, first_document
from schemas.times import HOUR, MAX_TIME

AT = ISSUED + HOUR


def blob_changed(line: str, change: Callable[[bytes], bytes]) -> str:
    """The line with something else behind its key id."""
    front, encoded = line.rstrip("\n").rsplit(" ", 1)
    data = b64decode(encoded)
    return f"{front} {base64_of(data[:4] + change(data[4:]))}\n"


def flipped(blob: bytes) -> bytes:
    return blob[:-1] + bytes([blob[-1] ^ 1])


def tell(book: Book) -> None:
    retired = first_document()
    retired["witnesses"][2]["until"] = AT

    def judged(document: dict[str, object] | None = None) -> tuple[World, bytes, str]:
        """A mark that two of three witnesses saw, and the text they signed."""
        world = World(document)
        mark = world.issue()
        world.publish(AT, cosigned={"w1": AT, "w2": AT})
        return world, mark.raw, world.log.head.note.decode().partition("\n\n")[0] + "\n"

    world, raw, text = judged()
    third = cosignature_line(text, "w3", AT)

    def evidence(line: str, world: World = world) -> bytes:
        head = world.log.head
        more = b"old 0\n\n" + head.note + line.encode()
        return world.evidence(world.issued[0], bent={f"log/0/heads/{head.size}": more})

    def honest(name: str, says: str, line: str) -> None:
        book.valid(f"valid-cosigned-{name}", says, raw, evidence(line), anchor=world.anchor, now=AT)

    def doubted(reason: str, name: str, says: str, line: str, twin: str = "third") -> None:
        book.doubt(
            f"{reason}-{name}",
            says,
            raw,
            evidence(line),
            reason,
            "status-not-logged",
            anchor=world.anchor,
            now=AT,
            twin=f"valid-cosigned-{twin}",
        )

    honest("third", "A third witness signed too.", third)
    doubted(
        "not-witnessed",
        "cosignature-short",
        "The third witness's line lacks its last byte.",
        blob_changed(third, lambda blob: blob[:-1]),
    )
    doubted(
        "not-witnessed",
        "cosignature-long",
        "The third witness's line has a byte too many.",
        blob_changed(third, lambda blob: blob + b"\0"),
    )
    doubted(
        "not-witnessed",
        "cosignature-of-a-byte",
        "The third witness's line holds one byte.",
        blob_changed(third, lambda blob: blob[:1]),
    )
    doubted(
        "not-witnessed",
        "cosignature-year-10000",
        "The third witness's line is of a time that no other place here can hold.",
        cosignature_line(text, "w3", MAX_TIME),
    )
    doubted(
        "not-witnessed",
        "cosignature-good-and-bad",
        "The third witness has a good line and a bad one.",
        third + blob_changed(third, flipped),
    )
    honest("twice", "One witness's line stands twice.", third + third)
    stranger = cosignature_line(text, "stranger", AT)
    honest(
        "bad-stranger",
        "A line that does not verify, of somebody who is no witness.",
        blob_changed(stranger, flipped),
    )
    log = signature_line(text, world.log.label, name=world.log.origin)
    doubted(
        "not-logged",
        "log-signs-twice",
        "Beside the log's good line stands a bad one in its name.",
        blob_changed(log, flipped),
        twin="third",
    )
    late, mark, text = judged(retired)
    bad = blob_changed(cosignature_line(text, "w3", AT), flipped)
    book.valid(
        "valid-cosigned-retired",
        "A witness whose window has closed signed too: its line counts for nothing.",
        mark,
        evidence(cosignature_line(text, "w3", AT), late),
        anchor=late.anchor,
        now=AT,
    )
    book.doubt(
        "not-witnessed-cosignature-retired",
        "The line of a witness whose window has closed does not verify.",
        mark,
        evidence(bad, late),
        "not-witnessed",
        "status-not-logged",
        anchor=late.anchor,
        now=AT,
        twin="valid-cosigned-retired",
    )
