"""Signed objects and leaves, notes and proofs, keys and signatures: honest, and one or a few steps beside."""

from collections.abc import Iterator
from functools import cache
from random import Random

from differential.asked import Question, packed
from differential.resigned import neighbours_of
from forge.signers import P256_ORDER, P256Signer, signer_named
from forge.trust_documents import note, public_of, vkey
from forge.world import ISSUED, NOW, World
from schemas import merkle
from schemas.claims import EventKind, EventReason, Unit
from schemas.extension import extension_bytes
from schemas.note import VerifierKey
from schemas.times import DAY, HOUR

__all__ = ["extensions", "keys", "objects", "proofs", "signatures"]

ORDER = 2**252 + 27742317777372353535851937790883648493  # of the prime-order group of edwards25519
# Encodings of points of edwards25519 that are not of that group, not canonical, or none.
STRANGE_POINTS = (
    *(
        bytes(32),
        b"\1" + bytes(31),
        b"\xec" + b"\xff" * 30 + b"\x7f",
        b"\xed" + b"\xff" * 30 + b"\x7f",
        b"\xff" * 32,
    ),
    *(
        b"\xee" + b"\xff" * 30 + b"\x7f",
        b"\1" + bytes(30) + b"\x80",
        b"\xec" + b"\xff" * 31,
        b"\2" + bytes(31),
    ),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
)


@cache
def lively() -> tuple[World, tuple[bytes, ...]]:
    """A world in which everything happened once, and each kind of signed object or entry from it."""
    world = World()
    marks = [
        world.issue(),
        world.issue(signer="issuer-p", unit=Unit.GROUP, entities_sha256=bytes(range(32)), assessor="JP-01"),
        world.issue(signer="issuer-4", name="Sample Ltd.", name_latin=None, statement_latin=None),
    ]
    world.publish(ISSUED + HOUR)
    happened = [
        world.event(marks[0], EventKind.SUSPEND, EventReason.MISUSE),
        world.event(marks[0], EventKind.REINSTATE, EventReason.INVESTIGATION_CLOSED),
        world.event(marks[0], EventKind.CONFIRM),
        world.event(
            marks[1], EventKind.SUPERSEDE, EventReason.RENAMED, signer="issuer-p", successor=marks[2]
        ),
    ]
    world.trust(NOW - 2 * DAY)
    world.publish(NOW - DAY)
    world.end_log(NOW - HOUR)
    world.publish(NOW)
    signed = [one.raw for one in marks] + [one.raw for one in happened] + list(world.lists.values())
    return world, tuple(signed)


READERS = {b"mark+cwt": "mark", b"mark-event+cwt": "event", b"statuslist+cwt": "list"}


def objects(random: Random) -> Iterator[Question]:
    """Marks, events, status lists and leaves, without end."""
    world, signed = lively()
    entries = [entry for log in world.logs for entry in log.entries]
    while True:
        data = random.choice((*signed, random.choice(signed), random.choice(entries)))
        reader = next((reader for typ, reader in READERS.items() if typ in data[:60]), "leaf")
        if data[:1] == b"\x83":
            reader = "leaf"
        for other in neighbours_of(data, random):
            yield {"ask": "read", "reader": reader, "given": packed(other)}
            if random.random() < 0.05:
                kind = random.choice(("mark", "event", "list", "leaf"))
                yield {"ask": "read", "reader": kind, "given": packed(other)}


def proofs(random: Random) -> Iterator[Question]:
    """Proofs and checkpoints with their cosignatures: read, and judged under a document, without end."""
    world, _ = lively()
    document = note(world.documents[-1]).decode().rpartition("\n\n")[0] + "\n"
    while True:
        log = random.choice(world.logs)
        index = random.randrange(len(log.entries))
        for other in neighbours_of(log.proof(index), random):
            yield {"ask": "read", "reader": "proof", "given": packed(other)}
        for other in neighbours_of(random.choice(log.kept).note, random):
            yield {"ask": "read", "reader": "note", "given": packed(other)}
            yield {"ask": "head", "document": document, "checkpoint": packed(other)}
            text = other.decode("utf-8", "replace").rpartition("\n\n")[0] + "\n"
            yield {"ask": "read", "reader": "checkpoint", "given": text}
        yield from _included(random)


