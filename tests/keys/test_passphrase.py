"""Where a passphrase comes from, and that two keyboards type the same one."""

import getpass
import sys
from pathlib import Path

import pytest

from keys.file_signer import KeyFileError
from keys.passphrase import VARIABLE, read_passphrase


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What somebody at a terminal will type, in order."""
    answers: list[str] = []
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(getpass, "getpass", lambda _: answers.pop(0))
    return answers


def test_a_composed_and_a_decomposed_character_are_one_passphrase(typed: list[str], tmp_path: Path) -> None:
    typed.append("が")
    (tmp_path / "p").write_text("か\u3099\n", encoding="utf-8")
    assert (
        read_passphrase(None, prompt="p") == read_passphrase(str(tmp_path / "p"), prompt="p") == "が".encode()
    )


@pytest.mark.parametrize(
    ("content", "meant"), [("a b", b"a b"), ("a b\r\n", b"a b"), ("a b\n\n", b"a b\n"), (" a", b" a")]
)
def test_one_newline_at_the_end_of_a_file_is_the_editors(tmp_path: Path, content: str, meant: bytes) -> None:
    (tmp_path / "p").write_bytes(content.encode())
    assert read_passphrase(str(tmp_path / "p"), prompt="p") == meant


def test_a_new_passphrase_is_asked_twice_and_must_agree(typed: list[str]) -> None:
    typed += ["one", "one"]
    assert read_passphrase(None, prompt="p", again=True) == b"one"
    typed += ["one", "two"]
    with pytest.raises(KeyFileError) as refused:
        read_passphrase(None, prompt="p", again=True)
    assert "one" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"x" * 1025])
def test_a_file_that_holds_no_passphrase_is_named_without_its_content(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p").write_bytes(content)
    with pytest.raises(KeyFileError):
        read_passphrase(str(tmp_path / "p"), prompt="p")
    with pytest.raises(KeyFileError):
        read_passphrase(str(tmp_path / "absent"), prompt="p")
