"""Signed notes: the specification's own examples, then what looks almost like a note."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import MalformedError, TooLargeError
from schemas.note import (
    COSIGNATURE,
    ED25519,
    MAX_SIGNATURES,
    ML_DSA_44,
    NoteSignature,
    SignedNote,
    VerifierKey,
    base64_of,
    read_signatures,
    write_signatures,
)

EXAMPLE_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
LINE = "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
EXAMPLE = f"This is an example message.\n\n{LINE}\n".encode()


def test_the_specifications_example_note_reads_as_its_text_and_one_signature() -> None:
    note = SignedNote.from_bytes(EXAMPLE)
    assert note.text == "This is an example message.\n"
    (signature,) = note.signatures
    assert (signature.name, signature.key_id.hex(), len(signature.blob)) == (
        "example.com/foo",
        "530d903a",
        64,
    )
    assert note.to_bytes() == EXAMPLE


def test_the_specifications_example_key_has_the_key_id_it_states() -> None:
    key = VerifierKey.from_text(EXAMPLE_VKEY)
    assert (key.name, key.type, key.key_id.hex()) == ("example.com/foo", ED25519, "530d903a")
    assert key.to_text() == EXAMPLE_VKEY


def test_the_example_logs_keys_and_checkpoint_read_and_write_back(vectors: Path) -> None:
    folder = vectors / "log-example"
    keys = [VerifierKey.from_text(line) for line in (folder / "vkeys.txt").read_text().splitlines()]
    assert [key.type for key in keys] == [ED25519, COSIGNATURE, COSIGNATURE]
    assert "".join(f"{key.to_text()}\n" for key in keys) == (folder / "vkeys.txt").read_text()
    data = (folder / "checkpoint").read_bytes()
    note = SignedNote.from_bytes(data)
    assert [line.key_id for line in note.signatures] == [key.key_id for key in keys]
    assert note.to_bytes() == data


def test_the_last_blank_line_separates_so_that_a_text_may_hold_blank_lines() -> None:
    note = SignedNote.from_bytes(f"one\n\n\ntwo\n\n\n{LINE}\n".encode())
    assert note.text == "one\n\n\ntwo\n\n"


def test_a_signature_quoted_in_the_text_signs_nothing() -> None:
    note = SignedNote.from_bytes(f"He wrote:\n\n{LINE}\n\n{LINE}\n".encode())
    assert note.text == f"He wrote:\n\n{LINE}\n"
    assert len(note.signatures) == 1


def test_line_separators_other_than_newline_belong_to_the_text() -> None:
    note = SignedNote.from_bytes(f"a\u2028b\u0085c\n\n{LINE}\n".encode())
    assert note.text == "a\u2028b\u0085c\n"


@pytest.mark.parametrize(
    ("lie", "data"),
    [
        ("nothing", b""),
        ("no signatures", b"text\n"),
        ("no signature line after the blank line", b"text\n\n"),
        ("no blank line", f"text\n{LINE}\n".encode()),
        ("no final newline", f"text\n\n{LINE}".encode()),
        ("a blank line after the signatures", f"text\n\n{LINE}\n\n".encode()),
        ("a line that is no signature", f"text\n\n{LINE}\ntext\n".encode()),
        ("carriage returns", f"text\r\n\r\n{LINE}\r\n".encode()),
        ("a carriage return in the text", f"te\rxt\n\n{LINE}\n".encode()),
        ("a tab in the text", f"te\txt\n\n{LINE}\n".encode()),
        ("a zero byte in the text", f"te\0xt\n\n{LINE}\n".encode()),
        ("not UTF-8", b"te\xffxt\n\n" + f"{LINE}\n".encode()),
        ("UTF-16", f"text\n\n{LINE}\n".encode("utf-16")),
    ],
)
def test_what_is_only_almost_a_note_is_refused(lie: str, data: bytes) -> None:
    with pytest.raises(MalformedError):
        pytest.fail(f"{lie}: {SignedNote.from_bytes(data)}")


@pytest.mark.parametrize(
    ("lie", "line"),
    [
        ("a hyphen for the em dash", "- n AAAAAAE="),
        ("an en dash", "– n AAAAAAE="),
        ("no space after the dash", "—n AAAAAAE="),
        ("two spaces after the dash", "—  n AAAAAAE="),
        ("an ideographic space after the dash", "—\u3000n AAAAAAE="),
        ("no name", "—  AAAAAAE="),
        ("no signature", "— n"),
        ("an empty signature", "— n "),
        ("two spaces before the base64", "— n  AAAAAAE="),
        ("a space after the base64", "— n AAAAAAE= "),
        ("a name with a space", "— n n AAAAAAE="),
        ("a name with a no-break space", "— n\u00a0n AAAAAAE="),
        ("a name with a line separator", "— n\u2028n AAAAAAE="),
        ("two lines joined by a line separator", "— n AAAAAAE=\u2028— n AAAAAAE="),
        ("a name with a plus sign", "— n+n AAAAAAE="),
        ("a name with a tab", "— n\tn AAAAAAE="),
        ("a name of 256 bytes", f"— {'n' * 256} AAAAAAE="),
        ("a key id without a signature", "— n AAAAAA=="),
        ("a key id cut short", "— n AAAA"),
        ("base64 without padding", "— n AAAAAAE"),
        ("base64 with too much padding", "— n AAAAAAE=="),
        ("base64 with stray bits", "— n AAAAAAF="),
        ("URL-safe base64", "— n AAAAAP-_"),
        ("base64 with a foreign character", "— n AAAA AAE="),
        ("full-width base64", "— n ＡAAAAAE="),
        ("a signature larger than any known", f"— n {base64_of(bytes(4 + 5 * 1024 + 1))}"),
    ],
)
def test_what_is_only_almost_a_signature_line_is_refused(lie: str, line: str) -> None:
    with pytest.raises(MalformedError):
        pytest.fail(f"{lie}: {SignedNote.from_bytes(f'text{chr(10)}{chr(10)}{line}{chr(10)}'.encode())}")


def test_a_line_with_the_smallest_signature_reads() -> None:
    assert NoteSignature.from_line("— n AAAAAAE=").blob == b"\x01"


def test_sixteen_post_quantum_signatures_fit_and_a_flood_of_lines_does_not() -> None:
    line = NoteSignature(name="n", key_id=bytes(4), blob=bytes(4_700))
    note = SignedNote(text="text\n", signatures=(line,) * 16)
    assert SignedNote.from_bytes(note.to_bytes()) == note
    assert len(read_signatures(f"{LINE}\n" * MAX_SIGNATURES)) == MAX_SIGNATURES
    with pytest.raises(TooLargeError):
        read_signatures(f"{LINE}\n" * (MAX_SIGNATURES + 1))
    with pytest.raises(TooLargeError):
        SignedNote.from_bytes(EXAMPLE, max_size=len(EXAMPLE) - 1)


def test_a_note_that_could_not_be_read_back_cannot_be_made() -> None:
    line = NoteSignature.from_line(LINE)
    for text in ("", "no newline", "tab\t\n", "half a pair \ud800\n"):
        with pytest.raises(MalformedError):
            SignedNote(text=text, signatures=(line,))
    for count in (0, MAX_SIGNATURES + 1):
        with pytest.raises(MalformedError):
            SignedNote(text="text\n", signatures=(line,) * count)


def test_a_line_added_twice_stands_once_and_the_order_is_kept() -> None:
    note = SignedNote.from_bytes(EXAMPLE)
    other = NoteSignature(name="other", key_id=bytes(4), blob=b"\x01")
    grown = note.signed_also(other, note.signatures[0]).signed_also(other)
    assert grown.signatures == (*note.signatures, other)
    assert grown.text == note.text
    assert write_signatures(grown.signatures) == f"{LINE}\n— other AAAAAAE=\n"


def test_a_post_quantum_key_is_a_key_like_others() -> None:
    key = VerifierKey(name="n", type=ML_DSA_44, public=bytes(1312))
    assert VerifierKey.from_text(key.to_text()) == key


@pytest.mark.parametrize(
    ("lie", "text"),
    [
        ("another key's id", EXAMPLE_VKEY.replace("530d903a", "530d903b")),
        ("another name", EXAMPLE_VKEY.replace("foo", "fop")),
        ("an upper-case id", EXAMPLE_VKEY.replace("530d903a", "530D903A")),
        ("an id cut short", EXAMPLE_VKEY.replace("530d903a", "530d903")),
        ("no name", EXAMPLE_VKEY.removeprefix("example.com/foo")),
        ("no key", "example.com/foo+530d903a+"),
        ("two parts", "example.com/foo+530d903a"),
        ("a newline at the end", EXAMPLE_VKEY + "\n"),
        ("a space in the name", EXAMPLE_VKEY.replace("/", " ")),
        ("half a surrogate pair in the name", EXAMPLE_VKEY.replace("/", "\ud800")),
        ("a key of 31 bytes", f"n+00000000+{base64_of(bytes([1]) + bytes(31))}"),
        ("a key of 33 bytes", f"n+00000000+{base64_of(bytes([1]) + bytes(33))}"),
        ("an unknown type", f"n+00000000+{base64_of(bytes([2]) + bytes(32))}"),
        ("nothing", ""),
    ],
)
def test_what_is_only_almost_a_verifier_key_is_refused(lie: str, text: str) -> None:
    with pytest.raises(MalformedError):
        pytest.fail(f"{lie}: {VerifierKey.from_text(text)}")


def test_one_public_key_has_another_key_id_under_another_name_or_type() -> None:
    keys = [
        VerifierKey(name=name, type=kind, public=bytes(32))
        for name in ("a", "b")
        for kind in (ED25519, COSIGNATURE)
    ]
    assert len({key.key_id for key in keys}) == 4


_names = st.text(
    st.characters(exclude_characters="+", exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1
)
_lines = st.builds(
    NoteSignature,
    name=_names.filter(lambda name: len(name.encode()) <= 255),
    key_id=st.binary(min_size=4, max_size=4),
    blob=st.binary(min_size=1, max_size=80),
)
_texts = st.text(st.one_of(st.just("\n"), st.characters(exclude_categories=["Cs", "Cc"])))


@given(text=_texts, lines=st.lists(_lines, min_size=1, max_size=4))
def test_every_note_reads_back_as_itself(text: str, lines: list[NoteSignature]) -> None:
    note = SignedNote(text=f"{text}\n", signatures=tuple(lines))
    assert SignedNote.from_bytes(note.to_bytes()) == note


@given(place=st.integers(0, len(EXAMPLE) - 1), byte=st.integers(0, 255))
def test_a_changed_byte_is_refused_or_read_as_exactly_those_bytes(place: int, byte: int) -> None:
    changed = EXAMPLE[:place] + bytes([byte]) + EXAMPLE[place + 1 :]
    try:
        note = SignedNote.from_bytes(changed)
    except MalformedError:
        return
    assert note.to_bytes() == changed


@pytest.mark.parametrize(
    "space", [" ", "\u0085", "\u00a0", "\u1680", "\u2003", "\u2028", "\u205f", "\u3000", "\x1f"]
)
def test_a_key_name_holds_no_space_of_any_kind(space: str) -> None:
    with pytest.raises(MalformedError, match="no spaces"):
        VerifierKey(name=f"a{space}b", type=1, public=bytes(32))
    VerifierKey(name="a\ufeffb", type=1, public=bytes(32))  # no space, though one for some readers