def extensions(random: Random) -> Iterator[Question]:
    """Checkpoints with the proof that they extend an earlier one, and such proofs by themselves, without end."""
    world, _ = lively()
    while True:
        log = random.choice(world.logs)
        new = random.choice(log.kept)
        old = random.randrange(new.size + 1)
        proof = merkle.consistency_proof(log.hashes[: new.size], old) if old else []
        for other in neighbours_of(extension_bytes(new.note, old=old, proof=proof), random):
            yield {"ask": "read", "reader": "extension", "given": packed(other)}
        yield from _consistent(random)


def _consistent(random: Random) -> Iterator[Question]:
    """Small trees whose proofs hold, or nearly, and sizes up to 2^53 whose proofs are of the right length, or nearly."""
    for _ in range(20):
        new = random.randrange(1, 70)
        old = random.choice((0, 1, new - 1, new, new + 1, random.randrange(1, new + 1)))
        hashes = [merkle.leaf_hash(bytes([place])) for place in range(new)]
        proof = merkle.consistency_proof(hashes, old) if 0 < old <= new else []
        roots = [merkle.root(hashes[:old]), merkle.root(hashes)]
        if random.random() < 0.3:
            old, new = random.choice(((2**52, 2**53 - 1), (2**32, 2**33 + 1), (3, 2**40), (2**40, 2**40)))
            proof = [random.randbytes(32) for _ in range(random.choice((0, 1, 20, 52, 53, 54)))]
        bend = random.random()
        if bend < 0.2 and proof:
            proof = random.choice((proof[:-1], proof[1:], [*proof, proof[0]], proof[::-1]))
        elif bend < 0.3:
            roots.reverse()
        yield {
            "ask": "consistent",
            "old": old,
            "new": new,
            "hashes": [packed(one) for one in proof],
            "roots": [packed(one) for one in roots],
        }


def _included(random: Random) -> Iterator[Question]:
    """Trees of any size below 2^53, whose proofs are nothing but hashes by chance: lengths and bounds are what is asked."""
    from schemas.merkle import leaf_hash, node_hash

    for _ in range(20):
        size = random.choice(
            (1, 2, 3, 7, 8, 9, 255, 256, 257, 2**32, 2**32 + 1, 2**53 - 1, random.randrange(1, 2**53))
        )
        index = random.choice((0, size - 1, size, size // 2, random.randrange(size)))
        leaf = leaf_hash(b"x")
        hashes = [
            random.randbytes(32) for _ in range((size - 1).bit_length() + random.choice((-1, 0, 0, 0, 1)))
        ]
        found, node, last, used = leaf, index, size - 1, 0
        for sibling in hashes if index < size else ():
            if last == 0:
                break
            used += 1
            if node % 2 or node == last:
                found = node_hash(sibling, found)
                while node % 2 == 0 and node:
                    node, last = node >> 1, last >> 1
            else:
                found = node_hash(found, sibling)
            node, last = node >> 1, last >> 1
        shown = hashes[:used] if random.random() < 0.7 else hashes
        yield {
            "ask": "included",
            "leaf": packed(leaf),
            "index": index,
            "size": size,
            "hashes": [packed(one) for one in shown],
            "root": packed(found if random.random() < 0.9 else leaf),
        }


def keys(random: Random) -> Iterator[Question]:
    """Public keys and verifier keys, without end."""
    while True:
        alg = random.choice((-19, -9))
        data = (
            P256Signer("issuer-p").public if alg == -9 else random.choice((public_of("log"), *STRANGE_POINTS))
        )
        kind = random.randrange(5)
        if kind == 0:
            place = random.randrange(len(data))
            data = data[:place] + bytes([data[place] ^ 1 << random.randrange(8)]) + data[place + 1 :]
        elif kind == 1:
            data = data[:-1] if random.random() < 0.5 else data + b"\0"
        elif kind == 2 and alg == -9:
            data = random.choice((b"\2" + data[1:33], b"\0", bytes(65), b"\4" + bytes(64), b"\6" + data[1:]))
        elif kind == 3 and alg == -19:
            data = random.randrange(2**256).to_bytes(32, "little")
        yield {
            "ask": "read",
            "reader": "publicKey",
            "given": [random.choice((alg, alg, alg, alg, -8)), packed(data)],
        }
        name = random.choice((*NAMES, f"{random.choice(NAMES)}{chr(random.choice(POINTS))}x"))
        yield {"ask": "read", "reader": "verifierKey", "given": _bent_vkey(name, random)}


NAMES = (
    "akashi.example/log1",
    "w1.example",
    "\u8a3c",
    "a" * 255,
    "a" * 256,
    "",
    "\u00e9" * 127,
    "\U00020000" * 64,
)
POINTS = (
    0,
    9,
    10,
    0x1F,
    0x20,
    0x2B,
    0x7F,
    0x85,
    0xA0,
    0xAD,
    0x1680,
    0x180E,
    0x200B,
    0x2028,
    0x3000,
    0xFEFF,
    0xD800,
    0xFFFF,
)


def _bent_vkey(name: str, random: Random) -> str:
    key_type = random.choice((1, 4, 6, 0, 255))
    try:
        text = VerifierKey(name=name, type=key_type, public=public_of("log")).to_text()
    except ValueError:
        text = vkey(name if name.isprintable() else "x", "log").replace("x", name, 1)
    place = random.randrange(len(text))
    return random.choice(
        (
            text,
            text,
            text[:place] + random.choice("+0aA=/ \ufeff") + text[place + 1 :],
            text.upper(),
            text[:-1],
        )
    )


def signatures(random: Random) -> Iterator[Question]:
    """Signatures and their twins, without end: a bit bent, another R, S or s beyond the order."""
    message = b"what is signed"
    while True:
        for label in ("issuer-3", "issuer-p"):
            signer = signer_named(label)
            yield from (
                {
                    "ask": "signed",
                    "alg": signer.alg,
                    "public": packed(signer.public),
                    "message": packed(message),
                    "signature": packed(bent),
                }
                for bent in _bent_signatures(signer.alg, signer.sign(message), random)
            )
        message = random.randbytes(random.randrange(0, 40))


def _bent_signatures(alg: int, signature: bytes, random: Random) -> Iterator[bytes]:
    yield from (signature, signature[:-1], signature + b"\0", bytes(64), b"\xff" * 64)
    for _ in range(4):
        place = random.randrange(64)
        yield (
            signature[:place] + bytes([signature[place] ^ 1 << random.randrange(8)]) + signature[place + 1 :]
        )
    first, second = signature[:32], signature[32:]
    yield from (second + first, bytes(32) + second, first + bytes(32))
    if alg == -9:
        s = int.from_bytes(second, "big")
        r = int.from_bytes(first, "big")
        for other in (P256_ORDER - s, s + P256_ORDER, P256_ORDER, P256_ORDER // 2, P256_ORDER // 2 + 1, 1):
            yield first + (other % 2**256).to_bytes(32, "big")
        yield ((r + P256_ORDER) % 2**256).to_bytes(32, "big") + second
        return
    s = int.from_bytes(second, "little")
    for times in (1, 2, 7, 15):
        if s + times * ORDER < 2**256:
            yield first + (s + times * ORDER).to_bytes(32, "little")
    yield from (point + second for point in STRANGE_POINTS)
    yield from (point + bytes(32) for point in STRANGE_POINTS)
